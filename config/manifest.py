"""The app manifest: what Haru asks Slack for.

See https://docs.slack.dev/reference/app-manifest
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

COMMANDS = {
    "paper": ("Find a paper · 논문 찾기", "looped | #scaling-law | by:saunshi | 2502.17416"),
    "tag": ("Papers with a tag · 태그로 찾기", "scaling-law"),
    "digest": (
        "This channel's daily papers · 이 채널의 논문 소식",
        "on | language ko | time 09:00 Asia/Seoul",
    ),
    "haru": ("Everything Haru does · 하루의 모든 기능", "paper looped | tag scaling-law | digest | help"),
}
"""The slash commands, each with its description and its usage hint in Slack."""

SCOPES = {
    "app_mentions:read": "answer when somebody mentions it",
    "channels:read": "see the name, members and creator of a channel",
    "chat:write": "post the day's papers",
    "commands": "answer /paper, /tag, /digest and /haru",
    "groups:read": "see the name, members and creator of a private channel that it was invited to",
    "im:history": "read what people write to it in a direct message",
    "im:write": "open a direct message, for instance to tell an admin that a channel was paused",
    "users:read": "see a person's language and time zone, and whether they administer the workspace",
}
"""The scopes that Haru needs, each with what it lets Haru do (“Haru can …”)."""

OPTIONAL_SCOPES = {
    "channels:history": "check whether a post arrived in a public channel after a connection broke",
    "groups:history": "check whether a post arrived in a private channel after a connection broke",
    "files:read": "see and read a digest that an admin shares as a file",
    "links:read": "see links to papers in the channels it is in",
    "links:write": "show a paper that it knows under a link to it",
    "files:write": "send a person the papers they saved as a file",
}
"""The scopes that a workspace may refuse, each with what it lets Haru do (“Haru cannot …” without it).

They are ``bot_optional`` in the manifest: https://docs.slack.dev/changelog/2026/03/16/optional-scopes
"""

EVENTS = (
    "app_home_opened",
    "app_mention",
    "app_uninstalled",
    "channel_archive",
    "channel_deleted",
    "channel_id_changed",
    "channel_left",
    "channel_rename",
    "channel_unarchive",
    "file_shared",
    "group_archive",
    "group_deleted",
    "group_left",
    "group_rename",
    "group_unarchive",
    "link_shared",
    "member_joined_channel",
    "member_left_channel",
    "message.im",
    "team_access_granted",
    "team_access_revoked",
    "tokens_revoked",
)
"""The events that Slack sends to Haru."""


UNFURLED = ("arxiv.org", "huggingface.co", "alphaxiv.org", "openreview.net", "ar5iv.org")
"""Domains with links to papers, which Slack tells Haru of: five at most.

https://docs.slack.dev/messaging/unfurling-links-in-messages
"""


class ManifestError(ValueError):
    """Slack would refuse a manifest with this value; the message says why and what to do."""


def manifest(
    *, url: str | None = None, prefix: str = "", name: str = "Haru", display_name: str | None = None
) -> dict[str, Any]:
    """The manifest of an app that Slack reaches at ``url`` (https, without a path), or by Socket Mode.

    ``prefix`` goes before each command (``lab-`` makes ``/lab-paper``), for a workspace where another app
    has the short names. ``name`` is the app's; ``display_name`` the bot's, by default made of the name.
    ManifestError for what Slack refuses.
    """
    shown = display_name if display_name is not None else name.strip().casefold().replace(" ", "-")
    _check(url, prefix, name, shown)
    endpoint = None if url is None else f"{url.rstrip('/')}/slack/events"
    to_endpoint = {} if endpoint is None else {"url": endpoint}
    request_url = {} if endpoint is None else {"request_url": endpoint}
    oauth = {} if url is None else {"redirect_urls": [f"{url.rstrip('/')}/slack/oauth_redirect"]}
    return {
        "_metadata": {"major_version": 2},
        "display_information": {
            "name": name,
            "description": "The day's machine-learning papers, in your team's language",
            "long_description": (
                "Haru (하루, “a day”) posts a curated digest of machine-learning papers to every subscribed"
                " channel at its own hour and in its own language, Korean or English, and finds any of them"
                f" again from a half-remembered word. Invite it into a channel and write /{prefix}digest on."
            ),
            "background_color": "#22304a",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "unfurl_domains": list(UNFURLED),
            "bot_user": {"display_name": shown, "always_online": True},
            "slash_commands": [
                {
                    "command": f"/{prefix}{command}",
                    "description": description,
                    "usage_hint": hint,
                    "should_escape": True,
                    **to_endpoint,
                }
                for command, (description, hint) in COMMANDS.items()
            ],
        },
        "oauth_config": {
            **oauth,
            "scopes": {"bot": sorted([*SCOPES, *OPTIONAL_SCOPES]), "bot_optional": sorted(OPTIONAL_SCOPES)},
        },
        "settings": {
            "event_subscriptions": {**request_url, "bot_events": list(EVENTS)},
            "interactivity": {"is_enabled": True, **request_url},
            "org_deploy_enabled": True,
            "socket_mode_enabled": url is None,
            "token_rotation_enabled": False,
        },
    }


LONGEST_NAME, LONGEST_DISPLAY_NAME, LONGEST_COMMAND = 35, 80, 32
"""Characters that Slack allows (https://docs.slack.dev/reference/app-manifest)."""

_DISPLAY_NAME = re.compile(r"[a-z0-9._-]+")
_PREFIX = re.compile(r"[a-z0-9_-]*")


def _check(url: str | None, prefix: str, name: str, display_name: str) -> None:
    """ManifestError for the first value that Slack would refuse."""
    if not name.strip() or len(name) > LONGEST_NAME:
        raise ManifestError(f"the name should have 1 to {LONGEST_NAME} characters, and has {len(name)}")
    if not _DISPLAY_NAME.fullmatch(display_name) or len(display_name) > LONGEST_DISPLAY_NAME:
        raise ManifestError(
            f"the bot's display name {display_name!r} should have only small Latin letters, digits, and"
            " . _ -; give one with --display-name"
        )
    longest = max(len(f"/{prefix}{command}") for command in COMMANDS)
    if not _PREFIX.fullmatch(prefix) or longest > LONGEST_COMMAND:
        raise ManifestError(
            f"the prefix {prefix!r} should have only small Latin letters, digits, _ and -, and leave commands"
            f" of at most {LONGEST_COMMAND} characters"
        )
    if url is None:
        return
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ManifestError(f"{url} is no address") from None
    if parts.scheme != "https" or not parts.hostname or port == 0:
        raise ManifestError(
            f"{url} should begin with https:// and a host, because Slack calls no other address"
        )
    if parts.path.strip("/") or parts.query or parts.fragment or parts.username is not None:
        raise ManifestError(
            f"{url} should end after the host: Haru adds its own paths, and a query is not kept"
        )
