"""Tag filters as people type them."""

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
def test_filters_that_people_type(typed: str, expected: TagFilter) -> None:
    """A filter may have signs, operators in either language, brackets, and tags side by side."""
    assert tag_filter_parser.parse(typed) == expected


@pytest.mark.parametrize(
    "typed",
    ["", "+", "nlp and", "or", "(nlp", "nlp)", "nlp or not gan", "+gan -gan", "(" * 5000, "not " * 5000],
)
def test_text_that_is_no_filter(typed: str) -> None:
    """Text that is incomplete, too long, too complex, or accepts no entry is not a filter."""
    assert tag_filter_parser.parse(typed) is None


@pytest.mark.parametrize(
    ("tags", "kept"),
    [({"rl", "planning"}, True), ({"rl"}, False), ({"robotics"}, False), ({"rl", "robotics", "gan"}, False)],
)
def test_which_entries_pass(tags: set[str], kept: bool) -> None:
    """An entry needs a tag of each group, and no excluded tag."""
    wanted = tag_filter_parser.parse("rl and (robotics or planning) -gan")
    assert wanted is not None
    assert wanted.accepts(frozenset(tags)) is kept


names = st.sampled_from(["nlp", "scaling-law", "강화학습", "c++", "+x", "and", "또는", "제외", "all", "3d"])
groups = st.lists(names, min_size=1, max_size=3, unique=True).map(tuple)


@given(st.lists(groups, max_size=3), st.lists(names, max_size=3, unique=True))
def test_a_printed_filter_parses_to_the_same_filter(
    include: list[tuple[str, ...]], exclude: list[str]
) -> None:
    """The text that `/digest` shows can be typed again, and accepts the same entries."""
    wanted = TagFilter(tuple(include), tuple(exclude))
    back = tag_filter_parser.parse(str(wanted)) if str(wanted) else TagFilter()
    if back is None:
        assert any(set(group) <= set(exclude) for group in include)
        return
    assert str(tag_filter_parser.parse(str(back)) or TagFilter()) == str(back)
    for kept in ({"nlp"}, {"nlp", "and"}, {"강화학습", "3d", "+x"}, {"c++", "또는", "all"}, set()):
        assert back.accepts(frozenset(kept)) is wanted.accepts(frozenset(kept))


@given(st.text(max_size=60))
def test_no_text_raises_an_error(typed: str) -> None:
    """Any text gives a filter with canonical names, or None."""
    wanted = tag_filter_parser.parse(typed)
    tag_filter_parser.quoted_names(typed)
    assert wanted is None or all(canonical(name) == name for name in wanted.names)


def test_misspelt_tags() -> None:
    """An unknown name is taken for a similar known one, unless it is short."""
    known = {"scaling-law", "gan", "nlp", "vlm"}
    near = tag_filter_parser.similar_names(["scaling-lwa", "vln", "nlp", "robotics"], known)
    assert near == {"scaling-lwa": "scaling-law"}
    meant = TagFilter((("scaling-lwa", "nlp"),), ("vln",))
    assert meant.with_names(near) == TagFilter((("scaling-law", "nlp"),), ("vln",))
