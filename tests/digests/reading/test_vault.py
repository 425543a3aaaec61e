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
from digests.reading.document import read
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
        return read(Document("vault", name, text.encode()))
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
    """Each [[…]] of a note is one of its links, by name; no other is."""
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
