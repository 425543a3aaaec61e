"""The crash battery in a short form. `make crash` hits every point often.

Batteries mostly wait, so those of one test run side by side.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.crash.battery import Outcome, Script, run
from tests.crash.wrong import WRONG, wrong_script

pytestmark = [pytest.mark.crash, pytest.mark.timeout(180)]


def _short(processes: int) -> Script:
    return Script(processes, rounds=2, seconds=12.0, hits=1, freezes=1, rooms_each=1, every=4.0)


async def _keep_dying(folder: Path, alone: str, shared: str) -> list[Outcome]:
    outcomes = await asyncio.gather(
        run(_short(1), f"sqlite:///{folder}.sqlite3", folder / "sqlite"),
        run(_short(1), alone, folder / "alone"),
        run(_short(4), shared, folder / "shared"),
    )
    return list(outcomes)


@pytest.mark.timeout(360)
async def test_processes_that_keep_dying_lose_and_double_nothing(
    tmp_path: Path, postgres_urls: list[str]
) -> None:
    """Workers that are killed and frozen at named points, over a bad connection, post each part once and in
    order.
    """
    outcomes = await _keep_dying(tmp_path / "first", *postgres_urls[:2])
    if not all(outcome.is_valid for outcome in outcomes):
        # The machine held the workspace up, which then took messages later than Slack does.
        outcomes = await _keep_dying(tmp_path / "second", *postgres_urls[2:])
    assert [outcome.verdict.failures() for outcome in outcomes] == [{}, {}, {}]
    # The numbers depend on how busy the machine is.
    assert sum(outcome.killed.total() + outcome.frozen.total() for outcome in outcomes) >= 1
    assert sum(sum(outcome.faults.values()) for outcome in outcomes) >= 1


async def test_couriers_that_are_wrong_are_found_out(tmp_path: Path) -> None:
    """A courier that sends again without looking, never sends again, looks too early, or looks for what was
    surely not sent fails the battery by exactly that.
    """
    outcomes = await asyncio.gather(
        *(run(wrong_script(name), f"sqlite:///{tmp_path}/{name}.sqlite3", tmp_path / name) for name in WRONG)
    )
    found = {name: set(outcome.verdict.failures()) for name, outcome in zip(WRONG, outcomes, strict=True)}
    assert {name: kind for name, kind in WRONG.items() if kind in found[name]} == WRONG
    # This variant has no other failure, and no other variant has this one.
    assert found["never_content"] == {"needless_reads"}
    assert [name for name in WRONG if "needless_reads" in found[name]] == ["never_content"]


async def test_no_history_is_read_where_every_answer_is_definite(tmp_path: Path) -> None:
    """With rate limits and no doubts Haru reads no history."""
    script = Script(
        rounds=1, seconds=0.0, hits=0, freezes=0, rooms_each=2, every=4.0,
        odds={"rate_limited": 0.3}, points=(),
    )  # fmt: skip
    outcome = await run(script, f"sqlite:///{tmp_path}/haru.sqlite3", tmp_path)
    assert outcome.verdict.failures() == {}
    assert outcome.faults["rate_limited"] > 0
    assert "conversations." not in (tmp_path / "calls").read_text()
