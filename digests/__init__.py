"""Papers: reading them, keeping them, finding them. Knows nothing of Slack."""
