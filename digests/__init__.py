"""Papers: read, archived, searched. Knows nothing of Slack."""
