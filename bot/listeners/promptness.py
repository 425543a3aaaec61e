"""An answer goes out at the moment a listener gives it."""

from __future__ import annotations

import asyncio
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.listener.async_listener import AsyncListener
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse


def be_prompt(app: AsyncApp) -> None:
    """Return an acknowledgement as soon as a listener makes it.

    Bolt looks for one every ten milliseconds (``slack_bolt/listener/asyncio_runner.py``), which for an
    answer that took eleven is as long again. All else of running a listener stays Bolt's.
    """
    runner = app.listener_runner
    run_polling = runner.run
    # The event loop itself holds a task only weakly.
    polling: set[asyncio.Task[BoltResponse | None]] = set()

    async def run(
        request: AsyncBoltRequest,
        response: BoltResponse | None,
        listener_name: str,
        listener: AsyncListener,
        starting_time: float | None = None,
    ) -> BoltResponse | None:
        ack = request.context["ack"] = _Ack()
        polled = asyncio.ensure_future(
            run_polling(request, response, listener_name, listener, starting_time)  # type: ignore[arg-type]
        )
        polling.add(polled)
        polled.add_done_callback(polling.discard)
        either: set[asyncio.Future[Any]] = {polled, ack.made}
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        # A response that stood before the listener ran is what Bolt would return.
        return ack.made.result() if ack.made.done() and response is None else await polled

    runner.run = run  # type: ignore[method-assign]


class _Ack(AsyncAck):
    """Bolt's, which besides tells that it was made."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        # Kept here, since Bolt takes it off where a listener fails after it.
        self.made: asyncio.Future[BoltResponse] = asyncio.get_running_loop().create_future()

    async def __call__(self, *arguments: Any, **named: Any) -> BoltResponse:
        response = await super().__call__(*arguments, **named)
        if not self.made.done():
            self.made.set_result(response)
        return response
