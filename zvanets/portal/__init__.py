"""Front: the guardians' and students' web portal."""
