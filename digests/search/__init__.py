"""Finding papers: what was asked, the index, the ranking."""
