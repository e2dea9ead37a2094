"""Remarks and praise."""
