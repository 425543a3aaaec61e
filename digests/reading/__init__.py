"""Reads the text of a document into a Digest: newsletters, notes and HTML pages. Pure."""
