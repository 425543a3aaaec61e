"""Structured logs on standard error: one event name, identifiers as keywords, never a message's text."""

from __future__ import annotations

import logging
import sys
from typing import Literal

import structlog

# Local variables may hold tokens and messages, so no traceback shows them.
_tracebacks = structlog.processors.ExceptionRenderer(
    structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
)


def set_up_logging(
    level: str,
    form: Literal["console", "json"] = "console",
    report: structlog.typing.Processor | None = None,
) -> None:
    """Write logs to standard error: Haru's from ``level`` (such as ``info``), its libraries' warnings.

    ``report`` sees each event that is written. Call it once, before anything logs.
    """
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        *([report] if report else []),
    ]
    ending: list[structlog.typing.Processor] = (
        [_tracebacks, structlog.processors.JSONRenderer(ensure_ascii=False)]
        if form == "json"
        else [
            structlog.dev.ConsoleRenderer(
                colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
            )
        ]
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *ending],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    for name in ("bot", "digests", "config"):
        logging.getLogger(name).setLevel(level.upper())
    # APScheduler warns of each run that it skipped while a laptop slept. Skipping them is intended.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
