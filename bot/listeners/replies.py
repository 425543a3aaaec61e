"""Ways to send an answer: at the response URL, privately in a channel, or in the conversation itself."""

from __future__ import annotations

import structlog
from slack_bolt.context.respond.async_respond import AsyncRespond

from bot.listeners.request import Request
from bot.messages.message import Message
from bot.workspaces.slack_errors import SlackCallError, call

log = structlog.stdlib.get_logger(__name__)


async def respond_at_url(
    respond: AsyncRespond, message: Message, *, replace: bool = False, in_channel: bool = False
) -> bool:
    """Send a message through the response URL; False if the URL no longer works.

    Only the person sees it, unless ``in_channel``. ``replace`` puts it in place of the message that holds the
    button. For how long and how often the URL works, see ``timely_answer``.
    """
    response = await respond(
        response_type="in_channel" if in_channel else "ephemeral",
        replace_original=replace,
        **message.payload(),
    )
    if response.status_code >= 400:
        log.warning("response_url_expired", status=response.status_code)
        return False
    return True


async def send_privately(request: Request, message: Message) -> None:
    """Send a message that only the person sees: ephemeral in the channel, else as a direct message."""
    blocks = list(message.blocks)
    try:
        if request.channel_id and not request.is_direct:
            await call(
                request.client.chat_postEphemeral(
                    channel=request.channel_id, user=request.user_id, text=message.text, blocks=blocks
                )
            )
            return
    except SlackCallError as error:
        # Haru or the person is not in the channel.
        log.info("sent_directly", code=error.code)
    await call(request.client.chat_postMessage(channel=request.user_id, text=message.text, blocks=blocks))


async def send_to_channel(request: Request, message: Message) -> None:
    """Send a message that everyone in the channel sees."""
    await call(request.client.chat_postMessage(channel=request.channel_id, **message.payload()))
