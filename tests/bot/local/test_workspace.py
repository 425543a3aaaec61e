"""Tests of the local workspace end to end, with a Bolt app."""

from __future__ import annotations

from typing import Any

from tests.bot.local.conftest import Slack


async def test_a_posted_message_is_shown_and_in_the_history(slack: Slack) -> None:
    """A posted message is in the channel and in its history, with metadata only on request."""
    posted = await slack.client.chat_postMessage(
        channel="C0NONMUN", text="안녕", metadata={"event_type": "part", "event_payload": {"id": "p1"}}
    )
    plain = await slack.client.conversations_history(channel="C0NONMUN")
    full = await slack.client.conversations_history(channel="C0NONMUN", include_all_metadata=True)
    assert plain["messages"][0]["ts"] == posted["ts"]
    assert "metadata" not in plain["messages"][0]
    assert full["messages"][0]["metadata"]["event_payload"] == {"id": "p1"}
    assert [message["text"] for message in await slack.seen("U0JUNHO")] == ["안녕"]


async def test_the_answer_to_a_command_is_ephemeral(slack: Slack) -> None:
    """A slash command reaches the app, and only the user who sent it sees the answer."""
    heard: dict[str, Any] = {}

    @slack.app.command("/paper")
    async def paper(ack: Any, command: dict[str, Any]) -> None:
        heard.update(command)
        await ack(text="here it is")

    await slack.write("/paper looped @minji")
    assert heard["text"] == "looped <@U0MINJI|minji>"
    assert heard["is_enterprise_install"] == "false"
    assert [(m["text"], m["_ephemeral"]) for m in await slack.seen("U0MINJI")] == [("here it is", True)]
    assert await slack.seen("U0JUNHO") == []


async def test_a_button_opens_a_modal_and_the_app_gets_its_submission(slack: Slack) -> None:
    """A pressed button's trigger id opens a modal, whose values reach the app when it is submitted."""
    submitted: dict[str, Any] = {}

    @slack.app.action("go")
    async def go(ack: Any, body: dict[str, Any], client: Any) -> None:
        await ack()
        view = {
            "type": "modal",
            "callback_id": "form",
            "title": {"type": "plain_text", "text": "Form"},
            "submit": {"type": "plain_text", "text": "Save"},
            "blocks": [
                {
                    "type": "input",
                    "block_id": "name",
                    "label": {"type": "plain_text", "text": "Name"},
                    "element": {"type": "plain_text_input", "action_id": "name"},
                }
            ],
        }
        await client.views_open(trigger_id=body["trigger_id"], view=view)

    @slack.app.view("form")
    async def form(ack: Any, view: dict[str, Any]) -> None:
        submitted.update(view["state"]["values"])
        await ack()

    button = {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}}
    posted = await slack.client.chat_postMessage(
        channel="C0NONMUN", text="x", blocks=[{"type": "actions", "block_id": "row", "elements": [button]}]
    )
    who: dict[str, Any] = {"as": "U0MINJI"}
    pressed = {"channel": "C0NONMUN", "ts": posted["ts"], "block_id": "row", "action_id": "go"}
    await slack.ask("POST", "/local/actions", who | pressed)
    (view,) = (await slack.ask("GET", "/local/views?as=U0MINJI"))["views"]
    empty = await slack.ask("POST", "/local/submissions", who | {"view": view["id"], "values": {}})
    assert empty["errors"] == {"name": {"code": "required"}}
    values = {"name": {"name": {"type": "plain_text_input", "value": "하루"}}}
    taken = await slack.ask("POST", "/local/submissions", who | {"view": view["id"], "values": values})
    assert taken["errors"] == {}
    assert submitted == values
    assert (await slack.ask("GET", "/local/views?as=U0MINJI"))["views"] == []
