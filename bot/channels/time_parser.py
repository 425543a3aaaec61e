"""Parses a time of day that a person typed, in English or Korean. Pure.

Examples: ``09:00``, ``0900``, ``9：00``, ``8am``, ``half past nine``, ``noon``, ``9시 반``, ``아침 9시``,
``저녁 일곱 시``, ``정오``.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import time

_LONGEST = 40
"""Characters; no time of day needs more. Longer text is not parsed, so that no text takes long."""

_WHOLE_TIMES = {
    "noon": time(12), "midday": time(12), "정오": time(12), "한낮": time(12),
    "midnight": time(0), "자정": time(0),
}  # fmt: skip

_HOUR_WORDS = {
    name: hour
    for hour, names in enumerate(
        [
            ("one", "한", "일"), ("two", "두", "이"), ("three", "세", "삼"), ("four", "네", "사"),
            ("five", "다섯", "오"), ("six", "여섯", "육"), ("seven", "일곱", "칠"), ("eight", "여덟", "팔"),
            ("nine", "아홉", "구"), ("ten", "열", "십"), ("eleven", "열한", "십일"),
            ("twelve", "열두", "십이"),
        ],
        start=1,
    )
    for name in names
}  # fmt: skip

_PARTS_OF_DAY = {
    "am": "am", "오전": "am", "in the morning": "am", "this morning": "am", "morning": "am", "아침": "am",
    "pm": "pm", "오후": "pm", "in the afternoon": "pm", "afternoon": "pm",
    "새벽": "small hours",
    "낮": "midday", "점심": "midday", "대낮": "midday",
    "저녁": "pm", "in the evening": "pm", "evening": "pm",
    "밤": "night", "at night": "night", "night": "night", "tonight": "night",
}  # fmt: skip
"""What each word says about an hour from 1 to 12."""

_PART = "|".join(sorted(map(re.escape, _PARTS_OF_DAY), key=len, reverse=True))
_WORD = "|".join(sorted(_HOUR_WORDS, key=len, reverse=True))
_TIME = re.compile(
    rf"(?:at )?(?:(?P<before>{_PART}) ?)?(?:at )?"
    r"(?:(?P<fraction>half|quarter) (?P<side>past|after|to|before) )?"
    rf"(?:(?P<hour>\d{{1,2}})|(?P<word>{_WORD})(?= ?시|\b))"
    r"(?: ?(?:[:.h시時点]|시간) ?(?:(?P<minute>\d{1,2})(?!\d) ?(?::\d\d)?분?|(?P<half>반))?)?"
    r"(?: ?o'?clock)?(?: ?정각)? ?에?"
    rf"(?: ?(?P<after>{_PART}))?(?: ?에)?"
)
_FOUR_DIGITS = re.compile(r"(?P<hour>\d{1,2})(?P<minute>\d\d)(?: ?(?:h|hrs|hours))?(?: ?(?P<after>am|pm))?")


def parse_time(typed: str) -> time | None:
    """The time of day, or None if the words are not one. ``24:00``, ``13am`` and ``9:60`` are none."""
    text = _normalized(typed)
    if len(text) > _LONGEST:
        return None
    if text.removesuffix("에").strip() in _WHOLE_TIMES:
        return _WHOLE_TIMES[text.removesuffix("에").strip()]
    if found := _FOUR_DIGITS.fullmatch(text):
        return _time(int(found["hour"]), int(found["minute"]), found["after"])
    found = _TIME.fullmatch(text)
    if not found or (found["before"] and found["after"]):
        return None
    hour = int(found["hour"]) if found["hour"] else _HOUR_WORDS[found["word"]]
    minute = 30 if found["half"] else int(found["minute"] or 0)
    if found["fraction"]:
        if found["minute"] or found["half"] or not 1 <= hour <= 12:
            return None
        minutes = 30 if found["fraction"] == "half" else 15
        is_before = found["side"] in ("to", "before")
        hour, minute = (hour - 1 or 12, 60 - minutes) if is_before else (hour, minutes)
    return _time(hour, minute, found["before"] or found["after"])


def _normalized(typed: str) -> str:
    """The text in lower case, with plain digits and spaces, and with ``am`` and ``pm`` without dots."""
    text = " ".join(unicodedata.normalize("NFKC", typed[: 4 * _LONGEST]).casefold().split())
    return re.sub(r"\b([ap])\.? ?m\b\.?", r"\1m", text).replace("’", "'").rstrip(".,")


def _time(hour: int, minute: int, part: str | None) -> time | None:
    if hour > 23 or minute > 59:
        return None
    if part is None:
        return time(hour, minute)
    meaning = _PARTS_OF_DAY[part]
    if hour > 12:
        # "오후 18시" says the same twice; "13am" contradicts itself, and nobody means "13pm".
        return time(hour, minute) if meaning in ("pm", "night") and part not in ("pm",) else None
    if hour == 0:
        return time(0, minute) if meaning in ("am", "small hours", "night") and part != "am" else None
    match meaning:
        case "am":
            return time(hour % 12, minute)
        case "pm":
            return time(hour % 12 + 12, minute)
        case "small hours":
            return time(hour % 12, minute) if hour <= 7 or hour == 12 else None
        case "midday":
            if hour <= 5:
                return time(hour + 12, minute)
            return time(hour, minute) if hour >= 10 else None
        case _:
            # At night: from six in the evening to five in the morning.
            if hour == 12:
                return time(0, minute)
            return time(hour + 12, minute) if hour >= 6 else time(hour, minute)
