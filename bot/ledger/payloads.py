"""Rendered messages as the ledger stores them: each once, under the hash of its text."""

from __future__ import annotations

import hashlib
import json
from collections import OrderedDict
from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.ledger import tables
from bot.ledger.dialect import insert_into
from bot.messages.message import Message

CACHED = 512
"""Rendered messages a process keeps in memory. Many channels share one, so few are needed."""


def encode(messages: Iterable[Message]) -> list[tuple[str, str]]:
    """Each message as its hash and its JSON text, in order."""
    bodies = [json.dumps(message.payload(), ensure_ascii=False, sort_keys=True) for message in messages]
    return [(hashlib.sha256(body.encode("utf-8", "surrogatepass")).hexdigest(), body) for body in bodies]


def decode(body: str, *, thread: bool) -> Message:
    """The message that was stored as this JSON text."""
    content = json.loads(body)
    return Message(content["text"], tuple(content["blocks"]), thread)


async def store(connection: AsyncConnection, bodies: Mapping[str, str]) -> None:
    """Store message bodies, by hash, that are not stored yet."""
    if bodies:
        await connection.execute(
            insert_into(connection.dialect.name, tables.payload).on_conflict_do_nothing(),
            [{"sha256": key, "body": body} for key, body in sorted(bodies.items())],
        )


class PayloadCache:
    """Loads stored messages, and keeps those used last in memory. Stores nothing in the database."""

    def __init__(self) -> None:
        self._bodies: OrderedDict[str, str] = OrderedDict()

    async def load(self, connection: AsyncConnection, keys: Collection[str]) -> dict[str, str]:
        """The JSON text of each of these messages, by hash.

        The bodies are returned and not only cached: another task may fill the cache with
        others before the caller uses them. LookupError when a message is not stored.
        """
        wanted = set(keys)
        found = {key: self._bodies[key] for key in wanted & self._bodies.keys()}
        missing = sorted(wanted - found.keys())
        if missing:
            payload = tables.payload.c
            rows = await connection.execute(select(tables.payload).where(payload.sha256.in_(missing)))
            found |= {row.sha256: row.body for row in rows}
        if lost := wanted - found.keys():
            raise LookupError(f"messages are not stored: {', '.join(sorted(lost))}")
        for key in sorted(wanted):
            self._bodies[key] = found[key]
            self._bodies.move_to_end(key)
        while len(self._bodies) > CACHED:
            self._bodies.popitem(last=False)
        return found
