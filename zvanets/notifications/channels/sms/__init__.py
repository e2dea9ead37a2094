"""SMS by SMPP 3.4 to a carrier, in a process of its own: `zvanets sms`."""
