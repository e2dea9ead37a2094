"""Absences and lateness: record, excuse."""
