"""One folder a channel: how it is spoken to, and what its carrier says back."""
