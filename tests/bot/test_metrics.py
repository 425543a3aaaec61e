"""The metrics of a process and its database."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

from bot import counts, metrics
from digests.errors import StoreError
from tests.bot.delivery.scene import DAY, open_scene

OPERATIONS = Path(__file__).parents[2] / "OPERATIONS.md"


def _value(text: str, name: str) -> float:
    (found,) = re.findall(rf"^{re.escape(name)} (\S+)$", text, re.MULTILINE)
    return float(found)


async def test_they_follow_what_happens(made_url: str, tmp_path: Path) -> None:
    """Posts, answers and the ledger's states are counted, and no token is among them."""
    async with open_scene(made_url, tmp_path) as scene:
        sent = counts.attempts["sent"]
        answers = counts.answer_times["metrics_test", 0.3]
        await scene.haru.daily.tick(DAY + timedelta(minutes=1))
        pending = (await metrics.render(scene.haru)).decode()
        assert _value(pending, 'haru_parts{state="pending"}') > 0
        await scene.settle()
        counts.count_answer("metrics_test", 0.2)
        text = (await metrics.render(scene.haru)).decode()
        posted = _value(text, 'haru_parts{state="sent"}')
        assert posted == _value(pending, 'haru_parts{state="pending"}')
        assert _value(text, 'haru_attempts_total{outcome="sent"}') == sent + posted
        assert counts.answer_times["metrics_test", 0.3] == answers + 1
        assert _value(text, 'haru_answer_seconds_bucket{command="metrics_test",le="+Inf"}') >= 1
        assert _value(text, "haru_database_up") == 1
        assert "xoxb" not in text


async def test_without_the_database_they_say_so(
    made_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process whose database is away still answers, with ``haru_database_up`` 0."""

    async def away() -> None:
        raise StoreError("away")

    async with open_scene(made_url, tmp_path) as scene:
        monkeypatch.setattr(scene.haru.ledger.open_parts, "longest_wait", away)
        text = (await metrics.render(scene.haru)).decode()
    assert _value(text, "haru_database_up") == 0
    assert "haru_parts" not in text


async def test_each_metric_is_explained(made_url: str, tmp_path: Path) -> None:
    """OPERATIONS.md has a row for every metric."""
    async with open_scene(made_url, tmp_path) as scene:
        text = (await metrics.render(scene.haru)).decode()
    names = set(re.findall(r"^# HELP (\w+) ", text, re.MULTILINE))
    assert len(names) >= 7
    written = OPERATIONS.read_text(encoding="utf-8")
    assert [name for name in names if f"`{name}" not in written] == []
