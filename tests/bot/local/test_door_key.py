"""Other machines need the key of the local workspace."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
import pytest

from bot.local import door_key
from bot.local.workspace import LocalWorkspace


async def test_a_container_prints_an_address_with_a_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On all interfaces, a stranger is refused until they bring the printed key; then it stays."""
    # Every peer here is on loopback: let none count as this machine.
    monkeypatch.setattr(door_key, "is_loopback", lambda _: False)
    workspace = LocalWorkspace(
        state=tmp_path / "slack.sqlite3",
        app_url="http://127.0.0.1:9",
        signing_secret="s",
        host="0.0.0.0",  # noqa: S104 - what a container does
        port=0,
        starts_at=datetime(2025, 2, 25, tzinfo=UTC),
    )
    await workspace.start()
    try:
        address = urlsplit(workspace.url)
        assert len(address.query) > 24
        base = f"http://127.0.0.1:{workspace.port}"
        jar = aiohttp.CookieJar(unsafe=True)
        async with aiohttp.ClientSession(cookie_jar=jar) as session:
            for path in ("/", "/local/people", "/api/auth.test", "/?key=", "/?key=wrong"):
                async with session.get(base + path) as refused:
                    assert refused.status == 403, path
            async with session.get(workspace.url) as opened:
                assert opened.status == 200
                assert "key=" not in str(opened.url)
            async with session.get(f"{base}/local/people") as people:
                assert people.status == 200
    finally:
        await workspace.stop()


def test_on_loopback_there_is_no_key(tmp_path: Path) -> None:
    """The default address is this machine's own, and needs no key."""
    workspace = LocalWorkspace(
        state=tmp_path / "slack.sqlite3",
        app_url="http://127.0.0.1:9",
        signing_secret="s",
        starts_at=datetime(2025, 2, 25, tzinfo=UTC),
    )
    assert workspace.url == "http://127.0.0.1:8420/"
    assert [door_key.is_loopback(name) for name in ("localhost", "::1", "127.0.0.2")] == [True] * 3
    assert not any(map(door_key.is_loopback, ("0.0.0.0", "::", "172.17.0.1", "example.org", None)))  # noqa: S104
