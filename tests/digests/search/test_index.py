"""The index in memory: changed step by step, it is the one that is built anew."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from digests.search.analysis import analyse, fields
from digests.search.index import Facts, Index, Mention, Row, packed_keys
from digests.search.tables import Table

_WORDS = st.sampled_from(
    ["looped", "loops", "Transformer", "강화학습", "학습", "Scaling-Law", "RoPE", "of", "2025"]
)
_TEXTS = st.lists(_WORDS, min_size=1, max_size=6).map(" ".join)
_DAYS = st.integers(0, 3)


@st.composite
def _rows(draw: st.DrawFn) -> Row:
    """One of a few papers, with something said of it, or one that left."""
    paper_id = draw(st.integers(1, 6))
    if draw(st.booleans()) and draw(st.booleans()):
        return Row(paper_id, "", None)
    title, tags = draw(_TEXTS), draw(st.lists(st.sampled_from(["rl", "llm", "moe"]), unique=True))
    days = sorted(draw(st.lists(_DAYS, min_size=1, max_size=3)))
    mentions = tuple(
        Mention(
            paper_id * 10 + at,
            1,
            1,
            at,
            day,
            tuple((tag, tag.upper()) for tag in tags),
            f"{day} {title}.md",
            (),
        )
        for at, day in enumerate(days)
    )
    facts = Facts(title, (draw(_TEXTS),), (f"arxiv:{paper_id}",), ("arxiv:1",), mentions)
    said = fields(title, facts.authors, tags, [draw(_TEXTS)], None)
    return Row(paper_id, facts.packed(), packed_keys(facts, analyse(said).parts()))


def content(index: Index) -> dict[str, Any]:
    """All that an index says, in an order of its own."""
    postings = {}
    for term in index.terms.keys:
        rows, marks = index.postings(term)
        if len(rows):
            assert index.counts(term) == (len(rows), int((marks & 1).sum()))
            postings[term] = (index.ids[rows].tolist(), marks.tolist())
    tables = ("addresses", "citing", "tags", "documents", "called", "calls", "linked", "words", "people")
    return {
        "ids": index.ids.tolist(),
        "mentions": (index.mention_rows.tolist(), index.mention_days.tolist()),
        "facts": list(index.facts),
        "postings": postings,
        "vocabulary": index.vocabulary.words(),
        **{name: _as_dictionary(index, getattr(index, name)) for name in tables},
    }


def _as_dictionary(index: Index, table: Table) -> dict[str, list[int]]:
    return {key: index.under(table, key) for key in table.keys}


@given(steps=st.lists(st.lists(_rows(), max_size=4), max_size=6))
@settings(max_examples=150, deadline=None)
def test_changed_step_by_step_it_equals_one_built_anew(steps: list[list[Row]]) -> None:
    """Whatever came, changed and went, in whatever order: nothing of what was before is left."""
    index, last = Index(), dict[int, Row]()
    for rows in steps:
        index = index.changed(rows)
        last |= {row.paper_id: row for row in rows}
        assert content(index) == content(Index().changed(last.values()))


@given(row=_rows())
def test_facts_are_read_back_as_they_were_written(row: Row) -> None:
    """Packing loses nothing."""
    if row.keys is not None:
        assert Facts.unpacked(row.facts).packed() == row.facts
