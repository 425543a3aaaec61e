"""Lookup: what people type, and what they should find; the same on SQLite and PostgreSQL."""

from __future__ import annotations

import asyncio
import unicodedata
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from digests.archive import Archive
from digests.model import Document, Results
from digests.store.database import Database

SAMPLES = Path(__file__).parents[2] / "bot" / "local" / "samples"
LOOPED = "Reasoning with Latent Thoughts: On the Power of Looped Transformers"
QUANTIZATION = "Compression Scaling Laws:Unifying Sparsity and Quantization"
HABITS = "Cognitive Behaviors that Enable Self-Improving Reasoners, or, Four Habits of Highly Effective STaRs"


@pytest.fixture
async def archive(database: Database) -> Archive:
    """The sample digests, taken in."""
    archive = Archive(database)
    documents = [Document("samples", path.name, path.read_bytes()) for path in sorted(SAMPLES.rglob("*.txt"))]
    taken = [one async for one in archive.import_documents(documents, now=datetime(2025, 3, 4, tzinfo=UTC))]
    assert {one.status for one in taken} == {"new"}
    return archive


async def _find(archive: Archive, query: str) -> Results:
    return await archive.search(query, workspace=None, until=None, today=None)


MEANT = [
    ("looped", LOOPED),
    ("Looped Transformers", LOOPED),
    ("transformers looped", LOOPED),
    ("loopd", LOOPED),
    ("latnet thoughts", LOOPED),
    ("by:saunshi", LOOPED),
    ("by:Sashank looped", LOOPED),
    ("2502.17416", LOOPED),
    ("https://arxiv.org/pdf/2502.17416v3", LOOPED),
    ("<https://arxiv.org/abs/2502.17416|paper>", LOOPED),
    ("“looped transformers”", LOOPED),
    ("ｌｏｏｐｅｄ", LOOPED),
    ("암기에는", LOOPED),
    ("정규화", LOOPED),
    ("#scaling-law quantization", QUANTIZATION),
    ("tag:scaling_law 양자화", QUANTIZATION),
    ("<#C123|scaling-law> 양자화", QUANTIZATION),
    ("양자화를", QUANTIZATION),
    ("희소성 양자화", QUANTIZATION),
    (unicodedata.normalize("NFD", "양자화"), QUANTIZATION),
    ("four habits", HABITS),
    ("되돌아가기", HABITS),
    ("gandhi habits", HABITS),
]


async def test_what_is_meant_is_found_first(archive: Archive) -> None:
    """A half-remembered, misspelt or marked-up question has the meant paper first."""
    firsts = {}
    for query, _ in MEANT:
        found = await _find(archive, query)
        firsts[query] = found.hits[0].entry.paper.title if found.hits else None
    assert firsts == dict(MEANT)


async def test_looped_is_one_whole_answer(archive: Archive) -> None:
    """`/paper looped` finds exactly one of the samples, so that it is shown whole."""
    assert (await _find(archive, "looped")).total == 1


async def test_a_corrected_word_is_told(archive: Archive) -> None:
    """A typo names what it was read as; a word that is there names nothing."""
    assert [(one.typed, one.used) for one in (await _find(archive, "loopd")).corrections] == [
        ("loopd", "looped")
    ]
    assert (await _find(archive, "looped")).corrections == ()


async def test_nothing_relevant_is_nothing(archive: Archive) -> None:
    """Words no paper has find nothing, and the guesses offered do hit."""
    found = await _find(archive, "quantisierungsverfahren")
    assert found.hits == ()
    for guess in found.suggestions:
        assert (await _find(archive, guess)).hits, guess


async def test_of_a_sentence_that_finds_nothing_its_own_words_are_guessed(archive: Archive) -> None:
    """A sentence no paper answers is not bent into others: its words that find something are offered."""
    sentence = "colourless green zebras gallop homewards while quantization sleeps furiously"
    found = await _find(archive, sentence)
    assert found.hits == ()
    assert found.suggestions == ("quantization",)
    found = await _find(archive, "얼룩말이 지붕 위에서 춤추며 노래하던 양자화를 몰래 훔쳐보던 고양이")
    assert found.suggestions == ("양자화를",)


async def test_what_operators_left_nothing_of_is_guessed_without_them(archive: Archive) -> None:
    """Where a day or a tag leaves nothing, the word and the tag alone are what was meant."""
    found = await _find(archive, "#scaling-law since:2031 looped")
    assert found.hits == ()
    assert found.suggestions == ("looped", "#scaling-law")
    for guess in found.suggestions:
        assert (await _find(archive, guess)).hits


@pytest.mark.parametrize(
    "spelling", ["scaling-law", "scaling law", "scalinglaw", "Scaling_Law", "scalng-law"]
)
async def test_a_tag_is_found_however_it_is_spelt(archive: Archive, spelling: str) -> None:
    """A tag's papers are listed newest first, with spaces, underscores, capitals or a slip."""
    found = await archive.tagged(spelling, workspace=None, until=None)
    days = [hit.entry.date for hit in found.hits]
    assert found.total == 5
    assert days == sorted(days, key=str, reverse=True)


async def test_leaving_words_out(archive: Archive) -> None:
    """A minus leaves out papers with that word or tag."""
    titles = {hit.entry.paper.title for hit in (await _find(archive, "#scaling-law -양자화")).hits}
    assert QUANTIZATION not in titles
    assert titles
    for_word = {hit.entry.paper.title for hit in (await _find(archive, "#scaling-law -quantization")).hits}
    assert QUANTIZATION not in for_word
    without = {hit.entry.paper.title for hit in (await _find(archive, "#scaling-law -#quantization")).hits}
    assert without == titles


async def test_dates_narrow(archive: Archive) -> None:
    """A date gives that day's papers in the digest's order; since and until bound a search."""
    day = await _find(archive, "2025-02-25")
    assert [hit.entry.position for hit in day.hits] == list(range(6))
    later = await _find(archive, "#scaling-law since:2025-02-26")
    assert {hit.entry.date for hit in later.hits} == {date(2025, 2, 26)}
    assert (await _find(archive, "looped until:2025-02-24")).total == 0


async def test_today_is_what_the_asker_had(archive: Archive) -> None:
    """`today` is the day given for the asker's channel, and `latest` the newest there is."""
    today = await archive.search("today", workspace=None, until=None, today=date(2025, 2, 26))
    assert {hit.entry.date for hit in today.hits} == {date(2025, 2, 26)}
    assert {hit.entry.date for hit in (await _find(archive, "latest")).hits} == {date(2025, 3, 3)}
    assert (await _find(archive, "random")).total == 1


async def test_pages_follow_on(archive: Archive) -> None:
    """The pages of a search hold every hit once, in one order."""
    whole = await archive.search("model", workspace=None, until=None, today=None, limit=100)
    pages = []
    for offset in range(0, whole.total, 3):
        page = await archive.search("model", workspace=None, until=None, today=None, limit=3, offset=offset)
        pages += [hit.entry.id for hit in page.hits]
    assert pages == [hit.entry.id for hit in whole.hits]
    assert len(set(pages)) == whole.total > 3


async def test_related_papers_share_something(archive: Archive) -> None:
    """Papers near a scaling-law paper are other papers, and some share its tag."""
    entry = (await _find(archive, "2502.17356")).hits[0].entry
    near = await archive.related(entry.id, workspace=None, until=None)
    assert entry.paper_id not in {one.paper_id for one in near}
    assert any(tag.name == "scaling-law" for one in near for tag in one.entry.tags)


HOSTILE = [
    *("", " ", '"', '""', "-", "#", "tag:", "by:", "since:", "since:9999-99", "%", "_", "\\", "*", "((("),
    *("' OR 1=1 --", "NEAR(a b)", "a AND", "\0", "looped\0", "😀", "\u202elooped", "<@U1>", "<#C1>"),
    *("x" * 10_000, "word " * 10_000, "가" * 10_000, "-looped", '"looped', "2025-02-30"),
    "since:2025 until:2024 looped",
]


async def test_nothing_typed_is_an_error(archive: Archive) -> None:
    """Operators of other engines, unclosed quotes, NULs, emoji and pasted pages get an answer."""
    for query in HOSTILE:
        assert isinstance(await _find(archive, query), Results)
        assert isinstance(await archive.tagged(query, workspace=None, until=None), Results)


NEWSLETTER = """2025-02-25
Verbal Feedback for Language Models
https://arxiv.org/abs/2502.00001
(Ada Wang, Wenhao Li, Zhu Chen)
프롬프트를 말로 고치는 방법이에요. 이전의 2502.00002도 보세요.
#feedback

Models Can Infer and Verbalize
https://arxiv.org/abs/2502.00002
(Wenhao Zhu, Bo Li)
트랜스포머가 강화 학습 없이 해내요.
#reasoning

Near-Infinite Context for Rings
https://arxiv.org/abs/2502.00003
(Cy Young)
강화학습 이야기예요. https://arxiv.org/abs/2502.00002 를 이어요.
#context

Perfect Near Inversion of Infinities
https://arxiv.org/abs/2502.00004
(Di Mao)
역변환 이야기예요.
#inversion
"""
VERBAL, VERBALIZE, NEAR_INFINITE = "2502.00001", "2502.00002", "2502.00003"


@pytest.fixture
async def small(database: Database) -> Archive:
    """Four papers that are easily taken for one another."""
    archive = Archive(database)
    document = Document("small", "2025-02-25.txt", NEWSLETTER.encode())
    assert [
        one.status async for one in archive.import_documents([document], now=datetime(2025, 3, 4, tzinfo=UTC))
    ]
    return archive


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("verbal", VERBAL),  # As it was typed, though both have one stem.
        ("verbalize", VERBALIZE),
        ("Wenhao Zhu", VERBALIZE),  # One person, not two who share the names.
        ("near infi", NEAR_INFINITE),  # Neighbours in the title, begun and within a compound.
        ("트렌스포머", VERBALIZE),  # One letter of a syllable wrong.
        ("프롬포트", VERBAL),
    ],
)
async def test_the_likelier_paper_is_first(small: Archive, query: str, first: str) -> None:
    """Among papers that all hold the words, the one that holds them as they were typed comes first."""
    found = await _find(small, query)
    assert found.hits[0].entry.paper.arxiv_id == first


async def test_a_korean_slip_is_told(small: Archive) -> None:
    """A Korean word with a wrong letter says which word it was read as."""
    found = await _find(small, "트렌스포머")
    assert [(one.typed, one.used) for one in found.corrections] == [("트렌스포머", "트랜스포머")]


@pytest.mark.parametrize("query", ["강화학습", "강화 학습", "강화학습을", "강화 학습이"])
async def test_korean_spaces_do_not_matter(small: Archive, query: str) -> None:
    """A Korean word is found with its spaces in the wrong place and with a particle."""
    found = {hit.entry.paper.arxiv_id for hit in (await _find(small, query)).hits}
    assert {VERBALIZE, NEAR_INFINITE} <= found


async def test_an_address_finds_its_paper_before_those_that_cite_it(small: Archive) -> None:
    """An id finds its own paper, said to be the very one, and then the papers that cite it."""
    found = await _find(small, VERBALIZE)
    assert [hit.entry.paper.arxiv_id for hit in found.hits] == [VERBALIZE, NEAR_INFINITE]
    assert found.is_direct
    assert not (await _find(small, "verbalize")).is_direct


KOREAN = [
    ("트랜스포머", {VERBALIZE}),  # Alone.
    ("트랜스포머가", {VERBALIZE}),  # With a particle, as it stands there,
    ("트랜스포머에서는", {VERBALIZE}),  # and with another.
    ("방법", {VERBAL}),  # Two syllables, with the copula there.
    ("ｆｅｅｄｂａｃｋ", {VERBAL}),  # Full-width Latin.
    ("feedback을", {VERBAL}),  # A Latin word with a particle.
    (unicodedata.normalize("NFD", "트랜스포머"), {VERBALIZE}),  # As a Mac types it.
    ("ㅌㅡ랜스포머", {VERBALIZE}),  # A syllable that fell apart into Jamo.
    ("역 변환", {"2502.00004"}),  # A space too many.
    ("역변환이야기", {"2502.00004"}),  # A space too few.
]


@pytest.mark.parametrize(("query", "expected"), KOREAN)
async def test_korean_is_found_however_it_is_typed(small: Archive, query: str, expected: set[str]) -> None:
    """Particles, spaces, full width, Jamo and NFD make no difference to what a Korean word finds."""
    found = [hit.entry.paper.arxiv_id for hit in (await _find(small, query)).hits]
    assert set(found[: len(expected)]) == expected


async def test_what_papers_name_in_english_is_found_in_korean(small: Archive) -> None:
    """A Korean name of the trade finds titles that have the English one, after texts that say it as typed."""
    document = Document(
        "more",
        "2025-02-26.txt",
        """2025-02-26
Verbal Distillation of Rings
https://arxiv.org/abs/2502.00005
(Eve Park)
#rings

Smaller Rings
https://arxiv.org/abs/2502.00006
(Eve Park)
증류로 작게 만들어요.
#rings
""".encode(),
    )
    assert [
        one.status async for one in small.import_documents([document], now=datetime(2025, 3, 4, tzinfo=UTC))
    ]
    found = [hit.entry.paper.arxiv_id for hit in (await _find(small, "증류를")).hits]
    assert found == ["2502.00006", "2502.00005"]


async def test_another_number_is_another_thing(small: Archive) -> None:
    """A word with a number is taken for no word without it or with another."""
    document = Document(
        "more",
        "2025-02-26.txt",
        b"2025-02-26\nInto Rings with Int8\nhttps://arxiv.org/abs/2502.00005\n(Eve Park)\n#rings\n",
    )
    assert [
        one.status async for one in small.import_documents([document], now=datetime(2025, 3, 4, tzinfo=UTC))
    ]
    assert (await _find(small, "int4")).hits == ()
    assert len((await _find(small, "int8")).hits) == 1


@pytest.mark.parametrize(
    "query",
    [
        "word " * 10_000,
        "가" * 10_000,
        "#a " * 3000,
        "-x " * 3000,
        '"' * 10_000,
        "NEAR(a b, 3) AND NOT *",
        "%_%\0%",
    ],
)
async def test_extremes_are_answered(small: Archive, query: str) -> None:
    """Ten thousand words or signs, and operators of other engines, give an answer and no error."""
    assert isinstance(await _find(small, query), Results)
    assert isinstance(await small.tagged(query, workspace=None, until=None), Results)


@pytest.mark.parametrize(
    ("query", "title", "shown"),
    [
        ("loopd", LOOPED, {"Looped"}),
        ("트랜스포머", LOOPED, {"Transformers"}),
        ("the looped", LOOPED, {"Looped"}),
    ],
)
async def test_what_answered_is_shown(archive: Archive, query: str, title: str, shown: set[str]) -> None:
    """A word that was read as another one shows that other one as it stands; an article shows nothing."""
    hit = next(hit for hit in (await _find(archive, query)).hits if hit.entry.paper.title == title)
    assert shown <= set(hit.matched)
    assert "the" not in {word.casefold() for word in hit.matched}


async def test_a_month_or_a_year_among_words_narrows(archive: Archive) -> None:
    """Words with a month or a year find papers of that time; where that finds none, the year is a word."""
    within = await _find(archive, "2025-02 looped")
    assert [hit.entry.paper.title for hit in within.hits] == [LOOPED]
    assert [hit.entry.paper.title for hit in (await _find(archive, "looped 2025")).hits] == [LOOPED]
    assert (await _find(archive, "2024-02 looped")).total == 0
    assert [hit.entry.paper.title for hit in (await _find(archive, "looped 2024")).hits] == [LOOPED]


async def test_a_year_that_a_title_says_is_of_the_title(database: Database) -> None:
    """``coco 2018`` finds the paper called so first, whenever it came; papers of that year do without."""
    text = "2020-01-29\nCOCO 2018 Segmentation\n(A B)\nWe do.\n#coco\n\nMore COCO\n(C D)\nWe do.\n#coco\n"
    archive = Archive(database)
    document = Document("news", "2020-01-29.txt", text.encode())
    assert [
        one.status async for one in archive.import_documents([document], now=datetime(2025, 3, 4, tzinfo=UTC))
    ]
    assert (await _find(archive, "coco 2018")).hits[0].entry.paper.title == "COCO 2018 Segmentation"
    assert (await _find(archive, "coco 2020")).total == 2


async def test_long_questions_keep_nobody_waiting(archive: Archive) -> None:
    """A short question is answered while the long ones of fifty others wait for each other."""
    answered: list[str] = []

    async def ask(query: str) -> None:
        await _find(archive, query)
        answered.append(query)

    await _find(archive, "looped")
    worst = [f"{'가나 모델 ' * 600}{number}" for number in range(50)]
    await asyncio.gather(*map(ask, [*worst, "looped"]))
    assert answered.index("looped") < 5
    assert len(answered) == 51
