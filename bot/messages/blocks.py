"""Builds Block Kit blocks and elements from texts that are already mrkdwn or plain. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from bot.messages import limits
from bot.messages.action_ids import Action, Callback
from bot.messages.message import Block, View
from bot.messages.mrkdwn import clip, plain, verbatim

Element = dict[str, Any]
"""A button, menu or input, as Slack's JSON."""


def header(text: str) -> Block:
    """A header of plain text, clipped to Slack's limit."""
    return {"type": "header", "text": plain(clip(text, limits.HEADER_TEXT))}


def section(text: str, accessory: Element | None = None) -> Block:
    """One section of mrkdwn. Does not split ``text``, which has to fit."""
    block: Block = {"type": "section", "text": verbatim(text)}
    return block | {"accessory": accessory} if accessory else block


def context(*texts: str) -> Block:
    """One line of small mrkdwn texts."""
    return {"type": "context", "elements": [verbatim(text) for text in texts]}


def actions(elements: Iterable[Element | None]) -> tuple[Block, ...]:
    """One row of the elements that are not None; no row if there are none."""
    present = [element for element in elements if element][: limits.ACTIONS_ELEMENTS]
    return ({"type": "actions", "elements": present},) if present else ()


def button(
    label: str, action: Action, value: str = "", *, style: str | None = None, key: str = ""
) -> Element:
    """A button. ``key`` goes into the ``action_id``, to tell apart two buttons of one action in a row."""
    element: Element = {
        "type": "button",
        "text": plain(clip(label, limits.BUTTON_TEXT)),
        "action_id": f"{action}:{key}" if key else str(action),
    }
    if value:
        element["value"] = value
    if style:
        element["style"] = style
    return element


def with_confirmation(element: Element, *, title: str, text: str, yes: str, no: str) -> Element:
    """The element with a dialog that asks for confirmation first."""
    dialog = {
        "title": plain(clip(title, limits.CONFIRM_TITLE)),
        "text": plain(clip(text, limits.CONFIRM_TEXT)),
        "confirm": plain(clip(yes, limits.CONFIRM_BUTTON)),
        "deny": plain(clip(no, limits.CONFIRM_BUTTON)),
    }
    return element | {"confirm": dialog}


def option(label: str, value: str) -> Element:
    """An option of a menu, a checkbox or a radio button."""
    return {"text": plain(clip(label, limits.OPTION_TEXT)), "value": value}


def overflow(options: Sequence[Element], action: Action) -> Element:
    """An overflow menu."""
    return {"type": "overflow", "action_id": str(action), "options": list(options)}


def modal(
    title: str,
    blocks: Sequence[Block],
    *,
    close: str,
    callback: Callback = Callback.READING,
    submit: str | None = None,
    metadata: str = "",
) -> View:
    """A modal. Without ``submit`` it has no submit button and only shows something."""
    view: View = {
        "type": "modal",
        "callback_id": str(callback),
        "title": plain(clip(title, limits.VIEW_TITLE)),
        "close": plain(clip(close, limits.VIEW_BUTTON)),
        "blocks": list(blocks),
    }
    if submit:
        view["submit"] = plain(clip(submit, limits.VIEW_BUTTON))
    if metadata:
        view["private_metadata"] = metadata
    return view
