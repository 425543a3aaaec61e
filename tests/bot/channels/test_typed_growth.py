"""The parsers of typed text take time that grows with its length, not with the square of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date

import pytest

from bot.channels import setting_parser, tag_filter_parser
from bot.channels.day_parser import parse_days
from bot.channels.pause_parser import parse_pause
from bot.channels.time_and_zone import parse_time_and_zone
from bot.language.small_talk import small_talk
from bot.listeners import events


@pytest.mark.parametrize(
    ("parse", "piece"),
    [
        (parse_time_and_zone, "가나 "),
        (parse_time_and_zone, "9 "),
        (parse_days, "mon-"),
        (parse_days, "공휴일 "),
        (lambda text: parse_pause(text, today=date(2026, 12, 1)), "until "),
        (small_talk, "hi "),
        (setting_parser.parse_managers, "<@U1|"),
        (tag_filter_parser.parse, "<#C1|"),
        (lambda text: events._MENTION.sub("", text), "<@U1|"),
    ],
)
def test_four_times_the_text_takes_at_most_nine_times_as_long(
    parse: Callable[[str], object], piece: str
) -> None:
    """Linear parsers take four times as long for four times the text, quadratic ones sixteen times."""

    def seconds(count: int) -> float:
        text, best = piece * count, 60.0
        for _ in range(3):
            start = time.process_time()
            parse(text)
            best = min(best, time.process_time() - start)
        return best

    assert seconds(8000) < 9 * seconds(2000) + 0.02
