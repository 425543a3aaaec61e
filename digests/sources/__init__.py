"""Where documents come from: a folder, a feed, a git repository."""
