"""Fixtures that tests of delivery share."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.bot.delivery.scene import Scene, open_scene


@pytest.fixture
async def scene(made_url: str, tmp_path: Path) -> AsyncIterator[Scene]:
    """Two channels whose delivery is just due, on SQLite and on PostgreSQL."""
    async with open_scene(made_url, tmp_path) as made:
        yield made
