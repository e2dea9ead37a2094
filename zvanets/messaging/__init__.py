"""What the school writes to families of its own accord: to a student, a class, a year group or everybody."""
