"""The school as a wall: row-level security, the current school, and the questions that prove it."""
