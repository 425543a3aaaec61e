"""How far Slack's clock is from ours, as the ``Date`` of its answers tells."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime


class ServerClock:
    """Listens to ``Date`` headers. Knows only whole seconds, as they do."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._heard = ""
        self.offset = timedelta(0)
        """Slack's time less ours."""

    def hear(self, date: str | None) -> None:
        """Take note of a header; one that is missing or cannot be read changes nothing."""
        if not date or date == self._heard:
            return
        self._heard = date
        try:
            told = parsedate_to_datetime(date)
        except ValueError:
            return
        if told.tzinfo is None:
            told = told.replace(tzinfo=UTC)
        self.offset = told - self._clock()

    def there(self, ours: datetime) -> datetime:
        """An instant of ours on Slack's clock."""
        return ours + self.offset
