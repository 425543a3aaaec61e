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
    database_url: str = "sqlite:///data/haru.sqlite3"
    port: Annotated[int, Field(ge=0, le=65535)] = 3000

    haru_log_level: Literal["debug", "info", "warning", "error"] = "info"
    haru_log_format: Literal["console", "json"] = "console"
    haru_host: str = "0.0.0.0"  # noqa: S104 - Slack reaches the HTTP mode from outside
    haru_language: Literal["ko", "en"] = "en"
    haru_zone: Zone = "UTC"
    haru_hour: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")] = "09:00"
    haru_operators: str = ""
    """Slack user ids, comma separated, that may manage every channel."""
    haru_sources: Path | None = None
    """A TOML file that lists sources to poll."""
    haru_on_doubt: OnDoubt = OnDoubt.SKIP
    haru_grace: timedelta = timedelta(hours=4)
    haru_settle: timedelta = timedelta(seconds=120)
    haru_lease: timedelta = timedelta(seconds=60)

    haru_local_host: str = "127.0.0.1"
    haru_local_port: Annotated[int, Field(ge=0, le=65535)] = 8420
    haru_local_database_url: str = "sqlite:///data/local.sqlite3"
    """The local workspace keeps its own archive, so that trying Haru never touches the real one."""

    @model_validator(mode="after")
    def _token_shapes(self) -> Settings:
        for name, prefix in (("slack_bot_token", "xoxb-"), ("slack_app_token", "xapp-")):
            token: SecretStr | None = getattr(self, name)
            if token and not token.get_secret_value().startswith(prefix):
                raise ValueError(f"{name.upper()} should begin with {prefix}")
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
            f"{'.'.join(str(part) for part in problem['loc']).upper()}: {problem['msg']}".removeprefix(": ")
            for problem in error.errors(include_url=False, include_input=False)
        )
        raise SettingsError(f"The environment holds a value Haru cannot use. {problems}") from None
