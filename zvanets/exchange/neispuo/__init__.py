"""A school's structure as the state's system exports it: a folder of CSV files, read, compared and written whole."""
