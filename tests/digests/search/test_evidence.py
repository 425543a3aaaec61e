"""What postings count for."""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests.search.evidence import Candidate, Evidence
from digests.search.plan import NAMED, Group
from digests.search.weights import MARKS

Posting = tuple[int, int, float, bool]
"""A term, a paper, the term's weight in it, and whether it stands in title, authors or tags."""

_POSTINGS = st.lists(
    st.tuples(
        st.integers(1, 6), st.integers(1, 8), st.integers(1, 2199).map(lambda n: n / 1000), st.booleans()
    ),
    unique_by=lambda posting: posting[:2],
    max_size=40,
)


def _groups() -> list[Group]:
    first = Group("looped", "looped", place=0, worth={1: 1.0, 2: 0.75, 3: 0.6}, idf=7.25)
    second = Group("transformer", "transformer", place=1, worth={4: 1.0, 2: 0.75}, idf=2.5)
    third = Group("확산", "확산", place=2, worth={5: NAMED, 6: 1.0}, idf=3.125)
    return [first, second, third]


def _marked(postings: list[Posting]) -> dict[int, list[int]]:
    by_term = defaultdict(list)
    for term, paper, weight, head in postings:
        by_term[term].append(paper * MARKS + round(weight * 1000) * 2 + head)
    return by_term


def _plainly(groups: list[Group], postings: list[Posting], floor: float) -> list[Candidate]:
    """The same by definition: for each paper and group the best alternative."""
    found = []
    whole = sum(round(group.idf * 10_000) for group in groups)
    for paper in {posting[1] for posting in postings}:
        base = coverage = head = 0
        for group in groups:
            mine = [one for one in postings if one[1] == paper and one[0] in group.worth]
            idf = round(group.idf * 10_000)
            if mine:
                coverage += idf
                base += idf * max(round(one[2] * 1000) * round(group.worth[one[0]] * 100) for one in mine)
            if any(one[3] and group.worth[one[0]] > NAMED for one in mine):
                head += idf
        if coverage >= round(whole * floor) and coverage:
            found.append(Candidate(paper, base / 1_000_000_000, coverage / whole, head / whole))
    return sorted(found, key=lambda one: (-one.base, one.paper_id))


@given(_POSTINGS, st.integers(), st.sampled_from([0.0, 0.42, 1.0]))
def test_each_group_counts_by_its_best_word_in_whatever_order_postings_come(
    postings: list[Posting], seed: int, floor: float
) -> None:
    """Papers, weights, shares and order are those of the definition, however the postings are dealt."""
    groups = _groups()
    expected = _plainly(groups, postings, floor)
    random.Random(seed).shuffle(postings)
    evidence = Evidence(groups)
    for start in range(0, len(postings), 7):
        evidence.add(_marked(postings[start : start + 7]))
        evidence.best(2)  # What was summed half-way is summed anew where more comes.
    assert evidence.candidates(floor=floor, most=100) == expected
    assert evidence.candidates(floor=floor, most=2) == expected[:2]
    assert evidence.best(3) == [one.paper_id for one in _plainly(groups, postings, 0.0)][:3]


@given(_POSTINGS, st.sampled_from([0.0, 0.42]))
def test_a_question_widened_counts_as_if_it_had_been_asked_so(postings: list[Posting], floor: float) -> None:
    """What is known from before the widening changes nothing, though words are worth more there or less."""
    groups = _groups()
    narrow = [replace(group, worth={min(group.worth): 0.5}) for group in groups[:2]]
    marked = _marked(postings)
    before = Evidence(narrow)
    before.add(marked)
    evidence = Evidence(groups, before=before)
    evidence.add(marked)
    assert evidence.candidates(floor=floor, most=100) == _plainly(groups, postings, floor)
    assert before.candidates(floor=floor, most=100) == _plainly(narrow, postings, floor)


def test_a_weight_is_the_thousandths_it_was_rounded_to() -> None:
    """0.29 counts 290 thousandths though in binary it is a little less."""
    evidence = Evidence([Group("loop", "loop", worth={1: 1.0}, idf=1.0)])
    evidence.add(_marked([(1, 1, 0.29, True)]))
    (found,) = evidence.candidates(floor=0.0, most=1)
    assert found.base == pytest.approx(0.29, abs=1e-12)


def test_of_equals_the_older_paper_is_first() -> None:
    """Papers that weigh the same stand in the order of their ids, on every database."""
    evidence = Evidence([Group("loop", "loop", worth={1: 1.0}, idf=1.0)])
    evidence.add(_marked([(1, paper, 0.5, True) for paper in (9, 3, 7, 1)]))
    assert [one.paper_id for one in evidence.candidates(floor=0.0, most=9)] == [1, 3, 7, 9]
