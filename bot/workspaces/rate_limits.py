"""How fast Haru may call Slack: every limit, with where Slack states it. Pure.

Slack's overview: https://docs.slack.dev/apis/web-api/rate-limits
"""

from __future__ import annotations

from datetime import timedelta

CHANNEL_INTERVAL = timedelta(seconds=1)
"""Time between two messages to one channel.

Slack allows about one message per second per channel:
https://docs.slack.dev/apis/web-api/rate-limits#posting-messages
"""

MESSAGES_PER_SECOND = 3
"""Messages per second to one workspace.

Slack allows several hundred messages per minute per workspace, and gives no exact number:
https://docs.slack.dev/reference/methods/chat.postMessage#rate-limiting
"""

LATE_DELIVERIES_PER_SECOND = 50
"""Late deliveries that start per second over all workspaces, unless the operator says otherwise.

Haru's own limit, so that the hour after an outage does not become a burst.
"""

HISTORY_INTERVAL = 60
"""Seconds between history reads in a workspace where Slack has answered a read with 429.

An app that is distributed outside the Marketplace may read once a minute:
https://docs.slack.dev/changelog/2025/05/29/rate-limit-changes-for-non-marketplace-apps
"""

HISTORY_PAGE = 15
"""Messages per history read: the most that such an app gets (same source)."""

PERMALINKS_AT_ONCE = 20
"""Concurrent ``chat.getPermalink`` calls. Slack allows hundreds per minute:
https://docs.slack.dev/reference/methods/chat.getPermalink"""

DEFAULT_RETRY_AFTER = 1.0
"""Seconds to wait after a 429 to a message that names no time: the interval of one channel."""

LONGEST_RETRY_AFTER = 86_400.0
"""Seconds of a Retry-After that are obeyed. A header that says more is taken for a mistake."""


def retry_after(header: str | None) -> float | None:
    """The seconds a ``Retry-After`` header names, at most LONGEST_RETRY_AFTER; None when it names none.

    Slack sends whole seconds: https://docs.slack.dev/apis/web-api/rate-limits#responding-to-rate-limiting-conditions
    """
    if header is None or not (header.isascii() and header.isdecimal()):
        return None
    return min(float(header), LONGEST_RETRY_AFTER)
