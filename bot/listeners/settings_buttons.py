"""Buttons of a channel's card, of its notices, and of its settings modal."""

from __future__ import annotations

from bot.listeners import digest_command, post_command, settings_changes
from bot.listeners.button_press import ButtonPress, value_number, value_numbers
from bot.listeners.settings_form import open_settings_form, read_form
from bot.messages import settings_modal
from bot.messages.action_ids import HELLO


async def open_form(press: ButtonPress) -> None:
    """Open the settings modal. The value is ``HELLO``, or in App Home the id of the channel."""
    request, is_hello = press.request, press.value == HELLO
    if press.value and not is_hello:
        request = request.in_channel(press.value)
    refusal = await open_settings_form(request, is_hello=is_hello, from_home=press.is_in_home)
    if refusal is not None:
        await press.reply(refusal)


async def preview(press: ButtonPress) -> None:
    """Show the next post; in the settings modal, as it would be with what is filled in there."""
    if press.view is None:
        await press.reply(await digest_command.preview(press.request))
        return
    language = await press.request.language()
    preferences, _, errors = read_form(press.view, language)
    message = await digest_command.preview(press.request, None if errors else preferences)
    await press.open_modal(settings_modal.preview_modal(message, language=language))


async def turn_on(press: ButtonPress) -> None:
    """Turn the daily papers on."""
    await press.reply(await settings_changes.turn_on(press.request))


async def turn_off(press: ButtonPress) -> None:
    """Turn the daily papers off."""
    await press.reply(await settings_changes.turn_off(press.request))


async def post_now(press: ButtonPress) -> None:
    """Post the digests of the value now; without any, what the channel has not had."""
    digest_ids = value_numbers(press.value) or None
    await press.reply(await post_command.post(press.request, digest_ids=digest_ids))


async def post_again(press: ButtonPress) -> None:
    """Post once more what the value names."""
    await press.reply(await post_command.post_again(press.request, press.value))


async def undo(press: ButtonPress) -> None:
    """Undo the change of the value."""
    await press.reply(await settings_changes.undo(press.request, value_number(press.value)))


async def choose_zone(press: ButtonPress) -> None:
    """Set the time zone of the value, and the time before it."""
    await press.reply(await digest_command.choose_zone(press.request, press.value))
