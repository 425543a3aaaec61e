"""Slack: answering people, rendering messages, delivering on time."""
