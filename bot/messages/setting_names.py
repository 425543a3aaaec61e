"""What a channel prefers, in words: the names of languages, layouts, days and filters. Pure."""

from __future__ import annotations

import re
from datetime import time

from bot.channels import tag_filter_parser
from bot.channels.preferences import Field, Language, Layout, Preferences
from bot.channels.tag_filter import TagFilter
from bot.language.catalogue import Catalogue, deferred
from bot.messages.mrkdwn import brief

LANGUAGES = {
    Language.KO: deferred("Korean"),
    Language.EN: deferred("English"),
    Language.BOTH: deferred("Korean, then English"),
}

LAYOUTS = {
    Layout.DIGEST: deferred("digest (one message)"),
    Layout.THREAD: deferred("thread (titles, the rest in a thread)"),
    Layout.STREAM: deferred("stream (one message per paper)"),
}

FIELDS = {
    Field.LANGUAGE: deferred("Language"),
    Field.LAYOUT: deferred("Layout"),
    Field.TIME: deferred("Time"),
    Field.DAYS: deferred("Days"),
    Field.TAGS: deferred("Tags"),
    Field.ENABLED: deferred("Daily papers"),
    Field.MANAGERS: deferred("Managers"),
}


_USER = re.compile("[UW][0-9A-Z]{1,20}")


def when(preferences: Preferences, words: Catalogue) -> str:
    """``평일 오전 9:00 (서울 시간)``."""
    return words.gettext(
        "{days}, {time} ({zone})",
        days=days(preferences.days, preferences.holidays, words),
        time=words.time(preferences.hour),
        zone=words.zone(preferences.zone),
    )


def days(chosen: frozenset[int], holidays: str | None, words: Catalogue) -> str:
    """``평일``, or ``평일 (대한민국 공휴일 제외)``."""
    said = words.days(chosen)
    if not holidays:
        return said
    country = words.territory(holidays)
    return words.gettext("{days} except holidays in {country}", days=said, country=country)


def filtered(tags: TagFilter, words: Catalogue) -> str:
    """``전부``, or which tags are wanted and which are not; as mrkdwn."""
    wanted = brief(_groups(tags, words), 300)
    unwanted = brief(", ".join(tags.exclude), 300)
    if tags.include and tags.exclude:
        return words.gettext("only {wanted}, without {unwanted}", wanted=wanted, unwanted=unwanted)
    if tags.include:
        return words.gettext("only {wanted}", wanted=wanted)
    if tags.exclude:
        return words.gettext("all except {unwanted}", unwanted=unwanted)
    return words.gettext("all papers")


def _groups(tags: TagFilter, words: Catalogue) -> str:
    """``nlp, vision``, any of them; or ``nlp and (robotics or planning)``."""
    if len(tags.include) == 1:
        return ", ".join(tags.include[0])
    both, either = words.pgettext("between tags", "and"), words.pgettext("between tags", "or")
    groups = (f" {either} ".join(group) for group in tags.include)
    bracketed = (
        f"({text})" if len(group) > 1 else text for text, group in zip(groups, tags.include, strict=True)
    )
    return f" {both} ".join(bracketed)


def recorded(field: Field, value: str, words: Catalogue) -> str:
    """A value from the log of changes as people read it, as mrkdwn; what it cannot read stays as it is."""
    try:
        return _RECORDED[field](value, words)
    except (ValueError, KeyError):
        return brief(value, 300) or words.gettext("none")


def _language(value: str, words: Catalogue) -> str:
    return words.gettext(LANGUAGES[Language(value)])


def _layout(value: str, words: Catalogue) -> str:
    return words.gettext(LAYOUTS[Layout(value)])


def _time(value: str, words: Catalogue) -> str:
    hour, _, zone = value.partition(" ")
    said = words.time(time.fromisoformat(hour))
    return f"{said} ({brief(words.zone(zone), 100)})" if zone else said


def _days(value: str, words: Catalogue) -> str:
    chosen, _, country = value.partition(" ")
    return days(frozenset(int(day) for day in chosen), country or None, words)


def _tags(value: str, words: Catalogue) -> str:
    return filtered(tag_filter_parser.parse(value) or TagFilter(), words)


def _enabled(value: str, words: Catalogue) -> str:
    return words.pgettext("daily papers", "on") if value == "on" else words.pgettext("daily papers", "off")


def _managers(value: str, words: Catalogue) -> str:
    people = [f"<@{user}>" for user in value.split() if _USER.fullmatch(user)][:20]
    return words.names(people) if people else words.gettext("nobody")


_RECORDED = {
    Field.LANGUAGE: _language,
    Field.LAYOUT: _layout,
    Field.TIME: _time,
    Field.DAYS: _days,
    Field.TAGS: _tags,
    Field.ENABLED: _enabled,
    Field.MANAGERS: _managers,
}
