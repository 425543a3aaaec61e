"""What an admin names and cannot have meant: tags that no paper has, managers who cannot manage."""

from __future__ import annotations

from bot.channels import tag_filter_parser
from bot.channels.preferences import Channel
from bot.channels.tag_filter import TagFilter
from bot.listeners.services import Asker, Services

_EVERY_TAG = 10_000


async def near_tags(
    services: Services, asker: Asker, channel: Channel, typed: str
) -> tuple[str, TagFilter] | None:
    """The names of a filter that no paper has but that look like a slip of one, and the filter that was
    probably meant; None where all is well. What stands already, or in quotes, is meant as it is.
    """
    wanted = tag_filter_parser.parse(typed)
    if wanted is None:
        return None
    meant = tag_filter_parser.quoted_names(typed) | set(channel.preferences.tags.names)
    counts = await services.archive.tags(workspace=asker.workspace, until=services.until, limit=_EVERY_TAG)
    near = tag_filter_parser.similar_names(set(wanted.names) - meant, [one.tag.name for one in counts])
    return (", ".join(sorted(near)), wanted.with_names(near)) if near else None


async def unfit_managers(services: Services, asker: Asker, named: frozenset[str]) -> list[str]:
    """Those of these people who cannot manage a channel: bots, and whoever has left."""
    people = [await services.directory.person(asker.client, asker.workspace, user) for user in sorted(named)]
    return [person.user_id for person in people if person.is_bot or person.is_deactivated]
