"""``haru run``, ``serve``, ``worker``, ``deliver`` and ``migrate``: what keeps Haru going."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from bot.terminal.command import FAILED, as_json, command, instant_of, open_database

if TYPE_CHECKING:
    from bot.app import Haru
    from config.settings import Settings


@click.command("run")
@click.option("--fresh", is_flag=True, help="Delete the local workspace and start a new one.")
@command
async def run(settings: Settings, fresh: bool) -> None:
    """Run everything in one process.

    With SLACK_BOT_TOKEN and SLACK_APP_TOKEN, Haru uses Socket Mode. With SLACK_BOT_TOKEN and
    SLACK_SIGNING_SECRET, it uses HTTP on PORT. Without Slack tokens, it opens the local
    workspace. Updates the database's schema first if needed.
    """
    from bot import processes

    await processes.run(settings, fresh=fresh)


@click.command("serve")
@command
async def serve(settings: Settings) -> None:
    """Answer people in Slack, and post nothing.

    This is the web process of the Procfile; `haru worker` posts.
    """
    from bot import processes

    await processes.serve(settings)


@click.command("worker")
@command
async def worker(settings: Settings) -> None:
    """Post the daily papers, and answer nobody.

    This is the worker process of the Procfile; `haru serve` answers people. If PORT is set,
    it serves its health there.
    """
    from bot import processes

    await processes.worker(settings)


@click.command("health")
@click.option("--ready", is_flag=True, help="Ask whether it is ready for work, not only whether it is alive.")
@command
async def health(settings: Settings, ready: bool) -> int:
    """Ask the Haru of this machine whether it is well, for a container's health check.

    It is asked on PORT, or on HARU_LOCAL_PORT if there are no Slack tokens. Exit status 1 if it is
    not well or does not answer within five seconds.
    """
    import aiohttp

    from config.settings import Mode

    path = "health/ready" if ready else "health/live"
    port = settings.port
    if settings.mode is Mode.LOCAL:
        path, port = "", settings.haru_local_port
    url = f"http://127.0.0.1:{port}/{path}"
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_HEALTH_WITHIN)) as session,
            session.get(url) as answer,
        ):
            said, is_well = await answer.text(), answer.status < 500
    except (aiohttp.ClientError, TimeoutError) as error:
        said, is_well = f"{url} does not answer ({type(error).__name__}).", False
    if path or not is_well:
        click.echo(said, err=not is_well)
    return 0 if is_well else FAILED


_HEALTH_WITHIN = 5.0
"""Seconds in which a healthy process answers."""


@click.command("deliver")
@click.option(
    "--now",
    callback=instant_of,
    metavar="TIME",
    help="Deliver what is due at this time, such as 2025-02-25T09:00:00+09:00, instead of now.",
)
@click.option("--wait", is_flag=True, help="Stay until nothing waits any more.")
@as_json
@command
async def deliver(settings: Settings, now: datetime | None, wait: bool, as_json: bool) -> int:
    """Deliver what is due and exit, for cron and for tests.

    Prints each channel with its status, and the reason if its post was skipped or failed. Of a
    post that is not finished, also one that an earlier run left, it says until when it waits
    and why.
    """
    from bot.deliver_once import deliver_once
    from bot.ledger.states import DeliveryState

    async with _open_slack(settings, now) as haru:
        records = await deliver_once(haru, wait=wait)
    if as_json:
        click.echo(json.dumps(records, ensure_ascii=False, indent=2))
    else:
        for record in records:
            click.echo(f"{record['date']} {record['channel']} {record['status']}{_reason(record)}")
        if not records:
            click.echo("Nothing is due.")
    ended_badly = (DeliveryState.FAILED, DeliveryState.UNKNOWN)
    return FAILED if any(record["status"] in ended_badly for record in records) else 0


_WAITS = {
    "lease": "a process is sending it, or died meanwhile",
    "in_doubt": "Slack may have it already; then I look in the channel's history",
    "pace": "so that Slack's limits are kept",
    "paused": "the workspace is paused",
}
"""Why a post waits, in words. Other reasons are codes of Slack's or of the ledger."""


def _reason(record: dict[str, Any]) -> str:
    """What follows a record's status: until when it waits, and why it has this status."""
    reason, until = record["reason"], record["until"]
    if record["status"] == "posting":
        reason = _WAITS.get(reason, reason)
    if until is not None:
        return f" (waits until {until}: {reason})"
    return f" ({reason})" if reason else ""


@click.command("migrate")
@command
async def migrate(settings: Settings) -> None:
    """Update the database's schema to this version of Haru.

    This is the release step of the Procfile.
    """
    from bot import schema_version
    from digests.store.database import Database

    database = Database(settings.archive_url)
    try:
        await schema_version.upgrade(database)
    finally:
        await database.close()
    click.echo("The database is up to date.")


@asynccontextmanager
async def _open_slack(settings: Settings, now: datetime | None) -> AsyncIterator[Haru]:
    """Haru, installed in the workspace of the bot token. SettingsError without Slack tokens."""
    from bot.app import Haru
    from bot.clocks import FixedClock
    from config.settings import Mode, SettingsError

    if settings.mode is Mode.LOCAL:
        raise SettingsError(
            "SLACK_BOT_TOKEN is missing, so there is no Slack to deliver to."
            " For the local workspace, use `haru run`."
        )
    async with open_database(settings) as database:
        haru = Haru(settings, database, clock=FixedClock(now) if now else None)
        try:
            if settings.slack_bot_token is not None:
                await haru.install_from_environment(settings.slack_bot_token.get_secret_value())
            yield haru
        finally:
            await haru.close_clients()
