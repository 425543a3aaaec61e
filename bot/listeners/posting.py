"""Posts that somebody asks for: what is unread now, or what the channel had, once more."""

from __future__ import annotations

from datetime import timedelta

from bot.channels.permissions import who_may
from bot.channels.preferences import Channel
from bot.listeners.services import Asker, Services, channel_here, language_of, manager
from bot.messages import channel_notices, managing
from bot.messages.message import Message

DIGESTS = "digests:"
"""What the value of POST_AGAIN opens with when it names digests, and not a delivery."""

JUST_NOW = timedelta(seconds=30)
"""The same post asked for again so soon is a double click."""


async def post(
    services: Services, asker: Asker, *, digest_ids: tuple[int, ...] | None = None, again: bool = False
) -> Message:
    """`/digest post`: what is unread now; what the channel had already is asked about first."""
    channel = await channel_here(services, asker)
    language = await language_of(services, asker, channel)
    if await manager(services, asker, channel) is None:
        return managing.refused(who_may(channel), language=language)
    room = await services.directory.conversation(asker.client, asker.channel_id)
    if not room.is_member:
        return channel_notices.not_a_member(language=language, is_direct=asker.is_direct)
    installation = await services.installations.get(asker.workspace)
    if installation is not None and installation.paused_reason:
        # It would come whenever the pause is over, when nobody thinks of it any more, or not at all.
        return channel_notices.paused(installation.paused_reason, language=language)
    # One at a time: a double click must see what its first half opened.
    async with services.posting:
        if again and await _just_posted(services, channel, digest_ids or ()):
            return channel_notices.posting(language=language)
        opened = await services.deliveries.post_now(
            channel, now=services.clock.now(), digest_ids=digest_ids, again=again
        )
    if opened.status == "posting":
        await services.wake()
        return channel_notices.posting(language=language)
    if opened.reason != "already_had":
        return channel_notices.nothing_to_post(language=language)
    last = next(
        (
            one
            for one in await services.deliveries.history(channel)
            if set(one.digest_ids) & set(opened.digest_ids)
        ),
        None,
    )
    url = await services.deliveries.link(channel, last.ts) if last and last.ts else None
    value = DIGESTS + ",".join(str(id_) for id_ in opened.digest_ids)
    return channel_notices.already_posted(language=language, url=url, value=value)


async def post_again(services: Services, asker: Asker, value: str) -> Message:
    """Post what a delivery held, or these digests (after ``DIGESTS``), once more."""
    if value.startswith(DIGESTS):
        found = tuple(int(part) for part in value.removeprefix(DIGESTS).split(",") if _is_id(part))
    else:
        channel = await channel_here(services, asker)
        past = await services.deliveries.history(channel)
        found = next((one.digest_ids for one in past if str(one.id) == value), ())
    if not found:
        here = await channel_here(services, asker)
        return channel_notices.expired(language=await language_of(services, asker, here))
    return await post(services, asker, digest_ids=found, again=True)


def _is_id(part: str) -> bool:
    return part.isascii() and part.isdecimal() and len(part) < 10


async def _just_posted(services: Services, channel: Channel, digest_ids: tuple[int, ...]) -> bool:
    # What is posted once more holds no digest of its own: the first delivery does.
    since = services.clock.now() - JUST_NOW
    past = await services.deliveries.history(channel, limit=3)
    return any(
        one.created_at > since
        and one.schedule_date is None
        and (not one.digest_ids or set(one.digest_ids) == set(digest_ids))
        for one in past
    )
