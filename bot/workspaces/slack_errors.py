"""Reads why Slack refused a call."""

from __future__ import annotations

from slack_sdk.errors import SlackApiError

UNKNOWN = "unknown"
"""Stands for the code of an answer that has none, such as an HTML page of a proxy."""


def error_code(error: SlackApiError) -> str:
    """Slack's code for why it refused a call, such as ``not_in_channel``; ``UNKNOWN`` if it gave none."""
    data = error.response.data
    return str(data.get("error") or UNKNOWN) if isinstance(data, dict) else UNKNOWN
