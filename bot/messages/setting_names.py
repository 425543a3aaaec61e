"""A channel's settings as people read them: languages, layouts, days and tag filters. Pure."""

from __future__ import annotations

import re
from datetime import time, timedelta

from bot.channels import setting_codec, tag_filter_parser
from bot.channels.preferences import Field, Language, Layout, Pause, Preferences
from bot.channels.tag_filter import TagFilter
from bot.language.catalogue import Catalogue, deferred
from bot.messages.mrkdwn import brief

LANGUAGE_NAMES = {
    Language.KO: deferred("Korean"),
    Language.EN: deferred("English"),
    Language.BOTH: deferred("Korean, then English"),
}

LAYOUT_NAMES = {
    Layout.DIGEST: deferred("digest (one message)"),
    Layout.THREAD: deferred("thread (titles, the rest in a thread)"),
    Layout.STREAM: deferred("stream (one message per paper)"),
}

FIELD_NAMES = {
    Field.LANGUAGE: deferred("Language"),
    Field.LAYOUT: deferred("Layout"),
    Field.TIME: deferred("Time"),
    Field.DAYS: deferred("Days"),
    Field.TAGS: deferred("Tags"),
    Field.ENABLED: deferred("Daily papers"),
    Field.PAUSE: deferred("Pause"),
    Field.LINKS: deferred("Papers under links"),
    Field.MANAGERS: deferred("Managers"),
}


_USER = re.compile("[UW][0-9A-Z]{1,20}")


def schedule_text(preferences: Preferences, catalogue: Catalogue) -> str:
    """``평일 오전 9:00 (서울 시간)``."""
    return catalogue.gettext(
        "{days}, {time} ({zone})",
        days=days_text(preferences.days, preferences.holidays, catalogue),
        time=catalogue.time(preferences.hour),
        zone=catalogue.zone_name(preferences.zone),
    )


def days_text(chosen: frozenset[int], holidays: str | None, catalogue: Catalogue) -> str:
    """``평일``, or ``대한민국 공휴일을 뺀 평일``."""
    text = catalogue.weekdays(chosen)
    if not holidays:
        return text
    country = catalogue.country_name(holidays)
    return catalogue.gettext("{days} except holidays in {country}", days=text, country=country)


def filter_text(tags: TagFilter, catalogue: Catalogue) -> str:
    """``모든 논문``, or the wanted and unwanted tags; as mrkdwn."""
    wanted = brief(_groups(tags, catalogue), 300)
    unwanted = brief(", ".join(tags.exclude), 300)
    if tags.include and tags.exclude:
        return catalogue.gettext("only {wanted}, without {unwanted}", wanted=wanted, unwanted=unwanted)
    if tags.include:
        return catalogue.gettext("only {wanted}", wanted=wanted)
    if tags.exclude:
        return catalogue.gettext("all except {unwanted}", unwanted=unwanted)
    return catalogue.gettext("all papers")


def _groups(tags: TagFilter, catalogue: Catalogue) -> str:
    """``nlp, vision`` for any of them; or ``nlp and (robotics or planning)``."""
    if len(tags.include) == 1:
        return ", ".join(tags.include[0])
    both, either = catalogue.pgettext("between tags", "and"), catalogue.pgettext("between tags", "or")
    groups = (f" {either} ".join(group) for group in tags.include)
    bracketed = (
        f"({text})" if len(group) > 1 else text for text, group in zip(groups, tags.include, strict=True)
    )
    return f" {both} ".join(bracketed)


def recorded_value(field: Field, value: str, catalogue: Catalogue) -> str:
    """A value of the change log as people read it, as mrkdwn; an unknown value is shown as it is."""
    try:
        return _RECORDED[field](value, catalogue)
    except (ValueError, KeyError):
        return brief(value, 300) or catalogue.gettext("none")


def _language(value: str, catalogue: Catalogue) -> str:
    return catalogue.gettext(LANGUAGE_NAMES[Language(value)])


def _layout(value: str, catalogue: Catalogue) -> str:
    return catalogue.gettext(LAYOUT_NAMES[Layout(value)])


def _time(value: str, catalogue: Catalogue) -> str:
    hour, _, zone = value.partition(" ")
    text = catalogue.time(time.fromisoformat(hour))
    return f"{text} ({brief(catalogue.zone_name(zone), 100)})" if zone else text


def _days(value: str, catalogue: Catalogue) -> str:
    chosen, _, country = value.partition(" ")
    return days_text(frozenset(int(day) for day in chosen), country or None, catalogue)


def _tags(value: str, catalogue: Catalogue) -> str:
    return filter_text(tag_filter_parser.parse(value) or TagFilter(), catalogue)


def _enabled(value: str, catalogue: Catalogue) -> str:
    return (
        catalogue.pgettext("daily papers", "on")
        if value == "on"
        else catalogue.pgettext("daily papers", "off")
    )


def pause_text(pause: Pause, catalogue: Catalogue) -> str:
    """``12월 24일~26일``: the days without a post."""
    return catalogue.date_range(pause.first, pause.until - timedelta(days=1))


def _pause(value: str, catalogue: Catalogue) -> str:
    pause = setting_codec.decode_pause(value)
    return pause_text(pause, catalogue) if pause else catalogue.pgettext("pause", "none")


def _managers(value: str, catalogue: Catalogue) -> str:
    people = [f"<@{user}>" for user in value.split() if _USER.fullmatch(user)][:20]
    return catalogue.join_names(people) if people else catalogue.gettext("nobody")


_RECORDED = {
    Field.LANGUAGE: _language,
    Field.LAYOUT: _layout,
    Field.TIME: _time,
    Field.DAYS: _days,
    Field.TAGS: _tags,
    Field.ENABLED: _enabled,
    Field.PAUSE: _pause,
    Field.LINKS: _enabled,
    Field.MANAGERS: _managers,
}
