"""Lookup by the names of things, spelt by ear or said in the other language; on SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from digests.archive import Archive
from digests.model import Document, Results
from digests.search import query_expansion
from digests.store.database import Database


async def _find(archive: Archive, query: str) -> Results:
    return await archive.search(query, workspace=None, until=None, today=None)


async def test_an_english_name_nobody_wrote_in_hangul_is_found(database: Database) -> None:
    """``플래시 어텐션`` finds Flash Attention, and is no slip of a word that differs in a letter."""
    text = """2025-02-25
Flash Attention for Longer Rows
https://arxiv.org/abs/2502.00011
(Ada Wang)
빠르게 계산해요.
#efficiency

Classes of Things
https://arxiv.org/abs/2502.00012
(Bo Li)
클래스 이야기예요. 클래스마다 달라요.
#vision
"""
    archive = Archive(database)
    document = Document("flash", "2025-02-25.txt", text.encode())
    assert [
        one.status async for one in archive.import_documents([document], now=datetime(2025, 3, 4, tzinfo=UTC))
    ]
    found = await _find(archive, "플래시 어텐션")
    assert [hit.entry.paper.arxiv_id for hit in found.hits] == ["2502.00011"]
    assert found.corrections == ()
    assert set(found.hits[0].matched) == {"Flash", "Attention"}


async def test_a_known_name_in_hangul_is_no_slip_of_a_korean_word(database: Database) -> None:
    """``쿠다`` is CUDA where only texts say that, and is not read as 크다, a letter away from it."""
    text = """2025-02-25
Faster Kernels
https://arxiv.org/abs/2502.00013
(Ada Wang)
CUDA 커널을 손봤어요.
#efficiency

Wide Receptive Fields
https://arxiv.org/abs/2502.00014
(Bo Li)
커널이 크다는 이야기예요.
#vision
"""
    archive = Archive(database)
    document = Document("cuda", "2025-02-25.txt", text.encode())
    assert [
        one.status async for one in archive.import_documents([document], now=datetime(2025, 3, 4, tzinfo=UTC))
    ]
    found = await _find(archive, "쿠다 커널")
    assert found.hits[0].entry.paper.arxiv_id == "2502.00013"
    assert found.corrections == ()
    assert "CUDA" in found.hits[0].matched


SPELT = """2025-02-25
A Mixture of Experts in Crystal Rooms
https://arxiv.org/abs/2502.00021
(Ada Wang)
A mixture of experts answers in turn.
방을 나눠요.
#moe

Fewer Hallucinations in Captions
https://arxiv.org/abs/2502.00022
(Bo Li)
We lower hallucination rates.
그림에 없는 말을 줄이는 방법이에요.
#captions

Smaller Rooms
https://arxiv.org/abs/2502.00023
(Cy Young)
Rooms are made smaller.
방을 줄이고 또 줄이기로 해요.
#rooms
"""


@pytest.fixture
async def spelt(database: Database) -> Archive:
    """Three papers with English names that Korean readers spell by ear."""
    archive = Archive(database)
    document = Document("spelt", "2025-02-25.txt", SPELT.encode())
    assert [
        one.status async for one in archive.import_documents([document], now=datetime(2025, 3, 4, tzinfo=UTC))
    ]
    return archive


@pytest.mark.parametrize("query", ["믹스처 오브 엑스퍼트", "믹스처 엑스퍼트 논문", "크리스탈 룸스"])
async def test_english_spelt_by_ear_finds_what_it_spells(spelt: Archive, query: str) -> None:
    """Words of titles are found by their sound in Hangul, also those that no list knows."""
    found = [hit.entry.paper.arxiv_id for hit in (await _find(spelt, query)).hits]
    assert found[:1] == ["2502.00021"]


async def test_a_thing_is_found_before_what_is_done_to_it(spelt: Archive) -> None:
    """``환각 줄이기`` finds fewer hallucinations first, though only another paper has that very verb form."""
    found = [hit.entry.paper.arxiv_id for hit in (await _find(spelt, "환각 줄이기")).hits]
    assert found[0] == "2502.00022"


async def test_what_kind_of_paper_is_meant_tells_little(database: Database) -> None:
    """``llama3 tech report`` finds Llama 3 before technical reports of other things that mention it."""
    text = """2025-02-25
Baichuan Technical Report
https://arxiv.org/abs/2502.00031
(Ada Wang)
This technical report compares with Llama3-PBM.
#llm

Llama 3
https://arxiv.org/abs/2502.00032
(Bo Li)
New models.
#llm

Crystal Technical Report
https://arxiv.org/abs/2502.00033
(Cy Young)
A technical report.
#llm
"""
    archive = Archive(database)
    document = Document("llama", "2025-02-25.txt", text.encode())
    assert [
        one.status async for one in archive.import_documents([document], now=datetime(2025, 3, 4, tzinfo=UTC))
    ]
    found = [hit.entry.paper.arxiv_id for hit in (await _find(archive, "llama3 tech report")).hits]
    assert found[0] == "2502.00032"


async def test_titles_in_english_count_beside_texts_in_korean(database: Database) -> None:
    """Where many papers say one thing asked for in Korean, one that says it in its title, in English, and the
    rest in Korean is first.
    """
    entries = [
        f"Frogs and Pond {n}\n(Ada Li)\n디퓨전 이야기예요.\n#frogs\n" for n in range(query_expansion.FEW)
    ]
    entries.append("Diffusion in Ponds\n(Ada Li)\n언어 모델 이야기예요.\n#frogs\n")
    archive = Archive(database)
    document = Document("news", "2025-02-25.txt", "\n".join(["2025-02-25", *entries]).encode())
    assert [
        one.status async for one in archive.import_documents([document], now=datetime(2025, 3, 4, tzinfo=UTC))
    ]
    found = (await _find(archive, "디퓨전 언어 모델")).hits[0]
    assert found.entry.paper.title == "Diffusion in Ponds"
    assert "Diffusion" in found.matched


REPORTS = """2025-02-25
Crystal-4
https://arxiv.org/abs/2502.00051
(Ada Wang)
A new model.
새 모델이에요.
#llm

Amber-3 Technical Report
https://arxiv.org/abs/2502.00052
(Bo Li)
This technical report compares with Crystal-4.
크리스탈보다 좋다고 보고하고 있어요. 기술 보고서네요.
#llm

Video Encoders
https://arxiv.org/abs/2502.00053
(Cy Young)
It is near V-JEPA.
비디오 인코더예요.
#video

Denoising Rooms with Diffusion Language Models
https://arxiv.org/abs/2502.00054
(Eve Jena)
Rooms are denoised.
재미있네요.
#rooms

Drawing by Noise
https://arxiv.org/abs/2502.00055
(Di Fox)
We draw.
디퓨전 언어 이야기인데 디퓨전 모델이에요. 언어 모델은 아니에요.
#drawing
"""


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("crystal-4 technical report", "2502.00051"),
        ("crystal-4 기술 보고서", "2502.00051"),
        ("amber-3 기술 보고서", "2502.00052"),
        ("v jepa", "2502.00053"),
        ("v-jepa", "2502.00053"),
        ("디퓨전 언어 모델", "2502.00054"),
    ],
)
async def test_what_is_named_comes_before_what_only_sounds_like_it(
    database: Database, query: str, first: str
) -> None:
    """A report is found by what it reports on, a rare name before names a slip away, and a thing by the title
    that names all of it, in whichever language it was asked for.
    """
    archive = Archive(database)
    document = Document("reports", "2025-02-25.txt", REPORTS.encode())
    assert [
        one.status async for one in archive.import_documents([document], now=datetime(2025, 3, 4, tzinfo=UTC))
    ]
    assert (await _find(archive, query)).hits[0].entry.paper.arxiv_id == first
