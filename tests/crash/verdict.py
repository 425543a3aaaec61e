"""Judges a run by the local workspace's own record. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

Record = Sequence[Mapping[str, Any]]

SECOND = 0.97
"""Least time between two messages of a channel: a second, minus the error of clocks and sockets."""

ON_ITS_WAY = 1.0
"""Longest time in seconds between a worker's last check of its lease and the workspace's record of the
call.
"""


@dataclass(frozen=True, slots=True)
class Expected:
    """One delivery as it should be in its channel: its parts in order, and not before ``due``."""

    channel: str
    due: datetime
    texts: tuple[str, ...]
    in_thread: tuple[bool, ...]


@dataclass
class Verdict:
    """The failures of a run, each as a sentence."""

    messages: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    disordered: list[str] = field(default_factory=list)
    strayed: list[str] = field(default_factory=list)
    early: list[str] = field(default_factory=list)
    crowded: list[str] = field(default_factory=list)
    unexpected: list[str] = field(default_factory=list)
    needless_reads: list[str] = field(default_factory=list)
    not_terminal: list[str] = field(default_factory=list)

    def counted(self) -> list[tuple[str, list[str]]]:
        """Every kind of failure with those that happened."""
        return [(name, value) for name, value in vars(self).items() if isinstance(value, list)]

    def failures(self) -> dict[str, list[str]]:
        """Only the failures that happened."""
        return {name: value for name, value in self.counted() if value}


def judge(record: Record, expected: Sequence[Expected]) -> Verdict:
    """Compare what is in the channels with what should be there."""
    verdict = Verdict(messages=len(record))
    by_place: dict[tuple[str, str], list[Mapping[str, Any]]] = defaultdict(list)
    for message in record:
        by_place[message["channel"], message["text"]].append(message)
    for one in expected:
        _judge_delivery(one, by_place, verdict)
    for (channel, text), rest in by_place.items():
        verdict.unexpected += [f"{channel} got “{text[:50]}”, which nobody expects" for _ in rest]
    _judge_pace(record, verdict)
    return verdict


def judge_reads(calls: Record, notes: Record, deaths: Mapping[int, float], *, lease: float) -> list[str]:
    """History reads of channels in which nothing was in doubt at that time. Doubts follow from the
    workspace's record of calls, from what the workers noted, and from when each worker died. A process that
    has taken a doubt may look for it as long as it holds it, even if another process reports the outcome
    meanwhile. Only channels are compared, not threads, since one read serves every doubt of a channel.
    """
    posted: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for call in calls:
        if call["method"] == "chat.postMessage":
            posted[call["part"]].append(call)
    grounds: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for part, of_part in _by_part(notes).items():
        doubts = [
            (begins, _settled_at(of_part, begins, note["attempt"]))
            for place, note in enumerate(of_part)
            if note["what"] == "claimed"
            and (begins := _doubted_at(note, of_part[place:], posted[part], deaths, lease)) is not None
        ]
        looks = [
            (note["at"], note["at"] + lease + ON_ITS_WAY)
            for note in of_part
            if note["what"] == "taken" and any(begins <= note["at"] <= ends for begins, ends in doubts)
        ]
        if of_part:
            grounds[of_part[0]["channel"]] += doubts + looks
    return [
        f"{call['channel']} was read at {call['at']:.1f} though nothing there was in doubt"
        for call in calls
        if call["method"] in ("conversations.history", "conversations.replies")
        and not any(begins <= call["at"] <= ends for begins, ends in grounds[call["channel"]])
    ]


def _by_part(notes: Record) -> dict[str, list[Mapping[str, Any]]]:
    by_part: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for note in sorted(notes, key=lambda one: one["at"]):
        by_part[note["part"]].append(note)
    return by_part


def _doubted_at(
    claim: Mapping[str, Any], later: Record, posted: Record, deaths: Mapping[int, float], lease: float
) -> float | None:
    """Since when the outcome of a claim was unknown; None when its answer was definite."""
    answer = next((one for one in later if one["what"] == "answered" and _is_same_try(one, claim)), None)
    runs_out: float = claim["at"] + lease
    if answer is None:
        return min(runs_out, deaths.get(claim["pid"], runs_out))
    if answer["at"] >= runs_out:
        return runs_out
    if answer["kind"] != "doubt":
        return None
    heard = [call for call in posted if claim["at"] <= call["at"] <= answer["at"]]
    if not heard:
        # The connection ended before the workspace had the request, which Haru cannot know.
        return float(answer["at"])
    return next((float(call["at"]) for call in heard if call["fault"] not in (None, "rate_limited")), None)


def _is_same_try(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return bool(one["pid"] == other["pid"] and one["attempt"] == other["attempt"])


def _settled_at(of_part: Record, begins: float, attempt: int) -> float:
    """When a doubt ended, infinity if it did not: it was looked for, or a process thought dead reported."""
    ends = (
        one["at"]
        for one in of_part
        if one["at"] >= begins
        and one["attempt"] >= attempt
        and (one["what"] == "settled" or (one["what"] == "answered" and one["kind"] != "doubt"))
    )
    return float(next(ends, float("inf")))


def _judge_delivery(
    one: Expected, by_place: dict[tuple[str, str], list[Mapping[str, Any]]], verdict: Verdict
) -> None:
    found = []
    for text in one.texts:
        here = by_place.pop((one.channel, text), [])
        name = f"{one.channel}, due {one.due:%m-%d %H:%M}, “{text[:40]}”"
        if not here:
            verdict.lost.append(name)
            continue
        verdict.doubled += [f"{name} came again at {again['clock']}" for again in here[1:]]
        found.append((name, here[0], one.in_thread[one.texts.index(text)]))
        for message in here:
            if datetime.fromisoformat(message["clock"]) < one.due:
                verdict.early.append(f"{name} came at {message['clock']}")
    places = [message["accepted"] for _, message, _ in found]
    if places != sorted(places):
        verdict.disordered.append(f"{one.channel}, due {one.due:%m-%d %H:%M}: parts in the order {places}")
    first = found[0][1]["ts"] if found else None
    for name, message, threaded in found:
        thread = message["thread_ts"]
        if thread != (first if threaded else None):
            verdict.strayed.append(f"{name} is in the thread {thread}, its first message is {first}")


def _judge_pace(record: Record, verdict: Verdict) -> None:
    last: dict[str, Mapping[str, Any]] = {}
    for message in record:
        before = last.get(message["channel"])
        if before is not None and message["received"] - before["received"] < SECOND:
            gap = message["received"] - before["received"]
            verdict.crowded.append(f"{message['channel']}: two messages within {gap:.2f} s")
        last[message["channel"]] = message
