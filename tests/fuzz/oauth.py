"""Coverage-guided fuzzing of OAuth callbacks: the state, the cookie, the reason and the language of a reader.

python -m tests.fuzz.oauth --runs 250000 --seed 1
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import atheris

with atheris.instrument_imports(include=["bot.workspaces.oauth_states", "bot.install_pages"]):
    from bot.clocks import FixedClock
    from bot.install_pages import failed, installed, preferred_language
    from bot.workspaces.oauth_states import INSTALL_WITHIN, OAuthStates

from tests.fuzz.engine import fuzz

SLOWEST = 5
"""Seconds one callback of at most LONGEST bytes may take; libFuzzer stops there."""

LONGEST = 2048

NOW = datetime(2026, 1, 5, tzinfo=UTC)


class _Seen:
    """Stands for the events that were handled: a state is taken once."""

    def __init__(self) -> None:
        self.ids: set[str] = set()

    async def claim(self, _: Any, event_id: str, *, now: datetime) -> bool:
        is_new = event_id not in self.ids
        self.ids.add(event_id)
        return is_new


_loop = asyncio.new_event_loop()


def test_one_input(data: bytes) -> None:
    """Come back with something; a state that was not issued, or is changed, is never taken."""
    text = data.decode("utf-8", "replace")
    states = OAuthStates(_Seen(), FixedClock(NOW), secret="s")  # type: ignore[arg-type]
    assert not _loop.run_until_complete(states.async_consume(text))
    issued = _loop.run_until_complete(states.async_issue())
    if text:
        assert not _loop.run_until_complete(states.async_consume(issued + text))
        assert not _loop.run_until_complete(states.async_consume(text + issued))
    assert _loop.run_until_complete(states.async_consume(issued))
    assert not _loop.run_until_complete(states.async_consume(issued))
    language = preferred_language(text)
    for page in (
        failed(text, language=language, contact=None),
        installed(text, language=language, contact=None, open_url=None),
    ):
        shown = page.partition("</style>")[2]
        assert "<script" not in shown.casefold()
        assert shown.count("<h1>") == 1


def write_corpus(folder: Path, _: int) -> None:
    """States of the right form with wrong signatures, reasons of Slack's, and languages."""
    expires = int(NOW.timestamp()) + INSTALL_WITHIN
    seeds = [
        f"abc.{expires}.{'0' * 64}",
        "..",
        f"a.{expires}.",
        "access_denied",
        "ko-KR,ko;q=0.9",
        "<script>",
    ]
    for number, seed in enumerate(seeds):
        (folder / f"{number:04d}").write_text(seed, encoding="utf-8")


if __name__ == "__main__":
    fuzz(test_one_input, write_corpus, description=__doc__, longest=LONGEST, slowest=SLOWEST)
