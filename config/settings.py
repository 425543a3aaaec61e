"""The only reader of the environment. Everything else is given what it needs."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from digests.errors import HaruError


class SettingsError(HaruError):
    """The environment holds a value Haru cannot use."""


class Mode(StrEnum):
    """How people reach Haru."""

    LOCAL = "local"
    SOCKET = "socket"
    HTTP = "http"


class OnDoubt(StrEnum):
    """What becomes of a message nobody can confirm, where Haru may not read the channel's history."""

    SKIP = "skip"
    REPOST = "repost"


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError("a time zone such as Asia/Seoul") from error
    return name


Zone = Annotated[str, AfterValidator(_zone)]


class Settings(BaseSettings):
    """Everything the environment (or a ``.env`` file) can say. Names are the variables' own."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", env_ignore_empty=True)

    slack_bot_token: SecretStr | None = None
    slack_app_token: SecretStr | None = None
    slack_signing_secret: SecretStr | None = None
    slack_client_id: str | None = None
    slack_client_secret: SecretStr | None = None
    slack_api_url: str = "https://slack.com/api/"
    database_url: str | None = None
    """Unset: ``data/haru.sqlite3``, or ``data/local.sqlite3`` while there are no Slack tokens."""
    port: Annotated[int, Field(ge=0, le=65535)] = 3000

    haru_log_level: Literal["debug", "info", "warning", "error"] = "info"
    haru_log_format: Literal["console", "json"] = "console"
    haru_host: str = "0.0.0.0"  # noqa: S104 - Slack reaches the HTTP mode from outside
    haru_language: Literal["ko", "en"] = "en"
    haru_zone: Zone = "UTC"
    haru_hour: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")] = "09:00"
    haru_operators: str = ""
    """Slack user ids, comma separated, that may manage every channel."""
    haru_command_prefix: Annotated[str, Field(pattern=r"^[a-z0-9_-]{0,20}$")] = ""
    """What `haru manifest --prefix` was given: ``lab-`` listens to ``/lab-paper``."""
    haru_on_doubt: OnDoubt = OnDoubt.SKIP
    haru_grace: timedelta = timedelta(hours=4)
    haru_settle: timedelta = timedelta(seconds=120)
    haru_lease: timedelta = timedelta(seconds=60)
    haru_catch_up: Annotated[int, Field(ge=1)] = 50
    """Late posts that begin in a second after downtime, over all workspaces."""

    haru_poll_minutes: Annotated[int, Field(ge=1, le=1440)] = 15
    """Minutes between two looks at a source that has no interval of its own."""
    haru_allow_private_addresses: bool = False
    """Whether feeds and repositories on loopback and private networks may be fetched."""
    haru_clones: Path = Path("data/clones")
    """The folder of the copies of git sources; it may be lost, and is made again."""

    haru_local_host: str = "127.0.0.1"
    haru_local_port: Annotated[int, Field(ge=0, le=65535)] = 8420

    @property
    def mode(self) -> Mode:
        """How people reach Haru; SettingsError when the tokens are only half there."""
        installed = self.slack_bot_token is not None or self.slack_client_id is not None
        if not installed and self.slack_app_token is None and self.slack_signing_secret is None:
            return Mode.LOCAL
        if not installed:
            raise SettingsError(
                "SLACK_BOT_TOKEN is missing: it begins with xoxb- and stands under"
                " “OAuth & Permissions” of your Slack app."
                " Without any Slack variable, `haru run` opens the local workspace instead."
            )
        if self.slack_app_token is not None:
            return Mode.SOCKET
        if self.slack_signing_secret is None:
            raise SettingsError(
                "SLACK_APP_TOKEN (for Socket Mode) or SLACK_SIGNING_SECRET (for HTTP) is missing:"
                " both stand under “Basic Information” of your Slack app."
            )
        return Mode.HTTP

    @property
    def archive_url(self) -> str:
        """The database's address.

        The local workspace has one of its own, so that its samples never meet a real team.
        """
        if self.database_url is not None:
            return self.database_url
        has_slack = self.slack_bot_token or self.slack_client_id
        return f"sqlite:///data/{'haru' if has_slack else 'local'}.sqlite3"

    @property
    def local_state(self) -> Path:
        """The local workspace's own file, beside the database when that is a file."""
        url = self.archive_url
        if url.startswith("sqlite") and ":///" in url:
            return Path(url.partition(":///")[2]).with_suffix(".slack.sqlite3")
        return Path("data/local.slack.sqlite3")

    @model_validator(mode="after")
    def _token_shapes(self) -> Settings:
        if (self.slack_client_id is None) != (self.slack_client_secret is None):
            raise ValueError("SLACK_CLIENT_ID and SLACK_CLIENT_SECRET go together; one of them is missing")
        # The commonest slip is to swap the two; whether a token is any good, Slack says.
        for name, prefix, foreign in (
            ("slack_bot_token", "xoxb-", ("xapp-", "xoxp-")),
            ("slack_app_token", "xapp-", ("xoxb-", "xoxp-")),
        ):
            token: SecretStr | None = getattr(self, name)
            if token and token.get_secret_value().startswith(foreign):
                raise ValueError(f"{name.upper()} should begin with {prefix}; this is another kind of token")
        return self

    @property
    def operators(self) -> frozenset[str]:
        return frozenset(part.strip() for part in self.haru_operators.split(",") if part.strip())


def read_settings(**overrides: object) -> Settings:
    """Read the environment; SettingsError names each wrong variable and what was expected of it.

    Values themselves are not repeated: one of them may be a secret.
    """
    try:
        return Settings(**overrides)  # type: ignore[arg-type]  # field by field, checked by pydantic
    except ValidationError as error:
        problems = "; ".join(
            ": ".join(filter(None, (".".join(map(str, problem["loc"])).upper(), _said(problem["msg"]))))
            for problem in error.errors(include_url=False, include_input=False)
        )
        raise SettingsError(f"The environment holds a value Haru cannot use. {problems}") from None


def _said(message: str) -> str:
    """What was expected, without pydantic's own opening of a sentence that is ours."""
    return message.removeprefix("Value error, ")
