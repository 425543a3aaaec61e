"""Changes of a channel's settings: checks permission, makes the change, and notifies the channel and anyone
whose change it overwrote.
"""

from __future__ import annotations

from dataclasses import replace

import structlog

from bot.channels.preferences import Channel, Layout
from bot.delivery.calendar import next_post
from bot.language.reply_language import posting_languages
from bot.listeners.permission_checks import refusal_to_administer, refusal_to_manage
from bot.listeners.replies import send_privately
from bot.listeners.request import Request
from bot.messages import change_messages, channel_notices, managers, refusals
from bot.messages.message import Message
from bot.use_cases.channel_settings import ManagersChange, PreferencesChange, SettingsChanged
from bot.workspaces.slack_errors import SlackCallError, call

log = structlog.stdlib.get_logger(__name__)


async def change_settings(
    request: Request,
    channel: Channel,
    change: PreferencesChange | None = None,
    managers: ManagersChange | None = None,
) -> Message:
    """Change preferences or managers, notify whom it concerns, and give the answer to the person.

    The caller has checked that the person may.
    """
    changed = await request.services.settings.change(channel, change, managers, user_id=request.user_id)
    return await notify_and_answer(request, changed)


async def notify_and_answer(request: Request, changed: SettingsChanged) -> Message:
    """Notify the channel and anyone whose change was overwritten; returns the answer to the person.

    The answer says what was changed and, after turning the papers on, when the first post comes.
    """
    await _notify(request, changed)
    channel, language = changed.channel, await _language_after(request, changed)
    done = change_messages.changes_made(
        changed.changes,
        language=language,
        next_post=None if changed.turned_on else next_post(channel, request.services.clock.now()),
        zone=channel.preferences.zone,
        undo=changed.changes[-1].id if changed.changes else None,
        overtaken=changed.overwritten,
    )
    if not changed.turned_on:
        return done
    first_post = await _first_post(request, channel, language)
    return Message(f"{done.text}\n{first_post.text}", (*done.blocks, *first_post.blocks))


async def turn_on(request: Request) -> Message:
    """`/digest on`: the answer says when the first post comes, and offers the newest digest now."""
    channel = await request.channel()
    if refusal := await refusal_to_manage(request, channel):
        return refusal
    conversation = await request.conversation()
    if not conversation.is_member:
        language = await request.language()
        return refusals.cannot_post_here(language=language, is_direct=request.is_direct)
    changed = await request.services.settings.turn_on(channel, user_id=request.user_id)
    await _notify(request, changed)
    return await _first_post(request, changed.channel, await request.language(), members=conversation.members)


async def turn_off(request: Request) -> Message:
    """`/digest off`: nothing is posted any more, and the settings stay."""
    channel = await request.channel()
    if refusal := await refusal_to_manage(request, channel):
        return refusal
    changed = await request.services.settings.turn_off(channel, user_id=request.user_id)
    await _notify(request, changed)
    return channel_notices.turned_off(language=await request.language())


async def resume(request: Request) -> Message:
    """`/digest resume`: end a pause, and turn the papers on if they were off."""
    channel = await request.channel()
    if refusal := await refusal_to_manage(request, channel):
        return refusal
    if channel.preferences.pause is not None:
        await change_settings(request, channel, lambda now: replace(now, pause=None))
    return await turn_on(request)


async def undo(request: Request, change_id: int) -> Message:
    """Undo a change, with those made together with it, unless a setting was changed again since."""
    channel = await request.channel()
    if refusal := await refusal_to_manage(request, channel):
        return refusal
    undone = await request.services.settings.undo(channel, change_id, user_id=request.user_id)
    if undone is None:
        return change_messages.undo_refused(language=await request.language())
    await _notify(request, undone.result)
    return change_messages.changes_undone(
        undone.changes, language=await _language_after(request, undone.result)
    )


async def open_settings_to(request: Request, *, everyone: bool) -> Message:
    """Open the settings of all channels to everyone in the workspace, or close them; only admins may."""
    if refusal := await refusal_to_administer(request):
        return refusal
    await request.services.policies.set_open(request.workspace, is_open=everyone, user_id=request.user_id)
    log.info("settings_opened", workspace=request.workspace.key, everyone=everyone, user=request.user_id)
    return managers.workspace_rule_changed(everyone=everyone, language=await request.language())


async def _language_after(request: Request, changed: SettingsChanged) -> str:
    """The language of the answer, which a change of the channel's language may have changed."""
    return await request.in_channel(changed.channel.channel_id).language()


async def _first_post(request: Request, channel: Channel, language: str, *, members: int = 0) -> Message:
    """When the first post of a channel that is on comes; offers the newest digest if the channel has not
    had it. In a channel with many ``members`` it proposes the layout for those.
    """
    newest = await request.services.posts.newest_unposted(channel)
    return channel_notices.turned_on(
        language=language,
        next_post=next_post(channel, request.services.clock.now()),
        zone=channel.preferences.zone,
        newest=newest.id if newest else None,
        members=members if channel.preferences.layout is not Layout.THREAD else 0,
    )


async def _notify(request: Request, changed: SettingsChanged) -> None:
    if not changed.changes:
        return
    await _announce(request, changed.channel)
    await _notify_overwritten(request, changed)


async def _announce(request: Request, channel: Channel) -> None:
    """Tell the channel what changed. Changes within ten minutes share one message, which is edited.

    A failure only leaves the channel uninformed, since the person gets an answer anyway: log it and carry on.
    """
    if channel.is_direct:
        return
    settings = request.services.settings
    changes, announced_ts = await settings.changes_to_announce(channel)
    if not changes:
        return
    message = change_messages.channel_notice(
        changes, language=posting_languages(channel.preferences.language)[0]
    )
    client, blocks = request.client, list(message.blocks)
    try:
        if announced_ts is not None:
            await call(
                client.chat_update(
                    channel=channel.channel_id, ts=announced_ts, text=message.text, blocks=blocks
                )
            )
            return
        posted = await call(
            client.chat_postMessage(channel=channel.channel_id, text=message.text, blocks=blocks)
        )
    except SlackCallError as error:
        log.info("change_not_announced", channel=channel.id, code=error.code)
        return
    ts = posted.get("ts")
    if isinstance(ts, str):
        await settings.record_announcement(channel, ts)


async def _notify_overwritten(request: Request, changed: SettingsChanged) -> None:
    """Notify each person whose change was overwritten, in their language."""
    channel = changed.channel
    for user_id in dict.fromkeys(change.user_id for change in changed.overwritten):
        fields = {change.field for change in changed.overwritten if change.user_id == user_id}
        their_request = request.in_channel(channel.channel_id).as_user(user_id)
        message = change_messages.overridden(
            [change for change in changed.changes if change.field in fields],
            channel_id=channel.channel_id,
            language=await their_request.language(),
        )
        try:
            await send_privately(their_request, message)
        except SlackCallError as error:
            log.info("overwritten_not_notified", channel=channel.id, code=error.code)
