"""What happened, told to every open page."""

from __future__ import annotations

import asyncio

from bot.local.state import Json


class PageEvents:
    """Hands each event to those who listen now. Keeps none: a page that was away reads everything again."""

    def __init__(self) -> None:
        self._listeners: dict[asyncio.Queue[Json | None], str] = {}

    def open(self, person: str) -> asyncio.Queue[Json | None]:
        """Listen as a person; None in the queue means that it ends."""
        queue: asyncio.Queue[Json | None] = asyncio.Queue()
        self._listeners[queue] = person
        return queue

    def shut(self, queue: asyncio.Queue[Json | None]) -> None:
        self._listeners.pop(queue, None)

    def tell(self, kind: str, *, person: str | None = None, **facts: object) -> None:
        """Tell everyone, or only one person's pages."""
        for queue, listener in self._listeners.items():
            if person is None or listener == person:
                queue.put_nowait({"kind": kind, **facts})

    def end(self) -> None:
        """Send every page away, for the server to stop."""
        for queue in self._listeners:
            queue.put_nowait(None)
