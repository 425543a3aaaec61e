"""What the questions of most workspaces share, read before anybody asks."""

from __future__ import annotations

from datetime import date

from sqlalchemy.ext.asyncio import AsyncConnection

from digests.model import SHARED
from digests.store import candidates, marked
from digests.store.tag_counts import tag_counts
from digests.store.vocabulary import Version, load_words


async def prepare(connection: AsyncConnection, until: date | None, known: Version | None) -> Version:
    """Read the words, the counts of tags and what common words say, unless the index is of the version
    ``known``; its version.

    Only for what all workspaces see: what one has of its own is little, and read when it is asked for.
    """
    words, _ = await load_words(connection, (SHARED,))
    if words.version != known:
        await tag_counts(connection, words.version, until)
        await marked.prepare(connection, words.version, SHARED, most=candidates.HEAVIEST)
    return words.version
