"""Settings: the environment, read once, with errors a person can act on."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.settings import Mode, Settings, SettingsError, read_settings


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Each test starts with none of Haru's variables and no .env file."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)


def test_without_tokens_it_is_the_local_workspace() -> None:
    """An empty environment means the local workspace, with a database of its own."""
    settings = read_settings()
    assert settings.mode is Mode.LOCAL
    assert settings.archive_url == "sqlite:///data/local.sqlite3"


def test_both_tokens_mean_socket_mode(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bot token with an app token means Socket Mode, on the real archive."""
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-1")
    monkeypatch.setenv("SLACK_APP_TOKEN", "xapp-1")
    assert read_settings().mode is Mode.SOCKET
    assert read_settings().archive_url == "sqlite:///data/haru.sqlite3"


def test_a_signing_secret_means_http(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bot token with a signing secret means HTTP."""
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
    """Tokens that are only half there are refused with the missing one's name."""
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=named):
        _ = read_settings().mode


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("PORT", "many", "PORT"),
        ("PORT", "70000", "PORT"),
        ("HARU_ZONE", "Asia/Seul", "HARU_ZONE.*Asia/Seoul"),
        ("HARU_HOUR", "25:00", "HARU_HOUR"),
        ("HARU_LANGUAGE", "klingon", "HARU_LANGUAGE"),
        ("HARU_LOG_LEVEL", "loud", "HARU_LOG_LEVEL"),
        ("SLACK_BOT_TOKEN", "xapp-secret", "SLACK_BOT_TOKEN should begin with xoxb-"),
        ("SLACK_APP_TOKEN", "xoxb-secret", "SLACK_APP_TOKEN should begin with xapp-"),
        ("SLACK_CLIENT_ID", "1.2", "SLACK_CLIENT_SECRET go together"),
    ],
)
def test_a_wrong_value_is_named_and_never_repeated(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    """A value Haru cannot use is named with what was expected; the value itself is not printed."""
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=said) as caught:
        read_settings()
    assert "secret" not in str(caught.value).lower().replace("slack_client_secret", "")


def test_a_dotenv_file_is_read() -> None:
    """A .env file in the working folder counts as the environment, and empty lines in it as unset."""
    Path(".env").write_text("HARU_ZONE=Asia/Seoul\nSLACK_BOT_TOKEN=\n", encoding="utf-8")
    settings = read_settings()
    assert settings.haru_zone == "Asia/Seoul"
    assert settings.mode is Mode.LOCAL


def test_the_example_file_can_be_used_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """A copy of .env.example changes nothing, and names only variables there are."""
    example = Path(__file__).parents[2] / ".env.example"
    Path(".env").write_text(example.read_text(encoding="utf-8"), encoding="utf-8")
    settings = read_settings()
    assert settings.mode is Mode.LOCAL
    named = {line.partition("=")[0] for line in example.read_text().splitlines() if line[:1].isalpha()}
    assert named <= {name.upper() for name in Settings.model_fields}
