"""Pure school arithmetic: plain values in, plain values out, no database and no clock of its own."""
