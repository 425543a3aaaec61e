"""One call of a Web API method, with its arguments read as Slack reads them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.local.rate_limit_tiers import Tier
from bot.local.state import Json
from bot.local.team import Team
from bot.local.workspace_identity import BOT_USER_ID


class ApiError(Exception):
    """Slack refuses a call: ``{"ok": false, "error": code}``, with further fields for some errors."""

    def __init__(self, code: str, *messages: str, **fields: object) -> None:
        super().__init__(code)
        self.code = code
        self.messages = list(messages)
        self.fields = fields


@dataclass(frozen=True)
class Call:
    """A method's arguments. From a form every value is text, and blocks and views are JSON in text.

    The methods that read an argument raise ApiError if its value is invalid.
    """

    team: Team
    arguments: Json
    base_url: str
    scopes: frozenset[str] = field(default_factory=frozenset)

    def text(self, name: str) -> str:
        """A required text argument."""
        value = self.optional(name)
        if value is None or value == "":
            raise ApiError("invalid_arguments", f"[ERROR] missing required field: {name}")
        return value

    def optional(self, name: str) -> str | None:
        """An optional text argument. Numbers become text."""
        value = self.arguments.get(name)
        if value is None:
            return None
        if isinstance(value, bool | dict | list):
            raise ApiError("invalid_arguments", f"[ERROR] must be a string [json-pointer:/{name}]")
        return str(value)

    def flag(self, name: str) -> bool:
        """An optional boolean argument, False by default."""
        value = self.arguments.get(name)
        return value is True or str(value).lower() in ("true", "1")

    def limit(self, *, default: int, maximum: int) -> int:
        """The ``limit`` argument, how many items to return."""
        value = self.optional("limit")
        if value is None or value == "":
            return default
        try:
            number = int(value)
        except ValueError:
            raise ApiError("invalid_arguments", "[ERROR] must be an integer [json-pointer:/limit]") from None
        if not 1 <= number <= maximum:
            raise ApiError("invalid_limit")
        return number

    def timestamp(self, name: str, default: float) -> float:
        """A ``ts`` argument as a number. "now" means the default."""
        value = self.optional(name)
        if value is None or value in ("", "now"):
            return default
        try:
            return float(value)
        except ValueError:
            raise ApiError(f"invalid_ts_{name}") from None

    def json_value(self, name: str) -> object:
        """A JSON argument, which may also be JSON in text. None if it is absent or empty."""
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

    def conversation(self) -> Json:
        """The conversation whose id is the ``channel`` argument, whether or not the bot may see it."""
        found = self.team.conversations.get(self.text("channel"))
        if found is None:
            raise ApiError("channel_not_found")
        return found

    def visible_conversation(self) -> Json:
        """The ``channel`` argument's conversation. Slack hides a private one that the bot is not in."""
        found = self.conversation()
        if found["is_private"] and not self.team.conversations.has(found["id"], BOT_USER_ID):
            raise ApiError("channel_not_found")
        return found


@dataclass(frozen=True)
class Method:
    """A Web API method. A token needs one of ``scopes``, if there are any, to call it."""

    handle: Callable[[Call], Json]
    tier: Tier
    scopes: tuple[str, ...] = ()


def page_of(items: list[Json], call: Call) -> tuple[list[Json], str]:
    """The page of a list that ``limit`` and ``cursor`` ask for, and the next cursor, empty at the end."""
    limit = call.limit(default=100, maximum=1_000)
    start = 0
    cursor = call.optional("cursor")
    if cursor:
        if not cursor.startswith("next:") or not cursor[5:].isdecimal():
            raise ApiError("invalid_cursor")
        start = int(cursor[5:])
    end = start + limit
    return items[start:end], f"next:{end}" if end < len(items) else ""
