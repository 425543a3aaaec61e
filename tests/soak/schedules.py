"""Schedules: what happens to a simulated Haru, generated from a seed, and what became of it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import structlog
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from bot.app import Haru
from tests.soak.machine import Simulation

STEPS = 12
"""Things that happen in one schedule, at most."""

Trace = tuple[str, ...]


def run(
    number: int, *, schedules: int, wrong: Callable[[Haru], None] | None = None, shrink: bool = True
) -> list[Trace]:
    """The traces of this many schedules made from the seed ``number``. Raises the AssertionError that the
    machine found, with the shortest schedule that shows it.
    """
    traces: list[Trace] = []
    own = {"wrong": staticmethod(wrong) if wrong else None, "traces": traces}
    named = type("Simulation", (Simulation,), own)
    run_state_machine_as_test(
        seed(number)(named),
        settings=settings(
            max_examples=schedules,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            derandomize=False,
            report_multiple_bugs=False,
            phases=(Phase.generate, Phase.shrink) if shrink else (Phase.generate,),
            suppress_health_check=list(HealthCheck),
        ),
    )
    return traces


@contextmanager
def quiet() -> Iterator[None]:
    """Switch the log off: a simulated year has many lines."""
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    try:
        yield
    finally:
        structlog.configure(**before)


def judged(number: int, schedules: int) -> tuple[int, int, str | None]:
    """The number of schedules of a seed, of posts in them, and the fault that one showed."""
    try:
        with quiet():
            traces = run(number, schedules=schedules)
    except AssertionError as error:
        return schedules, 0, f"{error}\n" + "\n".join(getattr(error, "__notes__", ()))
    return len(traces), sum(" posted " in line for trace in traces for line in trace), None
