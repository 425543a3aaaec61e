"""The app manifest: what Haru asks Slack for.

See https://docs.slack.dev/reference/app-manifest
"""

from __future__ import annotations

from typing import Any

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


def manifest(*, url: str | None = None, prefix: str = "", name: str = "Haru") -> dict[str, Any]:
    """The manifest of an app that Slack reaches at ``url`` (https, without a path), or by Socket Mode.

    ``prefix`` goes before each command (``lab-`` makes ``/lab-paper``), for a workspace where another app
    has the short names.
    """
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
            "bot_user": {"display_name": name.lower(), "always_online": True},
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
