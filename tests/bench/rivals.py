"""What a team would search with otherwise, over the very same papers: LIKE, FTS5, PostgreSQL's own."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg

_WORD = re.compile(r"\w+")
_FIELDS = ("title", "authors", "tags", "commentary", "abstract")


@dataclass(frozen=True, slots=True)
class Page:
    """A paper as a rival sees it."""

    paper_id: int
    fields: tuple[str, ...]
    """In the order of ``_FIELDS``."""


Rival = Callable[[str], list[int]]
"""A question to the ids of the ten best papers."""


@contextmanager
def on_sqlite(pages: Sequence[Page]) -> Iterator[dict[str, Rival]]:
    """LIKE for each of the words, and FTS5 with either tokeniser, any of the words, by BM25."""
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE page (id INTEGER PRIMARY KEY, whole TEXT, title TEXT)")
    rows = [(page.paper_id, "\n".join(page.fields), page.fields[0]) for page in pages]
    connection.executemany("INSERT INTO page VALUES (?, ?, ?)", rows)
    columns = ", ".join(_FIELDS)
    for tokeniser in ("unicode61", "trigram"):
        connection.execute(f"CREATE VIRTUAL TABLE {tokeniser} USING fts5({columns}, tokenize='{tokeniser}')")
        connection.executemany(
            f"INSERT INTO {tokeniser} (rowid, {columns}) VALUES (?, ?, ?, ?, ?, ?)",  # noqa: S608 - our own names
            [(page.paper_id, *page.fields) for page in pages],
        )

    def like(question: str) -> list[int]:
        words = [f"%{word}%" for word in question.split()]
        where = " AND ".join(["whole LIKE ?"] * len(words)) or "0"
        in_title = " + ".join(["(title LIKE ?)"] * len(words)) or "0"
        found = connection.execute(
            f"SELECT id FROM page WHERE {where} ORDER BY {in_title} DESC, id DESC LIMIT 10",  # noqa: S608
            words * 2,
        )
        return [row[0] for row in found]

    def fts5(tokeniser: str) -> Rival:
        def ask(question: str) -> list[int]:
            words = any_of(question)
            if not words:
                return []
            found = connection.execute(
                f"SELECT rowid FROM {tokeniser} WHERE {tokeniser} MATCH ?"  # noqa: S608 - our own names
                f" ORDER BY bm25({tokeniser}, 5, 4, 4, 1.6, 1) LIMIT 10",
                [words],
            )
            return [row[0] for row in found]

        return ask

    yield {"LIKE": like, "FTS5 unicode61": fts5("unicode61"), "FTS5 trigram": fts5("trigram")}
    connection.close()


def any_of(question: str) -> str:
    """What FTS5 is asked for any of a question's words; nothing where it has none."""
    return " OR ".join(f'"{word}"' for word in _WORD.findall(question))


@contextmanager
def on_postgresql(url: str, pages: Sequence[Page]) -> Iterator[dict[str, Rival]]:
    """PostgreSQL's English text search, any of the words, by ``ts_rank`` with the title weighing most."""
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TEMPORARY TABLE page (id bigint, vector tsvector)")
        weighed = " || ".join(
            f"setweight(to_tsvector('english', %s), '{weight}')" for weight in ("A", "B", "B", "C", "D")
        )
        with connection.cursor() as cursor:
            cursor.executemany(
                f"INSERT INTO page VALUES (%s, {weighed})",  # noqa: S608 - our own names
                [(page.paper_id, *page.fields) for page in pages],
            )
        connection.execute("CREATE INDEX ON page USING gin (vector)")

        def ask(question: str) -> list[int]:
            found = connection.execute(
                "SELECT id FROM page, to_tsquery('english', %s) AS asked WHERE vector @@ asked"
                " ORDER BY ts_rank(vector, asked) DESC, id LIMIT 10",
                [" | ".join(_WORD.findall(question))],
            )
            return [row[0] for row in found]

        yield {"PostgreSQL english": ask}
