"""The Slack app manifest, made from what Haru really uses."""

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
"""Each slash command, what Slack shows beside it, and its usage hint."""

SCOPES = {
    "app_mentions:read": "to answer when mentioned",
    "channels:read": "to know a channel's name, members and creator",
    "chat:write": "to post the day's papers",
    "commands": "to answer /paper, /tag, /digest and /haru",
    "groups:read": "the same as channels:read, in private channels Haru was invited to",
    "im:history": "to read what is written to Haru in a direct message",
    "im:write": "to open a direct message, for instance to tell an admin that a channel was paused",
    "users:read": "to know a person's language, time zone and whether they administer the workspace",
}

OPTIONAL_SCOPES = {
    "channels:history": "to find out, after a broken connection, whether a post arrived",
    "groups:history": "the same in private channels",
    "files:read": "to take in a digest that an admin shares as a file, and to see that one was shared",
}
"""Scopes a workspace may refuse; each with what it is for.

``bot_optional``: https://docs.slack.dev/changelog/2026/03/16/optional-scopes
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
    "member_joined_channel",
    "member_left_channel",
    "message.im",
    "team_access_granted",
    "team_access_revoked",
    "tokens_revoked",
)


def manifest(*, url: str | None = None, prefix: str = "", name: str = "Haru") -> dict[str, Any]:
    """The manifest for an app at ``url`` (https, without a path), or for Socket Mode without one.

    ``prefix`` goes before each command's name (``lab-`` makes ``/lab-paper``), for a
    workspace where another app has taken the short names.
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
