"""What a workspace was given is its own: others neither see it, find it, nor notice that it is there."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from digests.archive import Archive
from digests.model import SHARED, ArchivedDigest, Document, Results, Workspace
from digests.store.database import Database

NOW = datetime(2025, 2, 26, tzinfo=UTC)
DAY = date(2025, 2, 25)
OURS, THEIRS = Workspace("", "T1"), Workspace("E1", "T2")
OTHERS = [None, THEIRS, Workspace("E1", "T1")]

SHARED_TEXT = """2025-02-25
Reasoning with Latent Thoughts
https://arxiv.org/abs/2502.17416
(Nikunj Saunshi, Zhiyuan Li)
On looped transformers.
반복하는 트랜스포머 이야기입니다.
We like loops.
#transformer #reasoning
Compression Scaling Laws
(Elias Frantar)
On quantization of transformers.
양자화에 대한 이야기입니다.
We like laws.
#scaling-law
"""
PRIVATE_TEXT = """2025-02-25
Zyzzyva Networks
https://arxiv.org/abs/2502.99999
(Quirina Xanthopoulos)
On the flobber of transformers.
딱정벌레 신경망에 대한 이야기입니다.
We like weevils, see https://arxiv.org/abs/2502.17416 too.
#zyzzyva #transformer
Reasoning with Latent Thoughts: Our Secret Notes
https://arxiv.org/abs/2502.17416
(Nikunj Saunshi, Quirina Xanthopoulos)
Our secret abstract.
우리만의 비밀 해설입니다.
Our secret comment.
#secret
"""
PRIVATE_WORDS = ["zyzzyva", "weevils", "flobber", "딱정벌레", "비밀", "xanthopoulos", "secret"]


@pytest.fixture
async def archive(database: Database) -> Archive:
    """A digest that all share, and one of ours with a paper of its own and one that both have."""
    archive = Archive(database)
    await take(archive, "shared.txt", SHARED_TEXT, None)
    await take(archive, "ours.txt", PRIVATE_TEXT, OURS)
    return archive


async def take(archive: Archive, path: str, text: str, workspace: Workspace | None) -> None:
    """Take a document in."""
    documents = [Document("one", path, text.encode())]
    async for _ in archive.import_documents(documents, now=NOW, workspace=workspace):
        pass


async def find(archive: Archive, query: str, eyes: Workspace | None) -> Results:
    """What these eyes find."""
    return await archive.search(query, workspace=eyes, until=None, today=DAY)


def said(digests: tuple[ArchivedDigest, ...]) -> str:
    """Everything in digests."""
    return repr(digests).casefold()


@pytest.mark.parametrize("eyes", OTHERS)
async def test_others_find_nothing_of_it(archive: Archive, eyes: Workspace | None) -> None:
    """Neither by its words, authors, tags or address, nor by a slip of them, nor among guesses."""
    queries = [
        *PRIVATE_WORDS, "zyzzyvva", "wevils", "by:xanthopolous", "#zyzzyva", "#secret", "2502.99999",
        "2025-02-25", "today", "random", "latest", "transformers", "2502.17416", "looped", "latent thoughts",
    ]  # fmt: skip
    for query in queries:
        found = await find(archive, query, eyes)
        shown = repr((found.hits, found.corrections, found.suggestions)).casefold()
        assert not any(word in shown for word in PRIVATE_WORDS), query
        documents = await archive.document_paths(found)
        assert all(paths == ("shared.txt",) for paths in documents.values()), query


@pytest.mark.parametrize("eyes", OTHERS)
async def test_others_see_no_tag_no_day_and_no_relation_of_it(
    archive: Archive, eyes: Workspace | None
) -> None:
    """Tags are listed and counted without it, days hold the shared papers, related papers are shared ones."""
    tags = {count.tag.name: count.papers for count in await archive.tags(workspace=eyes, until=None)}
    assert tags == {"transformer": 1, "reasoning": 1, "scaling-law": 1}
    for name in ("zyzzyva", "secret"):
        assert (await archive.tagged(name, workspace=eyes, until=None)).total == 0
    days = await archive.digests_of_day(DAY, workspace=eyes)
    due = await archive.deliverable_digests(workspace=eyes, after=None, until=DAY, now=NOW)
    newest = await archive.newest_digest(workspace=eyes, until=DAY, now=NOW)
    assert newest is not None
    for digests in (days, due, (newest,)):
        assert not any(word in said(digests) for word in PRIVATE_WORDS)
    for entry in newest.entries:
        near = await archive.related(entry.id, workspace=eyes, until=None)
        assert not any(word in repr(near).casefold() for word in PRIVATE_WORDS)


@pytest.mark.parametrize("eyes", OTHERS)
async def test_others_cannot_open_it_by_number(archive: Archive, eyes: Workspace | None) -> None:
    """Ids in a button's value open nothing that belongs to somebody else."""
    (ours,) = [one for one in await archive.digests_of_day(DAY, workspace=OURS) if one.workspace == OURS]
    assert await archive.digest(ours.id, workspace=eyes) is None
    ids = [entry.id for entry in ours.entries]
    assert await archive.entries(ids, workspace=eyes) == []
    assert [await archive.entry(id_, workspace=eyes) for id_ in ids] == [None, None]
    assert await archive.related(ids[0], workspace=eyes, until=None) == ()


async def test_its_own_workspace_sees_both(archive: Archive) -> None:
    """We find our papers and the shared ones, each by its own words."""
    assert (await find(archive, "weevils", OURS)).hits[0].entry.paper.title == "Zyzzyva Networks"
    assert (await find(archive, "quantization", OURS)).hits[0].entry.paper.title == "Compression Scaling Laws"
    due = await archive.deliverable_digests(workspace=OURS, after=None, until=DAY, now=NOW)
    assert {digest.workspace for digest in due} == {None, OURS}


@pytest.mark.parametrize("eyes", OTHERS)
async def test_what_others_find_does_not_change(database: Database, eyes: Workspace | None) -> None:
    """Hits, their order and the facts of a shared paper are the same with and without it."""
    archive = Archive(database)
    await take(archive, "shared.txt", SHARED_TEXT, None)
    queries = [
        "looped",
        "transformers",
        "quantization",
        "#transformer",
        "loopd",
        "2502.17416",
        "thoughts laws",
    ]
    before = [await find(archive, query, eyes) for query in queries]
    await take(archive, "ours.txt", PRIVATE_TEXT, OURS)
    after = [await find(archive, query, eyes) for query in queries]
    for query, old, new in zip(queries, before, after, strict=True):
        assert [hit.entry for hit in new.hits] == [hit.entry for hit in old.hits], query
        assert (new.corrections, new.suggestions) == (old.corrections, old.suggestions), query


async def test_a_retracted_digest_of_ours_is_gone_and_the_shared_one_stays(archive: Archive) -> None:
    """Taken back it is found by nobody and due for nobody; the shared digest of the day is untouched."""
    await archive.retract_day(DAY, now=NOW, workspace=OURS)
    for word in PRIVATE_WORDS:
        assert (await find(archive, word, OURS)).total == 0, word
    due = await archive.deliverable_digests(workspace=OURS, after=None, until=DAY, now=NOW)
    assert [digest.workspace for digest in due] == [None]
    assert (await find(archive, "looped", OURS)).total == 1
    await archive.retract_day(DAY, now=NOW)
    assert await archive.deliverable_digests(workspace=OURS, after=None, until=DAY, now=NOW) == ()
    assert (await find(archive, "looped", OURS)).total == 0
    assert await archive.tags(workspace=OURS, until=None) == ()


def test_shared_is_nobodys_workspace() -> None:
    """No workspace's key is the one of what all share."""
    assert SHARED not in {OURS.key, THEIRS.key, Workspace("", "").key}
