"""Rewrites: storing what the messages of posted deliveries should say instead."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import and_, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.channels.tables import channel
from bot.ledger import editions, lanes, openings, payloads, results, tables
from bot.ledger.ledger_clock import LedgerClock
from bot.ledger.open_parts import call_off_deliveries
from bot.ledger.states import (
    CORRECTABLE_STATES,
    DeliveryState,
    DeliveryTransition,
    PartTransition,
    Reason,
)
from bot.ledger.transitions import is_in
from bot.messages import text_pages
from bot.messages.edition import Edition
from bot.messages.message import Message
from digests.store.database import Database

_part, _delivery = tables.part.c, tables.delivery.c


class Rewrites:
    """Changes what the messages of deliveries should say. Sends nothing: the courier does, when it is due."""

    def __init__(self, database: Database, clock: LedgerClock) -> None:
        self._database = database
        self._clock = clock

    async def rewrite(
        self,
        delivery_ids: Sequence[int],
        edition: Edition,
        messages: Sequence[Message],
        *,
        filler: Message,
        after: timedelta,
    ) -> None:
        """Have these deliveries show this edition, by these messages, in ``after`` from now.

        Each message takes the place of the one at its position. Messages that need more places are added as
        replies, where the channel still gets posts; places that are left over say ``filler``. A part that is
        not sent yet is sent with its new text, and not at all where nothing is left to say. An earlier
        rewrite that still waits is replaced, at its own time.
        """
        async with self._database.write() as connection:
            now = await self._clock.now(connection)
            await _replace_edition(connection, delivery_ids, edition)
            as_text = await _without_blocks(connection, delivery_ids)
            with_blocks = [id_ for id_ in delivery_ids if id_ not in as_text]
            for ids, shown in ((with_blocks, messages), (sorted(as_text), text_pages.as_text(messages))):
                if ids:
                    await _rewrite(connection, ids, shown, filler=filler, at=now + after, now=now)

    async def retract(self, delivery_ids: Sequence[int], edition: Edition, message: Message) -> None:
        """Call off the unsent parts of these deliveries, and have the sent ones say this line, at once."""
        async with self._database.write() as connection:
            now = await self._clock.now(connection)
            await _replace_edition(connection, delivery_ids, edition)
            await call_off_deliveries(connection, delivery_ids, Reason.RETRACTED, now=now)
            ((key, body),) = payloads.encode([message])
            await payloads.store(connection, {key: body})
            own = _part.delivery_id.in_(delivery_ids)
            await connection.execute(
                update(tables.part)
                .where(own, is_in(*CORRECTABLE_STATES), _part.payload != key)
                .values(desired=key, correct_at=now)
            )


async def show_as_text(connection: AsyncConnection, delivery_id: int, *, now: datetime) -> None:
    """Have a delivery show what it should as text, in as many messages as that takes.

    For a delivery of which Slack refused the blocks in a correction.
    """
    await results.lock(connection, [delivery_id])
    rows = await connection.execute(
        select(_part.position, tables.payload.c.body)
        .join(tables.payload, tables.payload.c.sha256 == func.coalesce(_part.desired, _part.payload))
        .where(_part.delivery_id == delivery_id)
        .order_by(_part.position)
    )
    messages = text_pages.as_text([payloads.decode(row.body, thread=row.position > 0) for row in rows])
    # Each message has at least one page, so no place is left over for a filler.
    await _rewrite(connection, [delivery_id], messages, filler=messages[0], at=now, now=now)


async def _without_blocks(connection: AsyncConnection, delivery_ids: Sequence[int]) -> set[int]:
    """Those of these deliveries with a message of which Slack refused the blocks."""
    plain = select(_part.delivery_id).where(_part.delivery_id.in_(delivery_ids), _part.plain)
    return set(await connection.scalars(plain))


async def _replace_edition(
    connection: AsyncConnection, delivery_ids: Sequence[int], edition: Edition
) -> None:
    """Store that these deliveries show this edition. Comes before their messages are rewritten."""
    # Parts are locked before deliveries, as ``results.record`` does, so that no two wait for each other.
    await results.lock(connection, delivery_ids)
    ids = await editions.store(connection, [edition])
    await connection.execute(
        update(tables.delivery).where(_delivery.id.in_(delivery_ids)).values(edition_id=ids[id(edition)])
    )


async def _rewrite(
    connection: AsyncConnection,
    delivery_ids: Sequence[int],
    messages: Sequence[Message],
    *,
    filler: Message,
    at: datetime,
    now: datetime,
) -> None:
    if all(message.only_retracted for message in messages):
        await call_off_deliveries(connection, delivery_ids, Reason.RETRACTED, now=now)
    wanted = payloads.encode(messages)
    ((filler_key, filler_body),) = payloads.encode([filler])
    await payloads.store(connection, {**dict(wanted), filler_key: filler_body})
    keys = [key for key, _ in wanted]
    needless = {position for position, message in enumerate(messages) if message.only_retracted}
    for positions, ids in (await _by_positions(connection, delivery_ids)).items():
        for position in positions:
            key = keys[position] if position < len(keys) else filler_key
            await _rewrite_position(connection, ids, position, key, at=at)
        superfluous = needless | set(range(len(keys), positions[-1] + 1))
        dropped = await _drop(connection, ids, superfluous)
        await results.finish(connection, dropped, now=now)
        missing = set(range(len(keys))) - set(positions) - needless
        if missing:
            replies = {position: keys[position] for position in sorted(missing)}
            await _add_replies(connection, ids, replies, now=now)
    # A process that claims at this moment skips the parts that are locked here, so their lanes are looked at
    # again. Parts are locked before lanes, as ``results.record`` does; a claim waits for no part.
    waiting = await connection.scalars(
        select(_part.workspace).distinct().where(tables.IS_PENDING, _part.delivery_id.in_(delivery_ids))
    )
    await lanes.touch(connection, dict.fromkeys(waiting, now))


async def _rewrite_position(
    connection: AsyncConnection, delivery_ids: Sequence[int], position: int, key: str, *, at: datetime
) -> None:
    """Have the message at one position say something else, now if it is not sent yet, else from ``at`` on."""
    here = and_(_part.delivery_id.in_(delivery_ids), _part.position == position)
    await connection.execute(update(tables.part).where(here, tables.IS_PENDING).values(payload=key))
    await connection.execute(
        update(tables.part)
        .where(here, is_in(*CORRECTABLE_STATES), _part.payload != key)
        .values(desired=key, correct_at=func.coalesce(_part.correct_at, at))
    )
    await connection.execute(
        update(tables.part).where(here, _part.payload == key).values(desired=None, correct_at=None)
    )


async def _by_positions(
    connection: AsyncConnection, delivery_ids: Sequence[int]
) -> dict[tuple[int, ...], list[int]]:
    """The deliveries, grouped by the positions of their messages: mostly the same for all."""
    rows = await connection.execute(
        select(_part.delivery_id, _part.position)
        .where(_part.delivery_id.in_(delivery_ids))
        .order_by(_part.delivery_id, _part.position)
    )
    positions: dict[int, list[int]] = defaultdict(list)
    for row in rows:
        positions[row.delivery_id].append(row.position)
    groups: dict[tuple[int, ...], list[int]] = defaultdict(list)
    for delivery_id, own in positions.items():
        groups[tuple(own)].append(delivery_id)
    return groups


async def _drop(
    connection: AsyncConnection, delivery_ids: Sequence[int], positions: Collection[int]
) -> set[int]:
    """Delete the replies at these positions that were never attempted. Returns the deliveries that had some.

    A reply that was attempted may have arrived: its row stays.
    """
    rows = await connection.scalars(
        tables.part.delete()
        .where(
            is_in(*PartTransition.DROP.sources),
            _part.delivery_id.in_(delivery_ids),
            _part.position.in_(positions),
            _part.position > 0,
            _part.attempt == 0,
        )
        .returning(_part.delivery_id)
    )
    return set(rows)


async def _add_replies(
    connection: AsyncConnection, delivery_ids: Sequence[int], keys: Mapping[int, str], *, now: datetime
) -> None:
    """Add replies at these positions, by the hash of their message, in the threads of these deliveries.

    Skips channels that are off or paused, workspaces without Haru, and deliveries that ended badly. In a
    layout without threads the added messages are replies all the same.
    """
    growing = (
        select(_delivery.id, _delivery.workspace, _part.slack_channel)
        .join_from(tables.delivery, tables.part, _part.delivery_id == _delivery.id)
        .join(channel, channel.c.id == _delivery.channel_id)
        .join(tables.lane, tables.lane.c.workspace == _delivery.workspace)
        .where(
            _delivery.id.in_(delivery_ids),
            _part.position == 0,
            _delivery.state.in_((DeliveryState.POSTING, DeliveryState.SENT)),
            channel.c.enabled,
            channel.c.paused_reason.is_(None),
        )
        .order_by(channel.c.id)
        # Whoever switches a channel off now comes before this, or after it and calls the replies off.
        .with_for_update(read=True, of=channel)
    )
    rows = (await connection.execute(lanes.with_installation(growing).where(~lanes.IS_UNINSTALLED))).all()
    if not rows:
        return
    parts = [
        {
            "delivery_id": row.id,
            "workspace": row.workspace,
            "slack_channel": row.slack_channel,
            "position": position,
            "in_thread": True,
            "uid": openings.new_uid(),
            "payload": key,
            "state": PartTransition.OPEN.target.value,
            "not_before": now,
            "give_up_at": now,
        }
        for row in rows
        for position, key in keys.items()
    ]
    await connection.execute(insert(tables.part), parts)
    ids, extend = [row.id for row in rows], DeliveryTransition.EXTEND
    await connection.execute(
        update(tables.delivery)
        .where(_delivery.id.in_(ids), _delivery.state.in_(extend.sources))
        .values(state=extend.target.value, finished_at=None)
    )
