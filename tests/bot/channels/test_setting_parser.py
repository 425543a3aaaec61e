"""Setting values as people type them, in English and Korean."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels import setting_parser, subcommands
from bot.channels.preferences import Language


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("ko", Language.KO),
        ("한국어", Language.KO),
        ("Korean", Language.KO),
        ("영어", Language.EN),
        ("ENGLISH", Language.EN),
        ("둘 다", Language.BOTH),
        ("both", Language.BOTH),
        ("korean and english", Language.BOTH),
        ("영어랑 한국어", Language.BOTH),
        ("korean, korean", Language.KO),
        ("korean and klingon", None),
        ("klingon", None),
    ],
)
def test_languages(typed: str, expected: Language | None) -> None:
    """A language is given by its code or by its name in Korean or English."""
    assert setting_parser.parse_language(typed) == expected


@given(st.text(max_size=40), st.sampled_from([*subcommands.SUBCOMMANDS]))
def test_no_text_raises_an_error(typed: str, command: str) -> None:
    """Any text gives a value or None."""
    setting_parser.parse_language(typed)
    setting_parser.parse_layout(typed)
    subcommands.find_subcommand(typed)
    setting_parser.value_words(command)


def test_countries_with_known_holidays() -> None:
    """A code that is not a country has no known holidays."""
    assert setting_parser.has_known_holidays("KR")
    assert not setting_parser.has_known_holidays("ZZ")
