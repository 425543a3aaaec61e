"""A library of terms that are simply known, without papers."""

from __future__ import annotations

from collections.abc import Iterable

from digests.search.library import Library, Term


class Known(Library):
    """So many papers, and these terms. No word begins, resembles or sounds like another."""

    def __init__(self, papers: int, terms: Iterable[Term]) -> None:
        super().__init__([])
        self.papers = papers
        self._known = {term.term: term for term in terms}

    def term(self, name: str) -> Term | None:
        return self._known.get(name)
