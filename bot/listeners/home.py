"""App Home: today's papers in the reader's language, those they keep, and the channels they manage."""

from __future__ import annotations

from bot.channels.permissions import Person, may_administer, may_manage
from bot.channels.preferences import Channel
from bot.delivery.calendar import next_post
from bot.listeners.services import Asker, Services, language_of
from bot.messages.home import SAVED, Managed, Saved, home


async def publish(services: Services, asker: Asker) -> None:
    """Show someone their App Home as things are now."""
    language = await language_of(services, asker, None)
    person = await services.directory.person(asker.client, asker.workspace, asker.user_id)
    everyone = await services.policies.is_open(asker.workspace)
    view = home(
        language=language,
        chosen=await services.user_languages.get(asker.workspace, asker.user_id),
        today=await services.archive.newest_digest(
            workspace=asker.workspace, until=services.until, now=services.clock.now()
        ),
        saved=await _saved(services, asker),
        channels=[
            Managed(channel, next_post(channel))
            for channel in await services.channels.of_workspace(asker.workspace)
            if _is_theirs(channel, person, services, everyone=everyone)
        ],
        everyone=everyone if may_administer(person, operators=services.operators) else None,
    )
    await asker.client.views_publish(user_id=asker.user_id, view=view)


async def _saved(services: Services, asker: Asker) -> Saved:
    ids, count = await services.saved_papers.newest(asker.workspace, asker.user_id, limit=SAVED)
    entries = await services.archive.entries(ids, workspace=asker.workspace, until=services.until)
    return Saved(tuple(entries), count)


def _is_theirs(channel: Channel, person: Person, services: Services, *, everyone: bool) -> bool:
    """Whether somebody manages a channel. One where Haru was only asked something is nobody's yet, and a
    direct message is its person's alone.
    """
    if channel.is_direct:
        return channel.creator_id == person.user_id and channel.enabled_at is not None
    if channel.enabled_at is None and channel.inviter_id is None:
        return False
    return may_manage(person, channel, operators=services.operators, open_to_everyone=everyone)
