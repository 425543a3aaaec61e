"""Messages in one language: gettext catalogues, and dates, numbers and names by CLDR's rules.

The code is written in English, so English needs no catalogue. Korean is
``locales/ko/LC_MESSAGES/haru.po``, compiled in memory on first use: no build step can be forgotten.
"""

from __future__ import annotations

import datetime as dt
import gettext
import re
from collections.abc import Collection, Iterable
from functools import cache
from importlib.resources import files
from io import BytesIO
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_interval, format_time, get_timezone_location
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from bot.language.command_names import with_prefix

SOURCE = "en"
"""The language of the messages in the code."""

LANGUAGES = ("ko", "en")
"""The languages the bot speaks. Commentary can be in any language."""

# CLDR's own patterns give `Tue, Feb 25` in English and `AM 9:00` in Korean, which people do not write.
_DAY = {"ko": "MMMM d일 EEEE", "en": "EEEE, MMMM d"}
_SHORT_DAY = {"ko": "MMMM d일", "en": "MMMM d"}
_FULL_DAY = {"ko": "y년 MMMM d일", "en": "MMMM d, y"}
_TIME = {"ko": "aaaa h:mm", "en": "h:mm a"}

_LIST = {"ko": "·", "en": ", "}

_WEEKDAYS = frozenset(range(5))
_EVERY_DAY = frozenset(range(7))


@cache
def catalogue_for(language: str) -> Catalogue:
    """The catalogue of a BCP 47 tag's language; English if the bot does not speak that language."""
    spoken = language.replace("_", "-").partition("-")[0].lower()
    return Catalogue(spoken if spoken in LANGUAGES else SOURCE)


def deferred(message: str) -> str:
    """Marks a message in a table for translation; it is translated when it is shown."""
    return message


class Catalogue:
    """Translates and formats for one language.

    Does not choose the language, and does not escape: renderers escape the values that people wrote.
    """

    def __init__(self, language: str) -> None:
        self.language = language
        self._locale = Locale.parse(language)
        self._translations = _load(language)

    def gettext(self, message: str, **values: object) -> str:
        """The message in this language, with the command prefix, and ``{names}`` replaced by ``values``."""
        return _fill(self._translations.gettext(message), values)

    def ngettext(self, singular: str, plural: str, n: int, **values: object) -> str:
        """The plural form for ``n``. ``{n}`` is formatted as a number of this language."""
        return _fill(self._translations.ngettext(singular, plural, n), {"n": self.number(n), **values})

    def pgettext(self, context: str, message: str, **values: object) -> str:
        """Like gettext, for a message that means different things in different contexts."""
        return _fill(self._translations.pgettext(context, message), values)

    def date(self, day: dt.date) -> str:
        """A date for a header, without the year: ``2월 25일 화요일``, ``Tuesday, February 25``."""
        return format_date(day, _DAY[self.language], locale=self._locale)

    def short_date(self, day: dt.date) -> str:
        """``2월 25일``, ``February 25``."""
        return format_date(day, _SHORT_DAY[self.language], locale=self._locale)

    def full_date(self, day: dt.date) -> str:
        """``2025년 2월 25일``, ``February 25, 2025``."""
        return format_date(day, _FULL_DAY[self.language], locale=self._locale)

    def date_range(self, first: dt.date, last: dt.date) -> str:
        """``2월 22일~24일``, ``Feb 22 – 24``; the short date if both days are the same."""
        if first == last:
            return self.short_date(first)
        # CLDR puts thin spaces around the dash, which many fonts lack.
        return format_interval(first, last, "MMMMd", locale=self._locale).replace("\u2009", " ")

    def time(self, hour: dt.time) -> str:
        """``오전 9:00``, ``9:00 AM``."""
        return format_time(hour, _TIME[self.language], locale=self._locale)

    def moment(self, instant: dt.datetime, zone: str) -> str:
        """An aware datetime in the time zone: ``2월 25일 화요일 오전 9:00``."""
        local = instant.astimezone(ZoneInfo(zone))
        return self.gettext("{date} at {time}", date=self.date(local.date()), time=self.time(local.time()))

    def zone_name(self, name: str) -> str:
        """``서울 시간``, ``Seoul time``; ``UTC+9`` for a fixed offset (``Etc/GMT-9``); ``UTC`` as it is."""
        if found := re.fullmatch(r"Etc/GMT([+-])(\d{1,2})", name):
            # POSIX counts west of Greenwich, people count east of it.
            return f"UTC{'-' if found[1] == '+' else '+'}{found[2]}"
        if "/" not in name or name.startswith(("Etc/", "SystemV/")):
            return name
        city = str(get_timezone_location(name, locale=self._locale, return_city=True))
        return self.gettext("{city} time", city=city)

    def number(self, number: int) -> str:
        """``3,854``."""
        if 0 <= number < 1000:
            return str(number)  # the same in both languages, and faster
        return str(format_decimal(number, locale=self._locale))

    def weekdays(self, days: Collection[int]) -> str:
        """Weekdays, Monday 0, as ``평일``, ``매일`` or ``월·수``."""
        chosen = frozenset(days)
        if chosen == _EVERY_DAY:
            return self.gettext("every day")
        if chosen == _WEEKDAYS:
            return self.gettext("weekdays")
        names = self._locale.days["format"]["abbreviated"]
        return _LIST[self.language].join(str(names[day]) for day in sorted(chosen))

    def weekday_name(self, day: int) -> str:
        """The full name of a weekday, Monday 0: ``월요일``, ``Monday``."""
        return str(self._locale.days["format"]["wide"][day])

    def language_name(self, code: str) -> str:
        """``영어``, ``English``; an unknown code is returned as it is."""
        try:
            return Locale.parse(code, sep="-").get_display_name(self._locale) or code
        except (UnknownLocaleError, ValueError):
            return code

    def country_name(self, code: str) -> str:
        """``대한민국``, ``South Korea``; an unknown code is returned as it is."""
        return str(self._locale.territories.get(code.upper(), code))

    def join_names(self, names: Iterable[str]) -> str:
        """``A, B, C``, ``A, B, and C``."""
        # CLDR's Korean puts `및` before the last name, which is official language.
        chosen = list(names)
        return ", ".join(chosen) if self.language == "ko" else format_list(chosen, locale=self._locale)


def _fill(message: str, values: dict[str, object]) -> str:
    message = with_prefix(message)
    return message.format(**values) if values else message


def _load(language: str) -> gettext.NullTranslations:
    if language == SOURCE:
        return gettext.NullTranslations()
    source = files("bot.language").joinpath("locales", language, "LC_MESSAGES", "haru.po")
    compiled = BytesIO()
    with source.open("rb") as po:
        write_mo(compiled, read_po(po, locale=language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
