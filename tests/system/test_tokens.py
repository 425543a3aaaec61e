"""Wrong tokens are reported in one sentence at the start."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp import web

from bot.local.workspace import LocalWorkspace
from tests.bot.delivery.doubt import slack_that_answers
from tests.system.conftest import COMMAND


@pytest.mark.parametrize("wrong", ["SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"])
async def test_a_token_slack_refuses_is_named(
    tmp_path: Path, environment: dict[str, str], wrong: str
) -> None:
    """`haru run` with a token that Slack does not accept names it and ends with status 1."""
    slack = LocalWorkspace(
        state=tmp_path / "slack.sqlite3",
        app_url="http://127.0.0.1:9",
        signing_secret="s",
        port=0,
        starts_at=datetime(2025, 2, 25, tzinfo=UTC),
    )
    await slack.start()
    tokens = {"SLACK_BOT_TOKEN": slack.bot_token, "SLACK_APP_TOKEN": slack.app_token}
    tokens[wrong] = tokens[wrong][:5] + "wrong"
    try:
        haru = await asyncio.create_subprocess_exec(
            *COMMAND,
            "run",
            cwd=tmp_path,
            env=environment | tokens | {"SLACK_API_URL": slack.api_url},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        _, errors = await asyncio.wait_for(haru.communicate(), timeout=30)
    finally:
        await slack.stop()
    assert haru.returncode == 1
    assert f"Slack does not accept {wrong}" in errors.decode()
    assert "Traceback" not in errors.decode()


@pytest.mark.parametrize("failing", ["auth.test", "apps.connections.open"])
@pytest.mark.parametrize("status", [429, 500])
async def test_slack_in_trouble_is_not_a_wrong_token(
    tmp_path: Path, environment: dict[str, str], failing: str, status: int
) -> None:
    """Where Slack answers 429 or 500 at the start, `haru run` says so, ends with 1, and blames no token."""

    def answer(request: web.Request) -> web.Response:
        if request.path.endswith(failing):
            return web.Response(status=status, text="busy", headers={"Retry-After": "1"})
        return web.json_response({"ok": True, "team_id": "T1", "user_id": "U1", "url": "ws://127.0.0.1:9"})

    async with slack_that_answers(answer) as (url, _):
        haru = await asyncio.create_subprocess_exec(
            *COMMAND,
            "run",
            cwd=tmp_path,
            env=environment
            | {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1", "SLACK_API_URL": f"{url}/api/"},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        _, errors = await asyncio.wait_for(haru.communicate(), timeout=30)
    said = errors.decode()
    assert haru.returncode == 1, said
    assert "try again in" in said.lower() or "Slack is in trouble" in said
    assert "anew" not in said
    assert "Traceback" not in said
