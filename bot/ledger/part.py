"""A part: one Slack message of a delivery, as the process that holds it knows it. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from digests.model import Workspace


class Method(StrEnum):
    """The Web API method a part is held for: it is posted once, and may be corrected afterwards."""

    POST = "chat.postMessage"
    UPDATE = "chat.update"


@dataclass(frozen=True, slots=True)
class Part:
    """A part that this process holds under a lease.

    ``held_until`` and ``first_attempt_at`` are readings of this process's monotonic clock. No request for
    the part may leave after ``held_until``. ``body`` is the rendered message as JSON text, without channel
    and metadata, and ``payload`` its hash. ``uid`` is the id in the message's metadata.
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
    method: Method = Method.POST
    ts: str | None = None
    payload: str = ""
    token: str | None = field(default=None, repr=False)


METADATA_EVENT = "haru_part"
"""The event type in the metadata of every message that is a part."""


def metadata_of(uid: str) -> dict[str, Any]:
    """The metadata a part's message carries, by which it is found in the channel's history: only its id."""
    return {"event_type": METADATA_EVENT, "event_payload": {"part": uid}}
