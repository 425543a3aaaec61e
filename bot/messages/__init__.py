"""Renders everything the bot says as Slack payloads. Pure: no I/O, no clock, no settings."""
