"""The processes that answer people and deliver posts: ``haru run``, ``haru serve`` and ``haru worker``."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager

import structlog

from bot import schema_version
from bot.app import Haru, TokenError
from bot.http_server import Health, web_application
from bot.lifecycle import delivering, listening, prepared, until_signal
from bot.local.workspace_identity import WrongDatabaseError, is_local
from bot.workspaces.slack_errors import SlackCallError, call, start_failure
from config.settings import Mode, Settings, SettingsError
from digests.store.database import Database
from digests.store.sqlite_files import wal_trouble

log = structlog.stdlib.get_logger(__name__)


async def run(settings: Settings, *, fresh: bool = False) -> None:
    """Answer and deliver in one process until a signal; without Slack tokens, open the local workspace.

    ``fresh`` starts a new local workspace.
    """
    if settings.mode is Mode.LOCAL:
        from bot.local_run import run_local

        await run_local(settings, fresh=fresh)
        return
    if fresh:
        raise SettingsError("--fresh is only for the local workspace; it would delete your archive.")
    async with _open(settings, migrate=True) as haru:
        await _install(haru)
        async with _metrics(haru), delivering(haru), _answering(haru):
            await until_signal()


async def serve(settings: Settings) -> None:
    """Answer people until a signal. On PostgreSQL, any number of these processes may run."""
    _require_slack(settings)
    async with _open(settings, migrate=False) as haru:
        await _install(haru)
        async with _metrics(haru), _answering(haru):
            await until_signal()


async def worker(settings: Settings) -> None:
    """Deliver posts until a signal. On PostgreSQL, any number of these processes may run."""
    _require_slack(settings)
    async with _open(settings, migrate=False) as haru:
        await _install(haru)
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(_metrics(haru))
            await stack.enter_async_context(delivering(haru))
            if "port" in settings.model_fields_set:
                await stack.enter_async_context(_health_door(haru, haru.health.ready_to_deliver))
            await until_signal()


@asynccontextmanager
async def _open(settings: Settings, *, migrate: bool) -> AsyncIterator[Haru]:
    """Haru over its database, closed at the end. SchemaError unless the schema is right.

    WrongDatabaseError if the database is the local workspace's.
    """
    database = Database(settings.archive_url)
    haru = Haru(settings, database)
    if database.is_sqlite and wal_trouble(sqlite3.sqlite_version_info):
        log.warning("sqlite_may_damage_wal", version=sqlite3.sqlite_version, repaired_in="3.51.3")
    try:
        if migrate:
            await schema_version.upgrade(database)
        await schema_version.check(database)
        for installation in await haru.installations.all():
            if is_local(installation.bot_token):
                raise WrongDatabaseError(
                    "This database belongs to the local workspace and has its sample papers."
                    " Choose another DATABASE_URL for Slack."
                )
        yield haru
    finally:
        await haru.close()


async def _install(haru: Haru) -> None:
    """Install Haru in the workspace of the bot token, if one is set."""
    token = haru.settings.slack_bot_token
    if token is not None:
        installed = await haru.install_from_environment(token.get_secret_value())
        log.info("installed", workspace=installed.workspace.key, name=installed.name)


@asynccontextmanager
async def _metrics(haru: Haru) -> AsyncIterator[None]:
    """Serve the metrics during the block, if they have a port."""
    port = haru.settings.haru_metrics_port
    if port is None:
        yield
        return
    from bot.metrics import (
        metrics_application,  # loads a library that a process without metrics does not need
    )

    async with listening(metrics_application(haru), haru.settings.haru_metrics_host, port):
        yield


@asynccontextmanager
async def _answering(haru: Haru) -> AsyncIterator[None]:
    """Receive what people do in Slack, by Socket Mode or HTTP, and at the end finish what was begun."""
    from bot.listeners.unfinished_listeners import finishing

    settings = haru.settings
    if settings.mode is Mode.SOCKET:
        async with prepared(haru), _socket_mode(haru):
            yield
        return
    secret = settings.slack_signing_secret
    if secret is None:
        raise SettingsError("SLACK_SIGNING_SECRET is missing: Haru needs it to verify Slack's requests.")
    signing_secret = secret.get_secret_value()
    bolt = haru.bolt(signing_secret=signing_secret)
    application = web_application(
        bolt,
        signing_secret=signing_secret,
        live=haru.health.live,
        ready=haru.health.ready_to_answer,
        contact=settings.haru_contact,
    )
    async with (
        finishing(bolt),
        prepared(haru),
        listening(application, settings.haru_host, settings.port),
    ):
        yield


@asynccontextmanager
async def _socket_mode(haru: Haru) -> AsyncIterator[None]:
    """A connection to Slack by Socket Mode during the block. TokenError if Slack refuses the app token."""
    from bot.listeners.unfinished_listeners import finishing

    app_token = haru.settings.slack_app_token
    if app_token is None:
        raise SettingsError("SLACK_APP_TOKEN is missing: Socket Mode needs it.")
    token = app_token.get_secret_value()
    try:
        # Check the token here, because the connection would retry a wrong one for ever without an error.
        await call(haru.clients.client().apps_connections_open(app_token=token))
    except SlackCallError as error:
        raise TokenError(
            start_failure(
                error,
                setting="SLACK_APP_TOKEN",
                remedy="Copy it anew from “Basic Information → App-Level Tokens” of your Slack app;"
                " it needs the scope connections:write.",
                api_url=haru.clients.api_url,
            )
        ) from error
    from bot.workspaces.socket_mode import SocketMode

    bolt = haru.bolt()
    connection = SocketMode(bolt, token)

    async def ready() -> Health:
        health = await haru.health.ready_to_answer()
        if await connection.is_connected():
            return health
        return Health((*health.reasons, "Slack is not connected by Socket Mode"), health.facts)

    async with AsyncExitStack() as stack:
        if "port" in haru.settings.model_fields_set:
            await stack.enter_async_context(_health_door(haru, ready))
        await stack.enter_async_context(connection.connected())
        # Last, so that what was begun is finished while the connection is open.
        await stack.enter_async_context(finishing(bolt))
        stack.callback(connection.stop_taking)
        yield


@asynccontextmanager
async def _health_door(haru: Haru, ready: Callable[[], Awaitable[Health]]) -> AsyncIterator[None]:
    """Serve the health of a process that Slack does not call, on PORT."""
    application = web_application(None, live=haru.health.live, ready=ready)
    async with listening(application, haru.settings.haru_host, haru.settings.port):
        yield


def _require_slack(settings: Settings) -> None:
    if settings.mode is Mode.LOCAL:
        raise SettingsError(
            "SLACK_BOT_TOKEN is missing. `haru serve` and `haru worker` need Slack;"
            " for the local workspace, use `haru run`."
        )
