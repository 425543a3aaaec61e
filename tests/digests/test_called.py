"""What papers are called: by their titles, by themselves, by others; and how an answer is explained."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from digests.archive import Archive
from digests.model import Document, Workspace
from digests.search import names
from digests.search.names import Kind
from digests.store.database import Database

NOW = datetime(2025, 3, 4, tzinfo=UTC)
PREFERENCES, REASONING, HABITS = "2502.00041", "2502.00042", "2502.00043"
NEWSLETTER = f"""2025-02-25
Direct Preference Optimization: A Language Model Is a Reward Model
https://arxiv.org/abs/{PREFERENCES}
(Noam Shazeer)
We align models.
정렬 이야기예요.
#alignment

Is DPO Better Than PPO
https://arxiv.org/abs/{HABITS}
(Minjoon Seo)
We compare DPO with PPO, DPO with DPO.
DPO (https://arxiv.org/abs/{PREFERENCES})와 PPO를 비교해요.
Zorble(https://arxiv.org/abs/{REASONING})도 보세요.
#alignment

Learning to Reason without Rewards
https://arxiv.org/abs/{REASONING}
(Ada Wang)
Rewards are costly. We propose Intuitor, a method that needs none.
보상 없이 배워요.
#reasoning
"""


@pytest.fixture
async def archive(database: Database) -> Archive:
    """Three papers, one of which speaks of the others."""
    archive = Archive(database)
    document = Document("news", "2025-02-25.txt", NEWSLETTER.encode())
    assert [one.status async for one in archive.import_documents([document], now=NOW)]
    return archive


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("dpo", PREFERENCES),  # The initials of its title,
        ("hey anyone have the dpo paper?", PREFERENCES),  # however they are wrapped;
        ("intuitor", REASONING),  # what it calls itself;
        ("zorble", REASONING),  # what another paper calls it;
        ("intuitor 그거 어디서 낸거였죠 좀요", REASONING),  # whatever is said of it;
        ("노암 셰이저", PREFERENCES),  # and its author, by ear.
        ("서민준 논문 뭐였지", HABITS),
        ("1에ㅐ", None),
    ],
)
async def test_a_paper_is_found_by_what_it_is_called(
    archive: Archive, question: str, first: str | None
) -> None:
    """A name beats words that only stand in a title, and small talk around it changes nothing."""
    found = await archive.search(question, workspace=None, until=None, today=None)
    assert (found.hits[0].entry.paper.arxiv_id if found.hits else None) == first


def test_a_title_gives_its_names() -> None:
    """What stands before the colon, its initials and what is in brackets; a subtitle gives none."""
    found = names.called([("title", "Retentive Network: A Successor to Transformer (RetNet2)")])
    for name in (Kind.TITLE + "retentivenetwork", Kind.SHORT + "retnet", Kind.TITLE + "retnet2"):
        assert name in found
    assert not any(name.endswith("ast") for name in found)


def test_an_abbreviation_of_others_is_no_name_of_a_paper() -> None:
    """An abstract that says what an abbreviation stands for, without proposing it, is not called so."""
    said = "Direct Preference Optimization (DPO) is popular. We present Zorble (ZBL) instead."
    found = names.called([("abstract", said)])
    assert Kind.OWN + "zbl" in found
    assert Kind.OWN + "dpo" not in found


async def test_an_answer_is_explained(archive: Archive) -> None:
    """It says what was taken for chatter, what each word was read as, and what each score is the sum of."""
    explained = await archive.explain("hey the dpo paper", workspace=None, until=None, now=date(2025, 3, 4))
    assert explained.read[0] == "chatter: hey the paper"
    first = explained.reasons[0]
    assert first.title.startswith("Direct Preference Optimization")
    assert first.words == ("dpo: its name",)
    assert abs(sum(first.parts.values()) - first.score) < 0.1
    assert "its name" in first.parts


async def test_a_time_with_no_papers_is_said(archive: Archive) -> None:
    """What fits at any time is shown, and that nothing of that time does."""
    found = await archive.search(
        "dpo last month", workspace=None, until=None, today=None, now=date(2026, 1, 5)
    )
    assert found.hits[0].entry.paper.arxiv_id == PREFERENCES
    assert found.without_period == "last month"


@pytest.mark.parametrize("question", ["저자:서민준", "from:seo", "by:서민준 dpo"])
async def test_a_filter_knows_authors_as_the_words_of_a_question_do(archive: Archive, question: str) -> None:
    """In Korean by ear, and behind from: too."""
    found = await archive.search(question, workspace=None, until=None, today=None, now=date(2026, 1, 5))
    assert [hit.entry.paper.arxiv_id for hit in found.hits] == [HABITS]


async def test_what_a_workspace_calls_a_paper_stays_there(archive: Archive) -> None:
    """A name that only a private digest gives a paper finds and explains nothing elsewhere."""
    ours = Workspace("", "T1")
    text = f"2025-02-26\nOur Notes\n(A B)\nSplonk (https://arxiv.org/abs/{PREFERENCES})를 봤어요.\n#ours\n"
    document = Document("ours", "2025-02-26.txt", text.encode())
    assert [one.status async for one in archive.import_documents([document], now=NOW, workspace=ours)]
    titles = {}
    for eyes in (ours, None):
        found = await archive.search("splonk", workspace=eyes, until=None, today=None)
        titles[eyes] = [hit.entry.paper.arxiv_id for hit in found.hits]
    assert PREFERENCES in titles[ours]
    assert titles[None] == []
    explained = await archive.explain("splonk", workspace=None, until=None, now=None)
    assert explained.reasons == ()


async def _with_notes(database: Database, *notes: str) -> Archive:
    archive = Archive(database)
    documents = [Document("vault", f"25030{at} {at}.md", note.encode()) for at, note in enumerate(notes, 1)]
    async for _ in archive.import_documents(documents, now=NOW):
        pass
    return archive


async def _found(archive: Archive, query: str) -> list[str]:
    found = await archive.search(query, workspace=None, until=None, today=None)
    return [hit.entry.paper.title for hit in found.hits]


async def test_a_number_alone_is_part_of_a_name(database: Database) -> None:
    """A number by itself finds the paper that is called so, and no paper that measured as much."""
    archive = await _with_notes(
        database, "*Quokka Networks* (Ada Lovelace)\n\nTrained for 1234 steps.", "*Falcon 4321* (Alan Turing)"
    )
    assert await _found(archive, "1234") == []
    assert await _found(archive, "1234 steps") == ["Quokka Networks"]
    assert await _found(archive, "4321") == ["Falcon 4321"]


async def test_an_older_spelling_of_a_loanword_is_corrected(database: Database) -> None:
    """데이타 is 데이터, though it sounds like data, too, and like people's names."""
    archive = await _with_notes(
        database, "*Data Mixing Laws* (Kumar Dey)\n\n데이터 섞기.", "*Numbats* (Rina Datta)\n\n동물 이야기."
    )
    found = await archive.search("데이타", workspace=None, until=None, today=None)
    assert [(one.typed, one.used) for one in found.corrections] == [("데이타", "데이터")]
    assert [hit.entry.paper.title for hit in found.hits] == ["Data Mixing Laws"]


SPOKEN_AROUND = """2025-02-25
WavTune: Speech for Everyone
https://arxiv.org/abs/2502.00051
(Ada Wang)
We learn speech.

Copy Suppression of Good LMs
https://arxiv.org/abs/2502.00052
(Ben Kim)
Good copies of a language model; tune the tune.

Title Generation, Any Good?
https://arxiv.org/abs/2502.00053
(Cho Lee)
제목을 지어요. 이 제목은 좋아요.
"""


@pytest.mark.parametrize(
    "question",
    [
        "anybody got a copy of WavTune?",
        "is WavTune any good?",
        "WavTune 논문 제목이 뭐였죠?",
        "isn't WavTune from 2023",
    ],
)
async def test_what_was_named_stands_above_what_does_not_say_the_name(
    database: Database, question: str
) -> None:
    """Rare words that people say around a name, and a time that the paper is not of, do not outdo it."""
    archive = Archive(database)
    document = Document("news", "2025-02-25.txt", SPOKEN_AROUND.encode())
    assert [one.status async for one in archive.import_documents([document], now=NOW)]
    found = await archive.search(question, workspace=None, until=None, today=None, now=date(2025, 3, 4))
    assert found.hits[0].entry.paper.arxiv_id == "2502.00051"


async def test_a_title_that_does_without_it_is_above_titles_that_have_it(database: Database) -> None:
    """The bare word in a title is no half of an answer."""
    titles = ("Transformers without Normalization", "Layer Normalization in the Transformer", "Normalization")
    archive = await _with_notes(database, *(f"*{title}* (A B)\n\nWe train it.\n" for title in titles))
    explained = await archive.explain(
        "transformer without normalization", workspace=None, until=None, now=date(2025, 3, 4)
    )
    first, second = explained.reasons[:2]
    assert first.title == "Transformers without Normalization"
    assert first.parts["words in its head"] > 2 * second.parts.get("words in its head", 0.0)


async def test_pieces_of_no_word_are_no_other_keyboard(database: Database) -> None:
    """In 내일 날씨 어때, typed on the other keyboard, TL and EO are pieces of words that nobody wrote."""
    archive = await _with_notes(database, "*TL;DR of EO Data, by DJ* (A B)\n\nTl and eo and dj.\n")
    found = await archive.search("내일 날씨 어때", workspace=None, until=None, today=None)
    assert (found.hits, found.corrections) == ((), ())
