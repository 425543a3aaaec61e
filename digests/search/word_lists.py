"""The words of two languages that the search knows, read from the files in ``words/``.

Each file is a table: a line an entry, its cells separated by tabs, several words in a cell by commas; a line
that begins with ``#`` is a comment. An operator's own folder holds files of the same names, whose entries are
added to Haru's.

Reads files and nothing else; what the words mean to a question is for the modules that ask for them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path

from digests.errors import HaruError

Row = tuple[str, ...]

SHIPPED = Path(__file__).parent / "words"

LARGEST = 2_000_000
"""Bytes of a file; a larger one is no list of words."""


class WordListError(HaruError):
    """This list of words cannot be read."""


class WordLists:
    """The entries of all files, by the file's name without its ending. Compared by identity, so that what is
    worked out of the lists can be cached by them.
    """

    def __init__(self, rows: Mapping[str, Sequence[Row]]) -> None:
        self._rows = {name: tuple(rows.get(name, ())) for name in COLUMNS}

    def rows(self, name: str) -> tuple[Row, ...]:
        """The entries of one file, each with as many cells as it has columns."""
        return self._rows[name]


def words_of(cell: str) -> tuple[str, ...]:
    """The words of a cell that holds several."""
    return tuple(word.strip() for word in cell.split(",") if word.strip())


def load(folder: Path | None = None) -> WordLists:
    """Haru's own lists, with an operator's added where ``folder`` is given. WordListError, with the file, the
    line and what to do, for what is no such list.
    """
    rows = {name: _read(SHIPPED / f"{name}.tsv", name) for name in COLUMNS}
    for name, path in _own(folder).items() if folder else ():
        rows[name] += _read(path, name)
    return WordLists(rows)


def current() -> WordLists:
    """The lists in use: Haru's own, until ``use`` says otherwise."""
    return _in_use[0] if _in_use else _shipped()


def use(lists: WordLists) -> None:
    """Take these lists from now on; called once, when a process begins."""
    _in_use[:] = [lists]


def use_folder(folder: Path | None) -> None:
    """Add an operator's lists to Haru's own from now on, where there is a folder of them. WordListError as
    ``load``.
    """
    if folder is not None:
        use(load(folder))


_in_use: list[WordLists] = []


@cache
def _shipped() -> WordLists:
    return load()


def _own(folder: Path) -> dict[str, Path]:
    """An operator's files by their name without the ending."""
    try:
        files = {path.name: path for path in sorted(folder.iterdir()) if path.suffix == ".tsv"}
    except OSError as error:
        raise WordListError(
            f"{folder} cannot be read as a folder of word lists: {error.strerror}."
        ) from error
    for name in files:
        if name.removesuffix(".tsv") not in COLUMNS:
            known = ", ".join(f"{known}.tsv" for known in COLUMNS)
            raise WordListError(f"{files[name]} is no word list Haru knows. Rename it to one of {known}.")
    return {name.removesuffix(".tsv"): path for name, path in files.items()}


def _read(path: Path, name: str) -> list[Row]:
    try:
        if path.stat().st_size > LARGEST:
            raise WordListError(f"{path} is larger than {LARGEST} bytes. Split it, or leave words out.")
        lines = path.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise WordListError(f"{path} cannot be read: {error}. Save it as UTF-8 text.") from error
    rows = []
    for number, line in enumerate(lines, start=1):
        if line.strip() and not line.startswith("#"):
            rows.append(_row(line, name, f"{path}, line {number}"))
    return rows


def _row(line: str, name: str, place: str) -> Row:
    columns = COLUMNS[name]
    cells = tuple(cell.strip() for cell in line.split("\t"))
    if len(cells) != len(columns):
        wanted = ", a tab, ".join(columns)
        raise WordListError(f"{place}: {len(cells)} cells instead of {len(columns)}. Write {wanted}.")
    for cell, (column, fault) in zip(cells, columns.items(), strict=True):
        if not cell:
            raise WordListError(f"{place}: the {column} is empty. Write one, or delete the line.")
        if problem := fault(cell):
            raise WordListError(f"{place}: the {column} {cell!r} {problem}.")
    return cells


Fault = Callable[[str], str | None]
"""What is wrong with a cell and what to do, as the end of a sentence; None for nothing."""


def _any(_: str) -> None:
    return None


def _lower(cell: str) -> str | None:
    return None if cell == cell.casefold() else "has capitals. Write it in small letters"


def _list(cell: str) -> str | None:
    if any(not word.strip() for word in cell.split(",")):
        return "has a comma without a word before or behind it. Delete the comma"
    return _lower(cell)


def _weight(cell: str) -> str | None:
    try:
        is_weight = 0 <= float(cell) <= 1
    except ValueError:
        is_weight = False
    return None if is_weight else "is no weight. Write a number from 0 to 1"


def _count(cell: str) -> str | None:
    return None if cell.isdecimal() else "is no count. Write a whole number"


def _one_of(*choices: str) -> Fault:
    def fault(cell: str) -> str | None:
        return None if cell in choices else f"is none of {', '.join(choices)}. Write one of them"

    return fault


COLUMNS: Mapping[str, Mapping[str, Fault]] = {
    "function_words": {"word": _lower, "weight": _weight},
    "function_words_korean": {"word": _lower, "weight": _weight},
    "chatter": {"words": _list, "place": _one_of("before", "after", "around", "thing", "anywhere")},
    "chatter_korean": {"beginnings": _list, "place": _one_of("before", "after", "around", "anywhere")},
    "small_talk": {"words": _list},
    "endings_korean": {"endings": _list},
    "particles": {"particles": _list},
    "paper_kinds": {"words": _list, "place": _one_of("anywhere", "before a kind")},
    "filters": {
        "word": _lower,
        "filter": _one_of("author", "tag", "since", "until", "after", "before", "on"),
    },
    "exclusions": {
        "word": _lower,
        "place": _one_of("before", "after"),
        "meaning": _one_of("excluded", "demoted", "lacking"),
    },
    "times": {"time": _lower, "unit": _one_of("day", "week", "month", "year"), "how long ago": _count},
    "numbers": {"words": _list, "number": _count},
    "units": {"words": _list, "unit": _one_of("day", "week", "month", "year")},
    "letters": {"names": _list, "letter": _lower},
    "surnames": {"surname": _any, "romanisations": _list},
    "synonyms": {"words": _list},
    "sayings": {"said": _lower, "papers say": _list},
    "sayings_korean": {"beginnings": _list, "papers say": _list},
    "glossary": {"english": _lower, "korean": _list},
    "dictionary": {"english": _lower, "korean": _list},
    "acronyms": {"acronym": _lower, "full name": _lower},
}
"""The files, each with its columns, and what a cell of each may hold."""
