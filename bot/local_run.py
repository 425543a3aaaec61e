"""The local workspace with Haru in it: what `haru run` is without Slack tokens."""

from __future__ import annotations

import secrets
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import click
from sqlalchemy import inspect, text

from bot import schema_version
from bot.app import Haru
from bot.channels.preferences import Language
from bot.delivery.calendar import due_at
from bot.http_server import PortError, web_application
from bot.lifecycle import delivering, listening, until_signal
from bot.local.seed import EMMA, ENGLISH_CHANNEL, KOREAN_CHANNEL, MINJI
from bot.local.workspace import COMMANDS, LocalWorkspace
from bot.tables import metadata
from bot.workspaces.installations import Installations
from config.settings import Settings
from digests.errors import HaruError
from digests.model import Document
from digests.sources import folder
from digests.store.database import Database

SAMPLES = Path(__file__).parent / "local" / "samples"

_EARLIER = "earlier/"
"""Samples under this folder are from days before the workspace's first: found, never posted."""

_ZONE = "Asia/Seoul"
_JUST_BEFORE = timedelta(seconds=2)
_CHANNELS = (
    (KOREAN_CHANNEL, "논문-읽기", Language.KO, MINJI),
    (ENGLISH_CHANNEL, "paper-club", Language.EN, EMMA),
)


class WrongDatabaseError(HaruError):
    """This database and the local workspace do not go together."""


async def run_local(settings: Settings, *, fresh: bool) -> None:
    """Run until a signal ends it. ``fresh`` starts over: the archive, the ledger and the messages go.

    WrongDatabaseError when a real team's installation is in the database; nothing is
    touched then.
    """
    database = Database(settings.archive_url)
    state = settings.local_state
    try:
        await _refuse_real(database)
        if fresh:
            await _drop(database)
            for file in state.parent.glob(f"{state.name}*"):
                file.unlink()
        await schema_version.upgrade(database)
        await _serve_local(settings, database, state)
    finally:
        await database.close()


async def _serve_local(settings: Settings, database: Database, state: Path) -> None:
    samples = [one for one in folder.documents(SAMPLES) if one.path.endswith(".txt")]
    earlier = [one for one in samples if one.path.startswith(_EARLIER)]
    coming = [one for one in samples if not one.path.startswith(_EARLIER)]
    first = date.fromisoformat(Path(coming[0].path).stem)
    app_port = 0
    secret = secrets.token_hex(16)
    state.parent.mkdir(parents=True, exist_ok=True)
    local = LocalWorkspace(
        state=state,
        app_url=lambda: f"http://127.0.0.1:{app_port}",
        signing_secret=secret,
        host=settings.haru_local_host,
        port=settings.haru_local_port,
        starts_at=_morning(first, settings),
        commands={f"{settings.haru_command_prefix}{name}": said for name, said in COMMANDS.items()},
    )
    # Loading may take longer than the moment that is left until the first post is due.
    began = local.clock.now()
    try:
        await local.start()
    except OSError as error:
        raise PortError(
            f"Port {settings.haru_local_port} on {settings.haru_local_host} is taken by another program;"
            " stop that one, or choose another with HARU_LOCAL_PORT"
        ) from error
    haru = Haru(settings, database, clock=local.clock, api_url=local.api_url)
    try:
        async with AsyncExitStack() as stack:
            bolt = haru.bolt(signing_secret=secret)
            application = web_application(
                bolt, signing_secret=secret, live=haru.health.live, ready=haru.health.ready_to_deliver
            )
            app_port = await stack.enter_async_context(listening(application, "127.0.0.1", 0))
            await haru.install_from_environment(local.bot_token)
            await _load(haru, earlier, source="samples-earlier", backlog=True)
            await _load(haru, coming, source="samples", backlog=False)
            await _subscribe(haru, local, now=began)
            await stack.enter_async_context(delivering(haru))
            local.on_clock_moved(haru.clockwork.wake)
            click.echo(f"Haru's local workspace is at {local.url} (Ctrl-C ends it).")
            await until_signal()
    finally:
        await local.stop()
        await haru.close_clients()


async def _load(haru: Haru, documents: list[Document], *, source: str, backlog: bool) -> None:
    named = [replace(document, source=source) for document in documents]
    async for _ in haru.archive.take_in(named, now=haru.clock.now(), backlog=backlog):
        pass


async def _subscribe(haru: Haru, local: LocalWorkspace, *, now: datetime) -> None:
    """The two channels of a workspace that was just made, switched on as their admins would."""
    for channel_id, name, language, admin in _CHANNELS:
        if await haru.channels.get(local.workspace, channel_id) is not None:
            continue
        channel = await haru.channels.get_or_create(
            local.workspace,
            channel_id,
            language=language,
            zone=_ZONE,
            name=name,
            inviter_id=admin,
            creator_id=admin,
        )
        # As if switched on the day before: the first change people make has the quiet line to itself.
        changed, _ = await haru.channels.change(
            channel,
            lambda before: replace(before, enabled=True),
            user_id=admin,
            now=now - timedelta(days=1),
        )
        await haru.deliveries.reschedule(changed, now=now, enabling=True)


def _morning(day: date, settings: Settings) -> datetime:
    """Just before the first post is due, so that one sees it arrive."""
    hour = datetime.strptime(settings.haru_hour, "%H:%M").time()  # noqa: DTZ007 - an hour has no zone
    at = due_at(day, hour, _ZONE)
    if at is None:
        raise ValueError(f"{day} does not exist in {_ZONE}")
    return at - _JUST_BEFORE


async def _refuse_real(database: Database) -> None:
    """The local workspace never opens a database in which a real team has installed Haru."""
    haru_tables = await _has_schema(database)
    if not haru_tables:
        return
    for one in await Installations(database).all():
        if not is_local(one.bot_token):
            raise WrongDatabaseError(
                f"This database belongs to a real workspace ({one.name or one.workspace.key});"
                " set the Slack tokens, or choose another DATABASE_URL for the local workspace."
            )


async def _has_schema(database: Database) -> bool:
    async with database.read() as connection:
        return bool(await connection.run_sync(lambda sync: inspect(sync).has_table("installation")))


async def _drop(database: Database) -> None:
    async with database.write() as connection:
        await connection.run_sync(metadata.drop_all)
        await connection.execute(text("DROP TABLE IF EXISTS alembic_version"))


def is_local(token: str) -> bool:
    """Whether a bot token is the local workspace's own."""
    return token.startswith("xoxb-local-")
