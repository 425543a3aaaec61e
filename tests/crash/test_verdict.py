"""The judge of the crash battery sees each kind of failure, and none in a correct record."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.crash.verdict import Expected, judge, judge_reads

DUE = datetime(2025, 3, 3, tzinfo=UTC)
EXPECTED = [Expected("C1", DUE, ("first", "second", "third"), (False, True, True))]


def _record() -> list[dict[str, Any]]:
    """The three parts as they should be: in order, in one thread, two seconds apart."""
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
    """A correct record has no failures."""
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
    """A record with one failure is judged to have that failure."""
    record = _record()
    spoil(record)
    assert kind in judge(record, EXPECTED).failures()


def _note(
    at: float, what: str, kind: str = "", *, pid: int = 1, part: str = "p", attempt: int = 1
) -> dict[str, Any]:
    about = {"part": part, "attempt": attempt, "channel": "C1"}
    return {"at": at, "pid": pid, "what": what, "kind": kind, **about}


CLAIMED = _note(9.9, "claimed")
DOUBTED = [CLAIMED, _note(10.1, "answered", "doubt")]


@pytest.mark.parametrize(
    ("fault", "notes", "deaths", "needless"),
    [
        (None, [CLAIMED, _note(10.1, "answered", "sent")], {}, 1),
        ("rate_limited", [CLAIMED, _note(10.1, "answered", "again")], {1: 15.0}, 1),
        ("drop_after", DOUBTED, {}, 0),
        ("hang_before", [CLAIMED, _note(10.9, "answered", "doubt")], {}, 0),
        # A definite answer that is doubted all the same.
        (None, DOUBTED, {}, 1),
        ("rate_limited", DOUBTED, {}, 1),
        # No answer came while the part was held.
        (None, [CLAIMED, _note(12.9, "answered", "doubt")], {}, 0),
        # The process died before it could store Slack's answer.
        (None, [CLAIMED], {1: 10.2}, 0),
        # The holder is frozen past its lease, and has reported nothing.
        (None, [CLAIMED], {}, 0),
        # It has reported since; another process took the doubt just before, well before, or after that.
        (None, [CLAIMED, _note(18.0, "answered", "sent"), _note(17.9, "taken", pid=2)], {}, 0),
        (None, [CLAIMED, _note(15.0, "answered", "sent"), _note(14.9, "taken", pid=2)], {}, 1),
        (None, [CLAIMED, _note(18.0, "answered", "sent"), _note(18.1, "taken", pid=2)], {}, 1),
        # The connection broke before the workspace got the request.
        (None, [_note(7.0, "claimed"), _note(7.5, "answered", "doubt")], {}, 0),
        # One process has looked already; another had taken the doubt meanwhile.
        (None, [CLAIMED, _note(13.0, "settled", pid=2)], {1: 10.2}, 1),
        (None, [CLAIMED, _note(18.0, "settled", pid=2), _note(17.0, "taken", pid=3)], {1: 10.2}, 0),
        # It was sent again after that, and that answer was lost too.
        ("late", [CLAIMED, _note(5.0, "settled"), _note(10.1, "answered", "doubt")], {}, 0),
        # The answer to an earlier attempt was stored together with the claim of this one.
        (
            "drop_after",
            [
                _note(6.0, "claimed"),
                _note(9.9, "claimed", attempt=2),
                _note(10.0, "answered", "again"),
                _note(10.1, "answered", "doubt", attempt=2),
            ],
            {},
            0,
        ),
        # One read serves every doubt of its channel, and of no other channel.
        (None, [*DOUBTED, _note(12.0, "claimed", part="q")], {}, 0),
        ("drop_after", [one | {"channel": "C2"} for one in DOUBTED], {}, 1),
    ],
)
@pytest.mark.parametrize("method", ["conversations.history", "conversations.replies"])
def test_a_reading_needs_a_reason(
    fault: str | None, notes: list[dict[str, Any]], deaths: dict[int, float], needless: int, method: str
) -> None:
    """A history may be read only while a part in that channel is in doubt."""
    calls = [
        {"at": 10.0, "method": "chat.postMessage", "channel": "C1", "fault": fault, "part": "p"},
        {"at": 20.0, "method": method, "channel": "C1", "fault": None, "part": None},
    ]
    assert len(judge_reads(calls, notes, deaths, lease=3.0)) == needless
