"""A stand-in for Slack, in a process of its own: answers ``chat.postMessage`` after 50 ms and counts.

Run as a module it prints its port; a line on standard input ends it.
"""

from __future__ import annotations

import asyncio
import sys
import time

from aiohttp import web

DELAY = 0.05


async def serve() -> None:
    """Answer until standard input ends."""
    count = 0

    async def post(request: web.Request) -> web.Response:
        nonlocal count
        await request.read()
        await asyncio.sleep(DELAY)
        count += 1
        ts = f"{int(time.time())}.{count:06d}"
        return web.json_response({"ok": True, "channel": "C1", "ts": ts})

    async def counted(_: web.Request) -> web.Response:
        return web.json_response({"count": count})

    application = web.Application()
    application.router.add_post("/api/chat.postMessage", post)
    application.router.add_get("/count", counted)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, backlog=1024).start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(serve())
