"""Editions as kept: what deliveries show, once for all the channels that share it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.delivery import tables
from bot.delivery.edition import Edition
from bot.delivery.store.dialect import insert_into


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
            "paper_id": shown.entry.paper_id,
            "revision": shown.entry.revision,
            "seen_url": shown.seen_url,
            "retracted": shown.retracted,
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


def fingerprint(edition: Edition) -> str:
    """The hash of what an edition shows: the same entries in the same state, in the same order."""
    shown: list[Any] = [
        edition.date.isoformat(),
        edition.left_out,
        str(edition.left_out_from),
        [(one.entry.id, one.entry.revision, one.seen_url, one.retracted) for one in edition.entries],
    ]
    return hashlib.sha256(json.dumps(shown).encode()).hexdigest()
