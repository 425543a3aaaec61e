"""The languages that users chose, on SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import time

from bot.channels.channel_store import Channels
from bot.channels.preferences import Language, Preferences
from bot.channels.user_languages import UserLanguages
from digests.model import Workspace
from digests.store.database import Database

HERE, THERE = Workspace("", "T1"), Workspace("", "T2")


async def test_a_user_s_language_belongs_to_one_workspace(database: Database) -> None:
    """A user can choose a language, change it and remove it; the same id elsewhere is another user."""
    user_languages = UserLanguages(database)
    for chosen in ("ko", "en", None):
        await user_languages.set(HERE, "U1", chosen)
        assert await user_languages.get(HERE, "U1") == chosen
    await user_languages.set(HERE, "U1", "ko")
    assert await user_languages.get(THERE, "U1") is None


async def test_the_languages_of_user_and_channel_are_read_together(database: Database) -> None:
    """One query gives the user's choice and the channel's language, and None for what is not set."""
    user_languages = UserLanguages(database)
    channels = Channels(database, defaults=Preferences(language=Language.KO, hour=time(9), zone="Asia/Seoul"))
    assert await user_languages.get_with_channel(HERE, "U1", "C1") == (None, None)
    await channels.get_or_create(HERE, "C1", language=Language.BOTH)
    await user_languages.set(HERE, "U1", "en")
    assert await user_languages.get_with_channel(HERE, "U1", "C1") == ("en", Language.BOTH)
    assert await user_languages.get_with_channel(HERE, "U2", "C1") == (None, Language.BOTH)
    assert await user_languages.get_with_channel(HERE, "U1", "C2") == ("en", None)
    assert await user_languages.get_with_channel(THERE, "U1", "C1") == (None, None)
