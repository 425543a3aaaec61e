"""App Home: today's papers in the reader's language, and the channels they manage."""

from __future__ import annotations

from bot.channels.permissions import may_manage
from bot.listeners.services import Asker, Services, language_of
from bot.messages.home import Managed, home


async def publish(services: Services, asker: Asker) -> None:
    """Show someone their App Home as things are now."""
    language = await language_of(services, asker, None)
    chosen = await services.channels.reader_language(asker.workspace, asker.user_id)
    person = await services.directory.person(asker.client, asker.workspace, asker.user_id)
    installation = await services.installations.get(asker.workspace)
    everyone = installation is not None and installation.open_to_everyone
    channels = [
        Managed(channel, channel.next_due_at)
        for channel in await services.channels.of_workspace(asker.workspace)
        if may_manage(person, channel, operators=services.operators, open_to_everyone=everyone)
    ]
    today = await services.archive.newest_digest(
        workspace=asker.workspace, until=services.until, now=services.clock.now()
    )
    view = home(language=language, chosen=chosen, today=today, channels=channels)
    await asker.client.views_publish(user_id=asker.user_id, view=view)
