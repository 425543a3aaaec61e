"""What a channel gets on a schedule date."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from bot.channels.preferences import Due
from bot.channels.tag_filter import TagFilter
from bot.delivery.plan import Skipped, Wait, decide
from bot.ledger.delivery import DigestsHad
from bot.ledger.states import Reason
from bot.messages.edition import Edition
from digests.model import ArchivedDigest, ArchivedEntry, Commentary, Entry, Paper, Tag, Workspace

MONDAY = date(2025, 3, 3)
DUE = Due(MONDAY, datetime(2025, 3, 3, 0, tzinfo=UTC))
GRACE = timedelta(hours=4)


def _digest(day: date, entries: int = 1, *, tag: str = "llm") -> ArchivedDigest:
    id_ = day.toordinal()
    return ArchivedDigest(
        id_,
        "source",
        day,
        tuple(
            ArchivedEntry(
                id_ * 100 + position,
                id_,
                id_ * 100 + position,
                position,
                day,
                Entry(Paper(f"Paper {position} of {day}"), tags=(Tag(tag, tag),)),
            )
            for position in range(entries)
        ),
    )


def _decide(
    *digests: ArchivedDigest,
    had: DigestsHad | None = None,
    late: timedelta = timedelta(0),
    tags: TagFilter | None = None,
) -> Edition | Wait | Skipped:
    return decide(
        DUE,
        now=DUE.at + late,
        grace=GRACE,
        digests=digests,
        had=had or DigestsHad(frozenset({1}), date(2025, 2, 27)),
        tags=tags or TagFilter(),
    )


def _days(decided: Edition | Wait | Skipped) -> set[date | None]:
    assert isinstance(decided, Edition)
    return {one.entry.date for one in decided.entries}


def test_what_usually_comes_a_day_late_is_not_waited_for() -> None:
    """Notes of Sunday that are complete on Monday count as Monday's; Saturday's do not, so Monday waits."""
    sunday, saturday = (replace(_digest(MONDAY - timedelta(days=ago)), delay_days=1) for ago in (1, 2))
    assert _days(_decide(sunday)) == {MONDAY - timedelta(days=1)}
    assert _decide(saturday) == Wait(DUE.at + GRACE)


def test_monday_brings_the_weekend() -> None:
    """A weekday channel gets Saturday's and Sunday's digests with Monday's, oldest first."""
    days = [date(2025, 3, 1), date(2025, 3, 2), MONDAY]
    decided = _decide(*map(_digest, days))
    assert isinstance(decided, Edition)
    assert [one.entry.date for one in decided.entries] == days


def test_what_the_channel_had_does_not_come_again() -> None:
    """A digest that the channel has had is left out."""
    had = _digest(date(2025, 3, 1))
    history = DigestsHad(frozenset({had.id}), date(2025, 2, 27))
    assert _days(_decide(had, _digest(MONDAY), had=history)) == {MONDAY}


def test_what_was_posted_by_hand_is_not_waited_for() -> None:
    """A date whose digest came by a manual post is skipped with ALREADY_HAD."""
    had = _digest(MONDAY)
    assert _decide(had, had=DigestsHad(frozenset({had.id}), MONDAY)) == Skipped(Reason.ALREADY_HAD)


def test_years_of_backlog_flood_nobody() -> None:
    """Nothing older than seven days is caught up on, and a new channel gets the newest day only."""
    old = [_digest(MONDAY - timedelta(days=offset)) for offset in range(400, 0, -1)]
    history = DigestsHad(frozenset({1}), date(2024, 1, 1))
    assert min(day for day in _days(_decide(*old, _digest(MONDAY), had=history)) if day) >= date(2025, 2, 24)
    assert _days(_decide(*old, _digest(MONDAY), had=DigestsHad())) == {MONDAY}


def test_more_than_25_entries_are_named_not_posted() -> None:
    """The newest 25 entries come, and the post counts the older ones and their first date."""
    decided = _decide(_digest(date(2025, 3, 1), 20), _digest(MONDAY, 27))
    assert isinstance(decided, Edition)
    assert (len(decided.entries), decided.left_out, decided.left_out_from) == (25, 22, date(2025, 3, 1))


def test_a_late_digest_is_waited_for_until_the_grace_ends() -> None:
    """Without the day's digest the post waits; at the end of the grace what there is goes out."""
    saturday = _digest(date(2025, 3, 1))
    assert _decide(saturday) == Wait(DUE.at + GRACE)
    for late in (GRACE, GRACE + timedelta(seconds=0.4), GRACE + timedelta(minutes=5)):
        assert _days(_decide(saturday, late=late)) == {date(2025, 3, 1)}
        assert _decide(late=late) == Skipped(Reason.NO_NEW_DIGEST)


def test_after_the_grace_nothing_is_sent_late() -> None:
    """After the grace the date is skipped with TOO_LATE."""
    assert _decide(_digest(MONDAY), late=GRACE + timedelta(seconds=1)) == Skipped(Reason.TOO_LATE)


def test_a_filter_that_leaves_nothing_says_so() -> None:
    """When the tag filter leaves no entry the date is skipped, and the digest counts as had."""
    digest = _digest(MONDAY, tag="gan")
    assert _decide(digest, tags=TagFilter(exclude=("gan",))) == Skipped(Reason.NOTHING_LEFT, (digest.id,))


def test_a_paper_in_two_digests_is_told_in_the_workspaces_own_words() -> None:
    """Of two mentions of a paper the workspace's own is shown, unless it has no commentary; else the last
    one.
    """

    def mention(row: int, words: str, workspace: Workspace | None = None) -> ArchivedDigest:
        said = (Commentary("en", words),) if words else ()
        paper = Paper("Alpha", ("Ada Kim",), arxiv_id="2502.00001" if row % 2 else None)
        shown = ArchivedEntry(row, row, row, 0, MONDAY, Entry(paper, said))
        return ArchivedDigest(row, "source", MONDAY, (shown,), workspace)

    def told(*digests: ArchivedDigest) -> list[str | None]:
        decided = _decide(*digests)
        assert isinstance(decided, Edition)
        return [one.entry.entry.commentary("en") for one in decided.entries]

    team = Workspace("", "T1")
    assert told(mention(2, "ours", team), mention(3, "theirs")) == ["ours"]
    assert told(mention(3, "ours", team), mention(4, "theirs")) == ["ours"]
    assert told(mention(2, "", team), mention(3, "theirs")) == ["theirs"]
    assert told(mention(2, "earlier"), mention(4, "later")) == ["later"]
