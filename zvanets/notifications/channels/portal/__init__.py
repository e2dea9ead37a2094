"""The portal: a message is there as soon as it is written."""
