"""Search by meaning, the optional extra: the same on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest

from digests.archive import Archive
from digests.model import Document, Results, Workspace
from digests.search import meaning, query_expansion, weights, word_groups
from digests.search.library import Term
from digests.search.query_expansion import idf
from digests.store.database import Database
from tests.digests.search.known import Known
from tests.semantic import semantic

NEWSLETTER = """2025-02-25
Extending the Context Window of Language Models with a Hundred Samples
https://arxiv.org/abs/2401.00001
(Ada Wang)
We extend the context window of large language models with only 100 samples of training data.
#context

Tweets to Citations
https://arxiv.org/abs/2401.00002
(Bo Li)
We study the effect of social media influencers on how often papers are cited.
#society

Alternating Updates for Efficient Transformers
https://arxiv.org/abs/2401.00003
(Cy Young)
A method that widens token representations without making each layer slower.
#efficiency
"""
CONTEXT, TWEETS = "2401.00001", "2401.00002"
IN_OTHER_WORDS = "트위터에서 뜬 연구가 과연 남들에게 널리 언급되는지 궁금하다"
KOREAN = "소셜 미디어 인플루언서가 논문 인용에 미치는 영향"
NOW = datetime(2025, 3, 4, tzinfo=UTC)
TEAM, OTHER = Workspace("", "T1"), Workspace("", "T2")


@pytest.fixture
def archive(database: Database) -> Iterator[Archive]:
    """An empty archive with the encoder."""
    with semantic():
        encoder = meaning.installed()
        assert encoder is not None
        yield Archive(database, encoder=encoder)


def test_without_the_extra_there_is_no_encoder() -> None:
    """What is installed to run Haru finds by words alone."""
    assert meaning.installed() is None


async def _take_in(archive: Archive, text: str = NEWSLETTER, workspace: Workspace | None = None) -> None:
    document = Document("news", "2025-02-25.txt", text.encode())
    async for one in archive.import_documents([document], now=NOW, workspace=workspace):
        assert one.status in ("new", "changed")


async def _ids(archive: Archive, query: str, **eyes: object) -> list[str | None]:
    seen = {"workspace": None, "until": None, **eyes}
    found: Results = await archive.search(query, today=None, **seen)  # type: ignore[arg-type]
    return [hit.entry.paper.arxiv_id for hit in found.hits]


async def test_a_question_in_korean_finds_english_papers(archive: Archive) -> None:
    """Once encoded, a paper is found by a question that shares no word with it, and that is said."""
    await _take_in(archive)
    assert await _ids(archive, IN_OTHER_WORDS) == []
    assert await archive.encode() == 3
    assert (await _ids(archive, IN_OTHER_WORDS))[0] == TWEETS
    found = await archive.search(KOREAN, workspace=None, until=None, today=None)
    assert found.hits[0].entry.paper.arxiv_id == TWEETS
    assert found.by_meaning
    assert (await _ids(archive, "문맥 창을 적은 샘플로 늘리기"))[0] == CONTEXT


async def test_words_alone_are_not_weighed_by_meaning(archive: Archive) -> None:
    """Names and words that papers have find just what they find without the encoder."""
    await _take_in(archive)
    await archive.encode()
    for query in ("tweets", "context window samples", "ada wang", "tweets to citatons"):
        found = await archive.search(query, workspace=None, until=None, today=None)
        assert len(found.hits) == 1
        assert not found.by_meaning


async def test_what_is_like_nothing_finds_nothing(archive: Archive) -> None:
    """Words of no language have no meaning near to any paper's."""
    await _take_in(archive)
    await archive.encode()
    assert await _ids(archive, "qwrtz plmokn zzyx vvbnm") == []


async def test_a_changed_paper_means_what_it_says_now(archive: Archive) -> None:
    """A corrected document loses its old meaning at once and is encoded anew."""
    await _take_in(archive)
    await archive.encode()
    await _take_in(
        archive,
        NEWSLETTER.replace("Tweets to Citations", "Frog Ponds").replace(
            "the effect of social media influencers on how often papers are cited", "the songs of frogs"
        ),
    )
    assert TWEETS not in await _ids(archive, KOREAN)
    assert await archive.encode() == 1
    assert (await _ids(archive, "개구리가 부르는 노래 연구"))[0] == TWEETS
    assert await archive.encode() == 0


async def test_meaning_is_seen_only_by_those_who_may(archive: Archive) -> None:
    """A private digest is found by meaning in its own workspace only, and nothing before its day."""
    await _take_in(archive, workspace=TEAM)
    assert await archive.encode() == 3
    assert (await _ids(archive, KOREAN, workspace=TEAM))[0] == TWEETS
    assert await _ids(archive, KOREAN, workspace=OTHER) == []
    assert await _ids(archive, KOREAN) == []
    assert await _ids(archive, KOREAN, workspace=TEAM, until=date(2025, 2, 24)) == []


async def test_operators_narrow_meaning_too(archive: Archive) -> None:
    """What a tag, an author or a word to leave out excludes is not found by meaning either."""
    await _take_in(archive)
    await archive.encode()
    assert (await _ids(archive, f"#society {KOREAN}")) == [TWEETS]
    assert TWEETS not in await _ids(archive, f"#context {KOREAN}")
    assert TWEETS not in await _ids(archive, f"{KOREAN} -tweets")


async def test_without_the_extra_nothing_is_encoded(database: Database) -> None:
    """Without an encoder lookup goes by words alone."""
    archive = Archive(database)
    await _take_in(archive)
    assert await archive.encode() == 0
    assert await _ids(archive, IN_OTHER_WORDS) == []


def test_passages_are_sentences_after_the_title() -> None:
    """A title stays whole however short, sentences are taken once, and scraps are left out."""
    texts = ["GRPO. Again", "The first sentence is here. Short.\nThe second sentence is here.", "OK"]
    assert meaning.passages(texts) == [
        "GRPO. Again",
        "The first sentence is here.",
        "The second sentence is here.",
    ]


def test_likeness_counts_less_the_more_words_answer() -> None:
    """Where words answer all of a question its meaning counts nothing."""
    assert meaning.blend(0.0) > meaning.blend(0.5) > meaning.blend(0.9) > meaning.blend(1.0) == 0.0


def test_words_that_mean_alike_widen_a_question() -> None:
    """A word is also found by what means the same, for as much less as that is commoner; a word that no
    paper has, for what the other one weighs.
    """
    rare, common = Term("photo", 1, 1), Term("imag", 50, 20)
    groups = query_expansion.plan(query_expansion.asked_words(["photo snapshot"]), Known(100, [rare]))
    wider = query_expansion.widen(groups, {"photo": [common], "snapshot": [common]}, 100, weights.KINDRED)
    assert {group.shown: group.worth for group in wider} == {
        "photo": {"photo": 1.0, "imag": round(weights.KINDRED * idf(100, 50) / idf(100, 1), 2)},
        "snapshot": {"imag": weights.KINDRED},
    }
    assert {group.shown: group.idf for group in wider} == {"photo": idf(100, 1), "snapshot": idf(100, 50)}


async def test_a_word_is_found_by_one_that_means_the_same(archive: Archive) -> None:
    """The words of titles are encoded with their papers, and known again in either language."""
    newsletter = "2025-02-25\nImage Quantization\n(A B)\n\nQuantization of an Image\n(C D)\n"
    newsletter = newsletter.replace(")\n", ")\nWe study it.\n#vision\n")
    await _take_in(archive, newsletter)
    await archive.encode()
    for question in ("compressing every photograph", "사진을 압축하기 위한 양자화"):
        found = await archive.search(question, workspace=None, until=None, today=None)
        assert {hit.entry.paper.title for hit in found.hits} == {
            "Image Quantization",
            "Quantization of an Image",
        }


async def test_workspaces_without_digests_of_their_own_share_one_copy(archive: Archive) -> None:
    """Vectors of what all see are held in memory once, however many workspaces ask."""
    await _take_in(archive)
    await archive.encode()
    found = set()
    for number in range(9):
        assert await _ids(archive, KOREAN, workspace=Workspace("", f"T{number}")) == [TWEETS]
        library, _ = await archive._indexes.library(Workspace("", f"T{number}"), None)
        found.add(tuple(map(id, library.indexes)))
    assert len(found) == 1


def test_widening_a_plan_leaves_the_plan_as_it_was() -> None:
    """The groups that words alone gave are still theirs afterwards."""
    group = word_groups.Group("photo", "photo")
    group.add(Term("photo", 3, 1), 1.0)
    wider = query_expansion.widen([group], {"photo": [Term("imag", 9, 4)]}, 100, weights.KINDRED)
    assert (set(wider[0].dfs), set(group.dfs)) == ({"photo", "imag"}, {"photo"})
    assert (set(wider[0].worth), set(group.worth)) == ({"photo", "imag"}, {"photo"})


def test_only_the_nearest_papers_are_looked_into(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sentences are compared of papers that are near as a whole, of those named, and of none left out."""
    with semantic():
        encoder = meaning.installed()
        assert encoder is not None
        texts = {1: ["Songs of frogs"], 2: ["Bank loans", "Frogs sing at night."], 3: ["Tax law"]}
        shelf = meaning.Shelf(meaning.of_papers(encoder, texts).items())
        question = encoder.encode(["what frogs sing"])
        assert list(shelf.likeness(question)) == [1, 2, 3]
        found = shelf.likeness(question, among=[2, 3])
        assert found[2] > found[3]
        monkeypatch.setattr(meaning, "_LOOKED_INTO", 1)
        assert list(shelf.likeness(question, also=[3])) == [1, 3]


def test_a_title_is_compared_only_with_a_question_in_another_language() -> None:
    """What an English question asks for is found in titles by its words, not by what they are near to."""
    assert meaning.weight_of_title(query_expansion.asked_words(["frogs", "that", "sing"])) == 0
    assert meaning.weight_of_title(query_expansion.asked_words(["노래하는", "frogs"])) == meaning.TITLE
    with semantic():
        encoder = meaning.installed()
        assert encoder is not None
        shelf = meaning.Shelf(
            meaning.of_papers(encoder, {1: ["Frogs", "We study how loans are paid."]}).items()
        )
        question = encoder.encode(["how loans are paid"])
        assert shelf.likeness(question, title=0.0)[1] > shelf.likeness(question)[1]
