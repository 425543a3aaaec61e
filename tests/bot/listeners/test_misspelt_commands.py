"""Misspelt `/digest` commands."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.preferences import Layout
from bot.channels.subcommands import SUBCOMMANDS
from bot.listeners.misspelt_commands import near_subcommand, near_value


@pytest.mark.parametrize(
    ("command", "typed", "expected"),
    [
        ("language", "koreen", "ko"),
        ("language", "engish", "en"),
        ("layout", "thraed", Layout.THREAD.value),
        ("days", "weekdyas", "weekdays"),
        ("time", "9:00 Asia/Seuol", "09:00 Asia/Seoul"),
        ("tags", "anything", None),
        ("language", "xyzzyx", None),
    ],
)
def test_a_misspelt_value_is_corrected(command: str, typed: str, expected: str | None) -> None:
    """A misspelt value is corrected to what can be typed, and None is given where nothing resembles it."""
    assert near_value(command, typed) == expected


def test_a_misspelt_subcommand_is_corrected() -> None:
    """A misspelt subcommand is corrected in either language, unless it has only two letters."""
    assert near_subcommand("langage") == "language"
    assert near_subcommand("언여") == "language"
    assert near_subcommand("관라자") == "managers"
    assert near_value("language", "한굳어") == "ko"
    assert near_value("managers", "everone") == "everyone"
    assert near_subcommand("xx") is None
    assert near_subcommand("논문") is None


@given(st.text(max_size=40), st.sampled_from([*SUBCOMMANDS]))
def test_no_text_raises_an_error(typed: str, subcommand: str) -> None:
    """Any text gives a suggestion or None."""
    near_value(subcommand, typed)
    near_subcommand(typed)
