"""What people type: settings, small talk and tags, as Haru answers them in Slack."""

from __future__ import annotations

from datetime import date, time

import pytest

from bot.channels.preferences import EVERY_DAY, WEEKDAYS, Pause
from bot.channels.tag_filter import TagFilter
from bot.local.seed import JUNHO
from tests.bot.listeners.conftest import Desk, eventually, found, text_of


async def test_times_zones_and_days_are_kept_as_people_type_them(desk: Desk) -> None:
    """A typed time, zone or choice of days is kept as it is meant, and the rest of the schedule stays."""
    for typed, hour, zone in (
        ("time 8:00 GMT+9", time(8), "Etc/GMT-9"),
        ("time 9시 반", time(9, 30), "Etc/GMT-9"),
        ("time 9:00 korea", time(9), "Asia/Seoul"),
        ("time 정오", time(12), "Asia/Seoul"),
        ("timezone 베를린", time(12), "Europe/Berlin"),
    ):
        await desk.write(f"/digest {typed}")
        preferences = (await desk.channel()).preferences
        assert (preferences.hour, preferences.zone) == (hour, zone), typed
    for typed, days, holidays in (
        ("days mon-thu", frozenset(range(4)), None),
        ("days weekdays except holidays in Germany", WEEKDAYS, "DE"),
        ("days every day", EVERY_DAY, None),
        ("days 평일 공휴일 제외", WEEKDAYS, "DE"),
        ("holidays korea", WEEKDAYS, "KR"),
        ("holidays off", WEEKDAYS, None),
    ):
        await desk.write(f"/digest {typed}")
        preferences = (await desk.channel()).preferences
        assert (preferences.days, preferences.holidays) == (days, holidays), typed


async def test_a_zone_of_several_is_named_before_it_is_kept(desk: Desk) -> None:
    """An abbreviation of several zones changes nothing until one of the buttons is pressed."""
    await desk.write("/digest")
    before = (await desk.channel()).preferences
    answer = await desk.write("/digest time 8:00 CET")
    assert "Europe/Berlin" in text_of(answer)
    assert (await desk.channel()).preferences == before
    await desk.press(answer, "zone")

    async def is_kept() -> bool:
        preferences = (await desk.channel()).preferences
        return preferences.hour == time(8) and preferences.zone.startswith("Europe/")

    await eventually(is_kept)


async def test_words_after_a_command_are_never_ignored(desk: Desk) -> None:
    """`/digest on` takes a time; words that are not understood change nothing, and the answer says so."""
    await desk.write("/digest on 8am")
    preferences = (await desk.channel()).preferences
    assert (preferences.enabled, preferences.hour) == (True, time(8))
    await desk.write("/digest off")
    assert "gibberish" in text_of(await desk.write("/digest on gibberish"))
    assert not (await desk.channel()).preferences.enabled
    assert "tomorrow" in text_of(await desk.write("/digest preview tomorrow"))


async def test_a_pause_leaves_out_its_days_and_can_be_ended(desk: Desk) -> None:
    """`pause`, `skip`, `resume` and `undo` move the next post, and the card says when it comes."""
    await desk.write("/digest time 09:00 Asia/Seoul")
    await desk.write("/digest days daily")
    await desk.write("/digest on")
    first = (await desk.channel()).next_date
    assert first == date(2025, 2, 26)
    await desk.write("/digest pause until saturday")
    channel = await desk.channel()
    assert channel.preferences.pause == Pause(date(2025, 2, 25), date(2025, 3, 1))
    assert channel.next_date == date(2025, 3, 1)
    assert "3월 1일" in text_of(await desk.write("/digest status"))
    await desk.write("/digest undo")
    assert (await desk.channel()).next_date == first
    await desk.write("/digest skip tomorrow")
    assert (await desk.channel()).next_date == date(2025, 2, 27)
    await desk.write("/digest resume")
    assert (await desk.channel()).next_date == first
    assert "until monday" in text_of(await desk.write("/digest pause for ever"))


async def test_tag_filters_mean_what_they_say(desk: Desk) -> None:
    """Words for everything remove the filter, `all -gan` leaves out gan, other names of a tag are understood,
    and a tag that no paper has is refused with tags that papers have.
    """
    await desk.write("/digest tags 추론")
    assert (await desk.channel()).preferences.tags == TagFilter((("reasoning",),))
    for word in ("off", "reset", "none", "전체"):
        await desk.write("/digest tags +reasoning")
        await desk.write(f"/digest tags {word}")
        assert (await desk.channel()).preferences.tags == TagFilter(), word
    await desk.write("/digest tags all -optimizer")
    assert (await desk.channel()).preferences.tags == TagFilter((), ("optimizer",))
    answer = text_of(await desk.write("/digest tags quokkas"))
    assert "quokkas" in answer
    assert (await desk.channel()).preferences.tags == TagFilter((), ("optimizer",))


@pytest.mark.parametrize("typed", ["large language model", "#large-language-models", "LLM"])
async def test_a_tag_is_found_by_its_other_names(desk: Desk, typed: str) -> None:
    """`/tag` finds a tag by its Korean and its full name, and says which tag it took."""
    answer = text_of(await desk.write(f"/tag {typed}"))
    assert "llm" in answer
    assert "arxiv.org" in answer


@pytest.mark.parametrize(
    ("typed", "word"), [("안녕", "안녕하세요"), ("hi!", "looped"), ("고마워요", "천만에요")]
)
async def test_small_talk_is_answered_as_a_person_would(desk: Desk, typed: str, word: str) -> None:
    """A greeting or thanks gets a short reply without papers."""
    answer = await desk.write(f"/haru {typed}", JUNHO)
    assert word in text_of(answer)
    assert not found_any(answer, "open_hit")


def found_any(message: dict[str, object], action: str) -> bool:
    """Whether a message has an element of this action."""
    try:
        found(message, action)
    except AssertionError:
        return False
    return True


async def test_haru_takes_the_settings_of_digest(desk: Desk) -> None:
    """`/haru time 9am` is `/digest time 9am`, while `/haru time series` looks for papers."""
    await desk.write("/haru time 7am")
    assert (await desk.channel()).preferences.hour == time(7)
    await desk.write("/haru time series")
    assert (await desk.channel()).preferences.hour == time(7)
