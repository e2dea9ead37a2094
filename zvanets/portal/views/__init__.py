"""The family's pages, by what they are about."""
