"""What the local workspace's own record says about a run. Pure: everything is an argument."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

Record = Sequence[Mapping[str, Any]]

SECOND = 0.97
"""Least distance of two messages in a channel: a second, less what clocks and sockets blur."""

DOUBTFUL_FOR = 180.0
"""Seconds after a fault or a kill in which a history may be read because of it."""


@dataclass(frozen=True, slots=True)
class Expected:
    """One delivery as it should stand in its channel: its parts in order, and not before ``due``."""

    channel: str
    due: datetime
    texts: tuple[str, ...]
    in_thread: tuple[bool, ...]


@dataclass
class Verdict:
    """What went wrong, each as a sentence; nothing, when all is well."""

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
        """Everything that could go wrong, and what of it did."""
        return [(name, value) for name, value in vars(self).items() if isinstance(value, list)]

    def failures(self) -> dict[str, list[str]]:
        """Only what went wrong."""
        return {name: value for name, value in self.counted() if value}


def judge(record: Record, expected: Sequence[Expected]) -> Verdict:
    """Compare what stands in the channels with what should."""
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


def judge_reads(calls: Sequence[Mapping[str, Any]], kills: Sequence[float]) -> list[str]:
    """Readings of a channel's history for which there was no reason to doubt anything there."""
    found = []
    faults: dict[str, list[float]] = defaultdict(list)
    for call in calls:
        posting = call["method"] in ("chat.postMessage", "chat.update")
        if posting and call["fault"] not in (None, "rate_limited"):
            faults[call["channel"]].append(call["at"])
        if call["method"] in ("conversations.history", "conversations.replies"):
            reasons = [*faults[call["channel"]], *kills]
            if not any(call["at"] - DOUBTFUL_FOR < reason < call["at"] for reason in reasons):
                found.append(f"{call['channel']} was read though nothing there was in doubt")
    return found


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
