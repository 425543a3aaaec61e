"""Reads the front matter of a Markdown document: YAML between ``---``, TOML between ``+++``. Pure."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import yaml

from digests.reading.authors import names_of_people
from digests.reading.dates import MAX_DATE_LENGTH, date_within
from digests.reading.tags import tags_of_words

MAX_LENGTH = 20_000
"""Characters of front matter. Longer text is none."""

_YAML = re.compile(r"\A\s*---[ \t]*\n(?P<inside>.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_TOML = re.compile(r"\A\s*\+\+\+[ \t]*\n(?P<inside>.*?)\n\+\+\+[ \t]*(?:\n|\Z)", re.DOTALL)
_NAMES = {
    "title": ("title", "paper_title", "paper", "제목"),
    "authors": ("authors", "author", "저자", "작성자"),
    "date": ("date", "published", "publish_date", "pubdate", "created", "날짜"),
    "url": ("url", "link", "arxiv", "arxiv_url", "paper_url", "paper_link", "pdf", "source", "doi", "링크"),
    "tags": ("tags", "keywords", "categories", "tag", "topics", "태그"),
    "abstract": ("abstract", "초록"),
}


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """What front matter says of a document; None or nothing where it is silent. ``url`` is as written."""

    title: str | None = None
    authors: tuple[str, ...] = ()
    date: date | None = None
    url: str | None = None
    tags: tuple[str, ...] = ()
    abstract: str | None = None
    lines: int = field(default=0)
    """Lines that the front matter takes at the top of the document."""


NO_FRONT_MATTER = FrontMatter()


def split_front_matter(text: str) -> tuple[FrontMatter, str]:
    """The front matter and the text after it; the whole text where there is no front matter to read."""
    found = _YAML.match(text[: MAX_LENGTH + 10]) or _TOML.match(text[: MAX_LENGTH + 10])
    if not found:
        return FrontMatter(), text
    values = _values(found["inside"], is_toml=found.re is _TOML)
    if values is None:
        return FrontMatter(), text
    return _front_matter(values, found[0].count("\n")), text[found.end() :]


def _values(inside: str, *, is_toml: bool) -> Mapping[str, Any] | None:
    try:
        # The safe loader makes plain values only. Anchors are refused: they can multiply without end.
        if not is_toml and re.search(r"(?m)[:\-\s][&*]\w", inside):
            return _loose(inside)
        values = tomllib.loads(inside) if is_toml else yaml.safe_load(inside)
    except (yaml.YAMLError, tomllib.TOMLDecodeError, ValueError, RecursionError):
        return _loose(inside)
    if not isinstance(values, dict) or not values:
        return None
    return {str(name).casefold().strip(): value for name, value in values.items()}


def _loose(inside: str) -> Mapping[str, Any] | None:
    """Front matter that is no YAML, as people write it: ``title: Routing: a survey``."""
    pairs = re.findall(r"(?m)^([\w가-힣 -]{1,40}):[ \t]+(\S.*)$", inside)
    return {name.casefold().strip(): value.strip().strip("'\"") for name, value in pairs} or None


def _front_matter(values: Mapping[str, Any], lines: int) -> FrontMatter:
    found = {
        field: next((values[name] for name in names if values.get(name)), None)
        for field, names in _NAMES.items()
    }
    return FrontMatter(
        title=_text(found["title"]),
        authors=_people(found["authors"]),
        date=_day(found["date"]),
        url=_text(found["url"]),
        tags=tags_of_words(_words(found["tags"])),
        abstract=_text(found["abstract"]),
        lines=lines,
    )


def _text(value: Any) -> str | None:
    if isinstance(value, list) and value:
        value = value[0]
    return " ".join(str(value).split()) or None if isinstance(value, str | int | float) else None


def _people(value: Any) -> tuple[str, ...]:
    if isinstance(value, list):
        names = [item.get("name", "") if isinstance(item, dict) else item for item in value]
        return tuple(str(name).strip() for name in names if str(name).strip())
    return names_of_people(value) if isinstance(value, str) else ()


def _day(value: Any) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    return date_within(str(value)[:MAX_DATE_LENGTH]) if value else None


def _words(value: Any) -> list[str]:
    if isinstance(value, list):
        return [str(item) for item in value]
    if not isinstance(value, str):
        return []
    return [
        word for word in re.split(r"[,;]" if re.search(r"[,;]", value) else r"\s+", value) if word.strip()
    ]
