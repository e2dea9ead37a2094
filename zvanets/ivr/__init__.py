"""The telephone: a SIP and RTP endpoint that drives the dialogue of rules.ivr and reads the diary aloud."""
