"""A proxy that is the only way out: Slack, its sockets and its response URLs are reached through it."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.emulator.conftest import Running
from tests.emulator.slack import Slack
from tests.forward_proxy import ForwardProxy

pytestmark = pytest.mark.timeout(180)


async def test_slack_is_reached_through_the_only_way_out(
    tmp_path: Path, environment: dict[str, str], slack: Slack
) -> None:
    """Calls, the socket and late answers go through the proxy."""
    port = urlsplit(slack.api_url).port or 0
    slack.answers_at("http://slack.example")
    slack.slow["users.info"] = 2.0
    haru = Running(tmp_path, environment, slack)
    async with ForwardProxy(port).running() as proxy, haru.by_socket(HTTP_PROXY=proxy.url):
        await slack.until(lambda: slack.sockets, "Haru opened no socket")
        assert "blocks" in await slack.command("/digest", "help")
        await slack.command("/paper", "looped")
        assert set(proxy.hosts) == {"slack.example"}
        assert {"apps.connections.open", "auth.test", "users.info"} <= {call.method for call in slack.calls}


async def test_a_post_goes_through_the_only_way_out(haru: Running, slack: Slack) -> None:
    """Deliveries take the same way as answers."""
    async with haru.by_socket():
        assert "blocks" in await slack.command("/digest", "on")
    port = urlsplit(slack.api_url).port or 0
    slack.answers_at("http://slack.example")
    async with ForwardProxy(port).running() as proxy:
        variables = {"HTTP_PROXY": proxy.url, "SLACK_API_URL": slack.api_url}
        (record,) = await haru.json("deliver", "--now", "2025-02-25T09:00:00+00:00", "--json", **variables)
        assert record["status"] == "sent", json.dumps(record)
        assert "slack.example" in proxy.hosts
