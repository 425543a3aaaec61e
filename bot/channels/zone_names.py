"""Finds the IANA time zone that a person means by a name, an abbreviation, an offset or a place.

Names come from the time zone database (tzdata) and from CLDR (Babel), in English, Korean, Japanese and
Chinese. ``places.tsv`` adds cities and states that neither has. Nothing is guessed: an unknown name finds no
zone, and a name of several zones finds them all.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo, available_timezones

from babel import Locale
from babel.core import get_global

from bot.channels.loose_names import loose

_LOCALES = ("en", "ko", "ja", "zh")
"""Locales whose names of cities, countries and zones are known."""

_ABBREVIATION_LOCALES = (
    "en", "en_GB", "en_AU", "en_CA", "en_IN", "en_NZ", "en_ZA", "en_HK", "en_SG", "ja", "ko",
)  # fmt: skip
"""CLDR lists an abbreviation only in the locales where people use it."""

MOST_CHOICES = 5
"""How many zones are offered for a name of several."""

_LONGEST = 80
"""Characters; no name of a place needs more."""

_NO_CITIES = ("Etc/", "SystemV/", "US/", "Canada/", "Mexico/", "Brazil/", "Chile/")
"""Beginnings of names whose last part is no city: ``Canada/Pacific``."""

_OFFSET = re.compile(
    r"(?:utc|gmt|z)? ?(?P<sign>[+\-−–]) ?(?P<hours>\d{1,2})(?::?(?P<minutes>\d\d))?"
    r"(?: ?(?:hours?|hrs?|시간))?"
)
_NOISE = re.compile(
    r"\b(?:in|at|the|local|standard|time|timezone|zone|tz)\b|현지|표준시|시간대|시간|기준|[()\[\],]|으로$|로$"
)
_KOREAN_TIME = re.compile(r"(?<=[가-힣])(?:표준시|시간)")


def find_zones(typed: str) -> tuple[str, ...]:
    """The zones that the words may mean, the likeliest first: none if they are no zone, and at most
    ``MOST_CHOICES``.

    ``UTC+9`` and ``GMT+9`` are nine hours ahead of UTC, as people mean them, and not as in the name
    ``Etc/GMT+9``, which has POSIX's sign.
    """
    if len(typed) > _LONGEST:
        return ()
    text = " ".join(unicodedata.normalize("NFKC", typed).casefold().split())
    if found := _OFFSET.fullmatch(text):
        return _zones_of_offset(found)
    for name in dict.fromkeys((loose(text), loose(_NOISE.sub(" ", text)))):
        if zones := _names().get(name):
            return zones[:MOST_CHOICES]
    return ()


def zone_spellings() -> dict[str, str]:
    """Each IANA zone by its name and by its city, in lower case, to correct misspelt names by."""
    names = {name for name in available_timezones() if "/" in name and not name.startswith(_NO_CITIES)}
    by_city: dict[str, str] = {}
    for name in sorted(names):
        by_city.setdefault(name.rpartition("/")[2].casefold(), name)
    return by_city | {name.casefold(): name for name in names}


def country_of(zone: str) -> str | None:
    """The code of the country that a zone lies in (``KR``); None for ``UTC`` and zones of an offset."""
    territories = get_global("zone_territories")
    code = territories.get(zone) or territories.get(get_global("zone_aliases").get(zone, zone))
    return str(code) if code and code not in ("001", "ZZ") else None


def _zones_of_offset(found: re.Match[str]) -> tuple[str, ...]:
    hours, minutes = int(found["hours"]), int(found["minutes"] or 0)
    ahead = timedelta(hours=hours, minutes=minutes) * (1 if found["sign"] == "+" else -1)
    if not ahead:
        return ("UTC",)
    if not minutes and -12 <= ahead / timedelta(hours=1) <= 14:
        # POSIX's sign: Etc/GMT-9 is nine hours ahead of UTC.
        return (f"Etc/GMT{'-' if found['sign'] == '+' else '+'}{hours}",)
    if minutes > 59:
        return ()
    return tuple(zone for zone in _rows() if _offsets(zone) == (ahead, ahead))[:1]


@cache
def _names() -> dict[str, tuple[str, ...]]:
    """Zones by every known name, as ``loose`` writes it. A name keeps the first meaning it gets here."""
    names: dict[str, tuple[str, ...]] = {}

    def add(name: str, zones: Iterable[str]) -> None:
        key, found = loose(name), tuple(dict.fromkeys(zones))
        if key and found:
            names.setdefault(key, found)

    iana = sorted(name for name in available_timezones() if "/" in name and not name.startswith("SystemV/"))
    for name in iana:
        add(name, [name])
    for name in ("UTC", "GMT", "Z", "Zulu", "Universal", "세계 표준시", "협정 세계시"):
        add(name, ["UTC"])
    for abbreviation, metazones in _abbreviations().items():
        add(abbreviation, _choices(metazones))
    cities = [name for name in iana if not name.startswith(_NO_CITIES)]
    for name in sorted(cities, key=lambda zone: zone not in _rows()):
        add(name.rpartition("/")[2], [name])
    for locale in map(Locale.parse, _LOCALES):
        for zone, forms in locale.time_zones.items():
            if city := forms.get("city"):
                add(str(city), [_iana(zone)])
    for names_of_place, zone in _places():
        for name in names_of_place:
            add(name, [zone])
    for locale in map(Locale.parse, _LOCALES):
        for code, country in locale.territories.items():
            add(str(country), _zones_of_country(str(code)))
    for metazone in set(_metazones().values()):
        add(metazone.replace("_", " "), _choices({metazone}))
    for locale in map(Locale.parse, _LOCALES):
        for metazone, forms in locale.meta_zones.items():
            for name in forms.get("long", {}).values():
                plain = _KOREAN_TIME.sub("", _NOISE.sub(" ", str(name).casefold()))
                add(plain, _choices({str(metazone)}))
                add(plain.removeprefix("미 "), _choices({str(metazone)}))
    for short, code in (("US", "US"), ("USA", "US"), ("America", "US"), ("UK", "GB"), ("UAE", "AE")):
        add(short, _zones_of_country(code))
    return names


def _metazones() -> Mapping[str, str]:
    """CLDR's metazone of each zone: zones that share their history of names (``America_Pacific``)."""
    # Babel has these data, and its types do not list them.
    return get_global("meta_zones")  # type: ignore[arg-type]


def _abbreviations() -> dict[str, set[str]]:
    """The CLDR metazones that each abbreviation stands for (``PST``, ``ET``), by CLDR and by tzdata."""
    found: dict[str, set[str]] = defaultdict(set)
    for locale in map(Locale.parse, _ABBREVIATION_LOCALES):
        for metazone, forms in locale.meta_zones.items():
            for name in forms.get("short", {}).values():
                if str(name).isascii() and str(name).isalpha():
                    found[str(name)].add(str(metazone))
    for zone in get_global("windows_zone_mapping").values():
        metazone = _metazones().get(zone)
        for month in (1, 7):
            name = datetime(_YEAR, month, 1, tzinfo=ZoneInfo(zone)).tzname() or ""
            if name.isalpha() and metazone and not _has_offset(found[name], _offsets(zone)[0]):
                found[name].add(metazone)
    return found


def _has_offset(metazones: Iterable[str], offset: timedelta) -> bool:
    """Whether one of the metazones has this offset in January: then another of it makes no difference."""
    return any(_offsets(zone)[0] == offset for name in metazones for zone in _choices({name}))


def _choices(metazones: Iterable[str]) -> list[str]:
    """One zone for each metazone that has a main zone; all main zones of a metazone that has several.

    CLDR's list of Windows zones tells which: a zone called as the metazone itself (``Pacific Standard Time``)
    is its main one, as is one whose city names the metazone (``Moscow``). Central Europe has no main zone.
    """
    by_metazone: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for windows_name, zone in get_global("windows_zone_mapping").items():
        by_metazone[_metazones().get(zone, "")].append((windows_name, _iana(zone)))
    chosen: list[str] = []
    for metazone in sorted(metazones, key=lambda name: (not name.startswith("America_"), name)):
        zones = sorted(by_metazone.get(metazone, []), key=lambda pair: (len(pair[0]), pair[0]))
        plain = metazone.removeprefix("America_")
        windows_name = f"{plain.replace('_', ' ')} Standard Time"
        main = [zone for name, zone in zones if name == windows_name or zone.endswith(f"/{plain}")]
        chosen += main or [zone for _, zone in zones]
    if not chosen:
        chosen = [zone for zone in _rows() if _metazones().get(zone, "") in set(metazones)]
    return chosen


def _zones_of_country(code: str) -> list[str]:
    """A country's zones, one for each clock it has, in tzdata's order."""
    main = set(map(_iana, get_global("windows_zone_mapping").values()))
    zones = [zone for zone, codes in _rows().items() if code in codes]
    by_clock: dict[tuple[timedelta, timedelta], str] = {}
    for zone in sorted(zones, key=lambda zone: (zone not in main, _rows()[zone][0] != code)):
        by_clock.setdefault(_offsets(zone), zone)
    chosen = [zone for zone in zones if zone in by_clock.values()]
    return [zone for zone in chosen if zone in main] or chosen


@cache
def _rows() -> dict[str, tuple[str, ...]]:
    """The zones of tzdata's ``zone1970.tab``, each with the codes of its countries."""
    table = files("tzdata").joinpath("zoneinfo", "zone1970.tab").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in table.splitlines() if line and not line.startswith("#")]
    return {row[2]: tuple(row[0].split(",")) for row in rows}


def _places() -> list[tuple[list[str], str]]:
    table = files("bot.channels").joinpath("places.tsv").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in table.splitlines() if line and not line.startswith("#")]
    return [(names.split("|"), zone) for names, zone in rows]


@cache
def _iana(zone: str) -> str:
    """The name tzdata gives a zone that CLDR may call by an older one (``Asia/Calcutta``)."""
    return zone if zone in _rows() else str(get_global("zone_aliases").get(zone, zone))


_YEAR = 2030
"""A year ahead, in which the rules that zones have now go on: its offsets and abbreviations count."""


@cache
def _offsets(zone: str) -> tuple[timedelta, timedelta]:
    """A zone's offsets from UTC in January and in July."""
    info = ZoneInfo(zone)
    january, july = (datetime(_YEAR, month, 1, tzinfo=info).utcoffset() for month in (1, 7))
    return january or timedelta(), july or timedelta()
