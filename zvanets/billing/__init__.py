"""The purse: what SMS and calls cost a family, who has paid until when, and the books of it."""
