"""The newsletter's grammar, on a real issue and on what people get wrong."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from digests.errors import DigestError
from digests.model import Document, Entry
from digests.reading.document import read_document
from digests.reading.newsletter import read_newsletter

ISSUE = Path(__file__).parents[3] / ".." / "shared" / "newsletter" / "2025-02-25.txt"

FACTS = [
    ("DeepEP", 9, ["efficiency"]),
    ("Fractal Generative Models", 4, ["generative-model", "autoregressive-model"]),
    ("Reasoning with Latent Thoughts: On the Power of Looped Transformers", 5, ["transformer", "reasoning"]),
    ("Distributional Scaling Laws for Emergent Capabilities", 5, ["scaling-law", "llm"]),
    ("Function-Space Learning Rates", 3, ["hyperparameter"]),
    (
        "Unveiling Downstream Performance Scaling of LLMs: A Clustering-Based Perspective",
        5,
        ["scaling-law"],
    ),
    (
        "Compression Scaling Laws:Unifying Sparsity and Quantization",
        5,
        ["scaling-law", "quantization", "sparsity"],
    ),
    ("COSMOS: A Hybrid Adaptive Optimizer for Memory-Efficient Training of LLMs", 8, ["optimizer"]),
    (
        "Straight to Zero: Why Linearly Decaying the Learning Rate to Zero Works Best for LLMs",
        6,
        ["optimization"],
    ),
    (
        "RIFLEx: A Free Lunch for Length Extrapolation in Video Diffusion Transformers",
        6,
        ["video-generation", "long-context", "positional-encoding"],
    ),
    ("Optimizing Pre-Training Data Mixtures with Mixtures of Data Expert Models", 4, ["pretraining"]),
]


def _issue() -> str:
    if not ISSUE.exists():
        pytest.skip("the sample newsletter is kept beside the repository, in ../shared")
    return ISSUE.read_text(encoding="utf-8")


def _only(text: str) -> Entry:
    digest = read_newsletter(text)
    assert digest.refusals == ()
    (entry,) = digest.entries
    return entry


def test_a_real_issue_gives_its_eleven_entries() -> None:
    """The issue of 2025-02-25 has eleven entries in order, each with its title, authors and tags."""
    digest = read_document(Document("newsletter", "2025-02-25.txt", _issue().encode()))
    assert digest.date == date(2025, 2, 25)
    assert digest.refusals == ()
    read_facts = [(e.paper.title, len(e.paper.authors), [t.name for t in e.tags]) for e in digest.entries]
    assert read_facts == FACTS


def test_a_real_issue_keeps_abstracts_languages_and_paragraphs() -> None:
    """Only DeepEP lacks an abstract; each entry has both languages, the looped one two paragraphs."""
    digest = read_newsletter(_issue())
    assert [entry.paper.abstract is None for entry in digest.entries] == [True] + [False] * 10
    assert all([c.language for c in entry.commentaries] == ["ko", "en"] for entry in digest.entries)
    looped = digest.entries[2]
    assert [c.text.count("\n\n") for c in looped.commentaries] == [1, 1]
    abstract = looped.paper.abstract or ""
    assert abstract.startswith("Large language models have shown")
    assert abstract.endswith("effective on both fronts.")


def test_every_line_of_a_real_issue_is_in_exactly_one_place() -> None:
    """Nothing of the issue is lost: its lines are titles, authors, texts or tags of one entry."""
    digest = read_newsletter(_issue())
    pieces: list[str] = []
    for entry in digest.entries:
        pieces.append(entry.paper.title)
        pieces += (entry.paper.abstract or "").split("\n\n") if entry.paper.abstract else []
        pieces += [paragraph for c in entry.commentaries for paragraph in c.text.split("\n\n")]
    lines = [line.strip() for line in _issue().splitlines()[1:] if line.strip()]
    assert [line for line in lines if not line.startswith(("#", "("))] == pieces


def test_a_url_in_prose_is_a_citation_and_never_the_paper() -> None:
    """The quantization entry cites another paper's arXiv id and has no link of its own."""
    entry = read_newsletter(_issue()).entries[6]
    assert entry.cites == ("https://arxiv.org/abs/2411.17691",)
    assert (entry.paper.url, entry.paper.arxiv_id) == (None, None)


@pytest.mark.parametrize("link_first", [True, False])
def test_a_line_that_is_only_a_url_is_the_papers_link(link_first: bool) -> None:
    """A URL line is the link, above the authors or under them, and gives the arXiv id."""
    pair = ["https://arxiv.org/pdf/2502.17416v2", "(Kim, Lee)"]
    middle = "\n".join(pair if link_first else pair[::-1])
    entry = _only(f"2025-02-25\nA Title\n{middle}\n한국어 설명입니다.\n#llm\n")
    assert (entry.paper.url, entry.paper.arxiv_id) == ("https://arxiv.org/pdf/2502.17416v2", "2502.17416")
    assert entry.paper.authors == ("Kim", "Lee")


def test_without_korean_latin_text_is_the_abstract() -> None:
    """An entry with Latin text only has an abstract and no commentary."""
    entry = _only("2025-02-25\nA Title\n(Kim, Lee)\nWe show a thing.\n#llm\n")
    assert (entry.paper.abstract, entry.commentaries) == ("We show a thing.", ())


def test_without_korean_an_english_block_is_commentary() -> None:
    """What an <english> block holds is commentary, each line a paragraph; the rest stays the abstract."""
    entry = _only(
        "2025-02-25\nA Title\n(Kim, Lee)\nWe show a thing.\n<english>\nNice.\nVery nice.\n</english>\n#llm\n"
    )
    assert entry.paper.abstract == "We show a thing."
    assert entry.commentary("en") == "Nice.\n\nVery nice."


@pytest.mark.parametrize(
    "title",
    ["왜 Attention인가: 다시 보기", "What (exactly) is Grokking?", "DeepEP", "A: B: C (v2)", "1-Bit: 2 × 3"],
)
def test_titles_may_hold_hangul_colons_parentheses_and_question_marks(title: str) -> None:
    """Titles are taken as they stand."""
    assert _only(f"2025-02-25\n{title}\n(Kim, Lee)\n설명입니다.\n#llm\n").paper.title == title


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("2025년 2월 25일", date(2025, 2, 25)),
        ("2025년 2월 25일 (화)", date(2025, 2, 25)),
        ("2025-02-25", date(2025, 2, 25)),
        ("2025.02.25.", date(2025, 2, 25)),
        ("February 25, 2025", date(2025, 2, 25)),
        ("Tue, 25 Feb 2025", date(2025, 2, 25)),
        ("# 2025-02-25", date(2025, 2, 25)),
    ],
)
def test_dates_are_korean_iso_or_english(line: str, day: date) -> None:
    """The first line dates the digest however people write dates."""
    assert read_newsletter(f"\n{line}\nA Title\n(Kim, Lee)\n설명.\n#llm\n").date == day


@pytest.mark.parametrize(
    "line", ["2025-02-30", "2025년 13월 1일", "안녕하세요", "Notes of 2025-02-25 and more"]
)
def test_a_first_line_that_is_no_date_is_refused_with_its_number(line: str) -> None:
    """Without a date there is no digest, and the message says what to write where."""
    with pytest.raises(DigestError, match="not a date") as caught:
        read_newsletter(f"\n\n{line}\nA Title\n")
    assert caught.value.line == 3


def test_any_one_lost_line_harms_only_its_own_entry() -> None:
    """Whichever line of a real issue is missing, the other entries are read the same and none grows."""
    lines = _issue().rstrip("\n").split("\n")
    whole = [replace(entry, line=1) for entry in read_newsletter(_issue()).entries]
    for lost in range(1, len(lines)):
        digest = read_newsletter("\n".join(lines[:lost] + lines[lost + 1 :]))
        found = [replace(entry, line=1) for entry in digest.entries]
        assert sum(entry in whole for entry in found) >= 10, lines[lost]
        assert len(digest.entries) + len(digest.refusals) == 11, lines[lost]


def test_a_lost_line_of_tags_and_of_authors_is_noticed_by_the_title() -> None:
    """Where the next entry has no authors either, both are refused rather than taken for one."""
    lines = _issue().rstrip("\n").split("\n")
    for place in [place for place, line in enumerate(lines[:-1]) if line.startswith("#")]:
        digest = read_newsletter("\n".join([*lines[:place], lines[place + 1], *lines[place + 3 :]]))
        assert (len(digest.entries), len(digest.refusals)) == (9, 1), lines[place + 1]


ENTRY = "{title}\n(Kim, Lee)\nWe show a thing.\n{title}에 대한 설명입니다.\nA comment.\n"


def test_a_missing_tag_line_is_noticed_by_the_next_title_and_authors() -> None:
    """Two entries without tags between them stay two."""
    digest = read_newsletter(
        "2025-02-25\n" + ENTRY.format(title="First Paper") + ENTRY.format(title="Second Paper")
    )
    assert [entry.paper.title for entry in digest.entries] == ["First Paper", "Second Paper"]
    assert [entry.commentary("en") for entry in digest.entries] == ["A comment.", "A comment."]


def test_an_entry_with_neither_authors_nor_tags_is_refused_and_does_not_swallow_the_next() -> None:
    """What cannot be told apart is refused by its line; its neighbour is read."""
    digest = read_newsletter(
        "2025-02-25\nFirst Paper\n설명입니다.\n" + ENTRY.format(title="Second Paper") + "#llm\n"
    )
    assert [entry.paper.title for entry in digest.entries] == ["Second Paper"]
    (refusal,) = digest.refusals
    assert (refusal.line, refusal.title) == (2, "First Paper")
    assert "#tags" in str(refusal.reason)


@pytest.mark.parametrize(
    "second",
    [
        "Second Paper on Things\n또 다른 설명입니다.\nAnother comment.\n#llm\n",
        "Second Paper on Things\n또 다른 설명입니다.\n#llm\n",
        "Second Paper on Things\nAnother abstract of a paper.\n#llm\n",
    ],
)
def test_two_entries_are_never_merged(second: str) -> None:
    """A next entry without authors, after a missing tag line, makes a refusal and never one long entry."""
    digest = read_newsletter("2025-02-25\n" + ENTRY.format(title="First Paper") + second)
    assert digest.entries == ()
    (refusal,) = digest.refusals
    assert refusal.line == 7
    assert "run together" in str(refusal.reason)


@pytest.mark.parametrize("between", ["2025-02-26\n", "\n2025년 2월 26일\n\n", "# February 26, 2025\n"])
def test_a_second_days_papers_are_not_given_the_first_day(between: str) -> None:
    """Two days in one document are refused at the second date."""
    entry = ENTRY.format(title="First Paper") + "#x\n"
    with pytest.raises(DigestError, match="second date") as caught:
        read_newsletter(f"2025-02-25\n{entry}{between}{entry}")
    assert caught.value.line == 2 + entry.count("\n") + between.startswith("\n")


def test_a_date_said_again_is_no_entry() -> None:
    """The same day twice over the papers is the same day."""
    digest = read_newsletter("2025년 2월 25일\n2025-02-25\n" + ENTRY.format(title="First Paper"))
    assert (len(digest.entries), digest.refusals) == (1, ())


def test_a_title_may_be_a_date() -> None:
    """With authors right under it, a date is a paper's title."""
    assert _only("2025-02-25\n1984-01-01\n(A B, C D)\n설명.\n#x\n").paper.title == "1984-01-01"


def test_a_korean_sentence_is_no_title() -> None:
    """Where tags and title are both missing, the sentence above the authors does not become a title."""
    text = "2025-02-25\nFirst Paper\n(A B, C D)\n첫 설명입니다.\n(E F, G H)\n둘째 설명입니다.\n#x\n"
    digest = read_newsletter(text)
    assert [refusal.line for refusal in digest.refusals] == [5]


def test_tags_that_stand_alone_are_refused() -> None:
    """A line of tags with nothing above it is said, not dropped."""
    digest = read_newsletter("2025-02-25\n#llm\n" + ENTRY.format(title="First Paper") + "#llm\n")
    assert [refusal.line for refusal in digest.refusals] == [2]
    assert len(digest.entries) == 1


def test_authors_may_be_joined_by_and() -> None:
    """Commas and “and” both part names."""
    assert _only("2025-02-25\nA Title\n(A B and C D, and E F)\n설명.\n#x\n").paper.authors == (
        "A B",
        "C D",
        "E F",
    )


def test_a_date_without_entries_is_refused() -> None:
    """A digest with no entry says how one is written."""
    with pytest.raises(DigestError, match="no entry"):
        read_newsletter("2025-02-25\n\n")


def test_lines_are_counted_as_editors_count_them() -> None:
    """A line separator that only Python takes for a line's end does not shift the numbers."""
    digest = read_newsletter("2025-02-25\r\nA\u2028Title\r\n(Kim, Lee)\r\n설명.\r\n#x\r\nStray\r\n설명.\r\n")
    assert [refusal.line for refusal in digest.refusals] == [6]


def test_a_second_link_does_not_hide_the_authors_under_it() -> None:
    """A link to code under the paper's link is a citation, and the authors under it are read."""
    digest = read_newsletter(
        "2025-02-25\nTitle\nhttps://arxiv.org/abs/2502.00001\nhttps://github.com/a/b\n"
        "(Ada Kim, Ben Lee)\n해설입니다.\n#moe"
    )
    (entry,) = digest.entries
    assert entry.paper.authors == ("Ada Kim", "Ben Lee")
    assert entry.paper.abstract is None
    assert entry.cites == ("https://github.com/a/b",)
