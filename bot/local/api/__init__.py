"""Slack's Web API methods, with the arguments, errors and results that Slack documents."""
