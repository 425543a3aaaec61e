"""Rewriting: what the messages of posted deliveries are to say instead."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import and_, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.channels.tables import channel
from bot.ledger import editions, lanes, open_parts, openings, payloads, results, tables
from bot.ledger.delivery import State
from bot.messages.edition import Edition
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
    message too many says ``rest``. What was not sent yet is sent right the first time, and not at
    all where nothing is left to say. A change before ``at`` takes the place of the one that waits.
    """
    if all(message.only_retracted for message in messages):
        await open_parts.call_off_deliveries(connection, delivery_ids, "retracted", now=now)
    made = payloads.encode(messages)
    spare = payloads.encode([rest])
    await payloads.store(connection, dict([*made, *spare]))
    needless = {place for place, message in enumerate(messages) if message.only_retracted}
    for places, ids in (await _by_places(connection, delivery_ids)).items():
        for place in places:
            key = made[place][0] if place < len(made) else spare[0][0]
            await _want(connection, ids, place, key, at=at)
        dropped = await _drop(connection, ids, needless | set(range(len(made), places[-1] + 1)))
        await results.finish(connection, dropped, now=now)
        missing = [place for place in range(len(made)) if place not in places and place not in needless]
        if missing:
            await _append(connection, ids, {place: made[place][0] for place in missing}, now=now)
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
    ((key, body),) = payloads.encode([message])
    await payloads.store(connection, {key: body})
    await connection.execute(
        update(tables.part)
        .where(_part.delivery_id.in_(delivery_ids), _part.state.in_(_ALIVE), _part.payload != key)
        .values(desired=key, correct_at=now)
    )


async def replace_edition(connection: AsyncConnection, delivery_ids: Sequence[int], edition: Edition) -> None:
    """These deliveries show this edition from now on. Said first, before their messages are rewritten."""
    # Parts before deliveries, as when results are written down: two that wait for each other's rows would
    # wait for good.
    await results.lock(connection, delivery_ids)
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


async def _by_places(
    connection: AsyncConnection, delivery_ids: Sequence[int]
) -> dict[tuple[int, ...], list[int]]:
    """Deliveries by the places of the messages they have, which is mostly the same for all."""
    rows = await connection.execute(
        select(_part.delivery_id, _part.position)
        .where(_part.delivery_id.in_(delivery_ids))
        .order_by(_part.delivery_id, _part.position)
    )
    places: dict[int, list[int]] = defaultdict(list)
    for row in rows:
        places[row.delivery_id].append(row.position)
    alike: dict[tuple[int, ...], list[int]] = defaultdict(list)
    for delivery_id, own in places.items():
        alike[tuple(own)].append(delivery_id)
    return alike


async def _drop(
    connection: AsyncConnection, delivery_ids: Sequence[int], places: Collection[int]
) -> set[int]:
    """Have nothing sent in these places; the deliveries that now have less to send.

    Where something was tried it is still sent, if it did not arrive: its row is what is known of it.
    """
    rows = await connection.scalars(
        tables.part.delete()
        .where(
            _part.delivery_id.in_(delivery_ids),
            _part.position.in_(places),
            _part.position > 0,
            lanes.PENDING,
            _part.attempt == 0,
        )
        .returning(_part.delivery_id)
    )
    return set(rows)


async def _append(
    connection: AsyncConnection, delivery_ids: Sequence[int], missing: Mapping[int, str], *, now: datetime
) -> None:
    """Replies in the threads of posts that are there; what is no reply in its layout becomes one.

    A channel that was switched off or paused since gets none, nor does a workspace without Haru, nor a post
    that ended badly.
    """
    growing = (
        select(_delivery.id, _delivery.workspace, _part.slack_channel)
        .join_from(tables.delivery, tables.part, _part.delivery_id == _delivery.id)
        .join(channel, channel.c.id == _delivery.channel_id)
        .join(tables.lane, tables.lane.c.workspace == _delivery.workspace)
        .where(_delivery.id.in_(delivery_ids), _part.position == 0)
        # A post that ended badly goes no further.
        .where(_delivery.state.in_((State.POSTING, State.SENT)))
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
            "position": place,
            "in_thread": True,
            "uid": openings.new_uid(),
            "payload": key,
            "state": "pending",
            "not_before": now,
            "give_up_at": now,
        }
        for row in rows
        for place, key in missing.items()
    ]
    await connection.execute(insert(tables.part), parts)
    await connection.execute(
        update(tables.delivery)
        .where(_delivery.id.in_([row.id for row in rows]), _delivery.state == State.SENT)
        .values(state=State.POSTING, finished_at=None)
    )
