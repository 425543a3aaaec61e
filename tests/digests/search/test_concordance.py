"""The words of many papers together are those of each."""

from __future__ import annotations

from digests.search.concordance import concordance, without
from digests.search.weights import MARKS, Fields, Indexed, index

SAID: list[Fields] = [
    (("title", "Looped Transformers"), ("authors", "Ada Wang"), ("commentary", "고래 이야기")),
    (("title", "Whales"), ("abstract", "Whales loop, and whales sing.")),
    (("title", "루프 트랜스포머"), ("tags", "loop")),
]


def _papers() -> list[Indexed]:
    return [index(said) for said in SAID]


def test_every_word_stands_at_the_papers_that_say_it() -> None:
    """Term by term: how many papers have it, how many in their head, and with which mark each."""
    papers = _papers()
    whole = concordance(papers)
    places = iter(whole.places)
    for name, df, head_df in zip(whole.names, whole.dfs, whole.head_dfs, strict=True):
        expected = [
            position * MARKS + mark
            for position, paper in enumerate(papers)
            for term, mark in zip(paper.terms, paper.marked, strict=True)
            if term == name
        ]
        assert [next(places) for _ in range(df)] == expected
        assert head_df == sum(place % 2 for place in expected)
    assert list(places) == []
    assert list(whole.names) == sorted({term for paper in papers for term in paper.terms})
    assert set(whole.surfaces) == {line for paper in papers for line in paper.surfaces.splitlines()}


def test_papers_left_out_leave_nothing_behind() -> None:
    """Without some papers it is as if they said nothing, and the others stand where they stood."""
    papers = _papers()
    silent = [papers[0], Indexed("", b"", ""), papers[2]]
    assert without(concordance(papers), papers, {1}) == concordance(silent)
    assert without(concordance(papers), papers, set()) == concordance(papers)
