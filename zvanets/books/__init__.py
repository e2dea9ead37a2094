"""The official class book on paper: what the ordinance asks for, out of the diary, as a PDF that can be signed."""
