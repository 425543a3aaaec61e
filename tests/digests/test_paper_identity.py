"""Which mentions are one paper: in any order, and however they are split over documents."""

from __future__ import annotations

import random
from datetime import UTC, datetime

import pytest

from digests.archive import Archive
from digests.model import Document
from digests.store.database import Database

NOW = datetime(2025, 3, 26, tzinfo=UTC)

MENTIONS = {
    # what the commentary says: the title, the link, the authors, and the paper it is about
    "first": ("Gentle Routing", "https://openreview.net/forum?id=AbC12", "Ada Kim, Ben Lee", "gentle"),
    "second": ("Gentle Routing", "https://openreview.net/pdf?id=AbC12", "Ada Kim, Ben Lee", "gentle"),
    "third": ("Gentle Routing", "https://arxiv.org/abs/2502.00001", "Ada Kim, Ben Lee", "gentle"),
    "fourth": ("Gentle Routing", "", "Ada Kim, Ben Lee", "gentle"),
    "fifth": ("Counting Steps", "https://example.org/notes.html#a", "Cora Park", "counting"),
    "sixth": ("Folding Maps", "https://example.org/notes.html#b", "Dan Choi", "folding"),
    "seventh": ("Weekly Thoughts", "", "", "thoughts"),
    "eighth": ("Weekly Thoughts", "https://arxiv.org/abs/2502.00003", "", "third"),
    "ninth": ("Third Paper", "https://arxiv.org/abs/2502.00003v2", "Eve Jung", "third"),
    "tenth": ("Technical Report", "https://arxiv.org/abs/2502.00004", "Finn Yoo", "report of Finn"),
    "eleventh": ("Technical Report", "https://arxiv.org/abs/2502.00005", "Gil Han", "report of Gil"),
    "twelfth": ("Technical Report", "", "Hana Oh", "report of Hana"),
}


def _documents(order: list[str], sizes: random.Random) -> list[Document]:
    """The mentions in this order, a random number of them in each newsletter."""
    documents: list[Document] = []
    while order:
        taken, order = order[: (size := sizes.randint(1, 4))], order[size:]
        lines = [f"2025-03-{len(documents) + 1:02d}"]
        for name in taken:
            title, link, authors, _ = MENTIONS[name]
            lines += [title, *([link] if link else []), f"({authors})", f"여기는 {name} 해설입니다.", "#moe"]
        documents.append(Document("vault", f"{len(documents)}.txt", "\n".join(lines).encode()))
    return documents


@pytest.mark.parametrize("seed", range(4))
async def test_papers_do_not_depend_on_order_or_files(database: Database, seed: int) -> None:
    """Any order of mentions, split over files in any way, gives the same papers and loses no commentary."""
    chance = random.Random(seed)
    order = list(MENTIONS)
    chance.shuffle(order)
    archive = Archive(database)
    for document in _documents(order, chance):
        async for imported in archive.import_documents([document], now=NOW):
            assert imported.reason is None
    papers: dict[str, set[str]] = {}
    async for entry, _ in archive.export(workspace=None):
        said = entry.entry.commentary("ko") or ""
        papers.setdefault(str(entry.paper_id), set()).add(said.split()[1])
    wanted: dict[str, set[str]] = {}
    for name, (*_, paper) in MENTIONS.items():
        wanted.setdefault(paper, set()).add(name)
    assert sorted(map(sorted, papers.values())) == sorted(map(sorted, wanted.values()))
