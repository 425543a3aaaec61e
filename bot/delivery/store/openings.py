"""Opening: deliveries written down with all their parts, many channels in one transaction."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, insert, literal, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.channels.preferences import Channel
from bot.channels.tables import channel as channel_table
from bot.delivery import tables
from bot.delivery.calendar import Due
from bot.delivery.delivery import State
from bot.delivery.edition import Edition
from bot.delivery.plan import Skip
from bot.delivery.store import lanes
from bot.delivery.store.dialect import insert_into
from bot.messages.message import Message
from digests.store.tables import digest as digest_table


@dataclass(frozen=True, slots=True)
class Opening:
    """What one channel gets on one date (``day`` None: by hand), or why it gets nothing.

    ``next_due`` is what the channel's schedule goes on with; it is left alone for a post
    by hand. ``again``: repeat on purpose what the channel has had.
    """

    channel: Channel
    day: date | None
    due_at: datetime
    give_up_at: datetime
    edition: Edition | None = None
    messages: tuple[Message, ...] = ()
    skip: Skip | None = None
    digest_ids: tuple[int, ...] = ()
    next_due: Due | None = None
    again: bool = False


async def open_group(
    connection: AsyncConnection, group: Sequence[Opening], *, now: datetime, real_now: datetime
) -> dict[int, int]:
    """Write these down; gives the delivery ids by channel row.

    Left out, and not moved on either: a channel whose schedule changed meanwhile, that
    another process is just opening, or that has had one of the digests since; and a digest
    that was taken back. The next look finds them as they are then.
    """
    wanted = await _still_wanted(connection, group)
    made = await _deliveries(connection, wanted, now=now)
    wanted = [one for one in wanted if one.channel.id in made or one.day is not None]
    doubled = await _count_as_had(connection, [one for one in wanted if one.channel.id in made], made)
    if doubled:
        await connection.execute(
            tables.delivery.delete().where(tables.delivery.c.id.in_([made[id_] for id_ in doubled]))
        )
        made = {id_: delivery_id for id_, delivery_id in made.items() if id_ not in doubled}
        wanted = [one for one in wanted if one.channel.id not in doubled]
    posting = [one for one in wanted if one.channel.id in made and one.messages]
    await _entries(connection, posting, made)
    await _parts(connection, posting, made, now=now, real_now=real_now)
    moved = [
        {
            "key": one.channel.id,
            "next_date": one.next_due.date if one.next_due else None,
            "next_due_at": one.next_due.at if one.next_due else None,
        }
        for one in wanted
        if one.day is not None
    ]
    if moved:
        await connection.execute(
            update(channel_table).where(channel_table.c.id == bindparam("key")),
            moved,
        )
    await lanes.touch(connection, {one.channel.workspace.key: real_now for one in posting})
    return made


def payloads(messages: Iterable[Message]) -> list[tuple[str, str]]:
    """Each message's JSON text under the hash of it."""
    bodies = [json.dumps(message.payload(), ensure_ascii=False, sort_keys=True) for message in messages]
    return [(hashlib.sha256(body.encode("utf-8", "surrogatepass")).hexdigest(), body) for body in bodies]


async def keep_payloads(connection: AsyncConnection, bodies: dict[str, str]) -> None:
    """Keep rendered messages that are not kept yet."""
    if bodies:
        await connection.execute(
            insert_into(connection, tables.payload).on_conflict_do_nothing(),
            [{"sha256": key, "body": body} for key, body in sorted(bodies.items())],
        )


async def _still_wanted(connection: AsyncConnection, group: Sequence[Opening]) -> list[Opening]:
    row = channel_table.c
    by_clock = all(one.day is not None for one in group)
    rows = await connection.execute(
        select(row.id, row.next_date, row.next_due_at)
        .where(row.id.in_([one.channel.id for one in group]))
        .order_by(row.id)
        # By the clock another process may be at it just now, which is as well; a person waits.
        .with_for_update(skip_locked=by_clock)
    )
    found = {row.id: (row.next_date, row.next_due_at) for row in rows}
    ids = {id_ for one in group if one.messages for id_ in one.digest_ids}
    gone = set(
        await connection.scalars(
            select(digest_table.c.id).where(
                digest_table.c.id.in_(sorted(ids)), digest_table.c.retracted_at.is_not(None)
            )
        )
    )

    def is_wanted(one: Opening) -> bool:
        if one.channel.id not in found or (one.messages and not gone.isdisjoint(one.digest_ids)):
            return False
        planned = (one.channel.next_date, one.channel.next_due_at)
        return one.day is None or found[one.channel.id] == planned

    return [one for one in group if is_wanted(one)]


async def _deliveries(
    connection: AsyncConnection, group: Sequence[Opening], *, now: datetime
) -> dict[int, int]:
    if not group:
        return {}
    # A date that has a delivery keeps it: two replicas cannot both make one.
    rows = await connection.execute(
        insert_into(connection, tables.delivery)
        .on_conflict_do_nothing(index_elements=["channel_id", "schedule_date"])
        .returning(tables.delivery.c.id, tables.delivery.c.channel_id),
        [
            {
                "workspace": one.channel.workspace.key,
                "channel_id": one.channel.id,
                "schedule_date": one.day,
                "state": State.POSTING if one.messages else State.SKIPPED,
                "reason": one.skip.value if one.skip else None,
                "due_at": one.due_at,
                "created_at": now,
                "day": one.edition.date if one.edition else None,
                "language": one.channel.preferences.language.value if one.edition else None,
                "layout": one.channel.preferences.layout.value if one.edition else None,
                "left_out": one.edition.left_out if one.edition else 0,
                "left_out_from": one.edition.left_out_from if one.edition else None,
            }
            for one in group
        ],
    )
    return {row.channel_id: row.id for row in rows}


async def _count_as_had(
    connection: AsyncConnection, group: Sequence[Opening], made: dict[int, int]
) -> set[int]:
    """Count digests as had; the channels that had one of theirs already and do not want it again."""
    pairs = [
        {"channel_id": one.channel.id, "digest_id": digest_id, "delivery_id": made[one.channel.id]}
        for one in group
        for digest_id in one.digest_ids
    ]
    if not pairs:
        return set()
    had = tables.delivery_digest
    rows = await connection.execute(
        insert_into(connection, had).on_conflict_do_nothing().returning(had.c.channel_id, had.c.digest_id),
        pairs,
    )
    new = {(row.channel_id, row.digest_id) for row in rows}
    strict = {one.channel.id for one in group if one.messages and not one.again}
    return {
        pair["channel_id"]
        for pair in pairs
        if pair["channel_id"] in strict and (pair["channel_id"], pair["digest_id"]) not in new
    }


async def _entries(connection: AsyncConnection, group: Sequence[Opening], made: dict[int, int]) -> None:
    """What each delivery shows: written once for each edition, and copied for the channels that share it."""
    sharing: dict[int, list[int]] = defaultdict(list)
    editions: dict[int, Edition] = {}
    for one in group:
        if one.edition is not None:
            # The planner gives the very same edition to those that share one.
            editions[id(one.edition)] = one.edition
            sharing[id(one.edition)].append(made[one.channel.id])
    firsts = [
        {
            "delivery_id": sharing[key][0],
            "entry_id": shown.entry.id,
            "paper_id": shown.entry.paper_id,
            "revision": shown.entry.revision,
            "position": position,
            "seen_url": shown.seen_url,
        }
        for key, edition in editions.items()
        for position, shown in enumerate(edition.entries)
    ]
    if firsts:
        await connection.execute(insert(tables.delivery_entry), firsts)
    entry, delivery = tables.delivery_entry.c, tables.delivery.c
    columns = (entry.entry_id, entry.paper_id, entry.revision, entry.position, entry.seen_url)
    for first, *rest in sharing.values():
        if rest:
            copies = (
                select(delivery.id, *columns)
                .join_from(tables.delivery, tables.delivery_entry, literal(value=True))
                .where(delivery.id.in_(rest), entry.delivery_id == first)
            )
            await connection.execute(
                insert(tables.delivery_entry).from_select([entry.delivery_id, *columns], copies)
            )


async def _parts(
    connection: AsyncConnection,
    group: Sequence[Opening],
    made: dict[int, int],
    *,
    now: datetime,
    real_now: datetime,
) -> None:
    kept: dict[int, list[tuple[str, str]]] = {}
    rows: list[dict[str, Any]] = []
    for one in group:
        if id(one.messages) not in kept:
            kept[id(one.messages)] = payloads(one.messages)
        rows += [
            {
                "delivery_id": made[one.channel.id],
                "workspace": one.channel.workspace.key,
                "slack_channel": one.channel.channel_id,
                "position": position,
                "in_thread": message.thread,
                "uid": secrets.token_hex(12),
                "payload": key,
                "state": "pending",
                "not_before": real_now,
                # Grace is counted on the channel's clock; the courier's is the real one.
                "give_up_at": real_now + (one.give_up_at - now),
            }
            for position, (message, (key, _)) in enumerate(
                zip(one.messages, kept[id(one.messages)], strict=True)
            )
        ]
    await keep_payloads(connection, dict(pair for pairs in kept.values() for pair in pairs))
    if rows:
        await connection.execute(insert(tables.part), rows)
