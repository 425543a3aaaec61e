"""The daily post: renders an edition as the messages of one delivery, by layout and language. Pure.

Nothing is cut off silently: what does not fit into the first message continues in its thread,
and the first message says how much does.
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
"""The most titles in the index of the thread layout; further ones are counted."""

_INDEX_TITLE = 300
_INDEX_TEXT = limits.MESSAGE_BLOCKS_TEXT // 2


def render(edition: Edition, *, language: Language, layout: Layout) -> tuple[Message, ...]:
    """The messages in posting order; those marked ``thread`` are replies to the first.

    The same edition, language and layout give the same messages, byte for byte. Does not filter: the
    edition holds only what the channel wants. An empty edition gives no message. An edition whose
    entries were all retracted before any was posted gives one message marked ``only_retracted``.
    """
    if not edition.entries:
        return ()
    catalogues = [catalogue_for(code) for code in posting_languages(language)]
    # A retracted entry that was never posted takes no place: later entries move up.
    never_posted = edition.omitted_from(0)
    entries = tuple(item for place, item in enumerate(edition.entries) if place not in never_posted)
    if not entries:
        return (_retracted_message(catalogues[0]),)
    return _LAYOUTS[layout](replace(edition, entries=entries), catalogues)


def retraction_notice(day: date, *, language: Language) -> Message:
    """The line that replaces a posted digest after the whole digest was retracted."""
    catalogue = catalogue_for(posting_languages(language)[0])
    text = escape(catalogue.gettext("The papers for {date} were taken down.", date=catalogue.short_date(day)))
    return Message(text, (context(text),))


def moved_notice(*, language: Language) -> Message:
    """The line that replaces a posted message after a correction moved its papers into earlier ones."""
    catalogue = catalogue_for(posting_languages(language)[0])
    text = escape(catalogue.gettext("These papers are now in the message above."))
    return Message(text, (context(text),))


def _digest(edition: Edition, catalogues: Sequence[Catalogue]) -> tuple[Message, ...]:
    """The digest layout: one message with all entries, continued in its thread if they do not fit."""
    catalogue = catalogues[0]
    places = range(len(edition.entries))
    groups = [_blocks(item, catalogue, edition.number(place)) for place, item in enumerate(edition.entries)]
    closing = (*_left_out(edition, catalogue), *_read_digest(edition, catalogues))
    # The line below the header is longest when it says how many entries continue: reserve that much.
    longest_top = _top(edition, catalogue, continued=len(places))
    pages = paginate(groups, Capacity().minus([*longest_top, *closing]), Capacity())
    continued = sum(
        place not in pages[0].starts and not item.retracted for place, item in enumerate(edition.entries)
    )
    top = _top(edition, catalogue, continued=continued)
    heading = _notification(edition, catalogue)
    blocks, started = _shown_on_page(edition, places, pages[0], 0)
    whole = "\n\n".join([heading, *_plain_texts(edition, catalogue, started)])
    titles = [entry.title_text(item.entry.paper) for item in edition.listed_entries]
    first = Message(fallback(whole, [heading, *titles]), (*top, *blocks, *closing))
    rest = [_reply(edition, catalogue, places, page, position) for position, page in enumerate(pages[1:], 1)]
    return (first, *rest, *_second_language(edition, catalogues, len(pages)))


def _thread(edition: Edition, catalogues: Sequence[Catalogue]) -> tuple[Message, ...]:
    """The thread layout: an index of titles, and the entries in its thread."""
    catalogue = catalogues[0]
    blocks = (
        *_top(edition, catalogue, continued=0),
        *_index(edition, catalogue),
        *_left_out(edition, catalogue),
        *_read_digest(edition, catalogues),
    )
    heading = _notification(edition, catalogue)
    titles = [
        _plain_title(item, catalogue, edition.number(place)) for place, item in enumerate(edition.entries)
    ]
    index = Message(fallback("\n".join([heading, "", *titles]), [heading, *titles]), blocks)
    replies = _replies(edition, catalogue, range(len(edition.entries)), 1)
    return (index, *replies, *_second_language(edition, catalogues, 1 + len(replies)))


def _stream(edition: Edition, catalogues: Sequence[Catalogue]) -> tuple[Message, ...]:
    """The stream layout: one message per paper, in all languages of the channel."""
    catalogue = catalogues[0]
    closing = _left_out(edition, catalogue)
    capacity = Capacity().minus(closing)
    messages: list[Message] = []
    seen = [place for place, item in enumerate(edition.entries) if item.seen_url is not None]
    for place, item in enumerate(edition.entries):
        if item.seen_url is not None:
            continue
        if item.retracted:
            for page in paginate([_blocks(item, catalogue, None)], capacity, capacity):
                messages.append(_short_message(edition, catalogue, [place], page, len(messages)))
            continue
        blocks = [*entry.entry_blocks(item.entry, catalogue, None)]
        for second in catalogues[1:]:
            blocks += _commentary_in(item, second)
        text = fallback(entry.plain_text(item.entry, catalogue, None), [entry.title_text(item.entry.paper)])
        messages += [Message(text, tuple(page.blocks)) for page in paginate([blocks], capacity, capacity)]
    # Papers the channel had before share messages at the end: one message each would be noise.
    groups = [_blocks(edition.entries[place], catalogue, None) for place in seen]
    for page in paginate(groups, capacity, capacity):
        if page.parts:
            messages.append(_short_message(edition, catalogue, seen, page, len(messages)))
    posted = [position for position, message in enumerate(messages) if not message.only_retracted]
    last = posted[-1] if posted else len(messages) - 1
    messages[last] = replace(messages[last], blocks=(*messages[last].blocks, *closing))
    return tuple(messages)


_LAYOUTS = {Layout.DIGEST: _digest, Layout.THREAD: _thread, Layout.STREAM: _stream}


def _short_message(
    edition: Edition, catalogue: Catalogue, places: Sequence[int], page: Page, position: int
) -> Message:
    """One page of the entries at ``places``, which take one line each, as the message at ``position``."""
    blocks, started = _shown_on_page(edition, places, page, position)
    if not blocks:
        return _retracted_message(catalogue)
    titles = [_plain_title(edition.entries[place], catalogue, None) for place in started]
    # A page that only continues a long entry starts none.
    return Message(fallback("\n".join(titles), titles) or _count(edition, catalogue), tuple(blocks))


def _shown_on_page(
    edition: Edition, places: Sequence[int], page: Page, position: int
) -> tuple[list[Block], list[int]]:
    """The page's blocks that the message at ``position`` shows, and the places of entries that start there.

    ``places`` are the edition's places of the page's groups.
    """
    omitted = edition.omitted_from(position)
    blocks = [block for group, block in page.parts if places[group] not in omitted]
    return blocks, [places[group] for group in page.starts if places[group] not in omitted]


def _top(edition: Edition, catalogue: Catalogue, *, continued: int) -> tuple[Block, ...]:
    """The header, and below it the count, the days if not the schedule date, and how many continue."""
    about = [_count(edition, catalogue)]
    days = sorted({item.entry.date for item in edition.listed_entries if item.entry.date})
    if days and (days[0], days[-1]) != (edition.date, edition.date):
        about.append(catalogue.date_range(days[0], days[-1]))
    if continued:
        about.append(catalogue.ngettext("{n} of them in the thread", "{n} of them in the thread", continued))
    title = catalogue.gettext("Papers · {date}", date=catalogue.date(edition.date))
    return (header(title), context(escape(" · ".join(about))))


def _count(edition: Edition, catalogue: Catalogue) -> str:
    return catalogue.ngettext("{n} paper", "{n} papers", len(edition.listed_entries))


def _notification(edition: Edition, catalogue: Catalogue) -> str:
    """``논문 11편: DeepEP, Fractal Generative Models…``, without retracted entries."""
    listed = edition.listed_entries
    names = notification_titles([entry.title_text(item.entry.paper) for item in listed])
    return catalogue.ngettext("{n} paper: {names}", "{n} papers: {names}", len(listed), names=names)


def _blocks(
    item: EditionEntry, catalogue: Catalogue, number: int | None, elsewhere: str | None = None
) -> Sequence[Block]:
    title = entry.numbered_link(item.entry.paper, number)
    if item.retracted:
        return _one_line(item, strike(title), catalogue.gettext("taken down"))
    if item.seen_url is not None:
        return _one_line(item, title, link(item.seen_url, catalogue.gettext("posted here before")))
    return entry.entry_blocks(item.entry, catalogue, number, elsewhere=elsewhere)


def _one_line(item: EditionEntry, title: str, note: str) -> Sequence[Block]:
    """A title with a note behind it; the note is on its own line if both do not fit into one."""
    text = f"{title} · {note}"
    if limits.size(text) <= limits.SECTION_TEXT:
        return (section(text),)
    pieces = split(entry.title_text(item.entry.paper), limits.SECTION_TEXT)
    return tuple(section(text) for text in entry.packed([*pieces, note]))


def _retracted_message(catalogue: Catalogue, *, thread: bool = False) -> Message:
    """What a posted message becomes when all its entries were retracted."""
    text = escape(catalogue.gettext("The papers in this message were taken down."))
    return Message(text, (context(text),), thread, only_retracted=True)


def _left_out(edition: Edition, catalogue: Catalogue) -> tuple[Block, ...]:
    """The line that counts older entries that did not fit, and says how to read them."""
    if not edition.left_out:
        return ()
    text = catalogue.ngettext(
        "{n} older paper is not shown.", "{n} older papers are not shown.", edition.left_out
    )
    if edition.left_out_from:
        day = edition.left_out_from.isoformat()
        how = catalogue.gettext("Read on with `/paper since:{day}`.", day=day)
        text = f"{text} {how}"
    return (context(text),)


def _read_digest(edition: Edition, catalogues: Sequence[Catalogue]) -> tuple[Block, ...]:
    """The button that shows the whole post in the other language, if any entry has commentary in it."""
    if len(catalogues) > 1 or not edition.digest_ids:
        return ()
    catalogue = catalogues[0]
    other = next(code for code in posting_languages(Language.BOTH) if code != catalogue.language)
    if not any(item.entry.entry.commentary(other) for item in edition.entries):
        return ()
    value = f"{other}:{','.join(map(str, edition.digest_ids))}"
    return actions([button(entry.read_in_label(other, catalogue), Action.READ_DIGEST, value)])


def _replies(
    edition: Edition,
    catalogue: Catalogue,
    places: Sequence[int],
    position: int,
    elsewhere: str | None = None,
) -> list[Message]:
    """The entries at ``places`` as thread replies, the first of them at ``position``."""
    groups = [
        _blocks(edition.entries[place], catalogue, edition.number(place), elsewhere) for place in places
    ]
    pages = [page for page in paginate(groups, Capacity(), Capacity()) if page.parts]
    return [_reply(edition, catalogue, places, page, at) for at, page in enumerate(pages, position)]


def _reply(
    edition: Edition, catalogue: Catalogue, places: Sequence[int], page: Page, position: int
) -> Message:
    """One page of the entries at ``places`` as the thread reply at ``position``."""
    blocks, started = _shown_on_page(edition, places, page, position)
    if not blocks:
        return _retracted_message(catalogue, thread=True)
    titles = [_plain_title(edition.entries[place], catalogue, edition.number(place)) for place in started]
    # A page that only continues a long entry starts none.
    text = fallback("\n\n".join(_plain_texts(edition, catalogue, started)), titles)
    return Message(text or _count(edition, catalogue), tuple(blocks), thread=True)


def _second_language(edition: Edition, catalogues: Sequence[Catalogue], position: int) -> list[Message]:
    """The same entries in the second language, as thread replies; one-line entries are not repeated."""
    places = [
        place for place, item in enumerate(edition.entries) if not item.retracted and item.seen_url is None
    ]
    return [
        reply
        for catalogue in catalogues[1:]
        for reply in _replies(edition, catalogue, places, position, catalogues[0].language)
    ]


def _commentary_in(item: EditionEntry, catalogue: Catalogue) -> list[Block]:
    """The commentary in a second language, for an entry whose title is already above it."""
    commentary = item.entry.entry.commentary(catalogue.language) or ""
    return [section(piece) for piece in split(commentary, limits.SECTION_TEXT, with_links)]


def _index(edition: Edition, catalogue: Catalogue) -> list[Block]:
    """The titles, one per line, as many as fit."""
    lines: list[str] = []
    left = _INDEX_TEXT
    for place, item in enumerate(edition.entries):
        number = edition.number(place)
        title = clip(entry.title_text(item.entry.paper), _INDEX_TITLE)
        text = ("" if number is None else f"{number}. ") + link(item.entry.paper.url, title)
        if item.retracted:
            text = " · ".join([strike(text), catalogue.gettext("taken down")])
        left -= limits.size(text)
        if len(lines) == INDEX_LINES or left < 0:
            rest = len(edition.entries) - len(lines)
            lines.append(catalogue.ngettext("and {n} more in the thread", "and {n} more in the thread", rest))
            break
        lines.append(text)
    return [section(text) for text in entry.packed(lines)]


def _plain_texts(edition: Edition, catalogue: Catalogue, places: Sequence[int]) -> list[str]:
    """The entries at ``places`` as plain text; a retracted one only as its title with that note."""
    return [_plain_text(edition.entries[place], catalogue, edition.number(place)) for place in places]


def _plain_text(item: EditionEntry, catalogue: Catalogue, number: int | None) -> str:
    if item.retracted:
        return _plain_title(item, catalogue, number)
    return entry.plain_text(item.entry, catalogue, number)


def _plain_title(item: EditionEntry, catalogue: Catalogue, number: int | None) -> str:
    """An entry's title as plain text, with a note if it was retracted."""
    title = entry.numbered_text(item.entry.paper, number)
    return " · ".join([title, catalogue.gettext("taken down")]) if item.retracted else title
