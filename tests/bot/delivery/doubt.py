"""Puts posts in doubt and settles them, without waiting for real minutes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

from aiohttp import web
from sqlalchemy import select, update

from bot.ledger import tables
from bot.ledger.outcome import Kind, Outcome
from bot.ledger.part import Part
from bot.ledger.states import PartState
from tests.bot.delivery.scene import Scene
from tests.bot.delivery.sending import claim, record


async def take(scene: Scene) -> list[Part]:
    """Open and claim what is due. No request leaves."""
    await scene.haru.daily.tick(scene.haru.clock.now())
    return await claim(scene.haru.ledger, 10)


async def put_in_doubt(scene: Scene, *, arrived: bool = True) -> list[Part]:
    """Every channel's post is in doubt, after it arrived in Slack or (``arrived=False``) did not."""
    parts = await take(scene)
    for part in parts:
        if arrived:
            assert (await scene.haru.courier._send(part)).kind is Kind.SENT
    await record(scene.haru.ledger, [(part, Outcome(Kind.DOUBT, "lost")) for part in parts])
    return parts


async def let_settle(scene: Scene) -> None:
    """Have all doubts and all rests be over."""
    async with scene.haru.database.write() as connection:
        earlier = scene.haru.ledger.clock.monotonic() - timedelta(seconds=200)
        await connection.execute(
            update(tables.part).where(tables.part.c.state == PartState.DOUBT).values(doubted_at=earlier)
        )
        await connection.execute(tables.pace.delete())
        await connection.execute(update(tables.lane).values(free_at=earlier, next_at=earlier))
    await let_be_due(scene)


async def let_be_due(scene: Scene) -> None:
    """Have every part that waits be due now."""
    async with scene.haru.database.write() as connection:
        await connection.execute(
            update(tables.part).values(not_before=scene.haru.ledger.clock.monotonic() - timedelta(seconds=1))
        )


async def states(scene: Scene) -> list[str]:
    """The states of all parts, in order."""
    async with scene.haru.database.read() as connection:
        return list(await connection.scalars(select(tables.part.c.state).order_by(tables.part.c.id)))


@asynccontextmanager
async def slack_that_answers(
    answer: Callable[[web.Request], web.Response],
) -> AsyncIterator[tuple[str, list[str]]]:
    """A Slack that gives one answer to everything; also the paths it was asked for."""
    seen: list[str] = []

    async def handle(request: web.Request) -> web.Response:
        seen.append(request.path)
        return answer(request)

    application = web.Application()
    application.router.add_route("*", "/{path:.*}", handle)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}", seen
    finally:
        await runner.cleanup()
