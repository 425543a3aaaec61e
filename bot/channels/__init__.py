"""Channels: preferences, permissions, the log of changes."""
