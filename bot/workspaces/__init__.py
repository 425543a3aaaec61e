"""Slack teams that installed Haru, and the clients that talk to them."""
