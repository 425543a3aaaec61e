"""Haru's settings: the only module that reads the environment. ``.env.example`` describes each setting."""

from __future__ import annotations

import base64
import os
import re
from collections.abc import Mapping
from datetime import timedelta
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dotenv import dotenv_values
from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from digests.errors import HaruError


class SettingsError(HaruError):
    """A setting is missing or has a value that Haru cannot use."""


class Mode(StrEnum):
    """How Haru is connected: to the local workspace, or to Slack by Socket Mode or by HTTP."""

    LOCAL = "local"
    SOCKET = "socket"
    HTTP = "http"


class OnDoubt(StrEnum):
    """What to do with a post that may or may not have arrived, where Haru cannot read the channel's history.

    SKIP: leave it, so that nothing is posted twice. REPOST: post it again, so that nothing is lost.
    """

    SKIP = "skip"
    REPOST = "repost"


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError("should be a time zone such as Asia/Seoul") from error
    return name


_USER_ID = re.compile(r"[UW][A-Z0-9]{2,}")
"""A user id of Slack; W marks a user of an organisation. https://docs.slack.dev/reference/objects/user-object"""


def _user_ids(text: str) -> str:
    if not all(_USER_ID.fullmatch(part.strip()) for part in text.split(",") if part.strip()):
        raise ValueError(
            "should be Slack user ids such as U0123ABCD, separated by commas, not names;"
            " in Slack, a person's profile has “Copy member ID” under ⋮"
        )
    return text


def _encryption_keys(keys: SecretStr | None) -> SecretStr | None:
    for key in _split(keys.get_secret_value() if keys else ""):
        try:
            is_key = len(base64.b64decode(key, altchars=b"-_", validate=True)) == _KEY_BYTES
        except ValueError:
            is_key = False
        if not is_key:
            raise ValueError(
                "should be keys that `haru reencrypt --new-key` prints, separated by commas, the newest first"
            )
    return keys


_KEY_BYTES = 32
"""The length of a Fernet key. https://github.com/fernet/spec"""


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _lower_case(value: object) -> object:
    return value.strip().lower() if isinstance(value, str) else value


class Settings(BaseSettings):
    """The settings, from environment variables of the same names or from a ``.env`` file.

    Empty variables count as unset.
    """

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", env_ignore_empty=True)

    slack_bot_token: SecretStr | None = None
    """Begins with ``xoxb-``. Installs Haru in the workspace that the token belongs to."""
    slack_app_token: SecretStr | None = None
    """Begins with ``xapp-``. Set: connect by Socket Mode."""
    slack_signing_secret: SecretStr | None = None
    """Verifies Slack's requests in HTTP mode."""
    slack_client_id: str | None = None
    """With ``slack_client_secret``: offer ``/slack/install``, for any number of workspaces."""
    slack_client_secret: SecretStr | None = None
    slack_api_url: str = "https://slack.com/api/"
    haru_contact: Annotated[
        str | None, Field(pattern=r"^(https://\S{1,200}|[^\s@<>]{1,64}@[^\s@<>]{1,200})$")
    ] = None
    """An e-mail address or an https address at which people get help. The install pages show it."""

    haru_encryption_keys: Annotated[SecretStr | None, AfterValidator(_encryption_keys)] = None
    """Keys that encrypt tokens in the database, separated by commas. See ``encryption_keys``."""

    port: Annotated[int, Field(ge=0, le=65535)] = 3000
    """The port of HTTP mode. ``haru worker`` and Socket Mode serve their health there if it is set."""
    haru_host: str = "0.0.0.0"  # noqa: S104 - Slack's requests come from outside this machine
    """The address on which HTTP mode listens."""

    haru_metrics_port: Annotated[int | None, Field(ge=0, le=65535)] = None
    """The port of the metrics for Prometheus; unset: none."""
    haru_metrics_host: str = "127.0.0.1"
    """The address of the metrics. They tell the names of sources, so strangers should not reach it."""

    database_url: str | None = None
    """Unset: ``data/haru.sqlite3``, or ``data/local.sqlite3`` without Slack tokens."""

    haru_language: Literal["ko", "en"] = "en"
    """The language of a new channel's posts, and of messages to operators."""
    haru_zone: Annotated[str, AfterValidator(_zone)] = "UTC"
    """The time zone of a new channel, and of a new source."""
    haru_hour: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")] = "09:00"
    """When a new channel's posts are due, in its time zone."""

    haru_operators: Annotated[str, AfterValidator(_user_ids)] = ""
    """Slack user ids, separated by commas. See ``operators``."""
    haru_command_prefix: Annotated[str, Field(pattern=r"^[a-z0-9_-]{0,20}$")] = ""
    """Goes before each slash command: with ``lab-`` people type ``/lab-paper``."""

    haru_grace: timedelta = timedelta(hours=4)
    """How late a post may still go out, after an outage or while its digest is missing."""
    haru_catch_up: Annotated[int, Field(ge=1)] = 50
    """The number of late posts to begin per second after an outage, over all workspaces."""
    haru_on_doubt: OnDoubt = OnDoubt.SKIP
    haru_settle: timedelta = timedelta(seconds=120)
    """How long to wait until a post that may have arrived is looked for in the channel's history."""
    haru_lease: timedelta = timedelta(seconds=60)
    """How long a process may take to send a message; after that it counts as one that may have arrived.
    Longer than a request to Slack may take (``TIMEOUT`` in ``bot.workspaces.clients``)."""

    haru_poll_minutes: Annotated[int, Field(ge=1, le=1440)] = 15
    """How often to poll a source that has no interval of its own."""
    haru_allow_private_addresses: bool = False
    """Whether feeds and git repositories on loopback and private networks may be fetched."""
    haru_clones: Path = Path("data/clones")
    """The folder of the clones of git sources. Haru makes them again if they are lost."""

    haru_words: Path | None = None
    """A folder of word lists that are added to those the search knows; see ``digests/search/words``."""

    haru_log_level: Annotated[Literal["debug", "info", "warning", "error"], BeforeValidator(_lower_case)] = (
        "info"
    )
    haru_log_format: Annotated[Literal["console", "json"], BeforeValidator(_lower_case)] = "console"

    haru_sentry_dsn: SecretStr | None = None
    """The DSN of a Sentry project that is told of unexpected errors, with the extra ``haru[sentry]``."""

    haru_local_host: str = "127.0.0.1"
    """The address of the local workspace's page."""
    haru_local_port: Annotated[int, Field(ge=0, le=65535)] = 8420

    @property
    def mode(self) -> Mode:
        """How Haru is connected. SettingsError if one of the tokens that belong together is missing."""
        installed = self.slack_bot_token is not None or self.slack_client_id is not None
        if not installed and self.slack_app_token is None and self.slack_signing_secret is None:
            return Mode.LOCAL
        if not installed:
            raise SettingsError(
                "SLACK_BOT_TOKEN is missing. It begins with xoxb-; copy it from"
                " “OAuth & Permissions” of your Slack app."
                " To use the local workspace instead, remove every SLACK_ setting."
            )
        if self.slack_app_token is not None:
            return Mode.SOCKET
        if self.slack_signing_secret is None:
            raise SettingsError(
                "SLACK_APP_TOKEN (for Socket Mode) or SLACK_SIGNING_SECRET (for HTTP) is missing."
                " Copy it from “Basic Information” of your Slack app."
            )
        return Mode.HTTP

    @property
    def archive_url(self) -> str:
        """The database's URL. The local workspace has its own, so that samples never reach a real team."""
        if self.database_url is not None:
            return self.database_url
        has_slack = self.slack_bot_token or self.slack_client_id
        return f"sqlite:///data/{'haru' if has_slack else 'local'}.sqlite3"

    @property
    def local_state(self) -> Path:
        """The file of the local workspace's messages, beside the database if that is a file too."""
        url = self.archive_url
        if url.startswith("sqlite") and ":///" in url:
            return Path(url.partition(":///")[2]).with_suffix(".slack.sqlite3")
        return Path("data/local.slack.sqlite3")

    @property
    def encryption_keys(self) -> list[str]:
        """The keys that encrypt tokens at rest. The first encrypts, all of them decrypt."""
        return _split(self.haru_encryption_keys.get_secret_value() if self.haru_encryption_keys else "")

    @property
    def operators(self) -> frozenset[str]:
        """The Slack user ids of those who run Haru.

        They may change the settings of every channel, and are told of problems that only they can solve.
        """
        return frozenset(_split(self.haru_operators))

    @model_validator(mode="after")
    def _check_tokens(self) -> Settings:
        if (self.slack_client_id is None) != (self.slack_client_secret is None):
            raise ValueError("SLACK_CLIENT_ID and SLACK_CLIENT_SECRET go together; one of them is missing")
        # People often swap the two tokens. Only Slack can tell whether a token is valid.
        for name, prefix, other_kinds in (
            ("slack_bot_token", "xoxb-", ("xapp-", "xoxp-")),
            ("slack_app_token", "xapp-", ("xoxb-", "xoxp-")),
        ):
            token: SecretStr | None = getattr(self, name)
            if token and token.get_secret_value().startswith(other_kinds):
                raise ValueError(f"{name.upper()} should begin with {prefix}; this is another kind of token")
        return self


def read_settings(**overrides: object) -> Settings:
    """The settings of this environment. SettingsError names each wrong variable and what it should be.

    The error does not repeat the values: one of them may be a secret.
    """
    try:
        return Settings(**(_from_files() | overrides))  # type: ignore[arg-type]  # field by field, checked by pydantic
    except ValidationError as error:
        problems = "; ".join(map(_problem, error.errors(include_url=False, include_input=False)))
        raise SettingsError(f"Correct the environment or the .env file: {problems}.") from None


FILE = "_FILE"
"""Ends the name of a variable that holds the path of a file with a secret."""


def _secrets() -> frozenset[str]:
    """The names of the settings that hold secrets, each of which may come from a file."""
    return frozenset(
        name for name, field in Settings.model_fields.items() if "SecretStr" in str(field.annotation)
    ) | {"database_url"}


def _from_files() -> dict[str, object]:
    """The secrets whose ``NAME_FILE`` is set, by the name of the setting. SettingsError in words."""
    given = {name.upper(): value for name, value in dotenv_values(".env").items() if value}
    given |= {name.upper(): value for name, value in os.environ.items() if value}
    values: dict[str, object] = {}
    for name in sorted(_secrets()):
        path = given.get(name.upper() + FILE)
        if path is None:
            continue
        if name.upper() in given:
            raise SettingsError(f"{name.upper()} and {name.upper()}{FILE} are both set; remove one of them.")
        try:
            text = Path(path).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not text"
            raise SettingsError(
                f"The file that {name.upper()}{FILE} names cannot be read: {reason}."
            ) from None
        if not text:
            raise SettingsError(f"The file that {name.upper()}{FILE} names is empty.")
        values[name] = text
    return values


def unknown_names() -> list[str]:
    """A sentence for each name in the environment and in ``.env`` that looks like a setting and is none.

    Names that begin with HARU_ or SLACK_ count, and in ``.env`` also those that are nearly a setting's. The
    sentences do not repeat the values.
    """
    known = sorted(
        [name.upper() for name in Settings.model_fields] + [name.upper() + FILE for name in _secrets()]
    )
    in_file = {name.upper() for name in dotenv_values(".env", interpolate=False)}
    prefixed = {name.upper() for name in os.environ if name.upper().startswith(_PREFIXES)}
    sentences = []
    for name in sorted((in_file | prefixed) - set(known)):
        nearest = get_close_matches(name, known, n=1, cutoff=0.75)
        if nearest:
            sentences.append(f"{name} is not a setting of Haru and is ignored; did you mean {nearest[0]}?")
        elif name.startswith(_PREFIXES):
            sentences.append(f"{name} is not a setting of Haru and is ignored; .env.example lists them all.")
    return sentences


_PREFIXES = ("HARU_", "SLACK_")


def _problem(error: Mapping[str, Any]) -> str:
    """One of pydantic's errors in words for an operator."""
    name = ".".join(map(str, error["loc"])).upper()
    limits = error.get("ctx", {})
    match error["type"]:
        case "int_parsing":
            wanted = "should be a whole number"
        case "bool_parsing":
            wanted = "should be true or false"
        case "time_delta_parsing":
            wanted = "should be hours, minutes and seconds, such as 00:02:00"
        case "greater_than_equal":
            wanted = f"should be at least {limits['ge']}"
        case "less_than_equal":
            wanted = f"should be at most {limits['le']}"
        case "literal_error" | "enum":
            wanted = f"should be {str(limits['expected']).replace(chr(39), '')}"
        case "string_pattern_mismatch":
            wanted = _PATTERNS[name]
        case _:
            wanted = error["msg"].removeprefix("Value error, ")
    return f"{name} {wanted}".strip()


_PATTERNS = {
    "HARU_HOUR": "should be a time such as 09:00",
    "HARU_COMMAND_PREFIX": "should be at most 20 lower-case letters, digits, hyphens or underscores",
}
