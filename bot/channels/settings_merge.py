"""Three-way merges of settings, for a form that was submitted after others changed the settings. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from bot.channels.preferences import Change, Field, Preferences
from bot.channels.setting_codec import differences, with_value


def merge_preferences(current: Preferences, since: Sequence[Change], submitted: Preferences) -> Preferences:
    """The current preferences with what the user changed in the form.

    ``since`` are the changes made after the form was opened, oldest first. A setting that the user left as
    the form showed it keeps its current value.
    """
    shown = current
    for change in reversed(since):
        shown = with_value(shown, change.field, change.old)
    for field, _, value in differences(shown, submitted):
        current = with_value(current, field, value)
    return current


def merge_managers(
    current: frozenset[str], since: Sequence[Change], submitted: frozenset[str]
) -> frozenset[str]:
    """The current managers with those whom the user added to or removed from the form.

    ``since`` are the changes made after the form was opened, oldest first.
    """
    first = next((change for change in since if change.field is Field.MANAGERS), None)
    shown = frozenset(first.old.split()) if first else current
    return (current | (submitted - shown)) - (shown - submitted)
