"""The 3,854 notes of the vault: counts one gets with grep, and a second opinion on every field."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest

from digests.errors import DigestError
from digests.model import Digest, Document, Entry
from digests.reading.document import read_document
from tests.digests.reading.oracle import Opinion, opinion

VAULT = Path(__file__).parents[3] / ".." / "shared" / "vault"

pytestmark = pytest.mark.skipif(
    not VAULT.is_dir(), reason="the vault is kept beside the repository, in ../shared"
)

EXPLAINED = {
    # The oracle takes the pasted abstract, which lacks its `>`, for English commentary.
    "200318 A Metric Learning Reality Check.md",
    # The oracle knows no `let>`, a slip for `>`.
    "240702 Let the Expert Stick to His Last.md",
    # Three papers, one a line; the oracle takes the first for the note's, the reader none.
    "200129 LM Pretraining.md",
    # The oracle keeps the Markdown of a heading that is a link.
    "250523 Claude 4.md",
    # The oracle keeps a star of a title in bold (`**Title** (Authors)`).
    "230126 simple diffusion.md",
    "250528 Spurious Rewards.md",
}
"""Notes on which the oracle is known to be wrong, and why."""


@cache
def _texts() -> Mapping[str, str]:
    return {
        str(path.relative_to(VAULT)): path.read_text(encoding="utf-8") for path in sorted(VAULT.rglob("*.md"))
    }


@cache
def _read() -> Mapping[str, Digest | DigestError]:
    return {name: _read_one(name, text) for name, text in _texts().items()}


def _read_one(name: str, text: str) -> Digest | DigestError:
    try:
        return read_document(Document("vault", name, text.encode()))
    except DigestError as error:
        return error


@cache
def _entries() -> Mapping[str, Entry]:
    return {name: digest.entries[0] for name, digest in _read().items() if isinstance(digest, Digest)}


def _having(pattern: str) -> set[str]:
    return {name for name, text in _texts().items() if re.search(pattern, text, re.M)}


def test_every_note_is_an_entry_or_a_named_refusal() -> None:
    """Of 3,854 notes one is refused: a scrap without name, link or title."""
    refused = [name for name, digest in _read().items() if isinstance(digest, DigestError)]
    assert len(_read()) == 3854
    assert refused == ["arXiv/2024/Untitled.md"]
    assert all(len(digest.entries) == 1 for digest in _read().values() if isinstance(digest, Digest))


def test_every_note_that_begins_with_an_arxiv_address_gives_that_id() -> None:
    """The id stands in the first line of some 3,640 notes, and is theirs."""
    begins = {
        name: found[1]
        for name, text in _texts().items()
        if (found := re.match(r"https?://arxiv\.org/(?:abs|pdf)/(\d{4}\.\d{4,5})", text))
    }
    assert len(begins) >= 3630
    assert {name: _entries()[name].paper.arxiv_id for name in begins} == begins


def test_every_starred_title_and_its_authors_are_exact() -> None:
    """What stands between the stars is the title, what stands in the parentheses the authors."""
    starred = {
        name: (found[1], found[2])
        for name, text in _texts().items()
        if (found := re.search(r"^\*([^*\n]+)\*\s?\((.+)\)\s*$", text, re.M))
    }
    assert len(starred) >= 1800
    for name, (title, authors) in starred.items():
        paper = _entries()[name].paper
        if not re.search(r"[$\\&]", title + authors):
            assert (paper.title, ", ".join(paper.authors)) == (
                title,
                re.sub(r",? and |\s*,\s*", ", ", authors),
            ), name


def test_every_marked_english_is_found_and_none_leaks() -> None:
    """All notes with the mark have English; no paragraph of it is in the Korean, and no Korean in it."""
    marked = _having(r"<english>\s*\S")
    assert len(marked) >= 780
    for name in marked:
        block = re.search(r"<english>(.*?)(?:</?english>|^#|\Z)", _texts()[name], re.S | re.M)
        assert block
        korean, english = _entries()[name].commentary("ko"), _entries()[name].commentary("en")
        assert english, name
        for line in filter(None, map(str.strip, block[1].split("\n"))):
            assert line not in (korean or ""), name
        assert not re.search(r"[가-힣]{2}", english), name


def test_languages_are_counted_as_grep_counts_them() -> None:
    """3,448 notes hold Hangul and have Korean; since August 2025 English stands unmarked."""
    korean = {name for name, entry in _entries().items() if entry.commentary("ko")}
    assert korean == _having(r"[가-힣]")
    unmarked = {name for name, entry in _entries().items() if entry.commentary("en")} - _having(r"<eng")
    assert sum(name.startswith("arXiv/2025/25") and name > "arXiv/2025/2508" for name in unmarked) >= 270


def test_english_after_korean_needs_no_mark() -> None:
    """In 282 notes since August 2025 English follows the Korean unmarked; neither stands in the other."""
    unmarked = {
        name: entry
        for name, entry in _entries().items()
        if entry.commentary("en") and name not in _having(r"<eng") and "250801" < Path(name).name < "3"
    }
    # A paragraph of a Latin sentence after a line that holds Hangul.
    shown = {
        name
        for name in _having(r"[가-힣][^\n]*\n\s*\n?[A-Z][a-z][^가-힣\n]{40,}(?:\n|\Z)")
        if "250801" < Path(name).name < "3" and name not in _having(r"<eng")
    }
    assert len(unmarked) == 282
    assert shown <= unmarked.keys()
    for name, entry in unmarked.items():
        assert not re.search(r"[가-힣]{2}", entry.commentary("en") or ""), name
        for line in (entry.commentary("ko") or "").split("\n"):
            assert re.search(r"[가-힣]", line) or len(re.findall(r"[A-Za-z]{2,}", line)) < 8, name


def test_english_that_is_not_closed_ends_all_the_same() -> None:
    """Five notes open the mark and do not close it, or close it by opening it again."""
    unclosed = {
        name
        for name, text in _texts().items()
        if "<english>" in text and text.count("<english>") != text.count("</english>")
    }
    assert len(unclosed) == 5
    for name in unclosed:
        english = _entries()[name].commentary("en")
        assert english, name
        assert "english>" not in english, name
        assert not re.search(r"(?<!\S)#\w", english), name


def test_titles_are_whole_however_they_are_written() -> None:
    """Wrapped over lines in more than 120 notes, begun with `#` in one; none holds a line's end or a link."""
    titles = {name: entry.paper.title for name, entry in _entries().items()}
    assert [name for name, title in titles.items() if re.search(r"\n|  |https?://", title)] == []
    wrapped = [
        name
        for name, title in titles.items()
        if title not in _texts()[name] and title in " ".join(_texts()[name].split())
    ]
    assert len(wrapped) >= 120
    assert [title for title in titles.values() if title.startswith("#")] == [
        "#InsTag: Instruction Tagging for Analyzing Supervised Fine-tuning of Large Language Models"
    ]


def test_notes_of_nothing_but_links_are_entries() -> None:
    """Some seventy say nothing besides links and tags: they have an address, and their file's name."""
    bare = [
        name
        for name, text in _texts().items()
        if re.fullmatch(r"\s*(\S*(https?://|arxiv\.org)\S*\s*)+", re.sub(r"(?<!\S)#\S+", "", text))
    ]
    assert len(bare) >= 70
    for name in bare:
        entry = _entries()[name]
        assert entry.paper.url, name
        assert entry.paper.title == re.sub(r"^\d{6} |\.md$", "", Path(name).name), name
        assert entry.commentaries == (), name


def test_a_redirect_gives_the_id_behind_it() -> None:
    """The note that begins with an address of l.facebook.com is of the paper that it leads to."""
    (name,) = [name for name, text in _texts().items() if "l.facebook.com" in text.split("\n")[0]]
    paper = _entries()[name].paper
    assert paper.arxiv_id == "1911.09737"
    assert "facebook" not in (paper.url or "")


def test_ids_that_two_notes_share() -> None:
    """31 arXiv ids begin two notes each, none three."""
    counts = Counter(entry.paper.arxiv_id for entry in _entries().values() if entry.paper.arxiv_id)
    assert sum(count == 2 for count in counts.values()) == 31
    assert max(counts.values()) == 2


def test_tags_at_the_end_of_a_text_line_are_tags() -> None:
    """In nearly seventy notes; each is read, and none is left in what is said."""
    ending = re.compile(r"^(?!\s*#).*\S\s+((?:#[A-Za-z][\w-]*\s*)+)$", re.M)
    found = {name: ending.findall(text) for name, text in _texts().items() if ending.search(text)}
    assert len(found) >= 65
    for name, endings in found.items():
        entry = _entries()[name]
        spelt = {tag.spelling for tag in entry.tags}
        assert set(re.findall(r"#([\w-]+)", " ".join(endings))) <= spelt, name
        for commentary in entry.commentaries:
            assert not ending.search(commentary.text), name


def test_no_tag_comes_from_an_address_a_heading_or_a_colour() -> None:
    """Each stands in its note as `#word` after a space or a line's beginning, and is no number."""
    for name, entry in _entries().items():
        for tag in entry.tags:
            written = rf"(?<!\S)#{re.escape(tag.spelling)}(?!\w)"
            assert re.search(written, _texts()[name]), (name, tag)
            assert not re.fullmatch(r"[0-9a-f]{3}|[0-9a-f]{6}|\d+", tag.name), (name, tag)


def test_every_quoted_abstract_is_found() -> None:
    """A note with a `>` line that says something has an abstract."""
    quoted = _having(r"^>[ \t>]*[^\s>]")
    assert len(quoted) >= 1700
    assert [name for name in quoted if not _entries()[name].paper.abstract] == []


def test_every_spelling_of_a_tag_has_its_canonical_name() -> None:
    """Some 375 spellings are some 345 tags, each of letters, digits and hyphens."""
    spelt = Counter((tag.name, tag.spelling) for entry in _entries().values() for tag in entry.tags)
    names = {name for name, _ in spelt}
    assert 340 <= len(names) < len(spelt) <= 385
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name) for name in names)
    assert not names & {"links", "1", "2", "rd", "r"}


def test_links_are_those_in_brackets() -> None:
    """Each [[…]] of a note is one of its links, by name; no other is. All but 16 lead to another note."""
    assert len(_having(r"^# Links")) == 385
    names = {Path(name).stem for name in _texts()}
    every = [link for entry in _entries().values() for link in entry.links]
    assert sum(link not in names for link in every) == 16
    assert len(every) >= 460
    for name, entry in _entries().items():
        named = {re.sub(r"\.md$", "", link) for link in re.findall(r"\[\[(.+?)\]\]", _texts()[name])}
        assert set(entry.links) == named, name


def _disagreements(entry: Entry, said: Opinion) -> list[str]:
    mine = Opinion(
        entry.paper.title,
        entry.paper.authors,
        entry.paper.arxiv_id,
        entry.paper.abstract is not None,
        entry.commentary("ko") is not None,
        entry.commentary("en") is not None,
        frozenset(tag.name for tag in entry.tags),
        frozenset(entry.links),
    )
    return [name for name in Opinion.__dataclass_fields__ if getattr(mine, name) != getattr(said, name)]


def test_the_oracle_agrees() -> None:
    """Another method reads the same of at least 99.5% of the notes, and every disagreement is explained."""
    disagreed: dict[str, list[str]] = {}
    for name, entry in _entries().items():
        short = Path(name).name
        if fields := _disagreements(entry, opinion(_texts()[name], short)):
            disagreed[short] = fields
    assert len(disagreed) <= len(_entries()) * 0.005
    assert set(disagreed) <= EXPLAINED, {name: disagreed[name] for name in disagreed.keys() - EXPLAINED}
