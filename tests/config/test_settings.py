"""Settings are read from the environment, with errors that say what to correct."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest

from config.settings import Mode, Settings, SettingsError, read_settings, unknown_names

EXAMPLE = (Path(__file__).parents[2] / ".env.example").read_text(encoding="utf-8")


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No test sees Haru's variables of the person who runs it, or a .env file."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)


def test_without_tokens_it_is_the_local_workspace() -> None:
    """An empty environment selects the local workspace, with its own database."""
    settings = read_settings()
    assert settings.mode is Mode.LOCAL
    assert settings.archive_url == "sqlite:///data/local.sqlite3"


def test_both_tokens_mean_socket_mode(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bot token with an app token selects Socket Mode and the real database."""
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-1")
    monkeypatch.setenv("SLACK_APP_TOKEN", "xapp-1")
    assert read_settings().mode is Mode.SOCKET
    assert read_settings().archive_url == "sqlite:///data/haru.sqlite3"


def test_a_signing_secret_means_http(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bot token with a signing secret selects HTTP."""
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-1")
    monkeypatch.setenv("SLACK_SIGNING_SECRET", "s")
    assert read_settings().mode is Mode.HTTP


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"SLACK_APP_TOKEN": "xapp-1"}, "SLACK_BOT_TOKEN is missing"),
        ({"SLACK_SIGNING_SECRET": "s"}, "SLACK_BOT_TOKEN is missing"),
        ({"SLACK_BOT_TOKEN": "xoxb-1"}, "SLACK_APP_TOKEN .* or SLACK_SIGNING_SECRET"),
    ],
)
def test_half_a_set_of_tokens_is_named(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], named: str
) -> None:
    """If one of two tokens is missing, the error names it."""
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=named):
        _ = read_settings().mode


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("PORT", "many", "PORT should be a whole number"),
        ("PORT", "70000", "PORT should be at most 65535"),
        ("HARU_ZONE", "Asia/Seul", "HARU_ZONE should be a time zone such as Asia/Seoul"),
        ("HARU_HOUR", "25:00", "HARU_HOUR should be a time such as 09:00"),
        ("HARU_HOUR", "9", "HARU_HOUR should be a time such as 09:00"),
        ("HARU_OPERATORS", "@minji", "HARU_OPERATORS should be Slack user ids such as U0123ABCD"),
        (
            "HARU_ENCRYPTION_KEYS",
            "secret",
            "HARU_ENCRYPTION_KEYS should be keys that `haru",
        ),
        ("HARU_LANGUAGE", "klingon", "HARU_LANGUAGE should be ko or en"),
        ("HARU_ON_DOUBT", "ask", "HARU_ON_DOUBT should be skip or repost"),
        ("HARU_COMMAND_PREFIX", "Lab ", "HARU_COMMAND_PREFIX should be at most 20 lower-case"),
        ("HARU_CATCH_UP", "0", "HARU_CATCH_UP should be at least 1"),
        ("HARU_GRACE", "4 hours", "HARU_GRACE should be hours, minutes and seconds, such as 00:02:00"),
        ("HARU_ALLOW_PRIVATE_ADDRESSES", "maybe", "should be true or false"),
        ("HARU_LOG_LEVEL", "loud", "HARU_LOG_LEVEL"),
        ("SLACK_BOT_TOKEN", "xapp-secret", "SLACK_BOT_TOKEN should begin with xoxb-"),
        ("SLACK_APP_TOKEN", "xoxb-secret", "SLACK_APP_TOKEN should begin with xapp-"),
        ("SLACK_CLIENT_ID", "1.2", "SLACK_CLIENT_SECRET go together"),
    ],
)
def test_a_wrong_value_is_named_and_never_repeated(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    """The error names the setting and what it should be, and does not print the value."""
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=said) as caught:
        read_settings()
    assert "secret" not in str(caught.value).lower().replace("slack_client_secret", "")


@pytest.mark.parametrize("level", ["INFO", "Info", "info "])
def test_a_log_level_is_read_in_any_case(monkeypatch: pytest.MonkeyPatch, level: str) -> None:
    """INFO, as other programs write it, is info."""
    monkeypatch.setenv("HARU_LOG_LEVEL", level)
    assert read_settings().haru_log_level == "info"


def test_a_name_that_is_no_setting_is_said_with_the_nearest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Unknown names in the environment and in .env are named, without their values."""
    monkeypatch.setenv("HARU_LANGAUGE", "secret")
    monkeypatch.setenv("SLACK_WEBHOOK", "secret")
    Path(".env").write_text("DATABSE_URL=secret\nEDITOR=vi\nSLACK_BOT_TOKN=secret\nHARU_ZONE=UTC\n")
    said = {sentence.split()[0]: sentence for sentence in unknown_names()}
    assert said.keys() >= {"HARU_LANGAUGE", "SLACK_WEBHOOK", "DATABSE_URL", "SLACK_BOT_TOKN"}
    assert not said.keys() & {"EDITOR", "HARU_ZONE"}
    assert said["HARU_LANGAUGE"].endswith("did you mean HARU_LANGUAGE?")
    assert said["DATABSE_URL"].endswith("did you mean DATABASE_URL?")
    assert said["SLACK_BOT_TOKN"].endswith("did you mean SLACK_BOT_TOKEN?")
    assert "did you mean" not in said["SLACK_WEBHOOK"]
    assert "secret" not in " ".join(said.values())


def test_a_secret_can_come_from_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """NAME_FILE names a file that holds the value of NAME; what is wrong with it is said in words."""
    Path("token").write_text("xoxb-1\n")
    Path("empty").write_text("\n")
    Path(".env").write_text("DATABASE_URL_FILE=url\n")
    Path("url").write_text("postgresql://haru@db/haru\n")
    monkeypatch.setenv("SLACK_BOT_TOKEN_FILE", "token")
    settings = read_settings()
    assert settings.slack_bot_token is not None
    assert settings.slack_bot_token.get_secret_value() == "xoxb-1"
    assert settings.archive_url == "postgresql://haru@db/haru"
    assert unknown_names() == []
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-2")
    with pytest.raises(SettingsError, match="SLACK_BOT_TOKEN and SLACK_BOT_TOKEN_FILE are both set"):
        read_settings()
    monkeypatch.delenv("SLACK_BOT_TOKEN")
    for name, said in (("missing", "cannot be read: No such file"), ("empty", "is empty")):
        monkeypatch.setenv("SLACK_BOT_TOKEN_FILE", name)
        with pytest.raises(SettingsError, match=f"SLACK_BOT_TOKEN_FILE names {said}"):
            read_settings()


def test_a_dotenv_file_is_read() -> None:
    """Settings are also read from a .env file, in which an empty value counts as unset."""
    Path(".env").write_text("HARU_ZONE=Asia/Seoul\nSLACK_BOT_TOKEN=\n", encoding="utf-8")
    settings = read_settings()
    assert settings.haru_zone == "Asia/Seoul"
    assert settings.mode is Mode.LOCAL


def _example() -> dict[str, str]:
    """The settings of .env.example with the values shown, whether or not the line is commented out."""
    return dict(re.findall(r"^#?([A-Z_]+)=(.*)$", EXAMPLE, re.MULTILINE))


def test_the_example_names_every_setting_with_its_default() -> None:
    """.env.example and the settings have the same names, and the same values where there is a default."""
    assert _example().keys() == {name.upper() for name in Settings.model_fields}
    Path("shown.env").write_text("\n".join(f"{name}={value}" for name, value in _example().items()))
    shown = Settings(_env_file="shown.env")  # type: ignore[call-arg]  # pydantic's own argument
    assert shown.model_dump() == Settings().model_dump()


def test_the_example_describes_every_setting() -> None:
    """A sentence stands above each setting."""
    lines = EXAMPLE.splitlines()
    for above, line in pairwise(lines):
        if re.match(r"#?[A-Z_]+=", line):
            assert re.fullmatch(r"# .*[a-z].*\.", above), line


def test_a_copy_of_the_example_changes_nothing() -> None:
    """A .env file copied from .env.example leaves every setting unset."""
    Path(".env").write_text(EXAMPLE, encoding="utf-8")
    assert read_settings().model_fields_set == set()
