"""A question in one language finds what is said in the other, without the extra; on both databases."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from digests.archive import Archive
from digests.model import Document
from digests.store.database import Database

NEWSLETTER = """2025-02-25
Finite Crystals
https://arxiv.org/abs/2502.00041
(Ada Wang)
스칼라를 정수로 반올림해서 코드북 없이 양자화하는 방법이에요.
#vq

Rooms Revisited
https://arxiv.org/abs/2502.00042
(Bo Li)
여러 방의 크기를 비교했어요.
#rooms

Aligning the Full Trajectory with Fine Preferences
https://arxiv.org/abs/2502.00043
(Cy Young)
흥미롭네요.
#alignment

Trajectories of Birds
https://arxiv.org/abs/2502.00044
(Di Fox)
새 이야기예요.
#birds
"""


@pytest.fixture
async def archive(database: Database) -> Archive:
    """Papers with English titles and Korean commentary."""
    archive = Archive(database)
    document = Document("news", "2025-02-25.txt", NEWSLETTER.encode())
    assert [
        one.status async for one in archive.import_documents([document], now=datetime(2025, 3, 4, tzinfo=UTC))
    ]
    return archive


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("rounding scalars instead of a codebook", "2502.00041"),
        ("compare the sizes", "2502.00042"),
        ("궤적 전체를 세밀한 선호에 정렬하기", "2502.00043"),
    ],
)
async def test_a_question_finds_what_is_said_in_the_other_language(
    archive: Archive, query: str, first: str
) -> None:
    """English words are found in Korean commentary, and Korean ones in English titles."""
    found = await archive.search(query, workspace=None, until=None, today=None)
    assert [hit.entry.paper.arxiv_id for hit in found.hits][:1] == [first]


async def test_a_word_that_stands_there_comes_before_its_translation(archive: Archive) -> None:
    """What is asked for as it was written is found first, whatever else the words may mean."""
    found = await archive.search("trajectories of birds", workspace=None, until=None, today=None)
    assert found.hits[0].entry.paper.arxiv_id == "2502.00044"
