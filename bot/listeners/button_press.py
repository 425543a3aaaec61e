"""A press of a button or a choice in a menu, and the ways to answer it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.listeners.replies import respond_at_url, send_privately
from bot.listeners.request import Request
from bot.messages.message import Message, View
from bot.workspaces.slack_errors import call


@dataclass(frozen=True, slots=True)
class ButtonPress:
    """One press of a button or choice in a menu.

    The value holds ids, and anybody can forge it: whether this person may see or change what it names is
    checked when it is handled.
    """

    request: Request
    body: dict[str, Any]
    value: str

    @property
    def view(self) -> dict[str, Any] | None:
        """The modal or App Home that holds the button; None if a message does."""
        view = self.body.get("view")
        return view if isinstance(view, dict) else None

    @property
    def thread_ts(self) -> str:
        """The thread that holds the message with the button, or empty."""
        for holder in (self.body.get("container"), self.body.get("message")):
            if isinstance(holder, dict) and holder.get("thread_ts"):
                return str(holder["thread_ts"])
        return ""

    @property
    def is_in_home(self) -> bool:
        """Whether App Home holds the button."""
        return self.view is not None and self.view.get("type") == "home"

    @property
    def is_in_modal(self) -> bool:
        """Whether a modal holds the button."""
        return self.view is not None and self.view.get("type") == "modal"

    @property
    def is_in_private_answer(self) -> bool:
        """Whether a message holds the button that only the person sees."""
        container = self.body.get("container")
        is_ephemeral = isinstance(container, dict) and bool(container.get("is_ephemeral"))
        return self.view is None and (is_ephemeral or self.request.is_direct)

    async def reply(self, message: Message) -> None:
        """Answer so that only the person sees it: where the button is, else in the channel or directly."""
        if self.request.response_url and await respond_at_url(self.request, message):
            return
        await send_privately(self.request, message)

    async def replace_message(self, message: Message) -> None:
        """Put the answer in place of the message that holds the button."""
        if not await respond_at_url(self.request, message, replace=True):
            await send_privately(self.request, message)

    async def open_modal(self, view: View) -> None:
        """Open a modal, on top of the one that holds the button if there is one."""
        trigger_id = self.body["trigger_id"]
        if self.is_in_modal:
            await call(self.request.client.views_push(trigger_id=trigger_id, view=view))
        else:
            await call(self.request.client.views_open(trigger_id=trigger_id, view=view))


def value_parts(value: str, count: int) -> list[str]:
    """The parts of a value between colons; the last holds the rest, and those that are missing are empty."""
    parts = value.split(":", count - 1)
    return parts + [""] * (count - len(parts))


def value_number(text: str) -> int:
    """An id or offset in a value. 0 for anything else, which only a forged value holds."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


def value_numbers(text: str) -> tuple[int, ...]:
    """The ids between commas in a value, without those that are none."""
    return tuple(number for part in text.split(",") if (number := value_number(part)))
