"""The settings modal. Each input's block is named after its field, and so is the action in it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from bot.channels.preferences import Channel, Language, Layout
from bot.language.catalogue import Catalogue, catalogue
from bot.messages import limits
from bot.messages.action_ids import Action, Callback
from bot.messages.blocks import Element, actions, button, context, modal, option
from bot.messages.message import Block, Message, View
from bot.messages.mrkdwn import clip, plain
from bot.messages.places import COUNTRIES, ZONES
from bot.messages.setting_names import LANGUAGES, LAYOUTS

NO_HOLIDAYS = "none"


class Input(StrEnum):
    """``block_id`` and ``action_id`` of each input; a submission's state is ``values[input][input]``.

    ENABLED: selected_options of checkboxes, ``on`` or none. LANGUAGE, LAYOUT, ZONE, HOLIDAYS:
    selected_option. HOUR: selected_time. DAYS: selected_options ``0`` to ``6``. TAGS: value.
    MANAGERS: selected_users.
    """

    ENABLED = "enabled"
    LANGUAGE = "language"
    LAYOUT = "layout"
    HOUR = "hour"
    ZONE = "zone"
    DAYS = "days"
    HOLIDAYS = "holidays"
    TAGS = "tags"
    MANAGERS = "managers"


@dataclass(frozen=True, slots=True)
class About:
    """What a modal is about: the channel, the last change it shows, whether App Home opened it.
    It travels in the modal's metadata.
    """

    channel_id: str
    seen: int = 0
    from_home: bool = False

    def __str__(self) -> str:
        return f"{self.channel_id}:{self.seen}:{'home' if self.from_home else ''}"

    @classmethod
    def read(cls, metadata: object) -> About:
        """Read it back; what nobody wrote is about no channel."""
        channel_id, _, rest = (metadata if isinstance(metadata, str) else "").partition(":")
        seen, _, opener = rest.partition(":")
        number = int(seen) if seen.isascii() and seen.isdecimal() and len(seen) < 18 else 0
        # PostgreSQL takes no NUL, and no id of Slack's holds anything but letters and digits.
        return cls(channel_id if channel_id.isalnum() else "", number, opener == "home")


def settings_modal(
    channel: Channel, *, language: str, about: About, propose_on: bool = False, papers_a_day: int = 0
) -> View:
    """Everything that can be set, as it stands now; ``propose_on`` ticks the switch beforehand.
    ``papers_a_day`` tells how many messages a day the stream layout means.
    """
    words = catalogue(language)
    preferences = channel.preferences
    is_direct = channel.channel_id.startswith("D")
    managers = _input(Input.MANAGERS, words.gettext("Managers"), _managers(channel, words), optional=True)
    may_too = plain(words.gettext("They can change these settings too."))
    by_tags = words.gettext(
        "Put + before tags you want and - before tags you don't. You can also use and, or and "
        "brackets. Leave this empty for all papers."
    )
    blocks = [
        _input(
            Input.ENABLED,
            words.gettext("Daily papers"),
            _switch(words, on=preferences.enabled or propose_on),
            optional=True,
        ),
        _input(Input.LANGUAGE, words.gettext("Language"), _languages(preferences.language, words)),
        _input(Input.HOUR, words.gettext("Time"), _hour(channel, words)),
        _input(Input.ZONE, words.gettext("Time zone"), _zones(preferences.zone, words)),
        _input(Input.DAYS, words.gettext("Days"), _days(preferences.days, words)),
        _input(Input.HOLIDAYS, words.gettext("Public holidays"), _holidays(preferences.holidays, words)),
        _input(Input.LAYOUT, words.gettext("Layout"), _layouts(preferences.layout, words, papers_a_day)),
        _input(Input.TAGS, words.gettext("Tags"), _tags(channel, words), optional=True)
        | {"hint": plain(by_tags)},
        # In a direct message everyone manages their own, and only that.
        *([] if is_direct else [managers | {"hint": may_too}]),
        *actions([button(words.gettext("Preview"), Action.PREVIEW)]),
    ]
    return modal(
        words.gettext("Settings"),
        blocks,
        close=words.gettext("Cancel"),
        submit=words.gettext("Save"),
        callback=Callback.SETTINGS,
        metadata=str(about),
    )


def stale(*, language: str) -> View:
    """Shown in place of a modal whose channel changed or went away under it."""
    words = catalogue(language)
    said = words.gettext("This window is out of date. Close it and open it again.")
    return modal(words.gettext("Settings"), [context(said)], close=words.gettext("Close"))


def preview(message: Message, *, language: str) -> View:
    """A preview on top of the settings modal."""
    words = catalogue(language)
    shown = list(message.blocks)[: limits.VIEW_BLOCKS]
    return modal(words.gettext("Preview"), shown, close=words.gettext("Close"))


def _input(name: Input, label: str, element: Element, *, optional: bool = False) -> Block:
    block: Block = {
        "type": "input",
        "block_id": str(name),
        "label": plain(label),
        "element": element | {"action_id": str(name)},
    }
    return block | {"optional": True} if optional else block


def _switch(words: Catalogue, *, on: bool) -> Element:
    post = option(words.gettext("Post here"), "on")
    made: Element = {"type": "checkboxes", "options": [post]}
    return made | {"initial_options": [post]} if on else made


def _languages(chosen: Language, words: Catalogue) -> Element:
    options = [option(words.gettext(name), language) for language, name in LANGUAGES.items()]
    return _chosen("radio_buttons", options, chosen)


def _layouts(chosen: Layout, words: Catalogue, papers_a_day: int) -> Element:
    about = {
        Layout.DIGEST: words.gettext("Quiet, with everything in one place."),
        Layout.THREAD: words.gettext("The shortest; good for large channels."),
        Layout.STREAM: words.ngettext(
            "Each paper gets its own thread; about {n} message per day.",
            "Each paper gets its own thread; about {n} messages per day.",
            papers_a_day,
        )
        if papers_a_day
        else words.gettext("Each paper gets its own thread."),
    }
    options = [
        option(words.gettext(name), layout) | {"description": plain(clip(about[layout], limits.OPTION_TEXT))}
        for layout, name in LAYOUTS.items()
    ]
    return _chosen("radio_buttons", options, chosen)


def _hour(channel: Channel, words: Catalogue) -> Element:
    hour = channel.preferences.hour.strftime("%H:%M")
    return {"type": "timepicker", "initial_time": hour, "placeholder": plain(words.gettext("Time"))}


def _zones(chosen: str, words: Catalogue) -> Element:
    names = ZONES if chosen in ZONES else (chosen, *ZONES)
    return _chosen("static_select", [option(_zone(name, words), name) for name in names], chosen)


def _zone(name: str, words: Catalogue) -> str:
    return f"{words.zone(name)} · {name}" if words.zone(name) != name else name


def _days(chosen: frozenset[int], words: Catalogue) -> Element:
    options = [option(words.weekday(day), str(day)) for day in range(7)]
    initial = [options[day] for day in sorted(chosen)]
    made: Element = {"type": "checkboxes", "options": options}
    return made | {"initial_options": initial} if initial else made


def _holidays(chosen: str | None, words: Catalogue) -> Element:
    codes: Sequence[str] = COUNTRIES if chosen is None or chosen in COUNTRIES else (chosen, *COUNTRIES)
    options = [option(words.gettext("Post on holidays too"), NO_HOLIDAYS)]
    options += [
        option(words.gettext("No posts on holidays in {country}", country=words.territory(code)), code)
        for code in codes
    ]
    return _chosen("static_select", options, chosen or NO_HOLIDAYS)


def _tags(channel: Channel, words: Catalogue) -> Element:
    made: Element = {
        "type": "plain_text_input",
        "placeholder": plain("+scaling-law -gan"),
        "max_length": 1_000,
    }
    value = str(channel.preferences.tags)
    return made | {"initial_value": clip(value, 1_000)} if value else made


def _managers(channel: Channel, words: Catalogue) -> Element:
    made: Element = {
        "type": "multi_users_select",
        "placeholder": plain(words.gettext("Choose people")),
    }
    return made | {"initial_users": sorted(channel.managers)} if channel.managers else made


def _chosen(kind: str, options: list[Element], value: str) -> Element:
    made: dict[str, Any] = {"type": kind, "options": options}
    initial = next((one for one in options if one["value"] == value), None)
    return made | {"initial_option": initial} if initial else made
