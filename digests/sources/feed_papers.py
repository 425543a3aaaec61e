"""Feeds with one paper an item: writes such an item as a newsletter of one entry. Pure."""

from __future__ import annotations

import re
from datetime import date

from digests.reading.authors import look_like_names, names_of_people
from digests.reading.html_entities import unescape_entities
from digests.reading.identity import arxiv_id, is_paper_address
from digests.reading.tags import canonical
from digests.sources.feed_formats import FeedItem

_ARXIV_HEAD = re.compile(r"^\s*arXiv:\S+\s+Announce Type:\s*[\w-]+\s*(?:Abstract:)?\s*", re.IGNORECASE)
_LABEL = re.compile(r"^\s*(?:abstract|summary)\s*[:：]\s*", re.IGNORECASE)
_TITLE_NOISE = re.compile(
    r"\s*\(arXiv:\S+(?:\s*\[[\w.-]+\])?(?:\s+UPDATED)?\)\s*\.?$|^\[\d{4}\.\d{4,5}(?:v\d+)?\]\s*"
)
_MAIL = re.compile(r"\S+@\S+\s*\((?P<name>[^()]+)\)|\S+@\S+")
_AFFILIATION = re.compile(r"\s*[(（][^()（）]{0,200}[)）]")
_MOST_TAGS = 12


def paper_text(item: FeedItem, day: date | None) -> str | None:
    """The newsletter of an item that is one paper; None for any other item.

    An item is a paper when its link leads to a place where papers live, and when it is not a digest with tags
    of its own.
    """
    title = _TITLE_NOISE.sub("", " ".join(item.title.split()))
    link = item.link if is_paper_address(item.link) else item.id if is_paper_address(item.id) else ""
    if day is None or not link or not title or len(title) < 4:
        return None
    said = _text(item.content)
    if re.search(r"(?m)^#\w", said):
        return None
    number = arxiv_id(link)
    address = f"https://arxiv.org/abs/{number}" if number else link
    abstract = " ".join(_LABEL.sub("", _ARXIV_HEAD.sub("", said)).split())
    authors = [name for value in item.authors for name in _names(value)]
    tags = dict.fromkeys(f"#{canonical(name)}" for name in item.categories if canonical(name))
    lines = [
        day.isoformat(),
        _escaped(title),
        address,
        f"({', '.join(authors)})" if authors else "()",
        _escaped(abstract),
        " ".join([tag for tag in tags if not re.search(r"\s", tag)][:_MOST_TAGS]),
    ]
    return "\n".join(filter(None, lines)) + "\n"


def _text(content: str) -> str:
    """The text of a piece of HTML. A parser of HTML takes quadratic time over deeply nested elements."""
    if "<" not in content:
        return content
    return unescape_entities(_MARKUP.sub("", _BREAK.sub("\n", content)))


_BREAK = re.compile(r"</?(?:p|div|li|ul|ol|h[1-6]|blockquote|tr|table|br)\b[^<>]*>", re.IGNORECASE)
_MARKUP = re.compile(r"<(?:/?[A-Za-z]|!)[^<>]*>")


def _names(value: str) -> tuple[str, ...]:
    plain = _AFFILIATION.sub("", _MAIL.sub(lambda found: found["name"] or "", value))
    # What is no name (an editor's line, a sentence) would make the grammar refuse the whole line of authors.
    return tuple(name for name in names_of_people(plain) if look_like_names((name,)))


def _escaped(text: str) -> str:
    return f"\\{text}" if re.match(r"[#<(\\]|https?://", text) else text
