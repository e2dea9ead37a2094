"""From history to the guardians: fan-out, delivery, channels, texts."""
