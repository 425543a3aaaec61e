"""Papers as BibTeX, RIS and CSV, for exports and for *Cite* in a paper's menu."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from enum import StrEnum

import rispy
from pybtex.database import Person

from digests.model import ArchivedEntry, Paper


class Format(StrEnum):
    """The formats in which papers are exported to other programs."""

    BIBTEX = "bibtex"
    RIS = "ris"
    CSV = "csv"


_LATEX = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{character: "\\" + character for character in "#$%&_"},
    # BibTeX counts braces, also escaped ones: `\{` alone would leave the field open.
    "{": r"\textbraceleft{}",
    "}": r"\textbraceright{}",
    "`": r"\textasciigrave{}",
}
_GROUP = re.compile(
    r"\d|\b(?:team|group|collaboration|contributors|consortium|initiative|labs?|authors)\b", re.IGNORECASE
)
_SUFFIX = re.compile(r",? (Jr\.?|Sr\.?|II|III|IV)$")
_SUBMITTED = re.compile(r"(?:([a-z-]+)(?:\.[A-Z]{2})?/)?(\d\d)\d\d")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_LITTLE_WORDS = frozenset({"a", "an", "and", "are", "can", "do", "does", "for", "how", "in", "is", "of", "on",
                           "the", "to", "what", "why", "with"})  # fmt: skip


class Keys:
    """Gives each paper a BibTeX key that no other paper of the same export has."""

    def __init__(self) -> None:
        self._given: set[str] = set()

    def of(self, paper: Paper) -> str:
        """The first author's family name, the year and the title's first telling word; then a number."""
        family = _family_and_given(paper.authors[0])[0] if paper.authors else ""
        words = re.findall(r"\w+", paper.title.lower())
        telling = next((word for word in words if word not in _LITTLE_WORDS), "")
        stem = _ascii(family).lower() + _year(paper) + _ascii(telling)
        if not stem:
            stem = "paper" + _ascii(paper.arxiv_id or "")
        key, number = stem, 2
        while key in self._given:
            key, number = f"{stem}-{number}", number + 1
        self._given.add(key)
        return key


def bibtex(paper: Paper, key: str) -> str:
    """A ``@misc`` entry in UTF-8, with LaTeX escaped. arXiv papers have ``eprint`` and ``archivePrefix``.

    ``primaryClass`` is given where the identifier names it (``cs/0112017``).
    """
    fields = {"title": "{" + _latex(paper.title) + "}"}
    if paper.authors:
        fields["author"] = " and ".join(map(_bibtex_name, paper.authors))
    if year := _year(paper):
        fields["year"] = year
    if paper.arxiv_id:
        fields |= {"eprint": paper.arxiv_id, "archivePrefix": "arXiv"}
        submitted = _SUBMITTED.match(paper.arxiv_id)
        if submitted and submitted[1]:
            fields["primaryClass"] = submitted[1]
    if url := _url(paper):
        fields["url"] = url.replace("{", "%7B").replace("}", "%7D")
    return f"@misc{{{key},\n" + "".join(f"  {name} = {{{text}}},\n" for name, text in fields.items()) + "}\n"


def ris(entry: ArchivedEntry) -> str:
    """A record in RIS: a report where the paper is on arXiv, as Zotero has preprints, else generic."""
    paper = entry.paper
    record: dict[str, str | list[str]] = {
        "type_of_reference": "RPRT" if paper.arxiv_id else "GEN",
        "title": _one_line(paper.title),
    }
    if paper.authors:
        record["authors"] = [", ".join(filter(None, _family_and_given(name))) for name in paper.authors]
    if year := _year(paper):
        record["year"] = year
    if url := _url(paper):
        record["urls"] = [_one_line(url)]
    if paper.arxiv_id:
        record["accession_number"] = f"arXiv:{paper.arxiv_id}"
    if entry.entry.tags:
        record["keywords"] = [_one_line(tag.spelling) for tag in entry.entry.tags]
    # The library numbers records; the format knows no numbers, and strict readers refuse them.
    text: str = rispy.dumps([record])
    return text.removeprefix("1.\n").strip() + "\n"


CSV_COLUMNS = ("date", "title", "authors", "link", "arxiv", "tags")


def csv_row(entry: ArchivedEntry) -> str:
    """A row of CSV (RFC 4180). A cell that a spreadsheet would run as a formula begins with ``'``."""
    paper = entry.paper
    return csv_line(
        (
            entry.date.isoformat() if entry.date else "",
            _one_line(paper.title),
            "; ".join(map(_one_line, paper.authors)),
            _url(paper) or "",
            paper.arxiv_id or "",
            "; ".join(tag.spelling for tag in entry.entry.tags),
        )
    )


class Document:
    """An export in one format: a heading, then the text of each paper. Does not collect what it gives."""

    def __init__(self, as_format: Format) -> None:
        self._format = as_format
        self._keys = Keys()
        self._given: set[int] = set()

    @property
    def heading(self) -> str:
        """What comes before the papers: the names of the columns in CSV, nothing else."""
        return csv_line(CSV_COLUMNS) + "\n" if self._format is Format.CSV else ""

    def paper(self, entry: ArchivedEntry) -> str:
        """The paper, with a line break at its end; empty for a paper that was given before."""
        if entry.paper_id in self._given:
            return ""
        self._given.add(entry.paper_id)
        match self._format:
            case Format.BIBTEX:
                return bibtex(entry.paper, self._keys.of(entry.paper)) + "\n"
            case Format.RIS:
                return ris(entry) + "\n"
            case Format.CSV:
                return csv_row(entry) + "\n"


def csv_line(cells: tuple[str, ...]) -> str:
    """Cells as one line of CSV, without its end."""
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow("'" + c if c.startswith(_FORMULA) else c for c in cells)
    return line.getvalue()


def _year(paper: Paper) -> str:
    """The year in which an arXiv paper was submitted, which its id tells; else empty, never a guess."""
    submitted = _SUBMITTED.match(paper.arxiv_id or "")
    if submitted is None:
        return ""
    return ("19" if submitted[2] > "90" else "20") + submitted[2]  # arXiv began in 1991.


def _url(paper: Paper) -> str | None:
    return paper.url or (f"https://arxiv.org/abs/{paper.arxiv_id}" if paper.arxiv_id else None)


def _family_and_given(name: str) -> tuple[str, str, str]:
    """The family name with its particles (`van der Maaten`), the given names, and a suffix (`Jr.`).

    The name of a group stays whole, in the first place.
    """
    name = _one_line(name)
    if _GROUP.search(name):
        return name, "", ""
    suffix = _SUFFIX.search(name)
    bare = name[: suffix.start()] if suffix else name
    # A comma, a brace, a backslash or a tilde means something else to the parser than in a digest.
    person = Person(re.sub(r"[,{}\\~]", " ", bare))
    family = " ".join(person.prelast_names + person.last_names)
    return family or name, " ".join(person.first_names + person.middle_names), suffix[1] if suffix else ""


def _bibtex_name(name: str) -> str:
    family, given, suffix = _family_and_given(name)
    if not given:
        return "{" + _latex(family) + "}"
    return ", ".join(_latex(part) for part in (family, suffix, given) if part)


def _latex(text: str) -> str:
    return "".join(_LATEX.get(character, character) for character in _one_line(text))


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _ascii(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9]", "", unicodedata.normalize("NFKD", text))
