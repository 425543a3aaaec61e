"""Settings, logging and the app manifest."""
