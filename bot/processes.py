"""Haru as running processes: web, worker, all in one, and the local workspace."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import structlog
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_sdk.errors import SlackApiError

from bot import schema_version
from bot.app import Haru, TokenError
from bot.http_server import web_application
from bot.lifecycle import delivering, listening, prepared, until_signal
from bot.local_run import WrongDatabaseError, is_local, run_local
from config.settings import Mode, Settings, SettingsError
from digests.store.database import Database

log = structlog.stdlib.get_logger(__name__)


async def run(settings: Settings, *, fresh: bool = False) -> None:
    """Everything in one process until a signal ends it; without Slack tokens the local workspace."""
    if settings.mode is Mode.LOCAL:
        await run_local(settings, fresh=fresh)
        return
    if fresh:
        raise SettingsError("--fresh is for the local workspace only; it would delete a real archive.")
    async with _opened(settings, migrate=True) as haru:
        await _install(haru)
        async with _answering(haru), delivering(haru):
            await until_signal()


async def serve(settings: Settings) -> None:
    """The web process: answers people. Any number of them may run on PostgreSQL."""
    _refuse_local(settings)
    async with _opened(settings, migrate=False) as haru:
        await _install(haru)
        async with _answering(haru):
            await until_signal()


async def worker(settings: Settings) -> None:
    """The worker process: delivers. Any number of them may run on PostgreSQL."""
    _refuse_local(settings)
    async with _opened(settings, migrate=False) as haru:
        await _install(haru)
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(delivering(haru))
            if "port" in settings.model_fields_set:
                application = web_application(None, live=haru.health.live, ready=haru.health.ready_to_deliver)
                await stack.enter_async_context(listening(application, settings.haru_host, settings.port))
            await until_signal()


@asynccontextmanager
async def _opened(settings: Settings, *, migrate: bool) -> AsyncIterator[Haru]:
    database = Database(settings.archive_url)
    haru = Haru(settings, database)
    try:
        if migrate:
            await schema_version.upgrade(database)
        await schema_version.check(database)
        for one in await haru.installations.all():
            if is_local(one.bot_token):
                raise WrongDatabaseError(
                    "This database holds the local workspace and its samples;"
                    " choose another DATABASE_URL for a real Slack."
                )
        yield haru
    finally:
        await haru.close()


async def _install(haru: Haru) -> None:
    token = haru.settings.slack_bot_token
    if token is not None:
        made = await haru.install_from_environment(token.get_secret_value())
        log.info("installed", workspace=made.workspace.key, name=made.name)


@asynccontextmanager
async def _answering(haru: Haru) -> AsyncIterator[None]:
    settings = haru.settings
    if settings.mode is Mode.SOCKET:
        async with prepared(haru), _socket_mode(haru):
            yield
        return
    secret = settings.slack_signing_secret
    if secret is None:
        raise SettingsError("SLACK_SIGNING_SECRET is missing: HTTP requests could not be verified.")
    signing_secret = secret.get_secret_value()
    application = web_application(
        haru.bolt(signing_secret=signing_secret),
        signing_secret=signing_secret,
        live=haru.health.live,
        ready=haru.health.ready_to_answer,
    )
    async with prepared(haru), listening(application, settings.haru_host, settings.port):
        yield


@asynccontextmanager
async def _socket_mode(haru: Haru) -> AsyncIterator[None]:
    app_token = haru.settings.slack_app_token
    if app_token is None:
        raise SettingsError("SLACK_APP_TOKEN is missing: Socket Mode needs it.")
    token = app_token.get_secret_value()
    try:
        # Asked once here, since the handler would go on asking in silence.
        await haru.clients.client().apps_connections_open(app_token=token)
    except SlackApiError as error:
        data = error.response.data
        code = data.get("error", "unknown") if isinstance(data, dict) else "unknown"
        raise TokenError(
            f"Slack does not accept SLACK_APP_TOKEN ({code}); it needs the scope connections:write"
            " and stands under “Basic Information → App-Level Tokens”"
        ) from error
    handler = AsyncSocketModeHandler(haru.bolt(), token)
    await handler.connect_async()  # type: ignore[no-untyped-call]
    log.info("socket_mode_connected")
    try:
        yield
    finally:
        await handler.close_async()  # type: ignore[no-untyped-call]


def _refuse_local(settings: Settings) -> None:
    if settings.mode is Mode.LOCAL:
        raise SettingsError(
            "SLACK_BOT_TOKEN is missing: `haru serve` and `haru worker` need a Slack to talk to."
            " `haru run` without tokens opens the local workspace."
        )
