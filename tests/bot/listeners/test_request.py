"""One request: what it reads, how often, and in which language it is answered."""

from __future__ import annotations

from dataclasses import replace
from unittest.mock import AsyncMock, Mock

import pytest

from bot.channels.permissions import Person
from bot.channels.preferences import Channel, Language, Preferences
from bot.listeners.request import Request
from bot.workspaces.slack_directory import CACHED_FOR, Conversation
from digests.model import Workspace

HERE = Workspace("", "T1")
CHANNEL = Channel(1, HERE, "C1", Preferences(Language.KO), creator_id="U9")


def _services(
    *, channel: Channel | None = CHANNEL, chosen: str | None = None, locale: str | None = "en-US"
) -> Mock:
    """Services that know this channel, the language the person chose, and their Slack locale."""
    services = Mock(operators=frozenset({"U_OPERATOR"}), default_language="ko")
    services.settings.find = AsyncMock(return_value=channel)
    services.settings.find_or_add = AsyncMock(return_value=replace(CHANNEL, name="new"))
    preferred = channel.preferences.language if channel else None
    services.user_languages.get_with_channel = AsyncMock(return_value=(chosen, preferred))
    services.directory.person = AsyncMock(
        return_value=Person("U1", is_known=True, locale=locale, zone="Asia/Seoul")
    )
    services.directory.conversation = AsyncMock(return_value=Conversation("papers", "U9", 3, True))
    services.policies.is_open = AsyncMock(return_value=False)
    return services


def _request(services: Mock, *, user_id: str = "U1", channel_id: str = "C1") -> Request:
    return Request(services, workspace=HERE, user_id=user_id, channel_id=channel_id, client=Mock())


async def test_everything_is_read_once() -> None:
    """However often a handler asks, the channel, the language and the rights are each read once."""
    services = _services()
    request = _request(services)
    for _ in range(3):
        await request.channel()
        await request.language()
        await request.rights()
        await request.rights(fresh=False)
    assert services.settings.find.await_count == 1
    assert services.user_languages.get_with_channel.await_count == 1
    assert services.directory.person.await_count == 1
    assert services.policies.is_open.await_count == 1


async def test_rights_for_a_change_are_asked_for_anew() -> None:
    """Rights that were good enough to show something are asked for again before a change."""
    services = _services()
    request = _request(services)
    await request.rights(fresh=False)
    await request.rights()
    assert [call.kwargs["max_age"] for call in services.directory.person.await_args_list] == [CACHED_FOR, 0]


async def test_nothing_is_kept_for_another_channel() -> None:
    """A request about another channel, or made after a change, reads everything again."""
    services = _services()
    request = _request(services)
    await request.language()
    await request.in_channel("C1").language()
    assert services.user_languages.get_with_channel.await_count == 2


@pytest.mark.parametrize(
    ("chosen", "channel", "locale", "expected"),
    [
        ("en", CHANNEL, "ko-KR", "en"),
        (None, CHANNEL, "en-US", "ko"),
        (None, replace(CHANNEL, preferences=Preferences(Language.BOTH)), "en-US", "en"),
        (None, None, "en-US", "en"),
        (None, None, None, "ko"),
    ],
)
async def test_the_language_of_a_reply(
    chosen: str | None, channel: Channel | None, locale: str | None, expected: str
) -> None:
    """The person's choice comes first, then the channel's language, the Slack locale and the default."""
    request = _request(_services(chosen=chosen, channel=channel, locale=locale))
    assert await request.language() == expected


async def test_slack_is_asked_for_a_locale_only_where_it_counts() -> None:
    """Where the person or the channel decides the language, Slack is not asked who the person is."""
    services = _services()
    await _request(services).language()
    services.directory.person.assert_not_awaited()


async def test_a_new_channel_takes_its_first_person_s_language_and_zone() -> None:
    """A channel Haru does not know is added with what Slack tells of the person who asks there."""
    services = _services(channel=None)
    assert (await _request(services).channel()).name == "new"
    added = services.settings.find_or_add.await_args
    assert added.args == (HERE, "C1", Conversation("papers", "U9", 3, True))
    assert added.kwargs == {"language": "en", "zone": "Asia/Seoul"}


async def test_a_direct_message_belongs_to_its_person() -> None:
    """The creator of a direct message is the person who writes there, since Slack names none."""
    services = _services(channel=None)
    await _request(services, channel_id="D1").channel()
    assert services.settings.find_or_add.await_args.args[2].creator_id == "U1"


async def test_operators_have_an_admin_s_rights() -> None:
    """A user id of HARU_OPERATORS may decide for the workspace."""
    assert (await _request(_services(), user_id="U_OPERATOR").rights()).may_administer
    assert not (await _request(_services()).rights()).may_administer
