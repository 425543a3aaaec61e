"""Editions as kept: what deliveries show, once for all the channels that share it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, insert, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.ledger import tables
from bot.ledger.dialect import insert_into
from bot.messages.edition import Edition
from digests.store.tables import digest, entry

_shown, _other = tables.edition_entry.c, tables.edition_entry.alias("other")
# Sought from the digests on, which are few: a join would have SQLite go through all that was ever shown.
_RETRACTED = (
    select(_shown.edition_id)
    .distinct()
    .where(
        _shown.entry_id.in_(
            select(entry.c.id).where(
                entry.c.digest_id.in_(select(digest.c.id).where(digest.c.retracted_at.is_not(None)))
            )
        )
    )
)
_its_entry, _its_digest = entry.alias("its_entry"), digest.alias("its_digest")
_STANDING = (
    select(_other.c.entry_id)
    .join(_its_entry, _its_entry.c.id == _other.c.entry_id)
    .join(_its_digest, _its_digest.c.id == _its_entry.c.digest_id)
    .where(_other.c.edition_id == _shown.edition_id, _its_digest.c.retracted_at.is_(None))
)


async def keep(connection: AsyncConnection, editions: Sequence[Edition]) -> dict[int, int]:
    """Keep these editions where they are not kept yet; their row ids by ``id()``."""
    unique = {id(one): one for one in editions}
    hashes = {key: fingerprint(one) for key, one in unique.items()}
    wanted = {hashes[key]: one for key, one in unique.items()}
    if not wanted:
        return {}
    row = tables.edition.c
    made = await connection.execute(
        insert_into(connection.dialect.name, tables.edition)
        .on_conflict_do_nothing(index_elements=[row.sha256])
        .returning(row.sha256, row.id),
        [
            {
                "sha256": sha256,
                "date": wanted[sha256].date,
                "left_out": wanted[sha256].left_out,
                "left_out_from": wanted[sha256].left_out_from,
            }
            for sha256 in sorted(wanted)
        ],
    )
    new = {one.sha256: one.id for one in made}
    entries = [
        {
            "edition_id": id_,
            "position": position,
            "entry_id": shown.entry.id,
            "revision": shown.entry.revision,
            "seen_url": shown.seen_url,
            "retracted": shown.retracted,
            "unposted_from": shown.unposted_from,
        }
        for sha256, id_ in new.items()
        for position, shown in enumerate(wanted[sha256].entries)
    ]
    if entries:
        await connection.execute(insert(tables.edition_entry), entries)
    known = await connection.execute(
        select(row.sha256, row.id).where(row.sha256.in_(sorted(wanted.keys() - new.keys())))
    )
    ids = new | {one.sha256: one.id for one in known}
    return {key: ids[sha256] for key, sha256 in hashes.items()}


async def withheld(connection: AsyncConnection, ids: Collection[int]) -> set[int]:
    """Those of these editions that nobody may be sent as they stand: they show a digest that was taken
    back since, or nothing else.
    """
    return await _retracted(connection, ids, or_(~_shown.retracted, ~_STANDING.exists()))


async def overtaken(connection: AsyncConnection, ids: Collection[int]) -> set[int]:
    """Those of these editions that show a digest as if it had not been taken back since."""
    return await _retracted(connection, ids, ~_shown.retracted)


async def _retracted(
    connection: AsyncConnection, ids: Collection[int], which: ColumnElement[bool]
) -> set[int]:
    if not ids:
        return set()
    return set(await connection.scalars(_RETRACTED.where(_shown.edition_id.in_(sorted(ids)), which)))


def gone() -> Select[tuple[int]]:
    """The editions of which nothing is left: every digest they show was taken back."""
    return _RETRACTED.where(~_STANDING.exists())


def fingerprint(edition: Edition) -> str:
    """The hash of what an edition shows: the same entries in the same state, in the same order."""
    shown: list[Any] = [
        edition.date.isoformat(),
        edition.left_out,
        str(edition.left_out_from),
        [
            (one.entry.id, one.entry.revision, one.seen_url, one.retracted, one.unposted_from)
            for one in edition.entries
        ],
    ]
    return hashlib.sha256(json.dumps(shown).encode()).hexdigest()
