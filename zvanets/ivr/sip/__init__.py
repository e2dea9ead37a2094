"""SIP over UDP (RFC 3261), as much of it as answering calls takes; nothing here knows a socket."""
