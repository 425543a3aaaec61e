"""Patches Bolt so that an acknowledgement is returned when a listener makes it, not up to 10 ms later.

Bolt's runner looks for it every ten milliseconds (``slack_bolt/listener/asyncio_runner.py``), so a quick
answer takes twice as long as it needs to. ``python -m tests.bench instant_ack`` measures the difference. The
patch replaces a method that is not part of Bolt's public interface, so pyproject.toml caps Bolt's version.
"""

from __future__ import annotations

import asyncio
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.listener.async_listener import AsyncListener
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse


def return_acks_instantly(app: AsyncApp) -> None:
    """Return each acknowledgement as soon as a listener makes it.

    Everything else about running a listener stays Bolt's: its own runner goes on until the listener ends.
    """
    runner = app.listener_runner
    run_with_polling = runner.run
    # The event loop keeps only weak references to tasks, so they are kept here until they end.
    running: set[asyncio.Task[BoltResponse | None]] = set()

    async def run(
        request: AsyncBoltRequest,
        response: BoltResponse | None,
        listener_name: str,
        listener: AsyncListener,
        starting_time: float | None = None,
    ) -> BoltResponse | None:
        ack = request.context["ack"] = _ObservableAck()
        task = asyncio.ensure_future(
            run_with_polling(request, response, listener_name, listener, starting_time)  # type: ignore[arg-type]
        )
        running.add(task)
        task.add_done_callback(running.discard)
        first_to_finish: set[asyncio.Future[Any]] = {task, ack.made}
        await asyncio.wait(first_to_finish, return_when=asyncio.FIRST_COMPLETED)
        # Bolt prefers a response that a middleware made before the listener ran.
        return ack.made.result() if ack.made.done() and response is None else await task

    runner.run = run  # type: ignore[method-assign]


class _ObservableAck(AsyncAck):
    """Bolt's acknowledgement, which can also be waited for."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        # Not ``self.response``: Bolt clears that where the listener fails after it acknowledged.
        self.made: asyncio.Future[BoltResponse] = asyncio.get_running_loop().create_future()

    async def __call__(self, *arguments: Any, **named: Any) -> BoltResponse:
        response = await super().__call__(*arguments, **named)
        if not self.made.done():
            self.made.set_result(response)
        return response
