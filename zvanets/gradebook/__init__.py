"""Grades: give, correct, withdraw."""
