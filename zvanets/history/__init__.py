"""What happened (Entry), what is not yet told (Pending), and the chain that shows a change."""
