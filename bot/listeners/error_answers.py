"""Turns errors into answers: the only place where a listener's failure becomes words."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import TypeVar

import aiohttp
import structlog

from bot.listeners.request import Request
from bot.messages.message import Message
from bot.messages.refusals import Failure, failure
from bot.workspaces.slack_errors import SlackCallError
from digests.errors import HaruError, StoreError

log = structlog.stdlib.get_logger(__name__)

Result = TypeVar("Result")

_FAILURES_BY_SLACK_ERROR = {
    "not_in_channel": Failure.CANNOT_POST,
    "channel_not_found": Failure.CANNOT_POST,
    "is_archived": Failure.CANNOT_POST,
    "restricted_action": Failure.CANNOT_POST,
    "missing_scope": Failure.MISSING_SCOPE,
    "expired_trigger_id": Failure.RESPONSE_EXPIRED,
    "trigger_expired": Failure.RESPONSE_EXPIRED,
}


async def result_or_failure(work: Awaitable[Result], request: Request) -> Result | Message:
    """The result of the work, or a message that says what went wrong.

    Never raises, since a person waits for the answer. Unexpected errors are logged with their traceback.
    """
    try:
        return await work
    except StoreError as error:
        log.error("archive_away", error=str(error))
        kind = Failure.ARCHIVE_BUSY
    except SlackCallError as error:
        log.warning("slack_refused", code=error.code)
        kind = _FAILURES_BY_SLACK_ERROR.get(error.code, Failure.UNEXPECTED)
    except (HaruError, aiohttp.ClientError, TimeoutError) as error:
        log.warning("listener_failed", error=type(error).__name__)
        kind = Failure.UNEXPECTED
    except Exception:
        # A person waits for an answer: they get words, and the log gets the traceback.
        log.exception("listener_crashed")
        kind = Failure.UNEXPECTED
    return failure(kind, language=await error_language(request))


async def error_language(request: Request) -> str:
    """The language of a message about an error: the operator's default if the database cannot be read.

    Never raises: it is used to report errors.
    """
    try:
        return await request.language()
    except StoreError:
        return request.services.default_language
