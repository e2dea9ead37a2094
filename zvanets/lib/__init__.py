"""Words without school: the clock, phone numbers, codes, transliteration, safe files."""
