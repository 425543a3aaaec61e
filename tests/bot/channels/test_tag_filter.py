"""Tag filters as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels import tag_filter_parser
from bot.channels.tag_filter import TagFilter
from digests.reading.tags import canonical


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("+Scaling_Law -gan nlp", TagFilter((("scaling-law", "nlp"),), ("gan",))),
        ("nlp, vision", TagFilter((("nlp", "vision"),))),
        ("rl and (robotics or planning) -gan", TagFilter((("rl",), ("robotics", "planning")), ("gan",))),
        ("강화학습 그리고 (로봇 또는 계획) gan 빼고", TagFilter((("강화학습",), ("로봇", "계획")), ("gan",))),
        ("a and b or c", TagFilter((("a", "c"), ("b", "c")))),
        ("nlp & vision | audio", TagFilter((("nlp", "audio"), ("vision", "audio")))),
        ("nlp without gan", TagFilter((("nlp",),), ("gan",))),
        ("−gan –vae", TagFilter(exclude=("gan", "vae"))),
        ("not (gan or vae)", TagFilter(exclude=("gan", "vae"))),
        ("<#C0123|nlp>", TagFilter((("nlp",),))),
        ("“all”", TagFilter((("all",),))),
        ("전체", TagFilter()),
    ],
)
def test_what_people_write(typed: str, expected: TagFilter) -> None:
    """Signs, words in either language, brackets, and words side by side, which are any of them."""
    assert tag_filter_parser.parse(typed) == expected


@pytest.mark.parametrize(
    "typed",
    ["", "+", "nlp and", "or", "(nlp", "nlp)", "nlp or not gan", "+gan -gan", "(" * 5000, "not " * 5000],
)
def test_what_cannot_be_meant(typed: str) -> None:
    """What is half written, says too much at once, or could never keep a paper is no filter."""
    assert tag_filter_parser.parse(typed) is None


@pytest.mark.parametrize(
    ("tags", "kept"),
    [({"rl", "planning"}, True), ({"rl"}, False), ({"robotics"}, False), ({"rl", "robotics", "gan"}, False)],
)
def test_what_is_kept(tags: set[str], kept: bool) -> None:
    """One of every group, and nothing that is left out."""
    wanted = tag_filter_parser.parse("rl and (robotics or planning) -gan")
    assert wanted is not None
    assert wanted.accepts(frozenset(tags)) is kept


names = st.sampled_from(["nlp", "scaling-law", "강화학습", "c++", "+x", "and", "또는", "제외", "all", "3d"])
groups = st.lists(names, min_size=1, max_size=3, unique=True).map(tuple)


@given(st.lists(groups, max_size=3), st.lists(names, max_size=3, unique=True))
def test_a_filter_reads_back_as_it_is_written(include: list[tuple[str, ...]], exclude: list[str]) -> None:
    """What `/digest` shows can be typed again and keeps the very same papers."""
    wanted = TagFilter(tuple(include), tuple(exclude))
    back = tag_filter_parser.parse(str(wanted)) if str(wanted) else TagFilter()
    if back is None:
        assert any(set(group) <= set(exclude) for group in include)
        return
    assert str(tag_filter_parser.parse(str(back)) or TagFilter()) == str(back)
    for kept in ({"nlp"}, {"nlp", "and"}, {"강화학습", "3d", "+x"}, {"c++", "또는", "all"}, set()):
        assert back.accepts(frozenset(kept)) is wanted.accepts(frozenset(kept))


@given(st.text(max_size=60))
def test_nothing_typed_is_an_error(typed: str) -> None:
    """Whatever is typed is a filter of canonical names, or none."""
    wanted = tag_filter_parser.parse(typed)
    tag_filter_parser.quoted_names(typed)
    assert wanted is None or all(canonical(name) == name for name in wanted.names)


def test_slips_of_known_tags() -> None:
    """A name nobody knows is taken for a near one; short and known names never are."""
    known = {"scaling-law", "gan", "nlp", "vlm"}
    near = tag_filter_parser.similar_names(["scaling-lwa", "vln", "nlp", "robotics"], known)
    assert near == {"scaling-lwa": "scaling-law"}
    meant = TagFilter((("scaling-lwa", "nlp"),), ("vln",))
    assert meant.with_names(near) == TagFilter((("scaling-law", "nlp"),), ("vln",))
