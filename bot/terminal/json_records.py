"""The JSON that ``haru … --json`` prints. Pure.

Other programs read it, so fields may be added but never renamed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bot.channels.preferences import Channel
from bot.delivery.calendar import local_day, next_post
from bot.ledger.delivery import Delivery
from bot.messages.message import Message
from digests.model import (
    ArchivedEntry,
    Entry,
    Hit,
    ImportedDocument,
    ImportedEntry,
    ImportStatus,
    Source,
    without_credentials,
)

Record = dict[str, Any]


def taken_record(taken: ImportedDocument) -> Record:
    """A document of ``haru import --json``.

    If the document has not changed, each entry has only its title and status.
    """
    return {
        "document": taken.path,
        "status": taken.status.value,
        "reason": str(taken.reason) if taken.reason else None,
        "line": taken.line,
        "date": taken.date.isoformat() if taken.date else None,
        "entries": [
            _entry_record(entry, whole=taken.status is not ImportStatus.SAME) for entry in taken.entries
        ],
    }


def _entry_record(taken: ImportedEntry, *, whole: bool) -> Record:
    if not whole:
        return {"title": taken.title, "status": taken.status.value}
    if taken.entry is None:
        return {
            "title": taken.title,
            "status": taken.status.value,
            "reason": str(taken.reason) if taken.reason else None,
            "line": taken.line,
        }
    return {**_paper_record(taken.entry), "status": taken.status.value}


def _paper_record(entry: Entry) -> Record:
    return {
        "title": entry.paper.title,
        "authors": list(entry.paper.authors),
        "url": entry.paper.url,
        "arxiv_id": entry.paper.arxiv_id,
        "abstract": entry.paper.abstract,
        # The two languages of every digest are always there, null where a commentary is missing.
        "commentaries": {"ko": None, "en": None}
        | {commentary.language: commentary.text for commentary in entry.commentaries},
        "tags": [tag.name for tag in entry.tags],
    }


def exported_record(entry: ArchivedEntry, documents: Sequence[str]) -> Record:
    """An entry of ``haru export --json``. ``paper`` is the same for every entry about one paper."""
    return {
        "date": entry.date.isoformat() if entry.date else None,
        **_paper_record(entry.entry),
        "paper": str(entry.paper_id),
        "documents": list(documents),
    }


def hit_record(hit: Hit, documents: Sequence[str]) -> Record:
    """A paper of ``haru search --json``; ``documents`` are the paths of the documents that mention it."""
    paper = hit.entry.paper
    return {
        "title": paper.title,
        "authors": list(paper.authors),
        "url": paper.url,
        "arxiv_id": paper.arxiv_id,
        "tags": [tag.name for tag in hit.entry.entry.tags],
        "date": hit.entry.date.isoformat() if hit.entry.date else None,
        "score": round(hit.score, 4),
        "documents": list(documents),
    }


def message_records(messages: Sequence[Message], metadata: Sequence[Record]) -> list[Record]:
    """The messages of ``haru preview --json``, as arguments of ``chat.postMessage``."""
    return [
        {**message.payload(), "metadata": part, **({"thread": True} if message.thread else {})}
        for message, part in zip(messages, metadata, strict=True)
    ]


def channel_record(channel: Channel, last: Delivery | None, *, now: datetime) -> Record:
    """A channel of ``haru channels --json``; ``last`` is its last delivery."""
    preferences = channel.preferences
    next_at = next_post(channel, now)
    return {
        "workspace": channel.workspace.key,
        "channel": channel.channel_id,
        "name": channel.name,
        "enabled": preferences.enabled,
        "paused": channel.paused_reason,
        "language": preferences.language.value,
        "layout": preferences.layout.value,
        "time": f"{preferences.hour:%H:%M} {preferences.zone}",
        "next_post": next_at.isoformat() if next_at else None,
        "last_post": None
        if last is None
        else {
            "date": last.schedule_date.isoformat() if last.schedule_date else None,
            "status": last.state.value,
            "reason": last.reason,
            "ts": last.ts,
        },
    }


def delivery_record(channel: Channel, delivery: Delivery, papers: int) -> Record:
    """A delivery of ``haru deliveries --json``; ``papers`` is how many it shows."""
    day = delivery.schedule_date or local_day(delivery.created_at, channel.preferences.zone)
    return {
        "workspace": channel.workspace.key,
        "channel": channel.channel_id,
        "date": day.isoformat(),
        "by_hand": delivery.schedule_date is None,
        "status": delivery.state.value,
        "reason": delivery.reason,
        "papers": papers,
        "due_at": delivery.due_at.isoformat(),
        "ts": delivery.ts,
    }


def source_record(source: Source, documents: int) -> Record:
    """A source of ``haru sources list --json``; ``documents`` is how many it holds."""
    return {
        "name": source.name,
        "kind": source.kind.value,
        "location": without_credentials(source.location),
        "enabled": source.enabled,
        "posts": source.posts,
        "zone": source.zone,
        "lag": source.delay_days,
        "every": int(source.poll_interval.total_seconds() // 60) if source.poll_interval else None,
        "documents": documents,
        "last_good": _instant(source.last_good_at),
        "last_new": _instant(source.last_new_at),
        "next_look": _instant(source.next_poll_at) if source.is_polled else None,
        "failures": source.failures,
        "error": source.last_error,
    }


def _instant(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None
