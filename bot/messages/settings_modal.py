"""The settings modal. Each input's block and action are named after its setting. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from bot.channels.preferences import Channel, Language, Layout
from bot.language.catalogue import Catalogue, catalogue_for
from bot.messages import limits
from bot.messages.action_ids import Action, Callback
from bot.messages.blocks import Element, actions, button, context, modal, option
from bot.messages.message import Block, Message, View
from bot.messages.mrkdwn import clip, plain
from bot.messages.places import COUNTRIES, ZONES
from bot.messages.setting_names import LANGUAGE_NAMES, LAYOUT_NAMES

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
class ModalMetadata:
    """The modal's private_metadata: its channel, the newest change it shows, and where it was opened.

    ``seen`` is the id of that change; ``from_home`` says that App Home opened it.
    """

    channel_id: str
    seen: int = 0
    from_home: bool = False

    def __str__(self) -> str:
        return f"{self.channel_id}:{self.seen}:{'home' if self.from_home else ''}"

    @classmethod
    def read(cls, metadata: object) -> ModalMetadata:
        """Parses private_metadata; malformed metadata gives no channel."""
        channel_id, _, rest = (metadata if isinstance(metadata, str) else "").partition(":")
        seen, _, opener = rest.partition(":")
        number = int(seen) if seen.isascii() and seen.isdecimal() and len(seen) < 18 else 0
        # Slack's ids are letters and digits. PostgreSQL would refuse a NUL.
        return cls(channel_id if channel_id.isalnum() else "", number, opener == "home")


def settings_modal(
    channel: Channel, *, language: str, about: ModalMetadata, propose_on: bool = False, papers_a_day: int = 0
) -> View:
    """The modal with the channel's current settings.

    ``propose_on`` ticks the switch beforehand. ``papers_a_day`` is the number of messages per day that
    the description of the stream layout mentions; 0 leaves it out.
    """
    catalogue = catalogue_for(language)
    preferences = channel.preferences
    is_direct = channel.channel_id.startswith("D")
    managers = _input(
        Input.MANAGERS, catalogue.gettext("Managers"), _managers(channel, catalogue), optional=True
    )
    may_too = plain(catalogue.gettext("They can change these settings too."))
    by_tags = catalogue.gettext(
        "Put + before tags you want and - before tags you don't. You can also use and, or and "
        "brackets. Leave this empty for all papers."
    )
    blocks = [
        _input(
            Input.ENABLED,
            catalogue.gettext("Daily papers"),
            _switch(catalogue, on=preferences.enabled or propose_on),
            optional=True,
        ),
        _input(Input.LANGUAGE, catalogue.gettext("Language"), _languages(preferences.language, catalogue)),
        _input(Input.HOUR, catalogue.gettext("Time"), _hour(channel, catalogue)),
        _input(Input.ZONE, catalogue.gettext("Time zone"), _zones(preferences.zone, catalogue)),
        _input(Input.DAYS, catalogue.gettext("Days"), _days(preferences.days, catalogue)),
        _input(
            Input.HOLIDAYS, catalogue.gettext("Public holidays"), _holidays(preferences.holidays, catalogue)
        ),
        _input(
            Input.LAYOUT, catalogue.gettext("Layout"), _layouts(preferences.layout, catalogue, papers_a_day)
        ),
        _input(Input.TAGS, catalogue.gettext("Tags"), _tags(channel, catalogue), optional=True)
        | {"hint": plain(by_tags)},
        # A direct message has no managers: only its own user changes it.
        *([] if is_direct else [managers | {"hint": may_too}]),
        *actions([button(catalogue.gettext("Preview"), Action.PREVIEW)]),
    ]
    return modal(
        catalogue.gettext("Settings"),
        blocks,
        close=catalogue.gettext("Cancel"),
        submit=catalogue.gettext("Save"),
        callback=Callback.SETTINGS,
        metadata=str(about),
    )


def out_of_date_modal(*, language: str) -> View:
    """Replaces a modal whose channel was changed or removed after it was opened."""
    catalogue = catalogue_for(language)
    text = catalogue.gettext("This window is out of date. Close it and open it again.")
    return modal(catalogue.gettext("Settings"), [context(text)], close=catalogue.gettext("Close"))


def preview_modal(message: Message, *, language: str) -> View:
    """A preview on top of the settings modal."""
    catalogue = catalogue_for(language)
    shown = list(message.blocks)[: limits.VIEW_BLOCKS]
    return modal(catalogue.gettext("Preview"), shown, close=catalogue.gettext("Close"))


def _input(name: Input, label: str, element: Element, *, optional: bool = False) -> Block:
    block: Block = {
        "type": "input",
        "block_id": str(name),
        "label": plain(label),
        "element": element | {"action_id": str(name)},
    }
    return block | {"optional": True} if optional else block


def _switch(catalogue: Catalogue, *, on: bool) -> Element:
    post = option(catalogue.gettext("Post here"), "on")
    element: Element = {"type": "checkboxes", "options": [post]}
    return element | {"initial_options": [post]} if on else element


def _languages(chosen: Language, catalogue: Catalogue) -> Element:
    options = [option(catalogue.gettext(name), language) for language, name in LANGUAGE_NAMES.items()]
    return _with_initial_option("radio_buttons", options, chosen)


def _layouts(chosen: Layout, catalogue: Catalogue, papers_a_day: int) -> Element:
    about = {
        Layout.DIGEST: catalogue.gettext("Quiet, with everything in one place."),
        Layout.THREAD: catalogue.gettext("The shortest; good for large channels."),
        Layout.STREAM: catalogue.ngettext(
            "Each paper gets its own thread; about {n} message per day.",
            "Each paper gets its own thread; about {n} messages per day.",
            papers_a_day,
        )
        if papers_a_day
        else catalogue.gettext("Each paper gets its own thread."),
    }
    options = [
        option(catalogue.gettext(name), layout)
        | {"description": plain(clip(about[layout], limits.OPTION_TEXT))}
        for layout, name in LAYOUT_NAMES.items()
    ]
    return _with_initial_option("radio_buttons", options, chosen)


def _hour(channel: Channel, catalogue: Catalogue) -> Element:
    hour = channel.preferences.hour.strftime("%H:%M")
    return {"type": "timepicker", "initial_time": hour, "placeholder": plain(catalogue.gettext("Time"))}


def _zones(chosen: str, catalogue: Catalogue) -> Element:
    names = ZONES if chosen in ZONES else (chosen, *ZONES)
    return _with_initial_option(
        "static_select", [option(_zone(name, catalogue), name) for name in names], chosen
    )


def _zone(name: str, catalogue: Catalogue) -> str:
    return f"{catalogue.zone_name(name)} · {name}" if catalogue.zone_name(name) != name else name


def _days(chosen: frozenset[int], catalogue: Catalogue) -> Element:
    options = [option(catalogue.weekday_name(day), str(day)) for day in range(7)]
    initial = [options[day] for day in sorted(chosen)]
    element: Element = {"type": "checkboxes", "options": options}
    return element | {"initial_options": initial} if initial else element


def _holidays(chosen: str | None, catalogue: Catalogue) -> Element:
    codes: Sequence[str] = COUNTRIES if chosen is None or chosen in COUNTRIES else (chosen, *COUNTRIES)
    options = [option(catalogue.gettext("Post on holidays too"), NO_HOLIDAYS)]
    options += [
        option(
            catalogue.gettext("No posts on holidays in {country}", country=catalogue.country_name(code)), code
        )
        for code in codes
    ]
    return _with_initial_option("static_select", options, chosen or NO_HOLIDAYS)


def _tags(channel: Channel, catalogue: Catalogue) -> Element:
    element: Element = {
        "type": "plain_text_input",
        "placeholder": plain("+scaling-law -gan"),
        "max_length": 1_000,
    }
    value = str(channel.preferences.tags)
    return element | {"initial_value": clip(value, 1_000)} if value else element


def _managers(channel: Channel, catalogue: Catalogue) -> Element:
    element: Element = {
        "type": "multi_users_select",
        "placeholder": plain(catalogue.gettext("Choose people")),
    }
    return element | {"initial_users": sorted(channel.managers)} if channel.managers else element


def _with_initial_option(kind: str, options: list[Element], value: str) -> Element:
    element: dict[str, Any] = {"type": kind, "options": options}
    initial = next((choice for choice in options if choice["value"] == value), None)
    return element | {"initial_option": initial} if initial else element
