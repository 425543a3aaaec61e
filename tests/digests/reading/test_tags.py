"""Tags have one name however they are written."""

from __future__ import annotations

import pytest

from digests.reading.tags import canonical, tag, tags_after_text, tags_of_line


@pytest.mark.parametrize(
    "spelling",
    ["scaling_law", "Scaling-Law", "scaling law", "#scaling-law", "SCALING__LAW", "ｓｃａｌｉｎｇ-law"],
)
def test_every_spelling_has_one_canonical_name(spelling: str) -> None:
    """Case, underscores, spaces, width and the hash do not matter."""
    assert canonical(spelling) == "scaling-law"


@pytest.mark.parametrize(
    ("spelling", "name"),
    [
        ("classificiation", "classification"),
        ("self-improvment", "self-improvement"),
        ("metalearning", "meta-learning"),
        ("posttraining", "post-training"),
        ("3d", "3d"),
        ("강화 학습", "강화-학습"),
        ("#", ""),
        ("_-_", ""),
    ],
)
def test_slips_are_known_and_nothing_stays_nothing(spelling: str, name: str) -> None:
    """Misspelt tags are their correct ones; what holds no letter has no name."""
    assert canonical(spelling) == name


def test_a_tag_keeps_how_it_was_spelt() -> None:
    """The name is canonical, the spelling is the document's."""
    assert (tag("#Scaling_Law").name, tag("#Scaling_Law").spelling) == ("scaling-law", "Scaling_Law")


@pytest.mark.parametrize("line", ["# Links", "#1", "#fff000", "#A1B2C3", "a #b", "", "#", "# #llm x"])
def test_headings_colours_and_numbers_are_no_tags(line: str) -> None:
    """Only a line of hashes with names right after them is a line of tags."""
    assert tags_of_line(line) is None


def test_a_line_of_tags_gives_each_once_in_order() -> None:
    """Two spellings of one tag are one."""
    found = tags_of_line("#b #A_c #a-c  #1stage")
    assert found is not None
    assert [made.name for made in found] == ["b", "a-c", "1stage"]


@pytest.mark.parametrize(
    ("line", "said", "names"),
    [
        ("흥미롭네요. #gan #vae", "흥미롭네요.", ["gan", "vae"]),
        ("https://example.org/a#gan", "https://example.org/a#gan", []),
        ("우리는 #1", "우리는 #1", []),
        ("C# 이야기", "C# 이야기", []),
    ],
)
def test_tags_at_the_end_of_a_line_are_told_from_text(line: str, said: str, names: list[str]) -> None:
    """A fragment of an address or a number is no tag."""
    text, found = tags_after_text(line)
    assert (text, [made.name for made in found]) == (said, names)
