"""The judge of the crash battery sees each kind of failure, and none where all is well."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.crash.verdict import Expected, judge, judge_reads

DUE = datetime(2025, 3, 3, tzinfo=UTC)
EXPECTED = [Expected("C1", DUE, ("first", "second", "third"), (False, True, True))]


def _record() -> list[dict[str, Any]]:
    """The three parts as they should stand: in order, in one thread, two seconds apart."""
    return [
        {
            "accepted": place,
            "channel": "C1",
            "text": text,
            "ts": str(place),
            "thread_ts": "0" if place else None,
            "received": 100.0 + 2 * place,
            "clock": (DUE + timedelta(seconds=2 * place)).isoformat(),
        }
        for place, text in enumerate(EXPECTED[0].texts)
    ]


def test_a_delivery_as_it_should_be_is_faultless() -> None:
    """Nothing is found where there is nothing."""
    assert judge(_record(), EXPECTED).failures() == {}


def _again(record: list[dict[str, Any]]) -> None:
    record.append(record[1] | {"accepted": 9, "received": 200.0})


def _swap(record: list[dict[str, Any]]) -> None:
    record[1]["text"], record[2]["text"] = record[2]["text"], record[1]["text"]


@pytest.mark.parametrize(
    ("spoil", "kind"),
    [
        (lambda record: record.pop(), "lost"),
        (_again, "doubled"),
        (_swap, "disordered"),
        (lambda record: record[2].update(thread_ts="7"), "strayed"),
        (lambda record: record[0].update(clock=(DUE - timedelta(seconds=1)).isoformat()), "early"),
        (lambda record: record[2].update(received=102.5), "crowded"),
        (lambda record: record[2].update(text="who asked?"), "unexpected"),
    ],
)
def test_each_failure_is_seen(spoil: Callable[[list[dict[str, Any]]], object], kind: str) -> None:
    """A record that is wrong in one way is found wrong in that way."""
    record = _record()
    spoil(record)
    assert kind in judge(record, EXPECTED).failures()


@pytest.mark.parametrize(
    ("fault", "kills", "needless"),
    [
        (None, [], 1),
        ("rate_limited", [], 1),
        ("drop_after", [], 0),
        (None, [11.0], 0),
        (None, [30.0], 1),
    ],
)
def test_a_reading_needs_a_reason(fault: str | None, kills: list[float], needless: int) -> None:
    """A history may be read after an answer that left a doubt or after a death, and not otherwise."""
    calls = [
        {"at": 10.0, "method": "chat.postMessage", "channel": "C1", "fault": fault},
        {"at": 20.0, "method": "conversations.history", "channel": "C1", "fault": None},
    ]
    assert len(judge_reads(calls, kills)) == needless
