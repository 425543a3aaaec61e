"""Corrections as rows: what a posted message should say instead, and whose turn it is to be told."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, bindparam, func, literal_column, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.channels.preferences import Language, Layout
from bot.ledger import editions, lanes, results, tables
from bot.ledger.claims import Lease
from bot.ledger.delivery import State
from bot.ledger.dialect import KnownOrNow
from bot.ledger.outcome import Kind, Outcome
from bot.ledger.part import Deed, Part
from bot.workspaces.rate_limits import CHANNEL_INTERVAL, MESSAGES_PER_SECOND
from digests.store.schema import Instant
from digests.store.tables import digest, entry

_part, _delivery, _lane = tables.part.c, tables.delivery.c, tables.lane.c
_WANTED: ColumnElement[bool] = literal_column("part.desired IS NOT NULL")
_DUE = (
    select(_part.id)
    .where(_WANTED, _part.correct_at <= KnownOrNow(bindparam("now", type_=Instant())), _part.state == "sent")
    .limit(1)
)
_ALIVE = ("pending", "sending", "doubt", "checking", "sent")

AGAIN_AFTER = timedelta(minutes=1)
"""When a correction is tried again that did not get through; to say the same twice does no harm."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One entry of an edition as it was shown (``was_retracted``: as taken back, but for the messages from
    ``unposted_from`` on), and whether it is withdrawn by now, or its digest taken back.
    """

    entry_id: int
    seen_url: str | None
    was_retracted: bool
    unposted_from: int | None
    is_withdrawn: bool
    is_retracted: bool


@dataclass(frozen=True, slots=True)
class Outdated:
    """An edition some of whose entries are no longer as they were shown."""

    id: int
    day: date
    left_out: int
    left_out_from: date | None
    shown: tuple[Shown, ...]


@dataclass(frozen=True, slots=True)
class Posted:
    """A delivery of an outdated edition, and how it was rendered."""

    delivery_id: int
    language: Language
    layout: Layout
    unposted_from: int | None
    """The first of its messages that is not known to be there; None where all are."""
    is_under_way: bool


async def outdated(connection: AsyncConnection, *, since: date) -> list[Outdated]:
    """Editions since a date with corrected or withdrawn entries, and of any date with retracted ones."""
    shown, edition = tables.edition_entry.c, tables.edition.c
    corrected = and_(
        edition.date >= since,
        or_(entry.c.revision != shown.revision, and_(entry.c.withdrawn_at.is_not(None), ~shown.retracted)),
    )
    retracted = and_(digest.c.retracted_at.is_not(None), ~shown.retracted)
    ids = (
        select(shown.edition_id)
        .join_from(tables.edition_entry, tables.edition, edition.id == shown.edition_id)
        .join(entry, entry.c.id == shown.entry_id)
        .join(digest, digest.c.id == entry.c.digest_id)
        .where(
            or_(corrected, retracted),
            select(_delivery.id).where(_delivery.edition_id == edition.id).exists(),
        )
    )
    rows = await connection.execute(
        select(
            edition.id,
            edition.date,
            edition.left_out,
            edition.left_out_from,
            shown.entry_id,
            shown.seen_url,
            shown.retracted,
            shown.unposted_from,
            entry.c.withdrawn_at,
            digest.c.retracted_at,
        )
        .join_from(tables.edition, tables.edition_entry, edition.id == shown.edition_id)
        .join(entry, entry.c.id == shown.entry_id)
        .join(digest, digest.c.id == entry.c.digest_id)
        .where(edition.id.in_(ids))
        .order_by(edition.id, shown.position)
    )
    heads: dict[int, Any] = {}
    entries: dict[int, list[Shown]] = defaultdict(list)
    for row in rows:
        heads[row.id] = row
        entries[row.id].append(
            Shown(
                row.entry_id,
                row.seen_url,
                row.retracted,
                row.unposted_from,
                row.withdrawn_at is not None,
                row.retracted_at is not None,
            )
        )
    return [
        Outdated(id_, head.date, head.left_out, head.left_out_from, tuple(entries[id_]))
        for id_, head in heads.items()
    ]


async def posted(connection: AsyncConnection, edition_id: int, *, since: datetime | None) -> list[Posted]:
    """The deliveries of an edition that are on their way or arrived, since an instant or at all: also those
    that ended badly after some of it had arrived.
    """
    unposted = (
        select(func.min(_part.position))
        .where(_part.delivery_id == _delivery.id, _part.state != "sent")
        .scalar_subquery()
    )
    arrived = select(_part.id).where(_part.delivery_id == _delivery.id, _part.state == "sent")
    rows = await connection.execute(
        select(
            _delivery.id,
            _delivery.state,
            _delivery.language,
            _delivery.layout,
            unposted.label("unposted_from"),
        )
        .where(
            _delivery.edition_id == edition_id,
            or_(_delivery.state.in_((State.POSTING, State.SENT)), arrived.exists()),
            *([] if since is None else [_delivery.created_at >= since]),
        )
        .order_by(_delivery.id)
    )
    return [
        Posted(
            row.id,
            Language(row.language),
            Layout(row.layout),
            row.unposted_from,
            is_under_way=row.state == State.POSTING,
        )
        for row in rows
    ]


async def due(connection: AsyncConnection, *, now: datetime | None) -> bool:
    """Whether any correction may be told of now (None: by the database's clock)."""
    return await connection.scalar(_DUE, {"now": now}) is not None


async def claim(
    connection: AsyncConnection, lease: Lease, *, limit: int
) -> list[tuple[Row[Any], str | None]]:
    """Take due corrections of workspaces that have no post to wait for just now.

    What shows a digest that was taken back since waits until it is written anew.
    """
    now = lease.now
    pace = tables.pace.alias("channel")
    held = select(pace.c.what).where(
        pace.c.workspace == _part.workspace,
        pace.c.what.in_((_part.slack_channel, Deed.CORRECT.value)),
        pace.c.until > now,
    )
    found = await connection.execute(
        lanes.with_token(
            select(
                tables.part, _delivery.thread_ts, _delivery.schedule_date, _delivery.edition_id, lanes.TOKEN
            )
            .join_from(tables.part, tables.delivery, _delivery.id == _part.delivery_id)
            .join(tables.lane, _lane.workspace == _part.workspace)
        )
        .where(
            _WANTED,
            _part.state == "sent",
            _part.correct_at <= now,
            or_(_part.lease_until.is_(None), _part.lease_until < now, _part.owner.is_(None)),
            _lane.free_at <= now,
            or_(_lane.next_at.is_(None), _lane.next_at > now),
            lanes.PAUSED.is_(None),
            ~held.exists(),
        )
        .order_by(_part.correct_at, _part.id)
        .limit(limit * MESSAGES_PER_SECOND)
        .with_for_update(of=[tables.part, tables.lane], skip_locked=True)
    )
    rows = found.all()
    overtaken = await editions.overtaken(connection, {row.edition_id for row in rows} - {None})
    taken: dict[tuple[str, str], Row[Any]] = {}
    shares: Counter[str] = Counter()
    for row in rows:
        if row.edition_id in overtaken:
            continue
        if len(taken) == limit:
            break
        if shares[row.workspace] < MESSAGES_PER_SECOND and (row.workspace, row.slack_channel) not in taken:
            taken[row.workspace, row.slack_channel] = row
            shares[row.workspace] += 1
    if taken:
        await connection.execute(
            update(tables.part)
            .where(_part.id.in_([row.id for row in taken.values()]))
            .values(owner=lease.owner, lease_until=lease.until)
        )
    for key, count in sorted(shares.items()):
        free_at = now + timedelta(seconds=count / MESSAGES_PER_SECOND)
        await connection.execute(update(tables.lane).where(_lane.workspace == key).values(free_at=free_at))
    return [(row, row.token) for row in taken.values()]


async def record(
    connection: AsyncConnection, answers: Iterable[tuple[Part, Outcome]], *, now: datetime
) -> None:
    """Write down what became of corrections: told, later again, or dropped with the reason."""
    held_until: dict[tuple[str, str], datetime] = {}
    for held, outcome in sorted(answers, key=lambda pair: pair[0].id):
        ours = and_(_part.id == held.id, _part.owner == held.owner)
        statement = update(tables.part).where(ours)
        match outcome.kind:
            case Kind.SENT:
                told = statement.values(payload=held.payload, owner=None, lease_until=None)
                await connection.execute(told)
                # A newer text may have come meanwhile: it stays wanted.
                await connection.execute(
                    update(tables.part)
                    .where(_part.id == held.id, _part.desired == held.payload)
                    .values(desired=None, correct_at=None)
                )
                held_until[held.workspace.key, held.slack_channel] = now + CHANNEL_INTERVAL
            case Kind.AGAIN | Kind.LATER | Kind.DOUBT | Kind.WORKSPACE:
                wait = max(timedelta(seconds=outcome.wait), AGAIN_AFTER)
                await connection.execute(
                    statement.values(correct_at=now + wait, owner=None, lease_until=None)
                )
                if outcome.code == "ratelimited":
                    rest = now + timedelta(seconds=outcome.wait)
                    held_until[held.workspace.key, Deed.CORRECT.value] = rest
            case _:
                await connection.execute(
                    statement.values(
                        desired=None, correct_at=None, reason=outcome.code, owner=None, lease_until=None
                    )
                )
    await results.hold(connection, held_until)
