"""The daily post: an edition as the messages of one delivery, in a layout and a language. Pure.

Nothing is ever cut off silently: what does not fit into the first message goes on in
its thread, and the first message says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from bot.channels.preferences import Language, Layout
from bot.delivery.edition import Edition, EditionEntry
from bot.language.catalogue import Catalogue, catalogue
from bot.language.choice import posting_languages
from bot.messages import entry, limits
from bot.messages.actions import Action
from bot.messages.blocks import actions, button, context, header, section
from bot.messages.fallback import fallback, opening_names
from bot.messages.message import Block, Message
from bot.messages.mrkdwn import clip, escape, link, prose, split, strike
from bot.messages.pages import Room, paginate

INDEX_LINES = 30
"""So many titles the index of the thread layout names; the rest it counts."""

_INDEX_TITLE = 300
_INDEX_TEXT = limits.MESSAGE_BLOCKS_TEXT // 2


def render(edition: Edition, *, language: Language, layout: Layout) -> tuple[Message, ...]:
    """The messages in the order they are posted; those marked ``thread`` go under the first.

    The same edition, language and layout give the same messages, byte for byte. Does
    not filter: the edition holds what the channel wants. An empty edition gives none.
    """
    if not edition.entries:
        return ()
    spoken = [catalogue(code) for code in posting_languages(language)]
    return _LAYOUTS[layout](edition, spoken)


def retracted(day: date, *, language: Language) -> Message:
    """The one line that takes the place of a posted digest that was retracted."""
    words = catalogue(posting_languages(language)[0])
    said = escape(words.gettext("The papers of {date} were taken back.", date=words.short_date(day)))
    return Message(said, (context(said),))


def moved(*, language: Language) -> Message:
    """The one line that is left of a message whose papers a correction brought into those before it."""
    words = catalogue(posting_languages(language)[0])
    said = escape(words.gettext("These papers now stand in the message above."))
    return Message(said, (context(said),))


def _digest(edition: Edition, spoken: Sequence[Catalogue]) -> tuple[Message, ...]:
    words = spoken[0]
    entries = edition.entries
    groups = [_blocks(one, words, _number(place, entries)) for place, one in enumerate(entries)]
    closing = (*_left_out(edition, words), *_read_digest(edition, spoken))
    # The context line grows when it says how many go on: room for that is kept.
    tallest = _top(edition, words, going_on=len(entries))
    pages = paginate(groups, Room().less([*tallest, *closing]), Room())
    going_on = [
        one for place, one in enumerate(entries) if place not in pages[0].starts and not one.retracted
    ]
    top = _top(edition, words, going_on=len(going_on))
    names = [entry.title_text(one.entry.paper) for one in entries]
    head = _notification(edition, words)
    text = fallback("\n\n".join([head, *_spoken(edition, words, pages[0].starts)]), [head, *names])
    first = Message(text, (*top, *pages[0].blocks, *closing))
    rest = [_reply(edition, words, page.starts, page.blocks) for page in pages[1:]]
    return (first, *rest, *_second_language(edition, spoken))


def _thread(edition: Edition, spoken: Sequence[Catalogue]) -> tuple[Message, ...]:
    words = spoken[0]
    blocks = (
        *_top(edition, words, going_on=0),
        *_index(edition, words),
        *_left_out(edition, words),
        *_read_digest(edition, spoken),
    )
    names = [
        entry.numbered_text(one.entry.paper, _number(place, edition.entries))
        for place, one in enumerate(edition.entries)
    ]
    head = _notification(edition, words)
    index = Message(fallback("\n".join([head, "", *names]), [head, *names]), blocks)
    replies = _replies(edition, words, range(len(edition.entries)))
    return (index, *replies, *_second_language(edition, spoken))


def _stream(edition: Edition, spoken: Sequence[Catalogue]) -> tuple[Message, ...]:
    words = spoken[0]
    closing = _left_out(edition, words)
    room = Room().less(closing)
    messages = []
    for one in edition.entries:
        if not _is_short(one):
            blocks = [*entry.sections(one.entry, words, None)]
            for other in spoken[1:]:
                blocks += _also(one, other)
            text = fallback(entry.spoken(one.entry, words, None), [entry.title_text(one.entry.paper)])
            messages += [Message(text, tuple(page.blocks)) for page in paginate([blocks], room, room)]
    # What takes one line comes together at the end: a message each would be noise.
    short = [one for one in edition.entries if _is_short(one)]
    for page in paginate([_blocks(one, words, None) for one in short], room, room):
        names = [entry.title_text(short[start].entry.paper) for start in page.starts]
        if page.blocks:
            text = fallback("\n".join(names), names) or _count(edition, words)
            messages.append(Message(text, tuple(page.blocks)))
    last = messages.pop()
    return (*messages, Message(last.text, (*last.blocks, *closing)))


_LAYOUTS = {Layout.DIGEST: _digest, Layout.THREAD: _thread, Layout.STREAM: _stream}


def _top(edition: Edition, words: Catalogue, *, going_on: int) -> tuple[Block, ...]:
    """The header and the line below it: how many, of which days if not of this one, how many go on."""
    about = [_count(edition, words)]
    days = sorted({one.entry.date for one in edition.entries if one.entry.date})
    if days and (days[0], days[-1]) != (edition.date, edition.date):
        about.append(words.dates(days[0], days[-1]))
    if going_on:
        about.append(words.ngettext("{n} of them in the thread", "{n} of them in the thread", going_on))
    title = words.gettext("Papers · {date}", date=words.date(edition.date))
    return (header(title), context(escape(" · ".join(about))))


def _count(edition: Edition, words: Catalogue) -> str:
    return words.ngettext("{n} paper", "{n} papers", len(_standing(edition)))


def _standing(edition: Edition) -> Sequence[EditionEntry]:
    """What was not taken back, unless all was."""
    return [one for one in edition.entries if not one.retracted] or edition.entries


def _notification(edition: Edition, words: Catalogue) -> str:
    """``논문 11편: DeepEP, Fractal Generative Models…``, without what was taken back."""
    standing = _standing(edition)
    names = opening_names([entry.title_text(one.entry.paper) for one in standing])
    return words.ngettext("{n} paper: {names}", "{n} papers: {names}", len(standing), names=names)


def _blocks(
    one: EditionEntry, words: Catalogue, number: int | None, elsewhere: str | None = None
) -> Sequence[Block]:
    if one.retracted:
        return _one_line(one, strike(entry.numbered(one.entry.paper, number)), words.gettext("taken back"))
    if one.seen_url is not None:
        title = entry.numbered(one.entry.paper, number)
        return _one_line(one, title, link(one.seen_url, words.gettext("posted here before")))
    return entry.sections(one.entry, words, number, elsewhere=elsewhere)


def _one_line(one: EditionEntry, title: str, note: str) -> Sequence[Block]:
    """A title with a note behind it; below it, where the line is too long for that."""
    text = f"{title} · {note}"
    if limits.size(text) <= limits.SECTION_TEXT:
        return (section(text),)
    pieces = split(entry.title_text(one.entry.paper), limits.SECTION_TEXT)
    return tuple(section(text) for text in entry.joined([*pieces, note]))


def _is_short(one: EditionEntry) -> bool:
    return one.retracted or one.seen_url is not None


def _number(place: int, entries: Sequence[EditionEntry]) -> int | None:
    return place + 1 if len(entries) > 1 else None


def _left_out(edition: Edition, words: Catalogue) -> tuple[Block, ...]:
    """How many older ones did not fit, and how to read them."""
    if not edition.left_out:
        return ()
    said = words.ngettext(
        "{n} older paper is not shown.", "{n} older papers are not shown.", edition.left_out
    )
    if edition.left_out_from:
        how = words.gettext("Read on with `/paper since:{day}`", day=edition.left_out_from.isoformat())
        said = f"{said} {how}"
    return (context(said),)


def _read_digest(edition: Edition, spoken: Sequence[Catalogue]) -> tuple[Block, ...]:
    """The button to read the whole post in the other language, where anything of it is in that."""
    if len(spoken) > 1 or not edition.digest_ids:
        return ()
    words = spoken[0]
    code = next(code for code in posting_languages(Language.BOTH) if code != words.language)
    if not any(one.entry.entry.commentary(code) for one in edition.entries):
        return ()
    value = f"{code}:{','.join(map(str, edition.digest_ids))}"
    return actions([button(entry.read_in(code, words), Action.READ_DIGEST, value)])


def _replies(
    edition: Edition, words: Catalogue, places: Sequence[int], elsewhere: str | None = None
) -> list[Message]:
    entries = edition.entries
    groups = [_blocks(entries[place], words, _number(place, entries), elsewhere) for place in places]
    return [
        _reply(edition, words, [places[start] for start in page.starts], page.blocks)
        for page in paginate(groups, Room(), Room())
        if page.blocks
    ]


def _reply(edition: Edition, words: Catalogue, places: Sequence[int], blocks: Sequence[Block]) -> Message:
    names = [entry.title_text(edition.entries[place].entry.paper) for place in places]
    spoken = _spoken(edition, words, places)
    # A page that only goes on with a long entry starts none.
    text = fallback("\n\n".join(spoken), names) or _count(edition, words)
    return Message(text, tuple(blocks), thread=True)


def _second_language(edition: Edition, spoken: Sequence[Catalogue]) -> list[Message]:
    """The same entries in the second language under the first message; what took one line is not repeated."""
    places = [place for place, one in enumerate(edition.entries) if not _is_short(one)]
    return [reply for words in spoken[1:] for reply in _replies(edition, words, places, spoken[0].language)]


def _also(one: EditionEntry, words: Catalogue) -> list[Block]:
    """What a second language adds to an entry whose title stands above already."""
    text = one.entry.entry.commentary(words.language)
    return [section(piece) for piece in split(text or "", limits.SECTION_TEXT, prose)]


def _index(edition: Edition, words: Catalogue) -> list[Block]:
    """The titles, each on its line, as many as there is room for."""
    lines: list[str] = []
    room = _INDEX_TEXT
    for place, one in enumerate(edition.entries):
        number = _number(place, edition.entries)
        name = clip(entry.title_text(one.entry.paper), _INDEX_TITLE)
        text = ("" if number is None else f"{number}. ") + link(one.entry.paper.url, name)
        room -= limits.size(text)
        if len(lines) == INDEX_LINES or room < 0:
            left = len(edition.entries) - len(lines)
            lines.append(words.ngettext("and {n} more in the thread", "and {n} more in the thread", left))
            break
        lines.append(text)
    return [section(text) for text in entry.joined(lines)]


def _spoken(edition: Edition, words: Catalogue, places: Sequence[int]) -> list[str]:
    entries = edition.entries
    return [_said(entries[place], words, _number(place, entries)) for place in places]


def _said(one: EditionEntry, words: Catalogue, number: int | None) -> str:
    """An entry as plain text; of one that was taken back, only that it was."""
    if one.retracted:
        return " · ".join([entry.numbered_text(one.entry.paper, number), words.gettext("taken back")])
    return entry.spoken(one.entry, words, number)
