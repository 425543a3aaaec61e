"""Metrics of this process and its database, in the format of Prometheus. OPERATIONS.md lists them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric

from bot import counts
from bot.app import Haru
from digests.errors import StoreError

PATH = "/metrics"


def metrics_application(haru: Haru) -> web.Application:
    """Answers ``/metrics`` with the metrics of this process and of its database."""
    application = web.Application()

    async def answer(_: web.Request) -> web.Response:
        return web.Response(body=await render(haru), headers={"Content-Type": CONTENT_TYPE_LATEST})

    application.router.add_get(PATH, answer)
    return application


async def render(haru: Haru) -> bytes:
    """The metrics as text. Without the database, ``haru_database_up`` is 0 and its gauges are missing."""
    found = [*_counted()]
    try:
        found += await _stored(haru)
        is_up = 1.0
    except StoreError:
        is_up = 0.0
    found.append(GaugeMetricFamily("haru_database_up", "Whether the database answers.", value=is_up))
    age = haru.clockwork.tick_age
    if age is not None:
        found.append(GaugeMetricFamily("haru_tick_age_seconds", "Time since the last good tick.", value=age))
    registry = CollectorRegistry()
    registry.register(_Found(found))
    return generate_latest(registry)


class _Found:
    """A collector of what was found already: the database can only be asked in the event loop."""

    def __init__(self, found: list[Metric]) -> None:
        self._found = found

    def collect(self) -> Iterable[Metric]:
        """What was found."""
        return self._found


def _counted() -> Iterable[Metric]:
    """What this process has counted since its start."""
    attempts = CounterMetricFamily("haru_attempts", "Attempts to send a message.", labels=["outcome"])
    for outcome, count in sorted(counts.attempts.items()):
        attempts.add_metric([outcome], count)
    yield attempts
    limits = CounterMetricFamily("haru_rate_limits", "Answers of Slack with status 429.", labels=["what"])
    for what, count in sorted(counts.rate_limits.items()):
        limits.add_metric([what], count)
    yield limits
    times = HistogramMetricFamily("haru_answer_seconds", "The time of an answer.", labels=["command"])
    for command in sorted(counts.answer_seconds):
        total, buckets = 0, []
        for bound in (*counts.BUCKETS, float("inf")):
            total += counts.answer_times[command, bound]
            buckets.append(("+Inf" if bound == float("inf") else str(bound), float(total)))
        times.add_metric([command], buckets, sum_value=counts.answer_seconds[command])
    yield times


async def _stored(haru: Haru) -> list[Metric]:
    """What the database says: the same in every process. StoreError if it does not answer."""
    parts = GaugeMetricFamily("haru_parts", "Messages in the ledger, by state.", labels=["state"])
    for state, count in sorted((await haru.ledger.open_parts.count_by_state()).items()):
        parts.add_metric([state], count)
    wait = await haru.ledger.open_parts.longest_wait()
    late = GaugeMetricFamily(
        "haru_first_message_late_seconds",
        "How long the first message that waits longest has been due.",
        value=0.0 if wait is None else max(0.0, wait.total_seconds()),
    )
    ages = GaugeMetricFamily("haru_source_age_seconds", "Since a source was last read.", labels=["source"])
    for name, age in (await haru.sources.seconds_since_success(datetime.now(UTC))).items():
        if age is not None:
            ages.add_metric([name], age)
    return [parts, late, ages]
