"""Rewriting: what the messages of posted deliveries are to say instead."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import and_, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.channels.tables import channel
from bot.delivery import tables
from bot.delivery.delivery import State
from bot.delivery.edition import Edition
from bot.delivery.store import editions, lanes, open_parts, openings
from bot.messages.message import Message

_part, _delivery = tables.part.c, tables.delivery.c
_ALIVE = ("pending", "sending", "doubt", "checking", "sent")


async def desire(
    connection: AsyncConnection,
    delivery_ids: Sequence[int],
    messages: Sequence[Message],
    *,
    rest: Message,
    at: datetime,
    now: datetime,
) -> None:
    """Have these deliveries say this instead from ``at`` on: message by message, in their places.

    What does not fit any more is added as replies, except where the channel gets nothing new; a
    message too many says ``rest``. What was not sent yet is sent right the first time. A change
    before ``at`` takes the place of the one that waits.
    """
    made = openings.payloads(messages)
    spare = openings.payloads([rest])
    await openings.keep_payloads(connection, dict([*made, *spare]))
    counts = await connection.execute(
        select(_part.delivery_id, func.count().label("n"))
        .where(_part.delivery_id.in_(delivery_ids))
        .group_by(_part.delivery_id)
    )
    of_length: dict[int, list[int]] = defaultdict(list)
    for row in counts:
        of_length[row.n].append(row.delivery_id)
    for length, ids in of_length.items():
        wanted = [key for key, _ in made[:length]] + [spare[0][0]] * (length - len(made))
        for position, key in enumerate(wanted):
            await _want(connection, ids, position, key, at=at)
        if len(made) > length:
            await _append(connection, ids, made[length:], length, now=now)
    # Whoever was just claiming passed over what was being rewritten here: its lane is looked at again. Parts
    # before lanes, as when results are written down; who claims has a lane and waits for no part.
    waiting = await connection.scalars(
        select(_part.workspace).distinct().where(lanes.PENDING, _part.delivery_id.in_(delivery_ids))
    )
    await lanes.touch(connection, dict.fromkeys(waiting, now))


async def retract(
    connection: AsyncConnection, delivery_ids: Sequence[int], message: Message, *, now: datetime
) -> None:
    """Call off what of these deliveries was not sent, and have the rest say this one line."""
    await open_parts.call_off_deliveries(connection, delivery_ids, "retracted", now=now)
    ((key, body),) = openings.payloads([message])
    await openings.keep_payloads(connection, {key: body})
    await connection.execute(
        update(tables.part)
        .where(_part.delivery_id.in_(delivery_ids), _part.state.in_(_ALIVE), _part.payload != key)
        .values(desired=key, correct_at=now)
    )


async def replace_edition(connection: AsyncConnection, delivery_ids: Sequence[int], edition: Edition) -> None:
    """These deliveries show this edition from now on."""
    ids = await editions.keep(connection, [edition])
    await connection.execute(
        update(tables.delivery).where(_delivery.id.in_(delivery_ids)).values(edition_id=ids[id(edition)])
    )


async def _want(
    connection: AsyncConnection, delivery_ids: Sequence[int], position: int, key: str, *, at: datetime
) -> None:
    here = and_(_part.delivery_id.in_(delivery_ids), _part.position == position)
    await connection.execute(update(tables.part).where(here, _part.state == "pending").values(payload=key))
    await connection.execute(
        update(tables.part)
        .where(here, _part.state.in_(_ALIVE), _part.payload != key)
        .values(desired=key, correct_at=func.coalesce(_part.correct_at, at))
    )
    await connection.execute(
        update(tables.part).where(here, _part.payload == key).values(desired=None, correct_at=None)
    )


async def _append(
    connection: AsyncConnection,
    delivery_ids: Sequence[int],
    made: Sequence[tuple[str, str]],
    position: int,
    *,
    now: datetime,
) -> None:
    """Replies in the threads of posts that are there; what is no reply in its layout becomes one.

    A channel that was switched off or paused since gets none, nor does a workspace without Haru.
    """
    growing = (
        select(_delivery.id, _delivery.workspace, _part.slack_channel)
        .join_from(tables.delivery, tables.part, _part.delivery_id == _delivery.id)
        .join(channel, channel.c.id == _delivery.channel_id)
        .join(tables.lane, tables.lane.c.workspace == _delivery.workspace)
        .where(_delivery.id.in_(delivery_ids), _part.position == 0)
        .where(channel.c.enabled, channel.c.paused_reason.is_(None))
        .order_by(channel.c.id)
        # Whoever switches one off just now comes before this, or after it and calls the replies off.
        .with_for_update(read=True, of=channel)
    )
    rows = (await connection.execute(lanes.with_token(growing).where(~lanes.IS_UNINSTALLED))).all()
    if not rows:
        return
    parts = [
        {
            "delivery_id": row.id,
            "workspace": row.workspace,
            "slack_channel": row.slack_channel,
            "position": position + place,
            "in_thread": True,
            "uid": openings.new_uid(),
            "payload": key,
            "state": "pending",
            "not_before": now,
            "give_up_at": now,
        }
        for row in rows
        for place, (key, _) in enumerate(made)
    ]
    await connection.execute(insert(tables.part), parts)
    await connection.execute(
        update(tables.delivery)
        .where(_delivery.id.in_([row.id for row in rows]), _delivery.state == State.SENT)
        .values(state=State.POSTING, finished_at=None)
    )
