"""Channels: their settings, who may change them, and what users chose for themselves."""
