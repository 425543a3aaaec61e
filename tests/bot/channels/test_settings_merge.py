"""Three-way merges of settings."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time

from bot.channels.preferences import Change, Field, Language, Layout, Preferences
from bot.channels.setting_codec import differences
from bot.channels.settings_merge import merge_managers, merge_preferences

NOW = datetime(2025, 2, 25, 9, tzinfo=UTC)


def test_a_form_keeps_what_others_changed_meanwhile() -> None:
    """Submitting a form that was opened earlier changes only the settings that the user changed in it."""
    shown = Preferences(Language.KO, zone="Asia/Seoul")
    now = replace(shown, layout=Layout.THREAD, hour=time(7))
    since = [Change("U2", field, old, new, NOW) for field, old, new in differences(shown, now)]
    submitted = replace(shown, language=Language.EN, hour=time(8))
    assert merge_preferences(now, since, submitted) == replace(now, language=Language.EN, hour=time(8))
    assert merge_preferences(now, since, shown) == now


def test_a_form_adds_and_removes_single_managers() -> None:
    """A manager whom somebody else added meanwhile stays."""
    since = [Change("U2", Field.MANAGERS, "UA UB", "UA UB UC", NOW)]
    assert merge_managers(frozenset({"UA", "UB", "UC"}), since, frozenset({"UA", "UD"})) == {
        "UA",
        "UC",
        "UD",
    }
