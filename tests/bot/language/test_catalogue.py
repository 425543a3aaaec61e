"""Every message has a Korean translation, and dates, numbers and names follow each language's rules."""

from __future__ import annotations

import ast
import re
import string
from datetime import UTC, date, datetime, time

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from bot.language.catalogue import LANGUAGES, SOURCE, catalogue_for
from bot.language.extract import BOT, TEMPLATE, extracted, path, translated, updated, written

TRANSLATED = [language for language in LANGUAGES if language != SOURCE]


@pytest.fixture(params=TRANSLATED)
def catalog(request: pytest.FixtureRequest) -> Catalog:
    """A catalogue as it is in the repository."""
    with path(request.param).open("rb") as po:
        return read_po(po, locale=request.param)


def ids(message: Message) -> tuple[str, ...]:
    return (message.id,) if isinstance(message.id, str) else tuple(message.id)


def strings(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string)


def test_template_is_what_the_code_says() -> None:
    """The template holds exactly the messages that the code marks: run python -m bot.language.extract."""
    assert TEMPLATE.read_bytes() == written(extracted())


def test_no_message_hides_in_an_f_string() -> None:
    """No message is marked inside an f-string, where Babel finds it on Python 3.12 and later only."""
    hidden = [
        f"{module.relative_to(BOT)}:{call.lineno}"
        for module in sorted(BOT.rglob("*.py"))
        for joined in ast.walk(ast.parse(module.read_text(encoding="utf-8")))
        if isinstance(joined, ast.JoinedStr)
        for call in ast.walk(joined)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr.endswith("gettext")
        and isinstance(call.args[0], ast.Constant)
    ]
    assert hidden == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_catalogue_is_up_to_date(language: str) -> None:
    """A catalogue holds exactly the template's messages: none missing, none left over."""
    assert path(language).read_bytes() == written(updated(language, extracted()))


def test_everything_is_translated(catalog: Catalog) -> None:
    """Every message has a translation, and none is fuzzy or obsolete."""
    wanting = [m.id for m in catalog if m.id and (m.fuzzy or not translated(m.string))]
    assert wanting == []
    assert not catalog.obsolete


def test_translations_keep_their_values(catalog: Catalog) -> None:
    """A translation has the same values and the same commands as its message."""
    for message in catalog:
        if not message.id:
            continue
        for said in strings(message):
            assert _fields(said) <= _fields(ids(message)[-1]), said
            assert _fields(ids(message)[-1]) <= _fields(said), said
            commands = re.findall(r"`[^`]*`", ids(message)[-1])
            assert sorted(re.findall(r"`[^`]*`", said)) == sorted(commands), said


def test_korean_is_korean(catalog: Catalog) -> None:
    """Every Korean translation contains Hangul."""
    for message in catalog:
        words = re.sub(r"`[^`]*`|\{\w+\}", "", ids(message)[-1])
        if message.id and re.search(r"[A-Za-z]{3}", words):
            assert all(re.search("[가-힣]", said) for said in strings(message)), message.id


def test_no_formatting_touches_a_letter(catalog: Catalog) -> None:
    """No bold, italics, strike-through or code touches a letter: Slack shows `*하루*는` as it is."""
    touching = {
        said: found
        for message in catalog
        if message.id
        for said in (*ids(message), *strings(message))
        if (found := _spans_touching_letters(said))
    }
    assert touching == {}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("*하루*는 논문을", ["*하루*"]),
        ("다시 _켜_요", ["_켜_"]),
        ("지난~글~", ["~글~"]),
        ("`/digest on`으로", ["`/digest on`"]),
        ("*On.* Next post: {moment}", []),
        ("`snake_case_name` 명령으로, `+a -b`.", []),
        ("2 * 3 * 4", []),
    ],
)
def test_formatting_that_touches_a_letter_is_found(text: str, expected: list[str]) -> None:
    """The search of the test above finds marks with a letter on their outer side, and nothing else."""
    assert _spans_touching_letters(text) == expected


def test_one_voice(catalog: Catalog) -> None:
    """The bot calls itself `I` and `저`, uses its name only to introduce itself or to be invited, and calls
    the reader `본인`.
    """
    english = re.compile(r"\b([Oo]ur|[Ww]e|us)\b|(?<!@)(?<!I'm )\bHaru\b")
    korean = re.compile(r"하루(?!예요|치|에)|저희|우리|(?<![가-힣])(나는|나를|나만|나에게|내가|내 )")
    for message in catalog:
        if message.id:
            assert not [said for said in ids(message) if english.search(said)]
            assert not [said for said in strings(message) if korean.search(said)]


def test_plurals() -> None:
    """English has two plural forms; Korean has one."""
    forms = [
        catalogue_for(language).ngettext("{n} paper", "{n} papers", n)
        for language in ("en", "ko")
        for n in (1, 3854)
    ]
    assert forms == ["1 paper", "3,854 papers", "1편", "3,854편"]


def test_dates() -> None:
    """Dates and times are written as people write them."""
    day, instant = date(2025, 2, 25), datetime(2025, 2, 25, 0, 0, tzinfo=UTC)
    korean, english = catalogue_for("ko"), catalogue_for("en")
    assert korean.date(day) == "2월 25일 화요일"
    assert english.date(day) == "Tuesday, February 25"
    assert korean.full_date(day) == "2025년 2월 25일"
    assert english.full_date(day) == "February 25, 2025"
    assert korean.date_range(date(2025, 2, 22), date(2025, 2, 24)) == "2월 22일~24일"
    assert english.date_range(date(2025, 2, 22), date(2025, 2, 24)) == "Feb 22 – 24"
    assert korean.time(time(9)) == "오전 9:00"
    assert english.time(time(13, 5)) == "1:05 PM"
    assert korean.moment(instant, "Asia/Seoul") == "2월 25일 화요일 오전 9:00"
    assert english.moment(instant, "Asia/Seoul") == "Tuesday, February 25 at 9:00 AM"


def test_names() -> None:
    """Zones, days, languages and countries have names in each language; unknown ones stay as they are."""
    korean, english = catalogue_for("ko"), catalogue_for("en")
    assert (korean.zone_name("Asia/Seoul"), english.zone_name("America/New_York")) == (
        "서울 시간",
        "New York time",
    )
    assert (korean.zone_name("UTC"), english.zone_name("Etc/GMT+3")) == ("UTC", "UTC-3")
    assert [korean.weekdays(days) for days in (range(5), range(7), {0, 2})] == ["평일", "매일", "월·수"]
    assert [english.weekdays(days) for days in (range(5), range(7), {0, 2})] == [
        "weekdays",
        "every day",
        "Mon, Wed",
    ]
    assert (korean.language_name("en"), english.language_name("ja")) == ("영어", "Japanese")
    assert korean.language_name("no-such-language-at-all") == "no-such-language-at-all"
    assert (korean.country_name("KR"), english.country_name("kr")) == ("대한민국", "South Korea")


@pytest.mark.parametrize(
    ("tag", "spoken"), [("ko-KR", "ko"), ("ko_KR", "ko"), ("EN-us", "en"), ("fr-FR", "en"), ("", "en")]
)
def test_any_tag_gives_a_catalogue(tag: str, spoken: str) -> None:
    """A language that the bot does not speak gives the English catalogue."""
    assert catalogue_for(tag).language == spoken


def _fields(message: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(message) if name}


def _spans_touching_letters(text: str) -> list[str]:
    """The formatted spans of a mrkdwn text with a letter or digit directly before or after them."""
    found = []
    for mark in "`*_~":
        inside = rf"[^{re.escape(mark)}\n]+"
        spans = list(re.finditer(rf"{re.escape(mark)}(?=\S){inside}(?<=\S){re.escape(mark)}", text))
        for span in spans:
            before, behind = text[: span.start()][-1:], text[span.end() :][:1]
            if before.isalnum() or behind.isalnum():
                found.append(span[0])
        if mark == "`":
            # Marks inside code are shown as they are.
            text = re.sub(r"`[^`\n]+`", lambda code: " " * len(code[0]), text)
    return found
