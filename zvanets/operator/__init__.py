"""Front: the people who run the service."""
