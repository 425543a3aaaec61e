"""What the self-check says."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from bot import schema_version
from bot.terminal.doctor import examine
from config.settings import Settings
from digests.store.database import Database
from tests.semantic import semantic


@pytest.mark.parametrize(
    ("extra", "said"), [(nullcontext, "pip install 'haru[semantic]'"), (semantic, "0 are encoded")]
)
async def test_an_operator_is_told_whether_papers_are_found_by_meaning(
    tmp_path: Path, extra: Any, said: str
) -> None:
    """Without the extra, how to get it; with it, of how many papers the meaning is known."""
    url = f"sqlite:///{tmp_path}/haru.sqlite3"
    database = Database(url)
    await schema_version.upgrade(database)
    await database.close()
    settings = Settings(_env_file=None, database_url=url)  # type: ignore[call-arg]  # no .env of the tester's
    with extra():
        findings = {one.what: one for one in await examine(settings)}
    assert findings["meaning"].ok
    assert said in findings["meaning"].said
