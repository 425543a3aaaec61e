"""Text in, Digest out. Pure: no I/O, no clock."""
