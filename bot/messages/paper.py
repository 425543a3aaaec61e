"""One paper in words: the answer to a lookup, and what its buttons open. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from bot.language.catalogue import Catalogue, catalogue
from bot.messages import entry, limits
from bot.messages.action_ids import Action
from bot.messages.blocks import Element, actions, button, context, modal, section
from bot.messages.fallback import fallback
from bot.messages.message import Block, Message, View
from bot.messages.mrkdwn import bold, brief, clip, escape, italic, line, link, opening, prose, split
from bot.messages.pagination import WINDOW, Room, paginate
from digests.model import ArchivedEntry, Correction, Paper

AUTHORS = 10
"""So many authors an answer names; the abstract's modal names them all."""


def answer(
    archived: ArchivedEntry,
    *,
    language: str,
    corrections: Sequence[Correction] = (),
    back: tuple[str, int] | None = None,
    can_share: bool = True,
) -> Message:
    """The whole entry, for one reader: title, commentary, authors, tags, date, and what more there is.

    ``back`` is the (query, offset) of the list it was opened from. An entry too long
    for one message ends with a button that shows the whole of it.
    """
    words = catalogue(language)
    head = corrected(corrections, words)
    row = actions(
        (
            button(words.gettext("← Back to the list"), Action.PAGE, page_value(*back)) if back else None,
            button(words.gettext("Share to channel"), Action.SHARE, str(archived.id)) if can_share else None,
            *_more(archived, words),
        )
    )
    blocks = _body(archived, words, Room(groups=1).less([*head, *row]))
    return Message(_text(archived, words), (*head, *blocks, *row))


def shared(archived: ArchivedEntry, user_id: str, *, language: str) -> Message:
    """What Share posts: the entry in the channel's language, and who shared it."""
    words = catalogue(language)
    by = context(words.gettext("Shared by {user}", user=f"<@{user_id}>"))
    row = actions(_more(archived, words))
    blocks = _body(archived, words, Room(groups=1).less([by, *row]))
    return Message(_text(archived, words), (*blocks, *row, by))


def abstract(archived: ArchivedEntry, *, language: str) -> View:
    """The abstract as published, and every author."""
    words = catalogue(language)
    paper = archived.paper
    lines = [
        *entry.title(paper),
        *split(entry.authors(paper, words, named=10_000), limits.SECTION_TEXT, _small),
    ]
    body = [*split(paper.abstract or "", limits.SECTION_TEXT, prose)]
    body = body or [escape(words.gettext("This paper has no abstract here."))]
    return _view(words.gettext("Abstract"), [*entry.joined(lines), *body], words)


def other_language(archived: ArchivedEntry, language: str, *, ui_language: str) -> View:
    """The entry with its commentary in ``language``, the words around it in the reader's own."""
    words = catalogue(ui_language)
    text = archived.entry.commentary(language)
    missing = escape(
        words.gettext("No commentary in {language} yet.", language=words.language_name(language))
    )
    body = [*split(text or "", limits.SECTION_TEXT, prose)] or [missing]
    small = [
        italic(piece) for piece in split(entry.last_line(archived.entry, words), limits.SECTION_TEXT - 2)
    ]
    name = words.language_name(language)
    return _view(name, entry.joined([*entry.title(archived.paper), *body, *small]), words)


def related(archived: ArchivedEntry, entries: Sequence[ArchivedEntry], *, language: str) -> View:
    """The papers near this one, each with a button to open it in the same modal."""
    words = catalogue(language)
    near = words.gettext("Related to {title}", title=italic(brief(entry.title_text(archived.paper), 200)))
    blocks: list[Block] = [context(near)]
    if not entries:
        blocks.append(section(words.gettext("No related papers yet.")))
    blocks += [_near(one, words) for one in entries[: limits.VIEW_BLOCKS - 2]]
    return modal(words.gettext("Related papers"), blocks, close=words.gettext("Close"))


def saved(archived: ArchivedEntry, *, language: str, new: bool) -> View:
    """The paper is kept for its reader, or was already."""
    words = catalogue(language)
    said = words.gettext("Saved.") if new else words.gettext("You've already saved this paper.")
    where = words.gettext("Your saved papers are in my Home tab.")
    title = clip(entry.title_text(archived.paper), 300)
    texts = [bold(escape(title)), f"{said} {where}"]
    return modal(
        words.gettext("Saved papers"), [section(text) for text in texts], close=words.gettext("Close")
    )


def corrected(corrections: Sequence[Correction], words: Catalogue) -> tuple[Block, ...]:
    """``‘loopd’ 대신 ‘looped’ 결과예요``: said before the results of a corrected word."""
    if not corrections:
        return ()
    typed = ", ".join(f"‘{brief(one.typed, 60)}’" for one in corrections[:5])
    used = ", ".join(f"‘{brief(one.used, 60)}’" for one in corrections[:5])
    return (context(words.gettext("Showing {used} instead of {typed}", used=used, typed=typed)),)


def page_value(query: str, offset: int) -> str:
    """The value of a button that shows a page: ``OFFSET:QUERY``, an immense query cut at a word."""
    return f"{offset}:{clip(query, limits.BUTTON_VALUE - 100).removesuffix('…')}"


def small_print(archived: ArchivedEntry, words: Catalogue) -> str:
    """Authors, tags and date, as mrkdwn."""
    day = words.full_date(archived.date) if archived.date else ""
    said = (entry.authors(archived.paper, words), entry.tags(archived.entry), day)
    return brief(" · ".join(filter(None, said)), 400)


def context_line(text: str) -> tuple[Block, ...]:
    return (context(escape(text)),) if text else ()


def _more(archived: ArchivedEntry, words: Catalogue) -> list[Element]:
    """Buttons for what else there is of the entry."""
    made = []
    if line(archived.paper.abstract or ""):
        made.append(button(words.gettext("Abstract"), Action.ABSTRACT, str(archived.id)))
    for code in entry.other_languages(archived.entry, words.language)[:5]:
        value = f"{archived.id}:{code}"
        made.append(button(entry.read_in(code, words), Action.OTHER_LANGUAGE, value, key=code))
    if entry.has_relatives(archived.entry):
        made.append(button(words.gettext("Related papers"), Action.RELATED, str(archived.id)))
    made.append(button(words.gettext("Save"), Action.SAVE, str(archived.id)))
    return made


def _body(archived: ArchivedEntry, words: Catalogue, room: Room) -> tuple[Block, ...]:
    """Title, commentary and last line within the room; where it ends too early, a button for the whole."""
    lines = list(entry.title(archived.paper))
    said = entry.said(archived.entry, words)
    for thing in said:
        lines += entry.labelled(thing)
    small = _last(archived, words)
    value = f"{archived.id}:{(said[-1].language if said else None) or words.language}"
    cut = (
        *context_line(words.gettext("This is too long for one message.")),
        *actions([button(words.gettext("Read all"), Action.OTHER_LANGUAGE, value, key="all")]),
    )
    blocks = [section(text) for text in entry.joined(lines)]
    page, *rest = paginate([blocks], room.less([*small, *cut]), room)
    return (*page.blocks, *(cut if rest else ()), *small)


def _last(archived: ArchivedEntry, words: Catalogue) -> tuple[Block, ...]:
    names = entry.authors(archived.paper, words, AUTHORS)
    day = words.full_date(archived.date) if archived.date else ""
    small = " · ".join(filter(None, (names, entry.tags(archived.entry), day)))
    return (context(brief(small, 1_500)),) if small else ()


def _text(archived: ArchivedEntry, words: Catalogue) -> str:
    return fallback(entry.spoken(archived, words, None), [entry.title_text(archived.paper)])


def _near(one: ArchivedEntry, words: Catalogue) -> Block:
    said = entry.said(one.entry, words)
    lead = opening(said[0].text, 200) if said else ""
    lines = (bold(_linked(one.paper)), brief(lead, 300), italic(small_print(one, words)))
    return section("\n".join(filter(None, lines)), _opener(one, said, words))


def _opener(one: ArchivedEntry, said: Sequence[entry.Said], words: Catalogue) -> Element | None:
    """The button that opens the paper's commentary, else its abstract."""
    code = next((thing.language for thing in said if thing.language), None)
    if code:
        return button(words.gettext("Open"), Action.OTHER_LANGUAGE, f"{one.id}:{code}")
    return button(words.gettext("Open"), Action.ABSTRACT, str(one.id)) if said else None


def _linked(paper: Paper) -> str:
    return link(paper.url, clip(entry.title_text(paper), 300))


def _view(title: str, texts: Sequence[str], words: Catalogue) -> View:
    """A modal of sections. One that is longer than a modal takes says where it stops."""
    closing = context(words.gettext("There is more, but it doesn't fit in this window."))
    page, *rest = paginate([[section(text)] for text in texts], WINDOW.less([closing]), WINDOW)
    return modal(title, [*page.blocks, *([closing] if rest else [])], close=words.gettext("Close"))


def _small(text: str) -> str:
    return italic(escape(text))
