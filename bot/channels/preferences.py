"""A channel and what it prefers, as frozen values. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum

from bot.channels.tag_filter import TagFilter
from digests.model import Workspace


class Language(StrEnum):
    """The language of a channel's posts. BOTH is Korean, then English, whatever the layout."""

    KO = "ko"
    EN = "en"
    BOTH = "both"


class Layout(StrEnum):
    """How a digest becomes messages; DESIGN.md section 2."""

    DIGEST = "digest"
    THREAD = "thread"
    STREAM = "stream"


WEEKDAYS = frozenset(range(5))
EVERY_DAY = frozenset(range(7))


@dataclass(frozen=True, slots=True)
class Preferences:
    """What an admin chose. ``days`` are weekdays, Monday 0. ``holidays`` is a country whose
    public holidays are left out (``KR``), or None. ``enabled``: `/digest on`."""

    language: Language
    layout: Layout = Layout.DIGEST
    hour: time = time(9)
    zone: str = "UTC"
    days: frozenset[int] = WEEKDAYS
    holidays: str | None = None
    tags: TagFilter = field(default_factory=TagFilter)
    enabled: bool = False


@dataclass(frozen=True, slots=True)
class Channel:
    """A Slack channel as Haru knows it. ``id`` is our row, ``channel_id`` Slack's."""

    id: int
    workspace: Workspace
    channel_id: str
    preferences: Preferences
    name: str | None = None
    inviter_id: str | None = None
    creator_id: str | None = None
    managers: frozenset[str] = frozenset()
    paused_reason: str | None = None
    """Haru itself stopped posting: removed from the channel, three failed days…; None: not paused."""
    last_admin_id: str | None = None
    next_due_at: datetime | None = None
    next_date: date | None = None
    """The schedule date that ``next_due_at`` belongs to."""
    enabled_at: datetime | None = None

    @property
    def is_on(self) -> bool:
        """Whether it gets posts: switched on, and not paused by Haru."""
        return self.preferences.enabled and not self.paused_reason

    @property
    def is_direct(self) -> bool:
        """A person's own: the direct message with Haru."""
        return self.channel_id.startswith("D")


class Field(StrEnum):
    """A setting that can be changed, by the word `/digest` uses for it."""

    LANGUAGE = "language"
    LAYOUT = "layout"
    TIME = "time"
    DAYS = "days"
    TAGS = "tags"
    ENABLED = "enabled"
    MANAGERS = "managers"


@dataclass(frozen=True, slots=True)
class Change:
    """One line of a channel's log: who changed what, from what, to what, when. ``id``: its row."""

    user_id: str
    field: Field
    old: str
    new: str
    at: datetime
    id: int | None = None
