"""Who signs in, and which seat they hold in which school."""
