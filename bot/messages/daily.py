"""The daily post: an edition as the messages of one delivery, in a layout and a language. Pure.

Nothing is ever cut off silently: what does not fit into the first message goes on in
its thread, and the first message says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from bot.channels.preferences import Language, Layout
from bot.language.catalogue import Catalogue, catalogue_for
from bot.language.reply_language import posting_languages
from bot.messages import entry, limits
from bot.messages.action_ids import Action
from bot.messages.blocks import actions, button, context, header, section
from bot.messages.edition import Edition, EditionEntry
from bot.messages.fallback import fallback, notification_titles
from bot.messages.message import Block, Message
from bot.messages.mrkdwn import clip, escape, link, split, strike, with_links
from bot.messages.pagination import Capacity, Page, paginate

INDEX_LINES = 30
"""So many titles the index of the thread layout names; the rest it counts."""

_INDEX_TITLE = 300
_INDEX_TEXT = limits.MESSAGE_BLOCKS_TEXT // 2


def render(edition: Edition, *, language: Language, layout: Layout) -> tuple[Message, ...]:
    """The messages in the order they are posted; those marked ``thread`` go under the first.

    The same edition, language and layout give the same messages, byte for byte. Does
    not filter: the edition holds what the channel wants. An empty edition gives none, and one
    of which all was taken back before it was posted a single needless one.
    """
    if not edition.entries:
        return ()
    spoken = [catalogue_for(code) for code in posting_languages(language)]
    # What nobody was shown takes no place: what follows it moves up.
    unseen = edition.omitted_from(0)
    entries = tuple(one for place, one in enumerate(edition.entries) if place not in unseen)
    if not entries:
        return (_needless(spoken[0]),)
    return _LAYOUTS[layout](replace(edition, entries=entries), spoken)


def retraction_notice(day: date, *, language: Language) -> Message:
    """The one line that takes the place of a posted digest that was retracted."""
    catalogue = catalogue_for(posting_languages(language)[0])
    said = escape(catalogue.gettext("The papers for {date} were taken down.", date=catalogue.short_date(day)))
    return Message(said, (context(said),))


def moved_notice(*, language: Language) -> Message:
    """The one line that is left of a message whose papers a correction brought into those before it."""
    catalogue = catalogue_for(posting_languages(language)[0])
    said = escape(catalogue.gettext("These papers are now in the message above."))
    return Message(said, (context(said),))


def _digest(edition: Edition, spoken: Sequence[Catalogue]) -> tuple[Message, ...]:
    catalogue = spoken[0]
    entries = edition.entries
    groups = [_blocks(one, catalogue, edition.number(place)) for place, one in enumerate(entries)]
    closing = (*_left_out(edition, catalogue), *_read_digest(edition, spoken))
    # The context line grows when it says how many go on: room for that is kept.
    tallest = _top(edition, catalogue, going_on=len(entries))
    pages = paginate(groups, Capacity().minus([*tallest, *closing]), Capacity())
    going_on = [
        one for place, one in enumerate(entries) if place not in pages[0].starts and not one.retracted
    ]
    top = _top(edition, catalogue, going_on=len(going_on))
    names = [entry.title_text(one.entry.paper) for one in edition.listed_entries]
    head = _notification(edition, catalogue)
    everything = range(len(entries))
    shown, told = _told(edition, everything, pages[0], 0)
    text = fallback("\n\n".join([head, *_spoken(edition, catalogue, told)]), [head, *names])
    first = Message(text, (*top, *shown, *closing))
    rest = [
        _reply(edition, catalogue, everything, page, position) for position, page in enumerate(pages[1:], 1)
    ]
    return (first, *rest, *_second_language(edition, spoken, len(pages)))


def _thread(edition: Edition, spoken: Sequence[Catalogue]) -> tuple[Message, ...]:
    catalogue = spoken[0]
    blocks = (
        *_top(edition, catalogue, going_on=0),
        *_index(edition, catalogue),
        *_left_out(edition, catalogue),
        *_read_digest(edition, spoken),
    )
    names = [_named(one, catalogue, edition.number(place)) for place, one in enumerate(edition.entries)]
    head = _notification(edition, catalogue)
    index = Message(fallback("\n".join([head, "", *names]), [head, *names]), blocks)
    replies = _replies(edition, catalogue, range(len(edition.entries)), 1)
    return (index, *replies, *_second_language(edition, spoken, 1 + len(replies)))


def _stream(edition: Edition, spoken: Sequence[Catalogue]) -> tuple[Message, ...]:
    catalogue = spoken[0]
    closing = _left_out(edition, catalogue)
    room = Capacity().minus(closing)
    messages: list[Message] = []
    seen = [place for place, one in enumerate(edition.entries) if one.seen_url is not None]
    for place, one in enumerate(edition.entries):
        if one.seen_url is not None:
            continue
        if one.retracted:
            for page in paginate([_blocks(one, catalogue, None)], room, room):
                messages.append(_short(edition, catalogue, [place], page, len(messages)))
            continue
        blocks = [*entry.entry_blocks(one.entry, catalogue, None)]
        for other in spoken[1:]:
            blocks += _also(one, other)
        text = fallback(entry.plain_text(one.entry, catalogue, None), [entry.title_text(one.entry.paper)])
        messages += [Message(text, tuple(page.blocks)) for page in paginate([blocks], room, room)]
    # What was here before comes together at the end: a message each would be noise.
    for page in paginate([_blocks(edition.entries[place], catalogue, None) for place in seen], room, room):
        if page.parts:
            messages.append(_short(edition, catalogue, seen, page, len(messages)))
    last = max((at for at, one in enumerate(messages) if not one.is_needless), default=len(messages) - 1)
    messages[last] = replace(messages[last], blocks=(*messages[last].blocks, *closing))
    return tuple(messages)


def _short(
    edition: Edition, catalogue: Catalogue, places: Sequence[int], page: Page, position: int
) -> Message:
    """A page of entries that take one line each, those of ``places``, as the message of this position."""
    blocks, told = _told(edition, places, page, position)
    if not blocks:
        return _needless(catalogue)
    names = [_named(edition.entries[place], catalogue, None) for place in told]
    # A page that only goes on with a long entry starts none.
    return Message(fallback("\n".join(names), names) or _count(edition, catalogue), tuple(blocks))


def _told(
    edition: Edition, places: Sequence[int], page: Page, position: int
) -> tuple[list[Block], list[int]]:
    """What the message of this position shows of a page, and which entries begin there."""
    untold = edition.omitted_from(position)
    blocks = [block for place, block in page.parts if places[place] not in untold]
    return blocks, [places[start] for start in page.starts if places[start] not in untold]


_LAYOUTS = {Layout.DIGEST: _digest, Layout.THREAD: _thread, Layout.STREAM: _stream}


def _top(edition: Edition, catalogue: Catalogue, *, going_on: int) -> tuple[Block, ...]:
    """The header and the line below it: how many, of which days if not of this one, how many go on."""
    about = [_count(edition, catalogue)]
    days = sorted({one.entry.date for one in edition.listed_entries if one.entry.date})
    if days and (days[0], days[-1]) != (edition.date, edition.date):
        about.append(catalogue.date_range(days[0], days[-1]))
    if going_on:
        about.append(catalogue.ngettext("{n} of them in the thread", "{n} of them in the thread", going_on))
    title = catalogue.gettext("Papers · {date}", date=catalogue.date(edition.date))
    return (header(title), context(escape(" · ".join(about))))


def _count(edition: Edition, catalogue: Catalogue) -> str:
    return catalogue.ngettext("{n} paper", "{n} papers", len(edition.listed_entries))


def _notification(edition: Edition, catalogue: Catalogue) -> str:
    """``논문 11편: DeepEP, Fractal Generative Models…``, without what was taken back."""
    standing = edition.listed_entries
    names = notification_titles([entry.title_text(one.entry.paper) for one in standing])
    return catalogue.ngettext("{n} paper: {names}", "{n} papers: {names}", len(standing), names=names)


def _blocks(
    one: EditionEntry, catalogue: Catalogue, number: int | None, elsewhere: str | None = None
) -> Sequence[Block]:
    if one.retracted:
        return _one_line(
            one, strike(entry.numbered_link(one.entry.paper, number)), catalogue.gettext("taken down")
        )
    if one.seen_url is not None:
        title = entry.numbered_link(one.entry.paper, number)
        return _one_line(one, title, link(one.seen_url, catalogue.gettext("posted here before")))
    return entry.entry_blocks(one.entry, catalogue, number, elsewhere=elsewhere)


def _one_line(one: EditionEntry, title: str, note: str) -> Sequence[Block]:
    """A title with a note behind it; below it, where the line is too long for that."""
    text = f"{title} · {note}"
    if limits.size(text) <= limits.SECTION_TEXT:
        return (section(text),)
    pieces = split(entry.title_text(one.entry.paper), limits.SECTION_TEXT)
    return tuple(section(text) for text in entry.packed([*pieces, note]))


def _is_short(one: EditionEntry) -> bool:
    return one.retracted or one.seen_url is not None


def _needless(catalogue: Catalogue, *, thread: bool = False) -> Message:
    """What a message says if it stands already, and nothing is left of it."""
    said = escape(catalogue.gettext("The papers in this message were taken down."))
    return Message(said, (context(said),), thread, is_needless=True)


def _left_out(edition: Edition, catalogue: Catalogue) -> tuple[Block, ...]:
    """How many older ones did not fit, and how to read them."""
    if not edition.left_out:
        return ()
    said = catalogue.ngettext(
        "{n} older paper is not shown.", "{n} older papers are not shown.", edition.left_out
    )
    if edition.left_out_from:
        how = catalogue.gettext("Read on with `/paper since:{day}`.", day=edition.left_out_from.isoformat())
        said = f"{said} {how}"
    return (context(said),)


def _read_digest(edition: Edition, spoken: Sequence[Catalogue]) -> tuple[Block, ...]:
    """The button to read the whole post in the other language, where anything of it is in that."""
    if len(spoken) > 1 or not edition.digest_ids:
        return ()
    catalogue = spoken[0]
    code = next(code for code in posting_languages(Language.BOTH) if code != catalogue.language)
    if not any(one.entry.entry.commentary(code) for one in edition.entries):
        return ()
    value = f"{code}:{','.join(map(str, edition.digest_ids))}"
    return actions([button(entry.read_in_label(code, catalogue), Action.READ_DIGEST, value)])


def _replies(
    edition: Edition,
    catalogue: Catalogue,
    places: Sequence[int],
    position: int,
    elsewhere: str | None = None,
) -> list[Message]:
    """The entries of these places as the messages from this position on."""
    groups = [
        _blocks(edition.entries[place], catalogue, edition.number(place), elsewhere) for place in places
    ]
    pages = [page for page in paginate(groups, Capacity(), Capacity()) if page.parts]
    return [_reply(edition, catalogue, places, page, at) for at, page in enumerate(pages, position)]


def _reply(
    edition: Edition, catalogue: Catalogue, places: Sequence[int], page: Page, position: int
) -> Message:
    """A page of some of the entries, those of ``places``, as the message of this position."""
    blocks, told = _told(edition, places, page, position)
    if not blocks:
        return _needless(catalogue, thread=True)
    names = [_named(edition.entries[place], catalogue, edition.number(place)) for place in told]
    # A page that only goes on with a long entry starts none.
    text = fallback("\n\n".join(_spoken(edition, catalogue, told)), names) or _count(edition, catalogue)
    return Message(text, tuple(blocks), thread=True)


def _second_language(edition: Edition, spoken: Sequence[Catalogue], position: int) -> list[Message]:
    """The same entries in the second language under the first message; what took one line is not repeated."""
    places = [place for place, one in enumerate(edition.entries) if not _is_short(one)]
    return [
        reply
        for catalogue in spoken[1:]
        for reply in _replies(edition, catalogue, places, position, spoken[0].language)
    ]


def _also(one: EditionEntry, catalogue: Catalogue) -> list[Block]:
    """What a second language adds to an entry whose title stands above already."""
    text = one.entry.entry.commentary(catalogue.language)
    return [section(piece) for piece in split(text or "", limits.SECTION_TEXT, with_links)]


def _index(edition: Edition, catalogue: Catalogue) -> list[Block]:
    """The titles, each on its line, as many as there is room for."""
    lines: list[str] = []
    room = _INDEX_TEXT
    for place, one in enumerate(edition.entries):
        number = edition.number(place)
        name = clip(entry.title_text(one.entry.paper), _INDEX_TITLE)
        text = ("" if number is None else f"{number}. ") + link(one.entry.paper.url, name)
        if one.retracted:
            text = " · ".join([strike(text), catalogue.gettext("taken down")])
        room -= limits.size(text)
        if len(lines) == INDEX_LINES or room < 0:
            left = len(edition.entries) - len(lines)
            lines.append(catalogue.ngettext("and {n} more in the thread", "and {n} more in the thread", left))
            break
        lines.append(text)
    return [section(text) for text in entry.packed(lines)]


def _spoken(edition: Edition, catalogue: Catalogue, places: Sequence[int]) -> list[str]:
    return [_said(edition.entries[place], catalogue, edition.number(place)) for place in places]


def _said(one: EditionEntry, catalogue: Catalogue, number: int | None) -> str:
    """An entry as plain text; of one that was taken back, only that it was."""
    return _named(one, catalogue, number) if one.retracted else entry.plain_text(one.entry, catalogue, number)


def _named(one: EditionEntry, catalogue: Catalogue, number: int | None) -> str:
    """An entry's title as plain text, and whether it was taken back."""
    name = entry.numbered_text(one.entry.paper, number)
    return " · ".join([name, catalogue.gettext("taken down")]) if one.retracted else name
