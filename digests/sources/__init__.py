"""Sources of documents: folders, feeds, git repositories and uploads; fetched, polled and managed."""
