"""The composition root: the only place that wires things together."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta

import structlog
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.authorization.async_authorize import AsyncCallableAuthorize
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_sdk.errors import SlackApiError
from slack_sdk.oauth.state_store.stateless import StatelessOAuthStateStore

from bot import listeners, workspace_deletion
from bot.channels.change_log import ChangeLog
from bot.channels.channel_store import Channels
from bot.channels.due_channels import DueChannels
from bot.channels.management_policies import ManagementPolicies
from bot.channels.preferences import Language, Preferences
from bot.channels.saved_papers import SavedPapers
from bot.channels.setting_parser import hour
from bot.channels.user_languages import UserLanguages
from bot.clocks import Clock, SlackClock, SystemClock
from bot.delivery.clockwork import Clockwork
from bot.delivery.corrections import Corrections
from bot.delivery.courier import Courier
from bot.delivery.deliveries import Deliveries
from bot.delivery.failed_posts import Aftermath
from bot.delivery.reconciler import Reconciler
from bot.http_server import Health
from bot.language.command_names import use_prefix
from bot.ledger.ledger import Ledger
from bot.ledger.past import Past
from bot.listeners.promptness import be_prompt
from bot.listeners.services import Services
from bot.messages import daily
from bot.operators import Operators
from bot.source_polling import Gathering
from bot.use_cases.channel_lifecycle import ChannelLifecycle
from bot.use_cases.channel_posts import ChannelPosts
from bot.use_cases.channel_settings import ChannelSettings
from bot.use_cases.workspace_digests import WorkspaceDigests
from bot.use_cases.workspace_lifecycle import WorkspaceLifecycle
from bot.workspaces.clients import Clients
from bot.workspaces.files import Files
from bot.workspaces.installations import Installation, Installations
from bot.workspaces.oauth import OAuthStore
from bot.workspaces.slack_directory import SlackDirectory
from bot.workspaces.wire import Wire
from config.manifest import OPTIONAL_SCOPES, SCOPES
from config.settings import OnDoubt, Settings
from digests.archive import Archive
from digests.errors import HaruError, StoreError
from digests.model import SourceKind, Workspace
from digests.search import meaning
from digests.sources.addresses import any_address, is_public
from digests.sources.feed import Feed
from digests.sources.folder import Folder
from digests.sources.git import Git
from digests.sources.http_fetch import Web
from digests.sources.polling import Polling
from digests.sources.source_list import Sources
from digests.store.database import Database

log = structlog.stdlib.get_logger(__name__)

LOOK = timedelta(seconds=5)
"""Between two looks at which sources are due."""

LISTEN = timedelta(minutes=1)
"""Between two looks at which sources are quiet."""

ENCODE = timedelta(seconds=20)
"""Between two handfuls of papers whose meaning is encoded, where the extra for that is installed."""

LATE_TICK = 60.0
"""Seconds without a good tick after which a process that delivers is not ready."""

DEAD_TICK = 600.0
"""Seconds without one after which it is not alive: what hangs so long, a new start may cure."""

LATE_PART = timedelta(minutes=30)
"""How long a message may be due and unsent; a large workspace's morning takes some minutes."""


class TokenError(HaruError):
    """Slack does not accept the token."""


class Haru:
    """Everything, wired, over one database and one Slack. Starts nothing by itself."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        *,
        clock: Clock | None = None,
        api_url: str | None = None,
    ) -> None:
        use_prefix(settings.haru_command_prefix)
        self.settings = settings
        self.database = database
        self.clock = clock or SystemClock()
        self.archive = Archive(database, encoder=meaning.installed())
        self.clients = Clients(api_url or settings.slack_api_url)
        self.installations = Installations(database)
        self.channels = Channels(database, defaults=_defaults(settings))
        self.due_channels = DueChannels(database)
        self.changes = ChangeLog(database)
        self.user_languages = UserLanguages(database)
        self.saved_papers = SavedPapers(database)
        self.policies = ManagementPolicies(database)
        self.ledger = Ledger(
            database,
            lease=settings.haru_lease,
            settle=settings.haru_settle,
            late_a_second=settings.haru_catch_up,
            offset=lambda: slack_clock.offset,
        )
        self.past = Past(database)
        slack_clock = SlackClock(self.ledger.steady)
        self.wire = Wire(self.clients.api_url, slack_clock)
        self.deliveries = Deliveries(
            archive=self.archive,
            channels=self.channels,
            due_channels=self.due_channels,
            ledger=self.ledger,
            past=self.past,
            installations=self.installations,
            clients=self.clients,
            render=daily.render,
            grace=settings.haru_grace,
        )
        aftermath = Aftermath(
            channels=self.channels,
            deliveries=self.deliveries,
            installations=self.installations,
            clients=self.clients,
        )
        self.courier = Courier(self.ledger, self.installations, self.wire, on_failure=aftermath.of_failure)
        self.reconciler = Reconciler(
            self.ledger,
            self.clients,
            slack_clock,
            repost=settings.haru_on_doubt is OnDoubt.REPOST,
        )
        self.corrections = Corrections(self.archive, self.ledger, render=daily.render)
        self.clockwork = Clockwork(
            clock=self.clock,
            deliveries=self.deliveries,
            courier=self.courier,
            reconciler=self.reconciler,
            corrections=self.corrections,
            ledger=self.ledger,
        )
        self.sources = Sources(database)
        allow_private = settings.haru_allow_private_addresses
        self.web = Web(allowed=any_address if allow_private else is_public)
        self.polling = Polling(
            database,
            self.archive,
            {
                SourceKind.FOLDER: Folder(),
                SourceKind.FEED: Feed(self.web),
                SourceKind.GIT: Git(settings.haru_clones, allow_private=allow_private),
            },
            every=timedelta(minutes=settings.haru_poll_minutes),
        )
        self.gathering = Gathering(
            polling=self.polling,
            sources=self.sources,
            operators=Operators(
                self.installations, self.clients, settings.operators, language=settings.haru_language
            ),
            clock=self.clock,
            wake=self.clockwork.wake,
        )
        self.clockwork.every(LOOK, "gather", self.gathering.look)
        self.clockwork.every(LISTEN, "quiet", self.gathering.listen)
        self.clockwork.every(ENCODE, "encode", self.archive.encode)
        self.clockwork.every(workspace_deletion.CHECK_EVERY, "forget", self._delete_expired_workspaces)

    def bolt(self, *, signing_secret: str = "") -> AsyncApp:
        """The Bolt app with every listener. Without a signing secret it only suits Socket Mode."""
        deliveries, clock, wake = self.deliveries, self.clock, self.clockwork.wake
        services = Services(
            archive=self.archive,
            sources=self.sources,
            settings=ChannelSettings(
                channels=self.channels, change_log=self.changes, deliveries=deliveries, clock=clock
            ),
            posts=ChannelPosts(
                archive=self.archive,
                deliveries=deliveries,
                installations=self.installations,
                clock=clock,
                wake=wake,
            ),
            channel_lifecycle=ChannelLifecycle(channels=self.channels, deliveries=deliveries, clock=clock),
            workspace_lifecycle=WorkspaceLifecycle(
                installations=self.installations, deliveries=deliveries, clock=clock
            ),
            workspace_digests=WorkspaceDigests(archive=self.archive, clock=clock, wake=wake),
            user_languages=self.user_languages,
            saved_papers=self.saved_papers,
            policies=self.policies,
            installations=self.installations,
            directory=SlackDirectory(),
            files=Files(self.clients),
            clock=clock,
            default_language=self.settings.haru_language,
            operators=self.settings.operators,
            prefix=self.settings.haru_command_prefix,
        )

        # Bolt reads the names of a callable's arguments, and would pass ``self`` of a bound method.
        async def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult | None:
            return await self._authorize(enterprise_id, team_id)

        app = AsyncApp(
            signing_secret=signing_secret,
            request_verification_enabled=bool(signing_secret),
            client=self.clients.client(),
            # Given as Bolt's own type it goes together with the install pages.
            authorize=AsyncCallableAuthorize(  # type: ignore[arg-type]
                logger=logging.getLogger("slack_bolt"),
                func=authorize,  # type: ignore[arg-type]  # None: not installed
            ),
            oauth_settings=self._oauth(),
        )
        listeners.register(app, services)
        be_prompt(app)
        return app

    async def install_from_environment(self, token: str) -> Installation:
        """Make the row of the workspace a bot token belongs to; TokenError when Slack refuses it."""
        client = self.clients.client(token)
        try:
            told = await client.auth_test()
        except SlackApiError as error:
            data = error.response.data
            code = data.get("error", "unknown") if isinstance(data, dict) else "unknown"
            raise TokenError(
                f"Slack does not accept SLACK_BOT_TOKEN ({code});"
                " copy it anew from “OAuth & Permissions” of your app"
            ) from error
        except OSError as error:
            raise TokenError(
                f"Slack cannot be reached at {self.clients.api_url} ({error});"
                " check the network, or SLACK_API_URL"
            ) from error
        scopes = str((told.headers or {}).get("x-oauth-scopes") or "")
        made = Installation(
            workspace=Workspace(str(told.get("enterprise_id") or ""), str(told.get("team_id") or "")),
            bot_token=token,
            bot_user_id=str(told.get("user_id") or ""),
            bot_id=told.get("bot_id"),
            name=told.get("team"),
            scopes=tuple(scope.strip() for scope in scopes.split(",") if scope.strip()),
            from_environment=True,
        )
        await self.installations.save(made, now=self.clock.now())
        return made

    async def prepare(self) -> bool:
        """Read what lookup shares, so that nobody who asks waits for it; whether anything was new."""
        return await self.archive.prepare()

    async def live(self) -> Health:
        """Alive: the loop answers, and the clockwork, where it runs, has not hung."""
        age = self.clockwork.tick_age
        if age is not None and age > DEAD_TICK:
            return Health((f"no tick went well for {age:.0f} s",))
        return Health()

    async def ready_to_answer(self) -> Health:
        """Ready to answer people: the database can be read."""
        try:
            open_parts = await self.ledger.open_parts()
        except StoreError as error:
            return Health((str(error),))
        return Health(facts={"open_parts": open_parts})

    async def ready_to_deliver(self) -> Health:
        """Ready to deliver: besides, the last good tick is recent, and nothing has been due for long."""
        health = await self.ready_to_answer()
        reasons = list(health.reasons)
        age = self.clockwork.tick_age
        facts = {**health.facts, "tick_age": None if age is None else round(age, 1)}
        if age is None:
            reasons.append("the clockwork has not ticked yet")
        elif age > LATE_TICK:
            reasons.append(f"no tick went well for {age:.0f} s")
        if health.reasons:
            return Health(tuple(reasons), facts)
        oldest = await self.ledger.oldest_due()
        facts["oldest_due_age"] = None if oldest is None else round(oldest.total_seconds(), 1)
        if oldest is not None and oldest > LATE_PART:
            reasons.append(f"a message has been due for {oldest.total_seconds() / 60:.0f} minutes")
        facts["fetch_age"] = await self.sources.ages(datetime.now(UTC))
        return Health(tuple(reasons), facts)

    async def _delete_expired_workspaces(self) -> None:
        await workspace_deletion.delete_expired_workspaces(self.database, self.clock)

    async def close(self) -> None:
        """Close connections to Slack, to sources and to the database."""
        await self.close_clients()
        await self.database.close()

    async def close_clients(self) -> None:
        """Close connections to Slack and to sources; the database is the caller's."""
        await self.wire.close()
        await self.clients.close()
        await self.web.close()

    async def _authorize(self, enterprise_id: str | None, team_id: str | None) -> AuthorizeResult | None:
        workspace = Workspace(enterprise_id or "", team_id or "")
        found = await self.installations.recent(workspace)
        if found is None:
            log.warning("not_installed", workspace=workspace.key)
            return None
        return AuthorizeResult(
            enterprise_id=enterprise_id,
            team_id=team_id,
            bot_user_id=found.bot_user_id,
            bot_id=found.bot_id,
            bot_token=found.bot_token,
        )

    def _oauth(self) -> AsyncOAuthSettings | None:
        settings = self.settings
        if settings.slack_client_id is None or settings.slack_client_secret is None:
            return None
        secret = settings.slack_client_secret.get_secret_value()
        return AsyncOAuthSettings(
            client_id=settings.slack_client_id,
            client_secret=secret,
            scopes=sorted([*SCOPES, *OPTIONAL_SCOPES]),
            installation_store=OAuthStore(self.installations, self.clock),
            # Replicas share no memory: the state is a signed token that any of them can check.
            state_store=StatelessOAuthStateStore(expiration_seconds=300, signing_secret=secret),
        )


def _defaults(settings: Settings) -> Preferences:
    at = hour(settings.haru_hour)
    if at is None:
        raise ValueError("HARU_HOUR was checked when the settings were read")
    return Preferences(language=Language(settings.haru_language), hour=at, zone=settings.haru_zone)
