"""The independent Slack refuses what is not documented, and breaks off answers when told to."""

from __future__ import annotations

import pytest

from bot.workspaces.clients import Clients
from bot.workspaces.slack_errors import UNREADABLE, SlackCallError, call
from tests.emulator.slack import BOT_TOKEN, CHANNEL, Slack


async def test_an_update_takes_no_unfurling_and_4000_bytes() -> None:
    """chat.update refuses arguments that it does not document, and a text above 4,000 bytes."""
    slack = Slack()
    async with slack.listening():
        clients = Clients(slack.api_url)
        client = clients.client(BOT_TOKEN)
        with pytest.raises(SlackCallError, match="invalid_arguments"):
            await call(client.chat_update(channel=CHANNEL, ts="1.1", text="a", unfurl_links=False))
        assert slack.violations == ["chat.update: unfurl_links is not an argument"]
        with pytest.raises(SlackCallError, match="msg_too_long"):
            await call(client.chat_update(channel=CHANNEL, ts="1.1", text="논문" * 700))
        answer = await call(client.chat_update(channel=CHANNEL, ts="1.1", text="논문" * 600))
        assert answer["text"] == "논문" * 600
        await clients.close()


async def test_an_answer_that_breaks_off_is_unreadable() -> None:
    """A method that is cut answers half its JSON, which is no refusal."""
    slack = Slack(cut={"conversations.history"})
    async with slack.listening():
        clients = Clients(slack.api_url)
        with pytest.raises(SlackCallError, match=UNREADABLE) as caught:
            await call(clients.client(BOT_TOKEN).conversations_history(channel=CHANNEL))
        await clients.close()
    assert not caught.value.is_refusal
    assert slack.violations == []
