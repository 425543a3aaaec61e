"""What a lookup found, in words: a ranked list, nothing with guesses, tags. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.language.catalogue import Catalogue, catalogue
from bot.messages import entry, limits
from bot.messages.action_ids import Action
from bot.messages.blocks import actions, button, context, section
from bot.messages.fallback import fallback
from bot.messages.message import Block, Message
from bot.messages.mrkdwn import bold, brief, clip, escape, italic, line, link
from bot.messages.pagination import Room, paginate
from bot.messages.paper import corrected, page_value, small_print
from digests.model import Hit, Results, TagCount

PAGE = 5
"""So many hits are one page: about two screens of a phone."""

TAGS_SHOWN = 20

_SNIPPET = 180
_TITLE = 250
_LINKED = 700
_WORD = re.compile(r"\S+")


def listing(results: Results, *, language: str, page_size: int = PAGE) -> Message:
    """One page of hits, best first, each with its matching words in bold and a button that opens it.

    Hits that one message cannot hold are left to the next page.
    """
    words = catalogue(language)
    count = words.ngettext("{n} paper", "{n} papers", results.total)
    heading = section(f"{bold(brief(results.query, 200))} · {count}")
    blocks: list[Block] = [*corrected(results.corrections, words), heading]
    if results.by_meaning:
        said = words.gettext("No paper has all of these words. These are the closest in meaning.")
        blocks.append(context(said))
    room = Room(groups=page_size, blocks=limits.MESSAGE_BLOCKS - 2, text=limits.MESSAGE_BLOCKS_TEXT - 200)
    shown = paginate([[_hit(hit, results, words)] for hit in results.hits], room.less(blocks), room)[0]
    names = [entry.title_text(hit.entry.paper) for hit in results.hits[: len(shown.blocks)]]
    head = f"{clip(line(results.query), 200)} · {count}"
    text = fallback("\n".join([head, *names]), [head, *names])
    turning = _turning(results, len(shown.blocks), page_size, words)
    return Message(text, (*blocks, *shown.blocks, *turning))


def nothing(results: Results, *, language: str) -> Message:
    """Nothing found: guesses that are known to hit, and an example."""
    words = catalogue(language)
    said = words.gettext("Nothing found for ‘{query}’.", query=brief(results.query, 200))
    guesses = [
        button(
            clip(line(guess), limits.BUTTON_SHOWN),
            Action.TRY,
            clip(guess, limits.BUTTON_VALUE),
            key=str(place),
        )
        for place, guess in enumerate(results.suggestions[:5])
        if line(guess)
    ]
    blocks: list[Block] = [section(said)]
    if guesses:
        blocks += [context(words.gettext("Did you mean one of these?")), *actions(guesses)]
    example = words.gettext("Try a word, a tag or an arXiv id: `/paper looped`, `/paper #scaling-law`")
    return Message(said, (*blocks, context(example)))


def nothing_today(*, language: str) -> Message:
    """`/paper today` in a channel that has had no digest yet."""
    words = catalogue(language)
    said = words.gettext(
        "I haven't posted any papers in this channel yet. `/paper latest` shows the latest ones."
    )
    return Message(said, (section(said),))


def tags(counts: Sequence[TagCount], *, language: str) -> Message:
    """The tags that are most used, each a button that lists its papers."""
    words = catalogue(language)
    if not counts:
        said = words.gettext("There are no tags yet.")
        return Message(said, (section(said),))
    said = words.gettext("These are the most used tags. `/tag scaling-law` shows the papers of one tag.")
    buttons = [
        button(
            f"{clip(line(count.tag.spelling), limits.BUTTON_SHOWN)} · {words.number(count.papers)}",
            Action.TAG,
            clip(count.tag.name, limits.BUTTON_VALUE),
            key=str(place),
        )
        for place, count in enumerate(counts[:TAGS_SHOWN])
    ]
    names = ", ".join(escape(line(count.tag.spelling)) for count in counts[:TAGS_SHOWN])
    return Message(f"{said}\n{clip(names, limits.MESSAGE_TEXT - 500)}", (section(said), *actions(buttons)))


def tagged(
    results: Results, tag: TagCount, *, language: str, typed: str = "", page_size: int = PAGE
) -> Message:
    """The papers of a tag, newest first. ``typed``: what was asked for, where that is another spelling."""
    words = catalogue(language)
    message = listing(results, language=language, page_size=page_size)
    if not typed or line(typed) in (tag.tag.name, tag.tag.spelling):
        return message
    said = words.gettext("Closest tag: {tag}", tag=brief(tag.tag.spelling, 200))
    return Message(message.text, (context(said), *message.blocks))


def no_tag(typed: str, near: Sequence[TagCount], *, language: str) -> Message:
    """No such tag: the nearest ones, as buttons."""
    words = catalogue(language)
    said = words.gettext("There is no tag ‘{tag}’.", tag=brief(typed, 200))
    if not near:
        more = words.gettext("`/tag` shows the most used tags.")
        return Message(f"{said} {more}", (section(f"{said} {more}"),))
    found = tags(near, language=language)
    return Message(
        said, (section(said), context(words.gettext("Did you mean one of these?")), *found.blocks[1:])
    )


def highlighted(text: str, matched: Sequence[str]) -> str:
    """Raw text escaped, each word that holds a match in bold. Whole words: Slack opens and closes bold
    at spaces only, and Korean particles stand against the word.
    """
    wanted = [one.casefold() for one in matched if one.strip()]
    pieces = []
    at = 0
    for found in _WORD.finditer(text):
        word = found[0].casefold()
        if any(map(word.__contains__, wanted)):
            pieces += [escape(text[at : found.start()]), bold(escape(found[0]))]
            at = found.end()
    return "".join([*pieces, escape(text[at:])])


def _turning(results: Results, shown: int, page_size: int, words: Catalogue) -> tuple[Block, ...]:
    """Where this page stands, and the buttons to the ones before and after."""
    first, last = results.offset + 1, results.offset + shown
    if first == 1 and last >= results.total:
        return ()
    where = words.gettext(
        "{first}–{last} of {total}",
        first=words.number(first),
        last=words.number(last),
        total=words.number(results.total),
    )
    before = page_value(results.query, max(0, results.offset - page_size))
    after = page_value(results.query, last)
    row = (
        button(words.gettext("Previous"), Action.PAGE, before, key="previous") if first > 1 else None,
        button(words.gettext("Next"), Action.PAGE, after, key="next") if last < results.total else None,
    )
    return (context(where), *actions(row))


def _hit(hit: Hit, results: Results, words: Catalogue) -> Block:
    paper = hit.entry.paper
    title = link(paper.url, clip(entry.title_text(paper), _TITLE))
    if limits.size(title) > _LINKED:
        title = brief(entry.title_text(paper), _TITLE)
    lines = (bold(title), _snippet(hit, words), italic(small_print(hit.entry, words)))
    value = f"{hit.entry.id}:{page_value(results.query, results.offset)}"
    return section("\n".join(filter(None, lines)), button(words.gettext("Open"), Action.OPEN_HIT, value))


def _snippet(hit: Hit, words: Catalogue) -> str:
    """The place in the entry where most matching words stand together, in the reader's language if any do."""
    archived = hit.entry.entry
    matched = [one.casefold() for one in hit.matched if one.strip()]
    texts = [thing.text for thing in entry.said(archived, words)]
    texts += [c.text for c in archived.commentaries] + [archived.paper.abstract or ""]
    holding = next((t for t in texts if any(map(t.casefold().__contains__, matched))), None)
    shown = line(holding if holding is not None else next(iter(texts), ""))
    at = min((place for one in matched if (place := shown.casefold().find(one)) >= 0), default=0)
    if at > _SNIPPET // 2:
        start = shown.rfind(" ", 0, at - _SNIPPET // 3) + 1
        shown = "…" + shown[start:]
    marked = highlighted(clip(shown, _SNIPPET), hit.matched)
    return marked if limits.size(marked) <= _SNIPPET * 2 else brief(shown, _SNIPPET)
