"""Settings, logging and the app manifest. Imports neither ``bot`` nor Slack's libraries."""
