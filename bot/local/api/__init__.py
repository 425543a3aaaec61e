"""Slack's Web API: each method's arguments, errors and answers as documented."""
