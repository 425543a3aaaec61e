"""A part: one Slack message of a delivery, as the process that holds it knows it. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from digests.model import Workspace


class Deed(StrEnum):
    """What is to be done for a part: it is posted once, and may be corrected afterwards."""

    POST = "chat.postMessage"
    CORRECT = "chat.update"


@dataclass(frozen=True, slots=True)
class Part:
    """A part this process holds: its request may leave until ``held_until``.

    ``held_until`` and ``first_attempt_at`` are on the ledger's clock. ``body`` is the
    rendered message as JSON text, without where it goes and without its metadata, and
    ``payload`` its hash.
    """

    id: int
    delivery_id: int
    workspace: Workspace
    slack_channel: str
    uid: str
    body: str
    thread_ts: str | None
    attempt: int
    owner: str
    held_until: datetime
    plain: bool
    first_attempt_at: datetime
    in_thread: bool
    position: int = 0
    scheduled: bool = True
    deed: Deed = Deed.POST
    ts: str | None = None
    payload: str = ""
    token: str | None = field(default=None, repr=False)


def metadata_of(uid: str) -> dict[str, Any]:
    """What a posted message carries so that it can be found again: an opaque id, nothing else."""
    return {"event_type": "haru_part", "event_payload": {"part": uid}}
