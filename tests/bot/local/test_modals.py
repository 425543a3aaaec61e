"""Tests of modals and App Homes: stacks, hashes, submissions, closing, and uploaded files."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError

from bot.local.seed import KOREAN_CHANNEL, MINJI
from tests.bot.local.conftest import Slack

ME = {"as": MINJI}


def modal(title: str, *blocks: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "modal", "title": {"type": "plain_text", "text": title}, "blocks": list(blocks), **more}


def row(action: str) -> dict[str, Any]:
    button = {"type": "button", "action_id": action, "text": {"type": "plain_text", "text": action}}
    return {"type": "actions", "block_id": "row", "elements": [button]}


async def stack(slack: Slack) -> list[dict[str, Any]]:
    """The user's open modals, the topmost last."""
    answer = await slack.ask("GET", f"/local/views?as={MINJI}")
    views: list[dict[str, Any]] = answer["views"]
    return views


async def press(slack: Slack, view: dict[str, Any], action: str, status: int = 200) -> dict[str, Any]:
    """Press a button in a modal."""
    body = ME | {"view": view["id"], "block_id": "row", "action_id": action}
    return await slack.ask("POST", "/local/actions", body, status)


async def opened(slack: Slack, view: dict[str, Any]) -> dict[str, Any]:
    """Let the app open a view from a command, and return the opened view."""

    @slack.app.command("/paper")
    async def paper(ack: Any, command: dict[str, Any], client: Any) -> None:
        await ack()
        await client.views_open(trigger_id=command["trigger_id"], view=view)

    await slack.write("/paper x", channel=KOREAN_CHANNEL)
    return (await stack(slack))[-1]


async def test_at_most_three_modals_are_stacked(slack: Slack) -> None:
    """A fourth modal is refused with push_limit_reached; closing the topmost shows the one below."""
    errors: list[str] = []

    @slack.app.action("push")
    async def push(ack: Any, body: dict[str, Any], client: Any) -> None:
        await ack()
        try:
            await client.views_push(trigger_id=body["trigger_id"], view=modal("more", row("push")))
        except SlackApiError as error:
            errors.append(error.response["error"])

    await opened(slack, modal("first", row("push")))
    for _ in range(3):
        await press(slack, (await stack(slack))[-1], "push")
    assert errors == ["push_limit_reached"]
    views = await stack(slack)
    assert [view["previous_view_id"] for view in views] == [None, views[0]["id"], views[1]["id"]]
    await slack.ask("POST", "/local/closings", ME | {"view": views[-1]["id"]})
    assert [view["id"] for view in await stack(slack)] == [view["id"] for view in views[:2]]


async def test_an_update_with_an_old_hash_is_refused(slack: Slack) -> None:
    """views.update with the hash of an earlier version fails with hash_conflict."""
    view = await opened(slack, modal("first"))
    await slack.client.views_update(view_id=view["id"], view=modal("second"), hash=view["hash"])
    with pytest.raises(SlackApiError, match="hash_conflict"):
        await slack.client.views_update(view_id=view["id"], view=modal("third"), hash=view["hash"])
    with pytest.raises(SlackApiError, match="not_found"):
        await slack.client.views_update(view_id="V0NONE", view=modal("third"))
    assert (await stack(slack))[-1]["title"]["text"] == "second"


@pytest.mark.parametrize(
    ("response", "titles"),
    [
        ({"response_action": "update", "view": modal("updated")}, ["updated"]),
        ({"response_action": "push", "view": modal("pushed")}, ["first", "pushed"]),
        ({"response_action": "clear"}, []),
        ({}, []),
    ],
)
async def test_the_response_to_a_submission_changes_the_stack(
    slack: Slack, response: dict[str, Any], titles: list[str]
) -> None:
    """response_action updates, pushes or clears; an empty acknowledgement closes the modal."""

    @slack.app.view("form")
    async def form(ack: Any) -> None:
        await ack(**response)

    submit = {"type": "plain_text", "text": "Save"}
    view = await opened(slack, modal("first", callback_id="form", submit=submit))
    await slack.ask("POST", "/local/submissions", ME | {"view": view["id"], "values": {}})
    assert [one["title"]["text"] for one in await stack(slack)] == titles


async def test_errors_keep_the_modal_open(slack: Slack) -> None:
    """response_action "errors" returns the app's errors by block and leaves the modal open."""

    @slack.app.view("form")
    async def form(ack: Any) -> None:
        await ack(response_action="errors", errors={"name": "no"})

    submit = {"type": "plain_text", "text": "Save"}
    view = await opened(slack, modal("first", callback_id="form", submit=submit))
    answer = await slack.ask("POST", "/local/submissions", ME | {"view": view["id"], "values": {}})
    assert answer["errors"] == {"name": "no"}
    assert len(await stack(slack)) == 1


@pytest.mark.parametrize(("notify", "expected"), [(False, []), (True, ["form"])])
async def test_view_closed_is_sent_only_on_request(slack: Slack, notify: bool, expected: list[str]) -> None:
    """The app receives view_closed for a view with notify_on_close, and for no other."""
    closed: list[str] = []

    @slack.app.view_closed("form")
    async def view_closed(ack: Any, view: dict[str, Any]) -> None:
        closed.append(view["callback_id"])
        await ack()

    view = await opened(slack, modal("x", callback_id="form", notify_on_close=notify))
    await slack.ask("POST", "/local/closings", ME | {"view": view["id"]})
    assert closed == expected


async def test_app_home_is_published_for_one_user(slack: Slack) -> None:
    """views.publish shows a home to one user; opening the tab sends an event with that view."""
    events: list[dict[str, Any]] = []

    @slack.app.event("app_home_opened")
    async def home(event: dict[str, Any], client: Any) -> None:
        events.append(event)

    view = {"type": "home", "blocks": [row("x")]}
    await slack.client.views_publish(user_id=MINJI, view=view)
    shown = await slack.ask("GET", f"/local/home?as={MINJI}")
    assert shown["view"]["blocks"][0]["elements"][0]["action_id"] == "x"
    assert (await slack.ask("GET", "/local/home?as=U0JUNHO"))["view"] is None
    await slack.ask("POST", "/local/visits", ME | {"tab": "home"})
    for _ in range(100):
        if events:
            break
        await asyncio.sleep(0.01)
    assert events[0]["view"]["type"] == "home"


async def test_the_app_can_download_an_uploaded_file(slack: Slack) -> None:
    """files.info knows an uploaded file, and its bytes are served only with the bot token."""
    url = slack.workspace.url
    async with slack.session.post(f"{url}local/files?as={MINJI}&name=a.txt", data="하루".encode()) as answer:
        file = (await answer.json())["file"]
    known = await slack.client.files_info(file=file["id"])
    assert known["file"]["name"] == "a.txt"
    token = {"Authorization": f"Bearer {slack.workspace.bot_token}"}
    async with slack.session.get(known["file"]["url_private_download"], headers=token) as answer:
        assert await answer.read() == "하루".encode()
    async with slack.session.get(known["file"]["url_private_download"]) as answer:
        assert answer.content_type == "text/html"
