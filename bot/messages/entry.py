"""Renders one entry: its title, its commentary or a substitute, its authors and tags, its menu. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.language.catalogue import Catalogue, catalogue_for
from bot.messages import limits
from bot.messages.action_ids import Action
from bot.messages.blocks import Element, option, overflow, section
from bot.messages.message import Block
from bot.messages.mrkdwn import (
    bold,
    clean,
    escape,
    italic,
    link,
    one_line,
    opening_sentences,
    split,
    web_address,
    with_links,
)
from digests.model import ArchivedEntry, Entry, Paper

OPENING = 400
"""Characters of the abstract that replace a missing commentary."""

NAMED_AUTHORS = 3
"""Up to this many authors are all named; of more, only the first is, and the others are counted."""

_HANGUL = re.compile("[\uac00-\ud7a3\u3131-\u318e]")
_KANA_OR_HAN = re.compile("[\u3040-\u30ff\u4e00-\u9fff]")
_LATIN = re.compile("[A-Za-z]")
_TELLING = 500
"""Characters of a text that tell its language."""


@dataclass(frozen=True, slots=True)
class Description:
    """One text about an entry. Raw, not yet mrkdwn.

    ``label`` says what ``text`` is when it replaces a missing commentary. ``language`` is that of a
    commentary, None for an abstract.
    """

    text: str
    label: str | None = None
    language: str | None = None


def descriptions(
    entry: Entry, catalogue: Catalogue, *, elsewhere: str | None = None
) -> tuple[Description, ...]:
    """The texts to show for an entry in the catalogue's language.

    The commentary in that language, if there is one. Else the opening of the abstract if it is in that
    language, and the commentary in another language, labelled. Else the opening of the abstract.
    ``elsewhere`` is a language whose commentary is already in the same post: it is mentioned, not
    repeated.
    """
    own = clean(entry.commentary(catalogue.language) or "").strip()
    if own:
        return (Description(own, language=catalogue.language),)
    abstract = one_line(entry.paper.abstract or "")
    stand_in = (
        Description(opening_sentences(abstract, OPENING), catalogue.gettext("From the abstract"))
        if abstract
        else None
    )
    others = other_languages(entry, catalogue.language)
    if not others:
        return (stand_in,) if stand_in else ()
    other = elsewhere if elsewhere in others else others[0]
    label = catalogue.gettext("Commentary only in {language}", language=catalogue.language_name(other))
    borrowed = Description("" if other == elsewhere else entry.commentary(other) or "", label, other)
    first = (stand_in,) if stand_in and written_in(abstract) == catalogue.language else ()
    return (*first, borrowed)


def written_in(text: str) -> str | None:
    """The language of a text by the script it begins in: ``ko``, ``en``, or None where that does not tell."""
    text = text[:_TELLING]
    letters = len(_LATIN.findall(text))
    if len(_HANGUL.findall(text)) * 4 > letters:
        return "ko"
    return "en" if letters and not _KANA_OR_HAN.search(text) else None


def title_lines(paper: Paper, number: int | None = None) -> Iterator[str]:
    """The bold, linked title after the entry's number, as mrkdwn; in several pieces if it is too long."""
    whole = bold(numbered_link(paper, number))
    if limits.size(whole) <= limits.SECTION_TEXT:
        yield whole
        return
    yield from split(numbered_text(paper, number), limits.SECTION_TEXT)
    address = web_address(paper.url)
    if address:
        yield f"<{escape(address)}>"


def numbered_link(paper: Paper, number: int | None) -> str:
    """``3. <url|Title>``, of any length."""
    return _prefix(number) + link(paper.url, title_text(paper))


def numbered_text(paper: Paper, number: int | None) -> str:
    """``3. Title``, raw."""
    return _prefix(number) + title_text(paper)


def title_text(paper: Paper) -> str:
    """The title as published, on one line; the arXiv id or the link of a paper without a title."""
    return one_line(paper.title) or one_line(paper.arxiv_id or "") or one_line(paper.url or "") or "—"


def authors(paper: Paper, catalogue: Catalogue, named: int = NAMED_AUTHORS) -> str:
    """``Chenggang Zhao 외 8명``, ``Chenggang Zhao and 8 others``; up to ``named`` names are given in full."""
    names = [name for name in map(one_line, paper.authors) if name]
    if len(names) <= named:
        return catalogue.join_names(names)
    kept = names[: 1 if named <= NAMED_AUTHORS else named]
    rest = len(names) - len(kept)
    return catalogue.ngettext("{names} and {n} other", "{names} and {n} others", rest, names=", ".join(kept))


def tags(entry: Entry) -> str:
    """``scaling-law, quantization``, raw, as people spell them. Without ``#``, which looks like a channel."""
    return ", ".join(filter(None, (one_line(tag.spelling or tag.name) for tag in entry.tags)))


def last_line(entry: Entry, catalogue: Catalogue) -> str:
    """Authors and tags as raw text; empty if there are neither."""
    return " · ".join(filter(None, (authors(entry.paper, catalogue), tags(entry))))


def section_texts(
    entry: Entry, catalogue: Catalogue, number: int | None, *, elsewhere: str | None = None
) -> list[str]:
    """The whole entry as texts of sections, each within Slack's limit."""
    lines = list(title_lines(entry.paper, number))
    for description in descriptions(entry, catalogue, elsewhere=elsewhere):
        lines += description_lines(description)
    names_and_tags = last_line(entry, catalogue)
    if names_and_tags:
        lines += [italic(piece) for piece in split(names_and_tags, limits.SECTION_TEXT - 2)]
    return packed(lines)


def description_lines(description: Description) -> Iterator[str]:
    """A description as mrkdwn pieces, its label first."""
    if description.label:
        yield italic(escape(description.label) + (":" if description.text else ""))
    yield from split(description.text, limits.SECTION_TEXT, with_links)


def packed(lines: list[str]) -> list[str]:
    """The lines packed into as few section texts as possible."""
    sections: list[str] = []
    for text in lines:
        if sections and limits.size(sections[-1]) + 1 + limits.size(text) <= limits.SECTION_TEXT:
            sections[-1] += "\n" + text
        else:
            sections.append(text)
    return sections


def entry_blocks(
    archived: ArchivedEntry,
    catalogue: Catalogue,
    number: int | None,
    *,
    elsewhere: str | None = None,
    is_saved: bool = False,
) -> tuple[Block, ...]:
    """The entry as sections, its menu beside the first. ``is_saved``: by the only reader who sees it."""
    texts = section_texts(archived.entry, catalogue, number, elsewhere=elsewhere)
    return (section(texts[0], menu(archived, catalogue, is_saved=is_saved)), *map(section, texts[1:]))


def plain_text(archived: ArchivedEntry, catalogue: Catalogue, number: int | None) -> str:
    """The entry as raw text, for the fallback text that screen readers read."""
    texts = (
        ": ".join(filter(None, (description.label, description.text)))
        for description in descriptions(archived.entry, catalogue)
    )
    return "\n".join(
        filter(None, (numbered_text(archived.paper, number), *texts, last_line(archived.entry, catalogue)))
    )


def other_languages(entry: Entry, language: str) -> tuple[str, ...]:
    """The languages of its commentaries except ``language``."""
    return tuple(c.language for c in entry.commentaries if c.language != language and one_line(c.text))


def read_in_label(language: str, catalogue: Catalogue) -> str:
    """``Read in English``, ``한국어로 읽기``: in that language itself if the bot speaks it."""
    own = catalogue_for(language)
    if own.language == language:
        # Translators: name your own language, in your own language.
        return own.pgettext("in the language itself", "Read in English")
    return catalogue.gettext("Read in {language}", language=catalogue.language_name(language))


def menu(archived: ArchivedEntry, catalogue: Catalogue, *, is_saved: bool = False) -> Element:
    """The menu: abstract, other languages, related papers, cite, save."""
    entry = archived.entry
    offers: list[tuple[str, str]] = []
    if one_line(entry.paper.abstract or ""):
        offers.append((catalogue.gettext("Abstract"), f"abstract:{archived.id}"))
    languages = other_languages(entry, catalogue.language)[: limits.OVERFLOW_OPTIONS - 4]
    offers += [(read_in_label(code, catalogue), f"language:{archived.id}:{code}") for code in languages]
    if has_related(entry):
        offers.append((catalogue.gettext("Related papers"), f"related:{archived.id}"))
    offers.append((catalogue.gettext("Cite"), f"cite:{archived.id}"))
    if is_saved:
        offers.append((catalogue.gettext("Remove from saved"), f"unsave:{archived.id}"))
    else:
        offers.append((catalogue.gettext("Save"), f"save:{archived.id}"))
    return overflow([option(label, value) for label, value in offers], Action.ENTRY_MENU)


def has_related(entry: Entry) -> bool:
    """Whether the entry has anything to find related papers by."""
    return bool(entry.tags or entry.links)


def _prefix(number: int | None) -> str:
    return "" if number is None else f"{number}. "
