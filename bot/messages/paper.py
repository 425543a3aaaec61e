"""One paper: the answer to a lookup, and the modals its buttons open. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from bot.language.catalogue import Catalogue, catalogue_for
from bot.messages import entry, limits
from bot.messages.action_ids import Action
from bot.messages.blocks import Element, actions, button, context, modal, section
from bot.messages.fallback import fallback
from bot.messages.message import Block, Message, View
from bot.messages.mrkdwn import (
    bold,
    brief,
    clip,
    escape,
    italic,
    link,
    one_line,
    opening_sentences,
    split,
    with_links,
)
from bot.messages.pagination import MODAL_CAPACITY, Capacity, paginate
from digests.model import ArchivedEntry, Paper, Results

AUTHORS = 10
"""The most authors an answer names; the abstract's modal names all of them."""

_CODE = limits.SECTION_TEXT - 100
"""The longest text in one block of code."""


def answer(
    archived: ArchivedEntry,
    *,
    language: str,
    found_by: Results | None = None,
    back: tuple[str, int] | None = None,
    can_share: bool = True,
    is_saved: bool = False,
) -> Message:
    """The whole entry for one reader: title, commentary, authors, tags, date, and buttons for the rest.

    ``found_by`` is the search it is the answer of, and ``back`` the (query, offset) of the list it was opened
    from. ``is_saved`` is about the reader. An entry that is too long for one message ends with a button that
    shows all of it.
    """
    catalogue = catalogue_for(language)
    head = search_notices(found_by, catalogue) if found_by else ()
    row = actions(
        (
            button(catalogue.gettext("← Back to the list"), Action.PAGE, page_value(*back)) if back else None,
            button(catalogue.gettext("Share to channel"), Action.SHARE, str(archived.id))
            if can_share
            else None,
            *_buttons(archived, catalogue),
            _save_button(archived, back, catalogue, is_saved=is_saved),
        )
    )
    blocks = _body(archived, catalogue, Capacity(groups=1).minus([*head, *row]))
    return Message(_text(archived, catalogue), (*head, *blocks, *row))


def shared(archived: ArchivedEntry, user_id: str, *, language: str) -> Message:
    """The message of "Share to channel": the entry in the channel's language, and who shared it."""
    catalogue = catalogue_for(language)
    by = context(catalogue.gettext("Shared by {user}", user=f"<@{user_id}>"))
    save = button(catalogue.gettext("Save"), Action.SAVE, str(archived.id))
    row = actions([*_buttons(archived, catalogue), save])
    blocks = _body(archived, catalogue, Capacity(groups=1).minus([by, *row]))
    return Message(_text(archived, catalogue), (*blocks, *row, by))


def not_shared(url: str | None, *, is_shared: bool, most: int, language: str) -> Message:
    """Says why a paper was not shared: it was lately, at ``url``, or the person shared ``most`` others."""
    catalogue = catalogue_for(language)
    if not is_shared:
        text = catalogue.gettext("You've shared {n} papers within an hour. Please wait a little.", n=most)
    else:
        text = catalogue.gettext("This paper was shared here within the last hour.")
        seen = link(url, catalogue.gettext("View post")) if url else ""
        text = " ".join(filter(None, (text, seen)))
    return Message(text, (section(text),))


def abstract(archived: ArchivedEntry, *, language: str) -> View:
    """The abstract as published, and all authors."""
    catalogue = catalogue_for(language)
    paper = archived.paper
    lines = [
        *entry.title_lines(paper),
        *split(entry.authors(paper, catalogue, named=10_000), limits.SECTION_TEXT, _italic_text),
    ]
    body = [*split(paper.abstract or "", limits.SECTION_TEXT, with_links)]
    body = body or [escape(catalogue.gettext("I don't have an abstract for this paper."))]
    return _sections_modal(catalogue.gettext("Abstract"), [*entry.packed(lines), *body], catalogue)


def other_language(archived: ArchivedEntry, language: str, *, ui_language: str) -> View:
    """The commentary in ``language``; labels and buttons are in ``ui_language``."""
    catalogue = catalogue_for(ui_language)
    text = archived.entry.commentary(language)
    missing = escape(
        catalogue.gettext("No commentary in {language} yet.", language=catalogue.language_name(language))
    )
    body = [*split(text or "", limits.SECTION_TEXT, with_links)] or [missing]
    last_line = [
        italic(piece) for piece in split(entry.last_line(archived.entry, catalogue), limits.SECTION_TEXT - 2)
    ]
    name = catalogue.language_name(language)
    return _sections_modal(
        name, entry.packed([*entry.title_lines(archived.paper), *body, *last_line]), catalogue
    )


def related(archived: ArchivedEntry, entries: Sequence[ArchivedEntry], *, language: str) -> View:
    """The papers related to this one, each with a button that opens it in the same modal."""
    catalogue = catalogue_for(language)
    heading = catalogue.gettext(
        "Related to {title}", title=italic(brief(entry.title_text(archived.paper), 200))
    )
    blocks: list[Block] = [context(heading)]
    if not entries:
        blocks.append(section(catalogue.gettext("No related papers yet.")))
    blocks += [
        _related_paper(related_entry, catalogue) for related_entry in entries[: limits.VIEW_BLOCKS - 2]
    ]
    return modal(catalogue.gettext("Related papers"), blocks, close=catalogue.gettext("Close"))


def saved(archived: ArchivedEntry, *, language: str, new: bool) -> View:
    """Confirms that the paper is saved. ``new`` is False if it was saved before."""
    catalogue = catalogue_for(language)
    text = catalogue.gettext("Saved.") if new else catalogue.gettext("You've already saved this paper.")
    where = catalogue.gettext("Your saved papers are in my Home tab.")
    remove = button(catalogue.gettext("Remove"), Action.UNSAVE, str(archived.id))
    blocks = [section(_bold_title(archived), remove), section(f"{text} {where}")]
    return modal(catalogue.gettext("Saved papers"), blocks, close=catalogue.gettext("Close"))


def unsaved(*, language: str) -> View:
    """Confirms that a paper is no longer saved."""
    catalogue = catalogue_for(language)
    text = catalogue.gettext("I removed it from your saved papers.")
    return modal(catalogue.gettext("Saved papers"), [section(text)], close=catalogue.gettext("Close"))


def citation(archived: ArchivedEntry, *, bibtex: str, ris: str, language: str) -> View:
    """The paper as BibTeX and RIS, to be copied."""
    catalogue = catalogue_for(language)
    blocks: list[Block] = [section(_bold_title(archived))]
    for name, text in (("BibTeX", bibtex), ("RIS", ris)):
        blocks += [context(name), *map(section, _verbatim([text])[0])]
    return modal(catalogue.gettext("Cite"), blocks, close=catalogue.gettext("Close"))


def exported_text(pieces: Sequence[str], *, title: str, language: str) -> View:
    """An export in a modal, one piece a paper. Papers that do not fit are counted in the last line."""
    catalogue = catalogue_for(language)
    texts, shown = _verbatim(pieces)
    blocks = list(map(section, texts))
    rest = len(pieces) - shown
    if rest:
        text = catalogue.ngettext(
            "{n} more paper doesn't fit in this window. Narrow it down with `/paper saved: …`.",
            "{n} more papers don't fit in this window. Narrow them down with `/paper saved: …`.",
            rest,
        )
        blocks.append(context(text))
    return modal(title, blocks, close=catalogue.gettext("Close"))


def exported_file(name: str, count: int, *, language: str) -> View:
    """Says that a file with so many saved papers comes in the direct message."""
    catalogue = catalogue_for(language)
    text = catalogue.ngettext(
        "I'm sending you `{name}` with {n} paper. You'll find it in your direct messages with me.",
        "I'm sending you `{name}` with {n} papers. You'll find it in your direct messages with me.",
        count,
        name=name,
    )
    return modal(catalogue.gettext("Saved papers"), [section(text)], close=catalogue.gettext("Close"))


def exported_comment(count: int, *, language: str) -> str:
    """The text above an exported file."""
    catalogue = catalogue_for(language)
    return catalogue.ngettext("Your saved paper.", "Your {n} saved papers.", count)


def search_notices(results: Results, catalogue: Catalogue) -> tuple[Block, ...]:
    """Lines above what a search shows: corrected words, a time without papers, filters it cannot read."""
    texts = []
    if results.corrections:
        typed = ", ".join(f"‘{brief(correction.typed, 60)}’" for correction in results.corrections[:5])
        used = ", ".join(f"‘{brief(correction.used, 60)}’" for correction in results.corrections[:5])
        texts.append(catalogue.gettext("Showing {used} instead of {typed}", used=used, typed=typed))
    if results.without_period:
        period = brief(results.without_period, 60)
        text = catalogue.gettext(
            "Nothing fits from ‘{period}’. These papers are from any time.", period=period
        )
        texts.append(text)
    if results.not_understood:
        filters = ", ".join(f"‘{brief(typed, 60)}’" for typed in results.not_understood[:5])
        text = catalogue.gettext(
            "I searched without {filters}, which I can't read. This works: `since:2025-01`", filters=filters
        )
        texts.append(text)
    return tuple(map(context, texts))


def page_value(query: str, offset: int) -> str:
    """The value of a button that shows a page: ``OFFSET:QUERY``. A very long query is cut at a word."""
    return f"{offset}:{clip(query, limits.BUTTON_VALUE - 100).removesuffix('…')}"


def small_print(archived: ArchivedEntry, catalogue: Catalogue) -> str:
    """Authors, tags and date, as mrkdwn."""
    day = catalogue.full_date(archived.date) if archived.date else ""
    text = (entry.authors(archived.paper, catalogue), entry.tags(archived.entry), day)
    return brief(" · ".join(filter(None, text)), 400)


def context_line(text: str) -> tuple[Block, ...]:
    """A line of small text; nothing if the text is empty."""
    return (context(escape(text)),) if text else ()


def _buttons(archived: ArchivedEntry, catalogue: Catalogue) -> list[Element]:
    """Buttons for the abstract, other languages, related papers, and citing."""
    buttons = []
    if one_line(archived.paper.abstract or ""):
        buttons.append(button(catalogue.gettext("Abstract"), Action.ABSTRACT, str(archived.id)))
    for code in entry.other_languages(archived.entry, catalogue.language)[:5]:
        value = f"{archived.id}:{code}"
        buttons.append(button(entry.read_in_label(code, catalogue), Action.OTHER_LANGUAGE, value, key=code))
    if entry.has_related(archived.entry):
        buttons.append(button(catalogue.gettext("Related papers"), Action.RELATED, str(archived.id)))
    buttons.append(button(catalogue.gettext("Cite"), Action.CITE, str(archived.id)))
    return buttons


def _save_button(
    archived: ArchivedEntry, back: tuple[str, int] | None, catalogue: Catalogue, *, is_saved: bool
) -> Element:
    """The button of a private answer, which shows whether the paper is saved and changes that."""
    value = f"{archived.id}:{page_value(*back) if back else ':'}"
    if is_saved:
        return button(catalogue.gettext("✓ Saved"), Action.UNSAVE, value)
    return button(catalogue.gettext("Save"), Action.SAVE, value)


def _bold_title(archived: ArchivedEntry) -> str:
    return bold(escape(clip(entry.title_text(archived.paper), 300)))


def _verbatim(pieces: Sequence[str]) -> tuple[list[str], int]:
    """Pieces of text as blocks of code, as many as a modal holds, and how many pieces these are.

    A backtick is replaced, because it would end a block.
    """
    texts: list[str] = []
    room, shown, left = 0, 0, limits.VIEW_TEXT
    for piece in pieces:
        whole = escape(piece.strip()).replace("`", "ˋ")
        parts = [whole] if limits.size(whole) <= _CODE else list(split(piece, _CODE))
        left -= sum(map(limits.size, parts))
        if left < 0 or len(texts) + len(parts) > limits.VIEW_BLOCKS - 10:
            break
        for part in parts:
            if texts and limits.size(part) + 2 <= room:
                texts[-1] += "\n" + part
                room -= limits.size(part) + 1
            else:
                texts.append(part)
                room = _CODE - limits.size(part)
        shown += 1
    return [f"```{text}```" for text in texts], shown


def _body(archived: ArchivedEntry, catalogue: Catalogue, capacity: Capacity) -> tuple[Block, ...]:
    """Title, commentary and last line within the capacity; if not all fits, a button that shows all."""
    lines = list(entry.title_lines(archived.paper))
    descriptions = entry.descriptions(archived.entry, catalogue)
    for description in descriptions:
        lines += entry.description_lines(description)
    last_line = _last_line(archived, catalogue)
    value = f"{archived.id}:{(descriptions[-1].language if descriptions else None) or catalogue.language}"
    cut = (
        *context_line(catalogue.gettext("This is too long for one message.")),
        *actions([button(catalogue.gettext("Read all"), Action.OTHER_LANGUAGE, value, key="all")]),
    )
    blocks = [section(text) for text in entry.packed(lines)]
    page, *rest = paginate([blocks], capacity.minus([*last_line, *cut]), capacity)
    return (*page.blocks, *(cut if rest else ()), *last_line)


def _last_line(archived: ArchivedEntry, catalogue: Catalogue) -> tuple[Block, ...]:
    names = entry.authors(archived.paper, catalogue, AUTHORS)
    day = catalogue.full_date(archived.date) if archived.date else ""
    last_line = " · ".join(filter(None, (names, entry.tags(archived.entry), day)))
    return (context(brief(last_line, 1_500)),) if last_line else ()


def _text(archived: ArchivedEntry, catalogue: Catalogue) -> str:
    return fallback(entry.plain_text(archived, catalogue, None), [entry.title_text(archived.paper)])


def _related_paper(archived: ArchivedEntry, catalogue: Catalogue) -> Block:
    descriptions = entry.descriptions(archived.entry, catalogue)
    lead = opening_sentences(descriptions[0].text, 200) if descriptions else ""
    lines = (bold(_linked_title(archived.paper)), brief(lead, 300), italic(small_print(archived, catalogue)))
    return section("\n".join(filter(None, lines)), _open_button(archived, descriptions, catalogue))


def _open_button(
    archived: ArchivedEntry, descriptions: Sequence[entry.Description], catalogue: Catalogue
) -> Element | None:
    """The button that opens the paper's commentary, else its abstract."""
    code = next((description.language for description in descriptions if description.language), None)
    if code:
        return button(catalogue.gettext("Open"), Action.OTHER_LANGUAGE, f"{archived.id}:{code}")
    return button(catalogue.gettext("Open"), Action.ABSTRACT, str(archived.id)) if descriptions else None


def _linked_title(paper: Paper) -> str:
    return link(paper.url, clip(entry.title_text(paper), 300))


def _sections_modal(title: str, texts: Sequence[str], catalogue: Catalogue) -> View:
    """A modal of sections. If not everything fits, its last line says so."""
    closing = context(catalogue.gettext("There is more, but it doesn't fit in this window."))
    page, *rest = paginate(
        [[section(text)] for text in texts], MODAL_CAPACITY.minus([closing]), MODAL_CAPACITY
    )
    return modal(title, [*page.blocks, *([closing] if rest else [])], close=catalogue.gettext("Close"))


def _italic_text(text: str) -> str:
    return italic(escape(text))
