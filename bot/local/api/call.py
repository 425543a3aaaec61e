"""One call of a Web API method: its arguments, read as Slack reads them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.local.rate_limit_tiers import Tier
from bot.local.state import Json
from bot.local.team import Team


class ApiError(Exception):
    """``{"ok": false, "error": code}``, with more fields where a method documents them."""

    def __init__(self, code: str, *messages: str, **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.messages = list(messages)
        self.facts = facts


@dataclass(frozen=True)
class Call:
    """A method's arguments. From a form each is text; blocks and views may be JSON in text."""

    team: Team
    arguments: Json
    base_url: str
    scopes: frozenset[str] = field(default_factory=frozenset)

    def text(self, name: str) -> str:
        """A needed argument, as text."""
        value = self.optional(name)
        if value is None or value == "":
            raise ApiError("invalid_arguments", f"[ERROR] missing required field: {name}")
        return value

    def optional(self, name: str) -> str | None:
        value = self.arguments.get(name)
        if value is None:
            return None
        if isinstance(value, bool | dict | list):
            raise ApiError("invalid_arguments", f"[ERROR] must be a string [json-pointer:/{name}]")
        return str(value)

    def flag(self, name: str, default: bool = False) -> bool:
        value = self.arguments.get(name)
        if value is None or value == "":
            return default
        return value is True or str(value).lower() in ("true", "1")

    def number(self, name: str, default: int, most: int) -> int:
        value = self.optional(name)
        if value is None or value == "":
            return default
        try:
            number = int(value)
        except ValueError:
            raise ApiError(
                "invalid_arguments", f"[ERROR] must be an integer [json-pointer:/{name}]"
            ) from None
        if not 1 <= number <= most:
            raise ApiError("invalid_limit")
        return number

    def moment(self, name: str, default: float) -> float:
        value = self.optional(name)
        if value is None or value in ("", "now"):
            return default
        try:
            return float(value)
        except ValueError:
            raise ApiError(f"invalid_ts_{name}") from None

    def structure(self, name: str) -> object:
        """JSON, or JSON in text; None when absent or empty."""
        value = self.arguments.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            parsed: object = json.loads(value)
        except ValueError:
            raise ApiError("invalid_arguments", f"[ERROR] not valid JSON [json-pointer:/{name}]") from None
        return parsed

    def room(self, name: str = "channel") -> Json:
        """The conversation named by an argument that exists; whether the bot sees it is another matter."""
        found = self.team.conversations.get(self.text(name))
        if found is None:
            raise ApiError("channel_not_found")
        return found


@dataclass(frozen=True)
class Method:
    """A Web API method. ``scopes``: any one of them will do; those of conversations depend on the kind."""

    handle: Callable[[Call], Json]
    tier: Tier
    scopes: tuple[str, ...] = ()
    app_token: bool = False
    anonymous: bool = False


def paged(items: list[Json], call: Call, *, default: int = 100) -> tuple[list[Json], str]:
    """One page of a list by ``limit`` and ``cursor``, and the next cursor or an empty text."""
    limit = call.number("limit", default, 1_000)
    start = 0
    cursor = call.optional("cursor")
    if cursor:
        if not cursor.startswith("next:") or not cursor[5:].isdecimal():
            raise ApiError("invalid_cursor")
        start = int(cursor[5:])
    following = start + limit
    return items[start:following], f"next:{following}" if following < len(items) else ""
