"""Reports of unexpected errors to Sentry, for an operator who sets ``HARU_SENTRY_DSN``.

A report says where an error happened and leaves out all text: messages of exceptions, local variables and log
lines may hold people's words and tokens.
"""

from __future__ import annotations

import sys
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import structlog

if TYPE_CHECKING:
    from sentry_sdk.types import Event, Hint

_KEPT = ("event_id", "timestamp", "level", "platform", "release", "sdk", "tags")
"""The fields of an event that hold no text of others. https://develop.sentry.dev/sdk/data-model/event-payloads/"""
_KEPT_OF_A_FRAME = ("filename", "function", "module", "lineno", "in_app")


def set_up_error_reports(dsn: str) -> structlog.typing.Processor:
    """A log processor that sends the exception of a log event to the Sentry project of ``dsn``.

    ModuleNotFoundError if the extra ``haru[sentry]`` is not installed, ValueError if ``dsn`` is not a DSN.
    """
    import sentry_sdk
    from sentry_sdk.utils import BadDsn

    try:
        sentry_sdk.init(
            dsn,
            release=f"haru@{version('haru')}",
            # The default integrations collect log messages, arguments, host names and modules.
            default_integrations=False,
            include_local_variables=False,
            include_source_context=False,
            max_breadcrumbs=0,
            before_send=only_the_place,
        )
    except BadDsn as error:
        raise ValueError(str(error)) from None

    def report(_: Any, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
        exception = _exception(event.get("exc_info"))
        if exception is not None:
            with sentry_sdk.new_scope() as scope:
                if "_record" not in event:  # an event of Haru's own is a constant; a library's is a sentence
                    scope.set_tag("event", event["event"])
                scope.capture_exception(exception)
        return event

    return report


def only_the_place(event: Event, _: Hint) -> Event:
    """The event with the types of its exceptions and the lines they passed, without their messages."""
    kept: dict[str, Any] = {name: event[name] for name in _KEPT if name in event}  # type: ignore[literal-required]
    kept["exception"] = {
        "values": [
            {
                "type": exception.get("type"),
                "module": exception.get("module"),
                "stacktrace": {
                    "frames": [
                        {name: frame[name] for name in _KEPT_OF_A_FRAME if name in frame}
                        for frame in (exception.get("stacktrace") or {}).get("frames", [])
                    ]
                },
            }
            for exception in event.get("exception", {}).get("values", [])
        ]
    }
    return kept  # type: ignore[return-value]


def _exception(given: object) -> BaseException | None:
    """The exception of a log event's ``exc_info``: an exception, a tuple of ``sys.exc_info``, or True."""
    if isinstance(given, BaseException):
        return given
    found = given if isinstance(given, tuple) else sys.exc_info() if given else ()
    return found[1] if len(found) > 1 and isinstance(found[1], BaseException) else None
