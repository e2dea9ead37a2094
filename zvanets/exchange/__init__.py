"""Whole rosters read from other systems."""
