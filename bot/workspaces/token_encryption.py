"""Encrypts tokens at rest with the keys in ``HARU_ENCRYPTION_KEYS``."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from sqlalchemy import select, type_coerce, update

from bot.workspaces.tables import BOT_TOKEN, installation
from digests.errors import HaruError
from digests.store.database import Database
from digests.store.schema import EncryptedText

if TYPE_CHECKING:
    from cryptography.fernet import MultiFernet

_MARK = "fernet:"
"""Stands before an encrypted token. No token of Slack begins so."""

_CACHED = 4096
"""Decrypted tokens kept in memory: the courier needs one for each message."""


class KeyMissingError(HaruError):
    """A token was encrypted with a key that is not among those that Haru was given."""


class TokenCipher:
    """Encrypts with the first key, and decrypts with any: Fernet, AES-128-CBC with HMAC-SHA256.

    https://cryptography.io/en/latest/fernet/. Without keys it stores tokens as they are. ValueError for a key
    that is none.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        self._fernet = _fernet(keys) if keys else None
        self._decrypted = lru_cache(_CACHED)(self._decrypt)

    def encrypt(self, plain: str) -> str:
        """The token as it is stored."""
        if self._fernet is None:
            return plain
        return _MARK + self._fernet.encrypt(plain.encode()).decode("ascii")

    def decrypt(self, stored: str) -> str:
        """The token. KeyMissingError if it was encrypted with another key."""
        return self._decrypted(stored) if stored.startswith(_MARK) else stored

    def _decrypt(self, stored: str) -> str:
        if self._fernet is None:
            raise KeyMissingError(
                "The tokens in the database are encrypted, and HARU_ENCRYPTION_KEYS is missing."
                " Set it to the keys they were encrypted with, or install the app again in each workspace."
            )
        from cryptography.fernet import InvalidToken

        try:
            return self._fernet.decrypt(stored.removeprefix(_MARK)).decode()
        except InvalidToken:
            raise KeyMissingError(
                "A token in the database was encrypted with a key that is not in HARU_ENCRYPTION_KEYS."
                " Put the old key behind the new one, separated by a comma."
            ) from None


def _fernet(keys: Sequence[str]) -> MultiFernet:
    # Imported when it is needed: a start without keys is not to wait for it.
    from cryptography.fernet import Fernet, MultiFernet

    return MultiFernet([Fernet(key) for key in keys])


async def reencrypt(database: Database) -> int:
    """Encrypt every token with the first key; returns how many there are. KeyMissingError as ``decrypt``."""
    columns = installation.c
    async with database.write() as connection:
        rows = await connection.execute(select(columns.workspace, BOT_TOKEN).with_for_update())
        tokens = {row.workspace: row.token for row in rows if row.token}
        for key, token in tokens.items():
            await connection.execute(
                update(installation)
                .where(columns.workspace == key)
                .values(bot_token=type_coerce(token, EncryptedText))
            )
    return len(tokens)
