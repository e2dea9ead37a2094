"""Front: the teachers' and heads' web client."""
