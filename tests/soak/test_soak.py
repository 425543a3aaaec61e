"""The simulation: hundreds of generated schedules in virtual time show no fault."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.app import Haru
from bot.ledger.outcome import Outcome
from bot.ledger.part import Part
from tests.soak import wrong
from tests.soak.mortal import CrashError
from tests.soak.schedules import quiet, run
from tests.soak.slack import Fate
from tests.soak.world import BEGINS, World

SCHEDULES = int(os.environ.get("HARU_SOAK", "252"))
"""How many in all. `make soak` plays ten thousand."""

PARTS = 4
pytestmark = [pytest.mark.soak, pytest.mark.timeout(600)]

_PRINT = "from tests.soak.schedules import quiet, run\nwith quiet():\n    print(run(77, schedules=5))"


@pytest.fixture(autouse=True)
def without_a_log() -> Iterator[None]:
    """Switch the log of the simulated weeks off."""
    with quiet():
        yield


def _play(seed: int) -> None:
    wanted = -(-SCHEDULES // PARTS)
    assert len(run(seed, schedules=wanted, shrink=False)) >= wanted


class TestFirstQuarter:
    """A class each, so that two test processes can share them."""

    def test_whatever_happens_each_digest_comes_once(self) -> None:
        """Nothing is lost, doubled, early, or sent where it should not be."""
        _play(1)


class TestSecondQuarter:
    def test_whatever_happens_each_digest_comes_once(self) -> None:
        """Nothing is lost, doubled, early, or sent where it should not be."""
        _play(2)


class TestThirdQuarter:
    def test_whatever_happens_each_digest_comes_once(self) -> None:
        """Nothing is lost, doubled, early, or sent where it should not be."""
        _play(3)


class TestFourthQuarter:
    def test_whatever_happens_each_digest_comes_once(self) -> None:
        """Nothing is lost, doubled, early, or sent where it should not be."""
        _play(4)


class TestItself:
    @pytest.mark.parametrize("variant", [wrong.naive_retry, wrong.at_most_once, wrong.no_settle_time])
    def test_what_is_wrong_on_purpose_is_found_out(self, variant: Callable[[Haru], None]) -> None:
        """A Haru that doubles or loses posts fails the simulation."""
        with pytest.raises(AssertionError):
            run(2, schedules=400, wrong=variant, shrink=False)

    def test_a_death_in_the_middle_of_an_aftermath_is_only_a_death(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        """A process that dies while it counts a failed day is followed by the next one without an error."""
        world = World()
        world.take_in(BEGINS.date() + timedelta(days=1))
        world.slack.fates["C1"].append(Fate.ARCHIVED)
        follow, deaths = world.haru.courier._follow_up, []

        async def dying(part: Part, outcome: Outcome) -> None:
            world.mortal().dies_in = 1
            try:
                await follow(part, outcome)
            except CrashError as death:
                deaths.append(str(death))
                raise

        setattr(world.haru.courier, "_follow_up", dying)  # noqa: B010 - mypy guards methods
        world.pass_time(timedelta(hours=13))
        world.close()
        gc.collect()
        assert len(deaths) == 1
        assert "never retrieved" not in caplog.text

    def test_the_same_seed_gives_the_same_trace(self) -> None:
        """A seed reproduces its schedules, also in another process whose sets have another order."""
        traces = run(77, schedules=5)
        assert traces == run(77, schedules=5)
        other = subprocess.run(
            [sys.executable, "-c", _PRINT],
            cwd=Path(__file__).parents[2],
            env={**os.environ, "PYTHONHASHSEED": "3"},
            check=True,
            capture_output=True,
            text=True,
        )
        assert other.stdout == f"{traces}\n"
