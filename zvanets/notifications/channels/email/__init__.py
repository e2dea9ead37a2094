"""E-mail, handed to the operator's own mail server."""
