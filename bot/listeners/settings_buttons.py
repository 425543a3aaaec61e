"""Buttons of a channel's card, of its settings modal, of given digests and of App Home."""

from __future__ import annotations

from dataclasses import replace

from bot.listeners import adding_papers, digest_command, posting, settings_changes
from bot.listeners.answering import show
from bot.listeners.button_press import Press, answer, ids, number, replaced
from bot.listeners.home import publish
from bot.listeners.services import language_of
from bot.listeners.settings_modal import filled_in, open_settings
from bot.messages import settings_modal
from bot.messages.action_ids import HELLO


async def open_form(press: Press) -> None:
    """The settings modal; the value is ``HELLO``, or in App Home the channel it is about."""
    asker, is_hello = press.asker, press.value == HELLO
    if press.value and not is_hello:
        asker = replace(asker, channel_id=press.value)
    refused = await open_settings(
        press.services, asker, press.body["trigger_id"], is_hello=is_hello, from_home=press.is_in_home
    )
    if refused is not None:
        await answer(press, refused)


async def preview(press: Press) -> None:
    """The next post; inside the settings modal as the modal is filled in."""
    view = press.body.get("view")
    if not isinstance(view, dict):
        await answer(press, await digest_command.preview(press.services, press.asker))
        return
    here = await press.services.channels.get(press.asker.workspace, press.asker.channel_id)
    language = await language_of(press.services, press.asker, here)
    wanted, _, wrong = filled_in(view, language)
    message = await digest_command.preview(press.services, press.asker, None if wrong else wanted)
    await show(press.asker.client, press.body, settings_modal.preview(message, language=language))


async def turn_on(press: Press) -> None:
    await answer(press, await settings_changes.switch(press.services, press.asker, on=True))


async def turn_off(press: Press) -> None:
    await answer(press, await settings_changes.switch(press.services, press.asker, on=False))


async def post_now(press: Press) -> None:
    chosen = ids(press.value) or None
    await answer(press, await posting.post(press.services, press.asker, digest_ids=chosen))


async def post_again(press: Press) -> None:
    await answer(press, await posting.post_again(press.services, press.asker, press.value))


async def undo(press: Press) -> None:
    await answer(press, await settings_changes.undo(press.services, press.asker, number(press.value)))


async def give(press: Press) -> None:
    await adding_papers.open_form(press.services, press.asker)


async def keep(press: Press) -> None:
    await replaced(press, await adding_papers.keep(press.services, press.asker, press.value))


async def dismiss(press: Press) -> None:
    await replaced(press, await adding_papers.dismiss(press.services, press.asker))


async def reader_language(press: Press) -> None:
    """What I show only you: one language, or as the channel has it."""
    chosen = press.value if press.value in ("ko", "en") else None
    await press.services.user_languages.set(press.asker.workspace, press.asker.user_id, chosen)
    await publish(press.services, press.asker)


async def who_may_change(press: Press) -> None:
    """An admin opens the channels' settings to everyone, or to those named in each channel."""
    message = await settings_changes.open_to(press.services, press.asker, everyone=press.value == "everyone")
    await answer(press, message)
    await publish(press.services, press.asker)
