"""What listeners may call: the use cases, Slack's directory, and the settings they need."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from bot.channels.management_policies import ManagementPolicies
from bot.channels.saved_papers import SavedPapers
from bot.channels.shares import Shares
from bot.channels.user_languages import UserLanguages
from bot.clocks import Clock
from bot.use_cases.channel_lifecycle import ChannelLifecycle
from bot.use_cases.channel_posts import ChannelPosts
from bot.use_cases.channel_settings import ChannelSettings
from bot.use_cases.workspace_digests import WorkspaceDigests
from bot.use_cases.workspace_lifecycle import WorkspaceLifecycle
from bot.workspaces.files import Files
from bot.workspaces.handled_events import HandledEvents
from bot.workspaces.installations import Installations
from bot.workspaces.slack_directory import SlackDirectory
from digests.archive import Archive
from digests.sources.source_list import Sources

_FARTHEST_AHEAD = timedelta(hours=14)
"""The offset of the time zone where a day begins first, UTC+14."""


@dataclass(frozen=True, slots=True)
class Services:
    """Everything a listener may call. The composition root makes it once.

    ``operators`` are the user ids of ``HARU_OPERATORS``; ``prefix`` stands before each command's name.
    """

    archive: Archive
    sources: Sources
    settings: ChannelSettings
    posts: ChannelPosts
    channel_lifecycle: ChannelLifecycle
    workspace_lifecycle: WorkspaceLifecycle
    workspace_digests: WorkspaceDigests
    user_languages: UserLanguages
    saved_papers: SavedPapers
    shares: Shares
    policies: ManagementPolicies
    installations: Installations
    handled_events: HandledEvents
    directory: SlackDirectory
    files: Files
    clock: Clock
    default_language: str
    operators: frozenset[str]
    prefix: str = ""

    @property
    def latest_day(self) -> date:
        """The last day whose digests may be shown: today where the day begins first.

        A digest dated later is not today's for anybody yet.
        """
        return (self.clock.now() + _FARTHEST_AHEAD).date()
