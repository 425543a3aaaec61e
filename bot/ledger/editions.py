"""Editions as stored: what deliveries show, one row for all channels that share it."""

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
# Nested from the retracted digests, which are few: with a join SQLite would read every entry ever shown.
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
_other_entry, _other_digest = entry.alias("other_entry"), digest.alias("other_digest")
_STANDING = (
    select(_other.c.entry_id)
    .join(_other_entry, _other_entry.c.id == _other.c.entry_id)
    .join(_other_digest, _other_digest.c.id == _other_entry.c.digest_id)
    .where(_other.c.edition_id == _shown.edition_id, _other_digest.c.retracted_at.is_(None))
)


async def store(connection: AsyncConnection, editions: Sequence[Edition]) -> dict[int, int]:
    """Store editions that are not stored yet. Returns the row id by each edition's ``id()``."""
    unique = {id(edition): edition for edition in editions}
    hashes = {key: fingerprint(edition) for key, edition in unique.items()}
    wanted = {hashes[key]: edition for key, edition in unique.items()}
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
    new = {made_row.sha256: made_row.id for made_row in made}
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
    ids = new | {known_row.sha256: known_row.id for known_row in known}
    return {key: ids[sha256] for key, sha256 in hashes.items()}


async def withheld(connection: AsyncConnection, ids: Collection[int]) -> set[int]:
    """Those of these editions that must not be sent as they are: they show a digest that was retracted
    since, or only retracted ones.
    """
    return await _retracted(connection, ids, or_(~_shown.retracted, ~_STANDING.exists()))


async def outdated_by_retraction(connection: AsyncConnection, ids: Collection[int]) -> set[int]:
    """Those of these editions that still show a digest that was retracted since."""
    return await _retracted(connection, ids, ~_shown.retracted)


async def _retracted(
    connection: AsyncConnection, ids: Collection[int], which: ColumnElement[bool]
) -> set[int]:
    if not ids:
        return set()
    return set(await connection.scalars(_RETRACTED.where(_shown.edition_id.in_(sorted(ids)), which)))


def all_retracted() -> Select[tuple[int]]:
    """A query for the ids of editions of which every digest was retracted."""
    return _RETRACTED.where(~_STANDING.exists())


def fingerprint(edition: Edition) -> str:
    """The hash of what an edition shows: its entries, their state and their order."""
    shown: list[Any] = [
        edition.date.isoformat(),
        edition.left_out,
        str(edition.left_out_from),
        [
            (entry.entry.id, entry.entry.revision, entry.seen_url, entry.retracted, entry.unposted_from)
            for entry in edition.entries
        ],
    ]
    return hashlib.sha256(json.dumps(shown).encode()).hexdigest()
