"""Runs Haru in the local workspace: ``haru run`` without Slack tokens."""

from __future__ import annotations

import secrets
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import click

from bot import schema_version
from bot.app import Haru
from bot.channels.preferences import ChannelInfo, Language
from bot.delivery.calendar import due_at
from bot.http_server import PortError, web_application
from bot.lifecycle import delivering, listening, until_signal
from bot.listeners.unfinished_listeners import finishing
from bot.local.seed import EMMA, ENGLISH_CHANNEL, KOREAN_CHANNEL, MINJI
from bot.local.workspace import COMMANDS, LocalWorkspace
from bot.local.workspace_identity import WrongDatabaseError, is_local
from bot.workspaces.installations import Installations
from config.settings import Settings
from digests.model import Document
from digests.sources import folder
from digests.store.database import Database

SAMPLES = Path(__file__).parent / "local" / "samples"

_EARLIER = "earlier/"
"""Sample digests in this folder are older than the workspace: they can be found, and are never posted."""

_ZONE = "Asia/Seoul"
_HEAD_START = timedelta(seconds=2)
"""How long before the first post is due the workspace's clock starts, so that one sees the post arrive."""
_CHANNELS = (
    (KOREAN_CHANNEL, "논문-읽기", Language.KO, MINJI),
    (ENGLISH_CHANNEL, "paper-club", Language.EN, EMMA),
)
"""The channels that get posts from the start: id, name, language, and the admin who switched it on."""


async def run_local(settings: Settings, *, fresh: bool) -> None:
    """Run Haru and the local workspace until a signal. ``fresh`` deletes the archive and all messages first.

    WrongDatabaseError, and nothing is changed, if Haru is installed in a real workspace in this database.
    """
    database = Database(settings.archive_url)
    state = settings.local_state
    try:
        await _refuse_real(database)
        if fresh:
            await schema_version.drop(database)
            for file in state.parent.glob(f"{state.name}*"):
                file.unlink()
        await schema_version.upgrade(database)
        await _serve_local(settings, database, state)
    finally:
        await database.close()


async def _serve_local(settings: Settings, database: Database, state: Path) -> None:
    samples = [document for document in folder.documents_in(SAMPLES) if document.path.endswith(".txt")]
    earlier = [document for document in samples if document.path.startswith(_EARLIER)]
    coming = [document for document in samples if not document.path.startswith(_EARLIER)]
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
        commands={f"{settings.haru_command_prefix}{name}": hint for name, hint in COMMANDS.items()},
    )
    # Read now: importing the samples may take longer than the time left until the first post is due.
    started_at = local.clock.now()
    try:
        await local.start()
    except OSError as error:
        raise PortError(
            f"Another program uses port {settings.haru_local_port} on {settings.haru_local_host}."
            " Stop that program, or set HARU_LOCAL_PORT to another port."
        ) from error
    haru = Haru(settings, database, clock=local.clock, api_url=local.api_url)
    try:
        async with AsyncExitStack() as stack:
            bolt = haru.bolt(signing_secret=secret)
            await stack.enter_async_context(finishing(bolt))
            application = web_application(
                bolt, signing_secret=secret, live=haru.health.live, ready=haru.health.ready_to_deliver
            )
            app_port = await stack.enter_async_context(listening(application, "127.0.0.1", 0))
            await haru.install_from_environment(local.bot_token)
            await _import(haru, earlier, source="samples-earlier", backlog=True)
            await _import(haru, coming, source="samples", backlog=False)
            await _subscribe(haru, local, now=started_at)
            await stack.enter_async_context(delivering(haru))
            local.on_clock_moved(haru.clockwork.wake)
            click.echo(f"The local workspace is at {local.url}. Press Ctrl-C to stop.")
            await until_signal()
    finally:
        await local.stop()
        await haru.close_clients()


async def _import(haru: Haru, documents: list[Document], *, source: str, backlog: bool) -> None:
    """Add sample documents to the archive. Those of the ``backlog`` are never posted."""
    named = [replace(document, source=source) for document in documents]
    async for _ in haru.archive.import_documents(named, now=haru.clock.now(), backlog=backlog):
        pass


async def _subscribe(haru: Haru, local: LocalWorkspace, *, now: datetime) -> None:
    """Switch on the two channels of a new workspace, as their admins would."""
    for channel_id, name, language, admin in _CHANNELS:
        if await haru.channels.get(local.workspace, channel_id) is not None:
            continue
        channel = await haru.channels.get_or_create(
            local.workspace,
            channel_id,
            language=language,
            zone=_ZONE,
            info=ChannelInfo(name, inviter_id=admin, creator_id=admin),
        )
        # Dated a day earlier, so that the first change people make gets a notice of its own.
        changed, _ = await haru.channels.change(
            channel,
            lambda before: replace(before, enabled=True),
            user_id=admin,
            now=now - timedelta(days=1),
        )
        await haru.schedules.reschedule(changed, now=now, enabling=True)


def _morning(day: date, settings: Settings) -> datetime:
    """When the workspace's clock starts: just before the post of this day is due."""
    hour = datetime.strptime(settings.haru_hour, "%H:%M").time()  # noqa: DTZ007 - an hour has no zone
    at = due_at(day, hour, _ZONE)
    if at is None:
        raise ValueError(f"{day} does not exist in {_ZONE}")
    return at - _HEAD_START


async def _refuse_real(database: Database) -> None:
    """Raise WrongDatabaseError if Haru is installed in a real workspace in this database."""
    if not await schema_version.exists(database):
        return
    for installation in await Installations(database).all():
        if not is_local(installation.bot_token):
            name = installation.name or installation.workspace.key
            raise WrongDatabaseError(
                f"This database belongs to a real workspace ({name})."
                " Set the Slack tokens, or choose another DATABASE_URL for the local workspace."
            )
