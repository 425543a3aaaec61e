"""App Home: today's papers in the reader's language, their saved papers, and the channels they manage."""

from __future__ import annotations

from bot.channels.permissions import Rights
from bot.channels.preferences import Channel
from bot.delivery.calendar import next_post
from bot.listeners.button_press import ButtonPress
from bot.listeners.replies import insist
from bot.listeners.request import Request
from bot.listeners.settings_changes import open_settings_to
from bot.messages.home import SAVED, ManagedChannel, SavedPapers, home
from digests.model import ArchivedDigest


async def publish_home(request: Request) -> None:
    """Show the person their App Home as things are now, after a change too."""
    # App Home belongs to no channel, so no channel's language counts; and nothing read before a change may.
    request = request.in_channel("")
    services, workspace = request.services, request.workspace
    today = await (await request.archive()).newest_digest(now=services.clock.now())
    language, rights = await request.language(), await request.rights(fresh=False)
    view = home(
        language=language,
        chosen=await services.user_languages.get(workspace, request.user_id),
        today=today,
        saved=await _saved_papers(request, today),
        channels=[
            ManagedChannel(channel, next_post(channel, services.clock.now()))
            for channel in await services.settings.of_workspace(workspace)
            if _is_listed(channel, rights)
        ],
        everyone=rights.open_to_everyone if rights.may_administer else None,
        is_checked=rights.person.is_known,
    )
    await insist(lambda: request.client.views_publish(user_id=request.user_id, view=view))


async def choose_language(press: ButtonPress) -> None:
    """Keep the language a person wants to be answered in; any other value follows the channel again."""
    request = press.request
    chosen = press.value if press.value in ("ko", "en") else None
    await request.services.user_languages.set(request.workspace, request.user_id, chosen)
    await publish_home(request)


async def choose_who_may_change(press: ButtonPress) -> None:
    """Open the settings of all channels to everyone, or close them, as an admin chose."""
    await press.reply(await open_settings_to(press.request, everyone=press.value == "everyone"))
    await publish_home(press.request)


async def _saved_papers(request: Request, today: ArchivedDigest | None) -> SavedPapers:
    saved_papers, workspace, user_id = request.services.saved_papers, request.workspace, request.user_id
    saved = await saved_papers.newest(workspace, user_id, limit=SAVED)
    entries = await (await request.archive()).entries([one.entry_id for one in saved.papers])
    shown = [archived.id for archived in today.entries] if today else []
    return SavedPapers(
        tuple(entries),
        saved.count,
        saved.unread,
        read=frozenset(one.entry_id for one in saved.papers if one.is_read),
        today=await saved_papers.among(workspace, user_id, shown),
    )


def _is_listed(channel: Channel, rights: Rights) -> bool:
    """Whether App Home lists a channel: the person manages it, and it was set up once.

    A channel without an inviter that was never turned on is one where Haru only answered a question.
    """
    if channel.enabled_at is None and (channel.is_direct or channel.inviter_id is None):
        return False
    return rights.may_manage(channel)
