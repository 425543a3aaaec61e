"""Haru in Slack: answers people, renders messages, delivers posts on time."""
