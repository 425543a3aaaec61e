"""Tests of the BibTeX, RIS and CSV that ``haru export --format`` prints, each read by another's parser."""

import csv
from datetime import date

import pybtex.database
import pytest
import rispy
from pybtex.database import Entry as BibtexEntry

from digests.citations import Keys, bibtex, csv_row, ris
from digests.model import ArchivedEntry, Entry, Paper, Tag


def _read(*papers: Paper) -> list[BibtexEntry]:
    keys = Keys()
    text = "\n".join(bibtex(paper, keys.of(paper)) for paper in papers)
    return list(pybtex.database.parse_string(text, "bibtex").entries.values())


def _archived(paper: Paper, *tags: str) -> ArchivedEntry:
    entry = Entry(paper, tags=tuple(Tag(tag.lower(), tag) for tag in tags))
    return ArchivedEntry(1, 1, 1, 0, date(2025, 2, 25), entry)


def test_an_arxiv_paper_has_the_fields_that_arxiv_recommends() -> None:
    """An arXiv paper has its id, archive, year and link, and a class only where its id names one."""
    new, old = _read(Paper("Looped", ("A B",), arxiv_id="2502.17416"), Paper("Old", arxiv_id="cs/0112017"))
    assert dict(new.fields) == {
        "title": "{Looped}", "year": "2025", "eprint": "2502.17416", "archivePrefix": "arXiv",
        "url": "https://arxiv.org/abs/2502.17416",
    }  # fmt: skip
    assert (old.fields["primaryClass"], old.fields["year"]) == ("cs", "2001")


@pytest.mark.parametrize(
    ("name", "particles", "family", "given", "suffix"),
    [
        ("Nikunj Saunshi", [], ["Saunshi"], ["Nikunj"], []),
        ("Laurens van der Maaten", ["van", "der"], ["Maaten"], ["Laurens"], []),
        ("John Smith Jr.", [], ["Smith"], ["John"], ["Jr."]),
        ("Gemma 3 Team", [], ["{Gemma 3 Team}"], [], []),
        ("Johnson & Johnson Research Team", [], [r"{Johnson \& Johnson Research Team}"], [], []),
        ("김철수", [], ["{김철수}"], [], []),
    ],
)
def test_names_are_split_as_bibtex_splits_them(
    name: str, particles: list[str], family: list[str], given: list[str], suffix: list[str]
) -> None:
    """A parser finds the particles, family name, given name and suffix; a group's name stays whole."""
    (entry,) = _read(Paper("T", (name, "Ada Lovelace")))
    first, second = entry.persons["author"]
    assert (first.prelast_names, first.last_names) == (particles, family)
    assert (first.first_names, first.lineage_names) == (given, suffix)
    assert second.last_names == ["Lovelace"]


def test_latex_in_a_title_is_escaped() -> None:
    """No character of a title opens a command or a group, also where braces do not pair."""
    broken, whole = _read(Paper(r"50% of $x_1$ & {C# ~ \input^"), Paper("Next"))
    assert broken.fields["title"] == (
        r"{50\% of \$x\_1\$ \& \textbraceleft{}C\# \textasciitilde{} \textbackslash{}input\textasciicircum{}}"
    )
    assert whole.fields["title"] == "{Next}"


def test_keys_are_unique() -> None:
    """Papers whose author, year and first word agree get different keys, and so do papers without any."""
    keys = Keys()
    papers = [Paper("The Loop", ("Ada Élan",), arxiv_id="2502.00001")] * 2 + [Paper("루프")] * 2
    assert [keys.of(paper) for paper in papers] == ["elan2025loop", "elan2025loop-2", "paper", "paper-2"]


def test_ris_is_read_by_another_parser() -> None:
    """Records that follow each other are read whole, with names split, tags and the arXiv id."""
    first = _archived(Paper("Deep\nSleep", ("Laurens van der Maaten",), arxiv_id="2502.17416"), "RL", "LLM")
    text = ris(first) + "\n" + ris(_archived(Paper("Second", url="https://example.org/a")))
    one, two = rispy.loads(text)
    assert (one["title"], one["authors"]) == ("Deep Sleep", ["van der Maaten, Laurens"])
    assert (one["accession_number"], one["year"], one["keywords"]) == (
        "arXiv:2502.17416",
        "2025",
        ["RL", "LLM"],
    )
    assert (two["type_of_reference"], two["urls"]) == ("GEN", ["https://example.org/a"])


def test_csv_cells_run_no_formula() -> None:
    """A row is read back by a CSV parser, and a title that begins like a formula is text."""
    (row,) = csv.reader([csv_row(_archived(Paper('=1+1, "x"', ("A B", "C D"), arxiv_id="2502.17416"), "RL"))])
    assert row == [
        "2025-02-25", "'=1+1, \"x\"", "A B; C D", "https://arxiv.org/abs/2502.17416", "2502.17416", "RL",
    ]  # fmt: skip
