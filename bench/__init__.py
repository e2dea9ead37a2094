"""Measurements: one module each, `run()` returns the figures named in its KEYS. See docs/operations/capacity.md."""
