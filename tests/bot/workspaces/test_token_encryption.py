"""Tokens are encrypted at rest."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import text

from bot.workspaces.installations import Installation, Installations
from bot.workspaces.token_encryption import KeyMissingError, TokenCipher, reencrypt
from digests.model import Workspace
from digests.store.database import Database
from tests.bot.delivery.scene import open_scene

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()
TEAM = Workspace("", "T1")


async def _stored(database: Database) -> list[str]:
    async with database.read() as connection:
        return list(await connection.scalars(text("SELECT bot_token FROM installation")))


async def _token(database: Database) -> str | None:
    found = await Installations(database).get(TEAM)
    return found.bot_token if found else None


async def test_a_token_is_encrypted_and_its_keys_can_be_changed(database: Database) -> None:
    """The table never shows a token once there is a key; after a new key, the old one can go."""
    plain = Installation(TEAM, bot_token="xoxb-marked", bot_user_id="U1")
    await Installations(database).save(plain, now=datetime(2025, 3, 3, tzinfo=UTC))
    assert await _stored(database) == ["xoxb-marked"]
    database.use_cipher(TokenCipher([OLD]))
    assert await _token(database) == "xoxb-marked"  # stored before there was a key
    assert await reencrypt(database) == 1
    (stored,) = await _stored(database)
    assert "marked" not in stored
    database.use_cipher(TokenCipher([NEW, OLD]))
    assert await _token(database) == "xoxb-marked"
    assert await reencrypt(database) == 1
    database.use_cipher(TokenCipher([NEW]))
    assert await _token(database) == "xoxb-marked"
    for keys, said in (([OLD], "not in HARU_ENCRYPTION_KEYS"), ([], "HARU_ENCRYPTION_KEYS is missing")):
        database.use_cipher(TokenCipher(keys))
        with pytest.raises(KeyMissingError, match=said):
            await Installations(database).all()


async def test_posts_leave_with_encrypted_tokens(made_url: str, tmp_path: Path) -> None:
    """The courier and the reconciler read an encrypted token as Slack gave it."""
    async with open_scene(made_url, tmp_path) as scene:
        scene.haru.database.use_cipher(TokenCipher([NEW]))
        await reencrypt(scene.haru.database)
        assert all("xoxb" not in stored for stored in await _stored(scene.haru.database))
        await scene.haru.daily.tick(scene.haru.clock.now())
        scene.fail(drop_after=0.5)
        await scene.settle()
        assert all(scene.posted(channel) for channel in scene.channels)
