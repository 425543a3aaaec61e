"""Manual posts: `/digest post`, and the buttons that post now or once more."""

from __future__ import annotations

from bot.listeners.button_press import value_number, value_numbers
from bot.listeners.permission_checks import refusal_to_manage
from bot.listeners.request import Request
from bot.messages import channel_notices, refusals
from bot.messages.message import Message
from bot.use_cases.channel_posts import PostResult, PostStatus

_DIGESTS = "digests:"
"""Begins the value of a POST_AGAIN button that names digests; other values name a delivery."""


async def post(
    request: Request, *, digest_ids: tuple[int, ...] | None = None, again: bool = False
) -> Message:
    """Post what the channel has not had, or only these digests, if the person may.

    Where the channel has had them, the answer offers to post them once more; ``again`` does that.
    """
    channel = await request.channel()
    if refusal := await refusal_to_manage(request, channel):
        return refusal
    language = await request.language()
    if not (await request.conversation()).is_member:
        return refusals.cannot_post_here(language=language, is_direct=request.is_direct)
    result = await request.services.posts.post(channel, digest_ids=digest_ids, again=again)
    return _answer(result, language)


async def post_again(request: Request, value: str) -> Message:
    """Post what the button names once more: a delivery, or digests."""
    if value.startswith(_DIGESTS):
        digest_ids = value_numbers(value.removeprefix(_DIGESTS))
    else:
        channel = await request.channel()
        digest_ids = await request.services.posts.digests_of_post(channel, value_number(value))
    if not digest_ids:
        return channel_notices.out_of_date(language=await request.language())
    return await post(request, digest_ids=digest_ids, again=True)


def _answer(result: PostResult, language: str) -> Message:
    match result.status:
        case PostStatus.POSTING:
            return channel_notices.posting_now(language=language)
        case PostStatus.NOTHING_TO_POST:
            return channel_notices.nothing_to_post(language=language)
        case PostStatus.WORKSPACE_PAUSED:
            return channel_notices.workspace_paused(result.reason or "", language=language)
        case PostStatus.ALREADY_POSTED:
            value = _DIGESTS + ",".join(map(str, result.digest_ids))
            return channel_notices.already_posted(language=language, url=result.url, value=value)
