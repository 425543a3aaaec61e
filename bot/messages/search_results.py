"""Answers to a search: a page of results, no results, tags. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.language.catalogue import Catalogue, catalogue_for
from bot.messages import entry, limits
from bot.messages.action_ids import Action
from bot.messages.blocks import actions, button, context, section
from bot.messages.fallback import fallback
from bot.messages.message import Block, Message
from bot.messages.mrkdwn import bold, brief, clip, escape, italic, link, one_line
from bot.messages.pagination import Capacity, paginate
from bot.messages.paper import page_value, search_notices, small_print
from digests.model import Hit, Results, TagCount

if TYPE_CHECKING:
    from digests.search.explanation import Explanation

PAGE = 5
"""Results per page: about two screens of a phone."""

TAGS_SHOWN = 20
"""The most tags that `/tag` lists."""

_EXPLAINED = 900
"""Characters of the lines on one paper: eleven such blocks fit into a message."""

_SNIPPET = 180
_TITLE = 250
_LINKED = 700
_WORD = re.compile(r"\S+")


def results_page(results: Results, *, language: str) -> Message:
    """One page of results, best first, with matching words in bold and a button that opens each.

    Results that do not fit into one message move to the next page.
    """
    catalogue = catalogue_for(language)
    count = catalogue.ngettext("{n} paper", "{n} papers", results.total)
    heading = section(f"{bold(brief(results.query, 200))} · {count}")
    blocks: list[Block] = [*search_notices(results, catalogue), heading]
    if results.by_meaning:
        text = catalogue.gettext("No paper has all of these words. These are the closest in meaning.")
        blocks.append(context(text))
    capacity = Capacity(groups=PAGE, blocks=limits.MESSAGE_BLOCKS - 2, text=limits.MESSAGE_BLOCKS_TEXT - 200)
    shown = paginate(
        [[_hit(hit, results, catalogue)] for hit in results.hits], capacity.minus(blocks), capacity
    )[0]
    names = [entry.title_text(hit.entry.paper) for hit in results.hits[: len(shown.blocks)]]
    head = f"{clip(one_line(results.query), 200)} · {count}"
    text = fallback("\n".join([head, *names]), [head, *names])
    page_buttons = _page_buttons(results, len(shown.blocks), catalogue)
    return Message(text, (*blocks, *shown.blocks, *page_buttons))


def no_results(results: Results, *, language: str) -> Message:
    """Says that nothing was found, with suggestions that are known to find something."""
    catalogue = catalogue_for(language)
    text = catalogue.gettext("Nothing found for ‘{query}’.", query=brief(results.query, 200))
    guesses = [
        button(
            clip(one_line(guess), limits.BUTTON_SHOWN),
            Action.TRY,
            clip(guess, limits.BUTTON_VALUE),
            key=str(place),
        )
        for place, guess in enumerate(results.suggestions[:5])
        if one_line(guess)
    ]
    blocks: list[Block] = [section(text), *search_notices(results, catalogue)]
    if guesses:
        blocks += [context(catalogue.gettext("Did you mean one of these?")), *actions(guesses)]
    example = catalogue.gettext("Try a word, a tag or an arXiv id: `/paper looped`, `/paper #scaling-law`")
    return Message(text, (*blocks, context(example)))


def explanation(question: str, explained: Explanation, *, language: str) -> Message:
    """How a question is read, and why its first papers stand where they stand, in the terms of the search.

    These terms are English in every language, as in ``haru search --explain``. What does not fit into a
    message is left out.
    """
    catalogue = catalogue_for(language)
    text = catalogue.gettext("How I read ‘{query}’", query=brief(question, 200))
    blocks = [section(text), section(_verbatim_lines(explained.read))] if explained.read else [section(text)]
    for place, reason in enumerate(explained.reasons, start=1):
        parts = ", ".join(f"{name} {part:g}" for name, part in reason.parts.items())
        score = f"{reason.score:.2f} = {parts}" if parts else f"{reason.score:.2f}"
        title = f"*{place}.* {brief(reason.title, _TITLE)}"
        blocks.append(section(f"{title}\n{_verbatim_lines([score, *reason.words])}"))
    if not explained.reasons:
        blocks.append(section(catalogue.gettext("Nothing found for ‘{query}’.", query=brief(question, 200))))
    return Message(text, tuple(blocks))


def _verbatim_lines(lines: Sequence[str]) -> str:
    """Lines as they are, a backtick replaced: it would end the block."""
    return f"```{clip(escape(chr(10).join(lines)).replace('`', 'ˋ'), _EXPLAINED)}```"


def nothing_saved(question: str, *, language: str, any_saved: bool) -> Message:
    """Says that none of the reader's saved papers fits a question, or that there are none."""
    catalogue = catalogue_for(language)
    text = catalogue.gettext("You haven't saved any papers yet. *Save* in a paper's menu keeps it for you.")
    if any_saved:
        query = brief(question, 200)
        text = catalogue.gettext("None of your saved papers fits ‘{query}’.", query=query)
    return Message(text, (section(text),))


def with_export(message: Message, question: str, *, language: str) -> Message:
    """A list of saved papers with the buttons that export all of it."""
    return replace(message, blocks=(*message.blocks, *export_buttons(catalogue_for(language), question)))


def export_buttons(catalogue: Catalogue, question: str = "") -> tuple[Block, ...]:
    """Buttons that export the reader's saved papers, or those of them that a question finds."""
    asked = clip(question, limits.BUTTON_VALUE - 100).removesuffix("…")
    return actions(
        button(
            catalogue.gettext("Export as {format}", format=name),
            Action.EXPORT,
            f"{name.casefold()}:{asked}",
            key=name.casefold(),
        )
        for name in ("BibTeX", "RIS", "CSV")
    )


def no_posts_yet(*, language: str) -> Message:
    """Answers `/paper today` in a channel without any posted digest."""
    catalogue = catalogue_for(language)
    text = catalogue.gettext(
        "I haven't posted any papers in this channel yet. `/paper latest` shows the latest ones."
    )
    return Message(text, (section(text),))


def tag_list(counts: Sequence[TagCount], *, language: str) -> Message:
    """The most used tags, each as a button that lists its papers."""
    catalogue = catalogue_for(language)
    if not counts:
        text = catalogue.gettext("There are no tags yet.")
        return Message(text, (section(text),))
    text = catalogue.gettext("These are the most used tags. `/tag scaling-law` shows the papers of one tag.")
    buttons = [
        button(
            f"{clip(one_line(count.tag.spelling), limits.BUTTON_SHOWN)} · {catalogue.number(count.papers)}",
            Action.TAG,
            clip(count.tag.name, limits.BUTTON_VALUE),
            key=str(place),
        )
        for place, count in enumerate(counts[:TAGS_SHOWN])
    ]
    names = ", ".join(escape(one_line(count.tag.spelling)) for count in counts[:TAGS_SHOWN])
    return Message(f"{text}\n{clip(names, limits.MESSAGE_TEXT - 500)}", (section(text), *actions(buttons)))


def tag_page(results: Results, tag: TagCount, *, language: str, typed: str = "") -> Message:
    """One page of a tag's papers, newest first. ``typed`` is the tag as the person spelled it."""
    catalogue = catalogue_for(language)
    message = results_page(results, language=language)
    if not typed or one_line(typed) in (tag.tag.name, tag.tag.spelling):
        return message
    text = catalogue.gettext("Closest tag: {tag}", tag=brief(tag.tag.spelling, 200))
    return Message(message.text, (context(text), *message.blocks))


def unknown_tag(typed: str, near: Sequence[TagCount], *, language: str) -> Message:
    """Says that there is no such tag, with the closest tags as buttons."""
    catalogue = catalogue_for(language)
    text = catalogue.gettext("There is no tag ‘{tag}’.", tag=brief(typed, 200))
    if not near:
        more = catalogue.gettext("`/tag` shows the most used tags.")
        return Message(f"{text} {more}", (section(f"{text} {more}"),))
    found = tag_list(near, language=language)
    return Message(
        text, (section(text), context(catalogue.gettext("Did you mean one of these?")), *found.blocks[1:])
    )


def highlighted(text: str, matched: Sequence[str]) -> str:
    """The raw text escaped, with every word in bold that contains a match.

    Whole words, because Slack opens and closes bold at spaces only, and Korean particles follow the
    word without one.
    """
    wanted = [match.casefold() for match in matched if match.strip()]
    pieces = []
    at = 0
    for found in _WORD.finditer(text):
        word = found[0].casefold()
        if any(map(word.__contains__, wanted)):
            pieces += [escape(text[at : found.start()]), bold(escape(found[0]))]
            at = found.end()
    return "".join([*pieces, escape(text[at:])])


def _page_buttons(results: Results, shown: int, catalogue: Catalogue) -> tuple[Block, ...]:
    """The position of this page, and buttons to the pages before and after it."""
    first, last = results.offset + 1, results.offset + shown
    if first == 1 and last >= results.total:
        return ()
    where = catalogue.gettext(
        "{first}–{last} of {total}",
        first=catalogue.number(first),
        last=catalogue.number(last),
        total=catalogue.number(results.total),
    )
    before = page_value(results.query, max(0, results.offset - PAGE))
    after = page_value(results.query, last)
    row = (
        button(catalogue.gettext("Previous"), Action.PAGE, before, key="previous") if first > 1 else None,
        button(catalogue.gettext("Next"), Action.PAGE, after, key="next") if last < results.total else None,
    )
    return (context(where), *actions(row))


def _hit(hit: Hit, results: Results, catalogue: Catalogue) -> Block:
    paper = hit.entry.paper
    title = link(paper.url, clip(entry.title_text(paper), _TITLE))
    if limits.size(title) > _LINKED:
        title = brief(entry.title_text(paper), _TITLE)
    lines = (bold(title), _snippet(hit, catalogue), italic(small_print(hit.entry, catalogue)))
    value = f"{hit.entry.id}:{page_value(results.query, results.offset)}"
    return section("\n".join(filter(None, lines)), button(catalogue.gettext("Open"), Action.OPEN_HIT, value))


def _snippet(hit: Hit, catalogue: Catalogue) -> str:
    """The part of the entry with the first matching word; in the reader's language wherever there is any."""
    archived = hit.entry.entry
    matched = [match.casefold() for match in hit.matched if match.strip()]
    texts = [thing.text for thing in entry.descriptions(archived, catalogue)]
    texts += [c.text for c in archived.commentaries] + [archived.paper.abstract or ""]
    texts = [text for text in texts if entry.written_in(text) == catalogue.language] or texts
    holding = next((t for t in texts if any(map(t.casefold().__contains__, matched))), None)
    shown = one_line(holding if holding is not None else next(iter(texts), ""))
    at = min((place for match in matched if (place := shown.casefold().find(match)) >= 0), default=0)
    if at > _SNIPPET // 2:
        start = shown.rfind(" ", 0, at - _SNIPPET // 3) + 1
        shown = "…" + shown[start:]
    marked = highlighted(clip(shown, _SNIPPET), hit.matched)
    return marked if limits.size(marked) <= _SNIPPET * 2 else brief(shown, _SNIPPET)
