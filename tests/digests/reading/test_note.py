"""Notes in the shapes their author gave them over eight years."""

from __future__ import annotations

from datetime import date

import pytest

from digests.errors import DigestError
from digests.model import Document, DocumentKind, Entry
from digests.reading.document import read_document


def _note(text: str, name: str = "arXiv/2024/240115 Short name.md") -> Entry:
    digest = read_document(Document("vault", name, text.encode()))
    assert digest.kind is DocumentKind.NOTE
    (entry,) = digest.entries
    return entry


TODAY = """https://arxiv.org/abs/2401.00001

*A Study: Of $2\\times$ Things* (Ann B. Cole, Dé Fg, and Hi Jk)

> We study things.
>
> They are &gt; 5.

첫 문단입니다. (https://arxiv.org/abs/2302.00002)

둘째 문단입니다.

<english>
The first paragraph.

The second one.
</english>

#scaling_law #LLM

# Links

[[230101 Other note.md]]
"""


def test_a_note_of_today_is_read_whole() -> None:
    """Link, starred title, authors, quoted abstract, both languages, tags and links each find their place."""
    entry = _note(TODAY)
    paper = entry.paper
    assert (paper.title, paper.authors) == ("A Study: Of 2× Things", ("Ann B. Cole", "Dé Fg", "Hi Jk"))
    assert (paper.url, paper.arxiv_id) == ("https://arxiv.org/abs/2401.00001", "2401.00001")
    assert paper.abstract == "We study things.\n\nThey are > 5."
    assert entry.commentary("ko") == "첫 문단입니다. (https://arxiv.org/abs/2302.00002)\n\n둘째 문단입니다."
    assert entry.commentary("en") == "The first paragraph.\n\nThe second one."
    assert [tag.name for tag in entry.tags] == ["scaling-law", "llm"]
    assert entry.links == ("230101 Other note",)
    assert entry.cites == ("https://arxiv.org/abs/2302.00002",)


@pytest.mark.parametrize(
    "block",
    [
        "<english>\nSaid in English.\n<english>\n\n#a",
        "<english>\nSaid in English.\n\n#a",
        "<enligsh>\nSaid in English.\n</english>\n#a",
        "<english>Said in English.</english> #a",
        "Said in English.\n\n#a",
        "#a\n\nSaid in English.",
        "#a\n\nSaid in English.\n\n# Links\n",
    ],
)
def test_english_is_found_however_it_is_marked(block: str) -> None:
    """Closed twice, never, misspelt, on one line, without the mark, or under the tags: it is English."""
    entry = _note(
        f"https://arxiv.org/abs/2401.00001\n\n*T* (A, B)\n\n> Abstract.\n\n한국어 설명.\n\n{block}\n"
    )
    assert entry.commentary("ko") == "한국어 설명."
    assert entry.commentary("en") == "Said in English."
    assert [tag.name for tag in entry.tags] == ["a"]


@pytest.mark.parametrize(
    ("heading", "title", "authors"),
    [
        ("A Plain Title (A B, C D)", "A Plain Title", ("A B", "C D")),
        ("A Title Wrapped\n  Over Lines (A B, C D)", "A Title Wrapped Over Lines", ("A B", "C D")),
        ("Authors Wrapped (A B,\n  C D)", "Authors Wrapped", ("A B", "C D")),
        ("Lost Parenthesis (A B, C D, E F", "Lost Parenthesis", ("A B", "C D", "E F")),
        ("What (Exactly) Is It? (A B, C D)", "What (Exactly) Is It?", ("A B", "C D")),
        ("A vs. B: Of Things (A van de B, C D)", "A vs. B: Of Things", ("A van de B", "C D")),
        ("#InsTag: A Title (A B, C D)", "#InsTag: A Title", ("A B", "C D")),
        ("One Team (DeepSeek-AI: A B, C D, E F)", "One Team", ("DeepSeek-AI: A B", "C D", "E F")),
        ("Glued (A B, C D) 바로 이어지는 글입니다.", "Glued", ("A B", "C D")),
        ("New Title (A B, C D)\n\nOld Title (A B, C D)", "New Title", ("A B", "C D")),
        ("Short name: the Long One", "Short name: the Long One", ()),
        ("*Only a Title*", "Only a Title", ()),
    ],
)
def test_title_lines_are_read_in_every_shape(heading: str, title: str, authors: tuple[str, ...]) -> None:
    """Starred or not, wrapped, glued, unclosed, retitled or without authors: title and authors are exact."""
    entry = _note(f"https://arxiv.org/abs/2401.00001\n\n{heading}\n\n한국어 설명.\n\n#a\n")
    assert (entry.paper.title, entry.paper.authors) == (title, authors)
    assert (entry.commentary("ko") or "").endswith("한국어 설명.") or "이어지는" in (
        entry.commentary("ko") or ""
    )
    assert entry.commentary("en") is None


@pytest.mark.parametrize("body", ["", "#gan", "한국어만 있습니다.\n#gan", "# Links"])
def test_a_note_without_a_title_line_is_named_by_its_file(body: str) -> None:
    """The file's name, without its date, is the title."""
    entry = _note(f"https://arxiv.org/abs/2401.00001\n\n{body}\n", "2020/200130 Dense RepPoints.md")
    assert (entry.paper.title, entry.paper.authors) == ("Dense RepPoints", ())


@pytest.mark.parametrize(
    ("first", "link"),
    [
        ("https://arxiv.org/abs/2401.00001 바로 이어지는 글.", "2401.00001"),
        ("CvT: A Title (https://arxiv.org/abs/2401.00001)", "2401.00001"),
        ("Short name https://arxiv.org/abs/2401.00001", "2401.00001"),
        ("arxiv.org/abs/2401.00001", "2401.00001"),
        ("zhttps://arxiv.org/abs/2401.00001", "2401.00001"),
        ("[https://arxiv.org/abs/2401.00001](https://l.facebook.com/l.php?u=https%3A%2F%2Farxiv.org%2Fabs%2F2401.00001)",
         "2401.00001"),
        ("https://arxiv.org/abs/2401.00001\nhttps://arxiv.org/abs/2401.00009", "2401.00001"),
        ("https://l.facebook.com/l.php?u=https%3A%2F%2Farxiv.org%2Fabs%2F2401.00001&h=A", "2401.00001"),
        ("이 글(https://arxiv.org/abs/2401.00001)에 대해서.", None),
    ],
)  # fmt: skip
def test_the_papers_link_is_what_the_note_begins_with(first: str, link: str | None) -> None:
    """Redirects, slips and titles that carry the link are understood; a link in prose is none."""
    assert _note(f"{first}\n\n한국어 설명.\n").paper.arxiv_id == link


def test_quoted_english_inside_the_korean_stays_korean() -> None:
    """A prompt or a score quoted between or after Korean lines is no English commentary."""
    entry = _note(
        "https://a.org/b\n\nT (A, B)\n\n설명.\n\nPlease answer this long question now.\n\n더 설명.\n\nPOTD!\n"
    )
    assert entry.commentary("en") is None
    assert (entry.commentary("ko") or "").count("\n\n") == 3


def test_english_alone_under_an_abstract_is_commentary() -> None:
    """With a quoted abstract there, Latin text is what the note's author says."""
    entry = _note("https://a.org/b\n\n*T* (A, B)\n\n> Abstract.\n\nAutomatic compiler.\n\n#a\n")
    assert (entry.paper.abstract, entry.commentary("en")) == ("Abstract.", "Automatic compiler.")


def test_tags_come_from_lines_and_ends_of_lines_only() -> None:
    """Fragments, headings, colours and repeats give no tag; a stray letter after tags does no harm."""
    entry = _note(
        "https://a.org/b#frag\n\n# Heading\n\n설명 https://a.org/c#d 는 #1 입니다. #gan\n\n#gan #VAE_x a\n"
    )
    assert [tag.name for tag in entry.tags] == ["gan", "vae-x"]


def test_links_in_prose_read_as_names() -> None:
    """[[…]] becomes its alias or the other note's title in the text, and an image nothing."""
    entry = _note("https://a.org/b\n\n설명 [[210101 Other|x]] 후속. ![[a.png]]\n\n![](b.png)\n")
    assert entry.commentary("ko") == "설명 x 후속."
    assert entry.links == ("210101 Other",)


@pytest.mark.parametrize(
    ("name", "first_seen", "day"),
    [
        ("2024/240115 T.md", None, date(2024, 1, 15)),
        ("2024/240115 T.md", date(2024, 2, 1), date(2024, 2, 1)),
        ("2024/249915 T.md", None, None),
        ("2024/T.md", None, None),
    ],
)
def test_a_notes_day_is_its_first_appearance_or_its_names(
    name: str, first_seen: date | None, day: date | None
) -> None:
    """What the source knows comes before the name; a name without a date leaves the note undated."""
    document = Document("vault", name, b"https://a.org/b\n", first_seen)
    assert read_document(document).date == day


def test_a_nameless_scrap_is_refused() -> None:
    """Without a name, a link or a title line nothing says what the note is about."""
    with pytest.raises(DigestError, match="paper is unknown") as caught:
        _note("\n\nsome shell command\n", "2024/Untitled.md")
    assert caught.value.line == 3


def test_an_empty_note_is_refused() -> None:
    """Nothing in it, nothing of it."""
    with pytest.raises(DigestError, match="empty"):
        _note(" \n\n", "240101 T.md")
