"""The app manifest."""

from __future__ import annotations

import pytest

from config.manifest import EVENTS, OPTIONAL_SCOPES, SCOPES, UNFURLED, ManifestError, manifest


def test_socket_mode_names_no_address() -> None:
    """Without a URL, the manifest selects Socket Mode and has no request URL."""
    made = manifest()
    assert made["settings"]["socket_mode_enabled"] is True
    assert "http" not in str(made)


def test_http_points_everything_at_one_address() -> None:
    """With a URL, commands, interactions and events all go to the events path."""
    made = manifest(url="https://haru.example.org/")
    address = "https://haru.example.org/slack/events"
    assert {command["url"] for command in made["features"]["slash_commands"]} == {address}
    assert made["settings"]["interactivity"]["request_url"] == address
    assert made["settings"]["event_subscriptions"]["request_url"] == address
    assert made["settings"]["socket_mode_enabled"] is False


def test_a_prefix_renames_every_command() -> None:
    """With a prefix, every command begins with it."""
    commands = [command["command"] for command in manifest(prefix="lab-")["features"]["slash_commands"]]
    assert commands == ["/lab-paper", "/lab-tag", "/lab-digest", "/lab-haru"]


def test_history_is_optional_and_explained() -> None:
    """The scopes to read history are optional, and each scope says what it is for."""
    scopes = manifest()["oauth_config"]["scopes"]
    assert {"channels:history", "groups:history"} <= set(scopes["bot_optional"])
    assert set(scopes["bot_optional"]) <= set(scopes["bot"])
    assert all({**SCOPES, **OPTIONAL_SCOPES}.values())


def test_texts_keep_slack_s_limits() -> None:
    """Texts are within the lengths of Slack's manifest reference."""
    made = manifest()
    assert len(made["display_information"]["description"]) <= 140
    assert 174 <= len(made["display_information"]["long_description"]) <= 4000
    assert all(len(command["description"]) <= 2000 for command in made["features"]["slash_commands"])


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"name": ""}, "1 to 35"),
        ({"name": "  "}, "1 to 35"),
        ({"name": "x" * 36}, "1 to 35"),
        ({"name": "하루"}, "--display-name"),
        ({"display_name": "paper bot"}, "--display-name"),
        ({"display_name": ""}, "--display-name"),
        ({"prefix": "Lab "}, "prefix"),
        ({"prefix": "랩"}, "prefix"),
        ({"prefix": "x" * 30}, "32 characters"),
        ({"url": "http://haru.example.org"}, "https://"),
        ({"url": "https://"}, "a host"),
        ({"url": "https://haru.example.org/slack/events"}, "after the host"),
        ({"url": "https://haru.example.org?x=1"}, "after the host"),
        ({"url": "https://haru.example.org:99999"}, "no address"),
    ],
)
def test_what_slack_refuses_is_refused(values: dict[str, str], says: str) -> None:
    """A name, prefix or address that Slack would not take is refused with the reason."""
    with pytest.raises(ManifestError, match=says):
        manifest(**values)


def test_a_name_with_spaces_gives_a_display_name_without() -> None:
    """The bot's name is made of the app's, and may be given where that does not work."""
    assert manifest(name="Paper Bot")["features"]["bot_user"]["display_name"] == "paper-bot"
    assert manifest(name="하루", display_name="haru")["features"]["bot_user"]["display_name"] == "haru"


def test_links_are_unfurled_for_as_many_domains_as_slack_allows() -> None:
    """The manifest asks to hear of links to at most five domains."""
    assert manifest()["features"]["unfurl_domains"] == list(UNFURLED)
    assert len(UNFURLED) <= 5
    assert "link_shared" in EVENTS
