"""The states of deliveries and parts, the reasons they carry, and every allowed transition. Pure.

A part is one Slack message. Its row is ``sending`` before the request leaves, so a crash can never hide that
a message may have been sent::

    stateDiagram-v2
        [*] --> pending: open
        pending --> sending: claim
        sending --> sent: confirm
        sending --> pending: retry
        sending --> failed: refuse
        sending --> doubt: lose
        doubt --> checking: check
        checking --> sent: find
        checking --> pending: miss
        checking --> doubt: postpone
        checking --> failed: abandon
        checking --> unknown: give_up
        pending --> sent: confirm
        doubt --> sent: confirm
        checking --> sent: confirm
        pending --> failed: cancel
        pending --> [*]: drop

A delivery is what one channel gets for one date. Its state follows from the states of its parts::

    stateDiagram-v2
        [*] --> posting: open
        [*] --> skipped: skip
        posting --> sent: finish
        sent --> posting: extend
        posting --> failed: fail
        posting --> unknown: lose_track
        failed --> unknown: lose_track
        unknown --> failed: fail
        skipped --> [*]: reopen

Tests hold both diagrams against the tables below, and every write of a state against the tables.
"""

from __future__ import annotations

from enum import Enum, StrEnum, unique


class PartState(StrEnum):
    """The state of one Slack message."""

    PENDING = "pending"
    """Not sent. It may be sent when it is due and its turn comes."""
    SENDING = "sending"
    """A process holds it under a lease; its request may have left."""
    SENT = "sent"
    """Slack has it."""
    FAILED = "failed"
    """Surely not sent, and never will be."""
    DOUBT = "doubt"
    """Nobody knows whether Slack has it. It is looked for when it has had time to settle."""
    CHECKING = "checking"
    """A process holds it under a lease and looks for it in the channel's history."""
    UNKNOWN = "unknown"
    """Nobody could find out within the time limit. Never sent again."""


BUSY_STATES = (PartState.SENDING, PartState.DOUBT, PartState.CHECKING)
"""Parts that may have arrived in Slack, and whose fate is still open."""

OPEN_STATES = (PartState.PENDING, *BUSY_STATES)
"""Parts that have not reached an end."""

CORRECTABLE_STATES = (*OPEN_STATES, PartState.SENT)
"""Parts that are in their channel, or may still get there: they get corrections."""

DOUBTED_STATES = (PartState.DOUBT, PartState.CHECKING)
"""Parts of which Slack has not said whether they arrived."""

BAD_ENDS = (PartState.FAILED, PartState.UNKNOWN)
"""Ends of a part that end its delivery as well."""


@unique
class PartTransition(Enum):
    """Every allowed change of a part's state: the states it starts from, and the one it leads to.

    No source: the row is inserted. No target: the row is deleted.
    """

    OPEN = ((), PartState.PENDING)
    """A delivery is opened, or a correction adds a reply."""
    CLAIM = ((PartState.PENDING,), PartState.SENDING)
    """A process takes the part, under a lease, to send it."""
    CONFIRM = (OPEN_STATES, PartState.SENT)
    """Slack's answer says that it was sent. Believed whatever became of the lease."""
    RETRY = ((PartState.SENDING,), PartState.PENDING)
    """Surely not sent, and worth another attempt."""
    REFUSE = ((PartState.SENDING,), PartState.FAILED)
    """Surely not sent, and not wanted or not possible any more."""
    LOSE = ((PartState.SENDING,), PartState.DOUBT)
    """The answer is missing or unclear, or the lease ran out."""
    CHECK = ((PartState.DOUBT,), PartState.CHECKING)
    """A process takes the part, under a lease, to look for it in the channel's history."""
    FIND = ((PartState.CHECKING,), PartState.SENT)
    """The history has it."""
    MISS = ((PartState.CHECKING,), PartState.PENDING)
    """The history, read whole, does not have it."""
    POSTPONE = ((PartState.CHECKING,), PartState.DOUBT)
    """The history could not be read for now, or the lease ran out."""
    ABANDON = ((PartState.CHECKING,), PartState.FAILED)
    """The history does not have it, and it is not wanted or not possible any more."""
    GIVE_UP = ((PartState.CHECKING,), PartState.UNKNOWN)
    """The history cannot be read at all, or not within the time limit."""
    CANCEL = ((PartState.PENDING,), PartState.FAILED)
    """Called off, too late, or an earlier part of the delivery ended badly."""
    DROP = ((PartState.PENDING,), None)
    """A correction needs one reply less, and this one was never attempted."""

    @property
    def sources(self) -> tuple[PartState, ...]:
        """The states this transition starts from."""
        sources: tuple[PartState, ...] = self.value[0]
        return sources

    @property
    def target(self) -> PartState:
        """The state this transition leads to. ValueError when it deletes the row."""
        target: PartState | None = self.value[1]
        if target is None:
            raise ValueError(f"{self.name} leads to no state")
        return target


class DeliveryState(StrEnum):
    """The state of what one channel gets for one date."""

    POSTING = "posting"
    """Some of its parts are still open."""
    SENT = "sent"
    """All of its parts are sent."""
    SKIPPED = "skipped"
    """Nothing was to be sent."""
    FAILED = "failed"
    """A part failed; those after it are not sent."""
    UNKNOWN = "unknown"
    """Nobody knows whether a part arrived; those after it are not sent."""


@unique
class DeliveryTransition(Enum):
    """Every allowed change of a delivery's state, as PartTransition has it for parts."""

    OPEN = ((), DeliveryState.POSTING)
    """The planner has something for the channel."""
    SKIP = ((), DeliveryState.SKIPPED)
    """The planner has nothing for the channel, and says why."""
    FINISH = ((DeliveryState.POSTING,), DeliveryState.SENT)
    """The last part is sent."""
    EXTEND = ((DeliveryState.SENT,), DeliveryState.POSTING)
    """A correction adds replies."""
    FAIL = ((DeliveryState.POSTING, DeliveryState.UNKNOWN), DeliveryState.FAILED)
    """The first of its parts that ended badly failed. An earlier part may still change that."""
    LOSE_TRACK = ((DeliveryState.POSTING, DeliveryState.FAILED), DeliveryState.UNKNOWN)
    """The first of its parts that ended badly is unknown. An earlier part may still change that."""
    REOPEN = ((DeliveryState.SKIPPED,), None)
    """The channel's settings changed, and its date is tried again."""

    @property
    def sources(self) -> tuple[DeliveryState, ...]:
        """The states this transition starts from."""
        sources: tuple[DeliveryState, ...] = self.value[0]
        return sources

    @property
    def target(self) -> DeliveryState:
        """The state this transition leads to. ValueError when it deletes the row."""
        target: DeliveryState | None = self.value[1]
        if target is None:
            raise ValueError(f"{self.name} leads to no state")
        return target


class Reason(StrEnum):
    """Haru's own reasons for a state. The same column also holds Slack's error codes, unchanged.

    ``bot.messages.reasons`` has the words for those that people see.
    """

    # The planner skips a date.
    NO_NEW_DIGEST = "no_new_digest"
    ALREADY_HAD = "already_had"
    NOTHING_LEFT = "nothing_left"
    """The channel's tag filter leaves no paper."""
    NO_SUCH_DATE = "no_such_date"
    """The channel's time zone skips the day."""

    # A part is called off before it is sent. The planner also skips a date for the last two reasons.
    OFF = "off"
    REMOVED = "removed"
    """Haru was removed from the channel."""
    RETRACTED = "retracted"
    UNINSTALLED = "uninstalled"
    TOO_LATE = "too_late"
    RESTORED = "restored"
    """The database was restored from a backup, which does not say what was posted since."""

    # An attempt did not get through to Slack.
    NOT_CONNECTED = "not_connected"
    LEASE_EXPIRED_BEFORE_SENDING = "lease_expired_before_sending"
    NOT_INSTALLED = "not_installed"
    """The workspace has no bot token."""

    # An attempt's outcome is not known.
    LEASE_EXPIRED = "lease_expired"
    STOPPED = "stopped"
    """The process ended while it waited for the answer."""
    NO_TS = "no_ts"
    """Slack said ok, and gave no message id."""
    UNREADABLE = "unreadable"
    """The answer could not be read."""

    # An attempt was refused.
    RATELIMITED = "ratelimited"
    """As Slack itself calls it."""
    PARENT_GONE = "parent_gone"
    """The first message of the thread was deleted."""
    PLAIN_TEXT_FAILED = "plain_text_failed"
    """Slack refused the message with blocks and without."""

    # The channel's history was read, or could not be.
    NOT_IN_HISTORY = "not_in_history"
    NO_HISTORY_SCOPE = "no_history_scope"
    HISTORY_UNREADABLE = "history_unreadable"
