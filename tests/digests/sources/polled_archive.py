"""An archive with a source that holds what a test puts on it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from digests.archive import Archive
from digests.errors import SourceError
from digests.model import Document, Fetch, ImportedDocument, NewSource, Source, SourceKind
from digests.sources.polling import Poller, PollResult
from digests.sources.source_list import Sources
from digests.store.database import Database

NOW = datetime(2025, 2, 25, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=2)
EVERY = timedelta(minutes=15)
NOTE = "https://arxiv.org/abs/2502.{:05}\n*{}* (Ada Lovelace)\n\n{}\n\n#llm\n"


@dataclass
class Shelf:
    """A source that holds what a test puts on it."""

    files: dict[str, str] = field(default_factory=dict)
    renamed: Mapping[str, str] = field(default_factory=dict)
    error: SourceError | None = None
    fails_at: int | None = None

    def put(self, name: str, title: str, text: str = "재미있는 이야기예요.", *, number: int = 17416) -> None:
        self.files[name] = NOTE.format(number, title, text)

    async def fetch(self, source: Source) -> Fetch:
        if self.error:
            raise self.error
        return Fetch(
            self._documents(source), {"seen": len(self.files)}, frozenset(self.files), dict(self.renamed)
        )

    def _documents(self, source: Source) -> Iterator[Document]:
        for number, (name, text) in enumerate(self.files.items()):
            if number == self.fails_at:
                raise OSError("the disk broke")
            yield Document(source.name, name, text.encode())


@dataclass
class House:
    """An archive with one polled source in it."""

    database: Database
    shelf: Shelf
    archive: Archive
    sources: Sources
    polling: Poller
    taken: list[ImportedDocument] = field(default_factory=list)
    """What became of each document of the last poll."""

    async def add(self, name: str = "notes", *, posts: bool = True) -> Source:
        return await self.sources.add(
            NewSource(
                f"https://{name}.example/notes.git",
                name=name,
                kind=SourceKind.GIT,
                posts=posts,
            ),
            now=NOW,
        )

    async def poll(self, now: datetime = NOW, name: str = "notes") -> PollResult:
        claimed = await self.polling.claim(name, now=now)
        assert claimed is not None
        self.taken.clear()
        return await self.polling.poll(claimed, now=now, on_document=self.taken.append)

    async def found(self, query: str) -> int:
        return (await self.archive.search(query, workspace=None, until=None, today=None)).total

    async def deliverable(self) -> list[date | None]:
        found = await self.archive.deliverable_digests(
            workspace=None, after=None, until=date(2025, 12, 31), now=datetime(2026, 1, 1, tzinfo=UTC)
        )
        return [one.date for one in found]
