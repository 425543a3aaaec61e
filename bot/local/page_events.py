"""Publishes what happens in the workspace to every open page."""

from __future__ import annotations

import asyncio

from bot.local.state import Json


class PageEvents:
    """Passes each event to the pages that are open now. Keeps no event: a page that reconnects reloads."""

    def __init__(self) -> None:
        self._subscribers: dict[asyncio.Queue[Json | None], str] = {}

    def subscribe(self, user_id: str) -> asyncio.Queue[Json | None]:
        """A queue that receives the events for a user. None in it means that the server is stopping."""
        queue: asyncio.Queue[Json | None] = asyncio.Queue()
        self._subscribers[queue] = user_id
        return queue

    def unsubscribe(self, queue: asyncio.Queue[Json | None]) -> None:
        self._subscribers.pop(queue, None)

    def publish(self, kind: str, *, user_id: str | None = None, **fields: object) -> None:
        """Send an event to all pages, or only to the pages of ``user_id``.

        ``kind`` is ``message``, ``message_deleted``, ``views``, ``home``, ``clock`` or ``channels``.
        """
        for queue, subscriber in self._subscribers.items():
            if user_id is None or subscriber == user_id:
                queue.put_nowait({"kind": kind, **fields})

    def close(self) -> None:
        """End every subscription, so that the server can stop."""
        for queue in self._subscribers:
            queue.put_nowait(None)
