"""A channel, its preferences and changes to them, as frozen values. Pure."""

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
    """How a digest becomes messages.

    DIGEST: one message with all papers. THREAD: a message with the titles, and each paper as a reply to it.
    STREAM: one message per paper.
    """

    DIGEST = "digest"
    THREAD = "thread"
    STREAM = "stream"


WEEKDAYS = frozenset(range(5))
"""Monday (0) to Friday."""

EVERY_DAY = frozenset(range(7))


@dataclass(frozen=True, slots=True)
class Pause:
    """A time without posts: the schedule dates from ``first`` to the day before ``until``."""

    first: date
    until: date

    def covers(self, day: date) -> bool:
        """Whether a schedule date gets no post."""
        return self.first <= day < self.until


@dataclass(frozen=True, slots=True)
class Preferences:
    """The settings of a channel.

    ``hour`` is a time of day in ``zone``. ``days`` are weekdays (Monday is 0). ``holidays`` is the country
    whose public holidays are left out (``KR``), or None. ``enabled`` is what ``/digest on`` and ``off`` set.
    ``pause`` is what ``/digest pause`` and ``skip`` set. ``links`` shows a paper under a link to it.
    """

    language: Language
    layout: Layout = Layout.DIGEST
    hour: time = time(9)
    zone: str = "UTC"
    days: frozenset[int] = WEEKDAYS
    holidays: str | None = None
    tags: TagFilter = field(default_factory=TagFilter)
    enabled: bool = False
    pause: Pause | None = None
    links: bool = True


@dataclass(frozen=True, slots=True)
class ChannelInfo:
    """What Slack says about a channel; None for what is not known. The ids are those of users."""

    name: str | None = None
    inviter_id: str | None = None
    creator_id: str | None = None


@dataclass(frozen=True, slots=True)
class Due:
    """A schedule date and the instant, in UTC, at which its post is due."""

    date: date
    at: datetime


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel that Haru knows. ``id`` is the id of its row, ``channel_id`` its id in Slack."""

    id: int
    workspace: Workspace
    channel_id: str
    preferences: Preferences
    name: str | None = None
    inviter_id: str | None = None
    creator_id: str | None = None
    managers: frozenset[str] = frozenset()
    paused_reason: str | None = None
    """Why Haru stopped posting, such as that it was removed from the channel; None if it is not paused."""
    last_admin_id: str | None = None
    next_due_at: datetime | None = None
    next_date: date | None = None
    """The date of the post that is due at ``next_due_at``."""
    enabled_at: datetime | None = None

    @property
    def is_on(self) -> bool:
        """Whether the channel gets posts: it is switched on, and Haru has not paused it."""
        return self.preferences.enabled and not self.paused_reason

    @property
    def next_due(self) -> Due | None:
        """The schedule date the channel goes on with, and its instant; None when it gets no posts."""
        if self.next_date is None or self.next_due_at is None:
            return None
        return Due(self.next_date, self.next_due_at)

    @property
    def is_direct(self) -> bool:
        """Whether this is a person's direct message with Haru."""
        return self.channel_id.startswith("D")


class Field(StrEnum):
    """A setting that can be changed. The value is its word in ``/digest``."""

    LANGUAGE = "language"
    LAYOUT = "layout"
    TIME = "time"
    DAYS = "days"
    TAGS = "tags"
    ENABLED = "enabled"
    PAUSE = "pause"
    LINKS = "links"
    MANAGERS = "managers"


@dataclass(frozen=True, slots=True)
class Change:
    """An entry of a channel's change log. ``old`` and ``new`` are encoded by ``setting_codec``.

    ``id`` is the id of its row, or None before it is stored.
    """

    user_id: str
    field: Field
    old: str
    new: str
    at: datetime
    id: int | None = None
