"""A digest given from Slack: the form, what was understood of it, what became of it. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from bot.language.catalogue import Catalogue, catalogue, deferred
from bot.messages import limits
from bot.messages.action_ids import Action, Callback
from bot.messages.blocks import actions, button, context, modal, section
from bot.messages.entry import joined
from bot.messages.message import Block, Message, View
from bot.messages.mrkdwn import brief, clip, escape, plain
from bot.messages.refusals import refusal
from digests.model import Status, Taken

PASTED_TEXT = 3_000
"""Characters Slack takes in a plain_text_input, so a long digest is given as a file."""

_TITLES = 40
_TITLE = 150
_REFUSALS = 10


class Trouble(StrEnum):
    """Why a file could not be taken. The value is its name in the logs."""

    KIND = "kind"
    SIZE = "size"
    SCOPE = "scope"
    GONE = "gone"
    AWAY = "away"
    CHANGED = "changed"


class Given(StrEnum):
    """``block_id`` and ``action_id`` of the form's inputs. TEXT: value. FILE: files."""

    TEXT = "digest_text"
    FILE = "digest_file"


@dataclass(frozen=True, slots=True)
class Understood:
    """What taking a document in did, or would do. ``name`` is the file's; empty for pasted text.

    ``posts`` says whether it is recent enough to go out by itself.
    """

    name: str
    taken: Taken
    posts: bool = True

    @property
    def papers(self) -> int:
        return sum(entry.status is not Status.REFUSED for entry in self.taken.entries)


_TROUBLES = {
    Trouble.KIND: deferred("I can only read `.txt`, `.md` and `.html` files."),
    Trouble.SIZE: deferred("This file is larger than 5 MB. Split it into one file per day."),
    Trouble.SCOPE: deferred(
        "I don't have permission to read files here. Paste the text with `/digest add`, or ask a "
        "workspace admin to reinstall me with that permission."
    ),
    Trouble.GONE: deferred("That file no longer exists."),
    Trouble.AWAY: deferred("I couldn't get the file from Slack. Please try again in a moment."),
    Trouble.CHANGED: deferred("The file has changed since I showed it to you. Please send it again."),
}


def offer(*, language: str) -> Message:
    """How to give a digest, with a button that opens the form."""
    words = catalogue(language)
    said = words.gettext(
        "You can add a day's papers: paste them, or send me a `.txt`, `.md` or `.html` file in a "
        "direct message. I'll show you what I understood before I add anything, and only this "
        "workspace will see it."
    )
    row = actions([button(words.gettext("Add papers"), Action.GIVE, style="primary")])
    return Message(said, (section(said), *row))


def not_allowed(*, language: str) -> Message:
    """Somebody who may not give a digest tried to."""
    said = catalogue(language).gettext(
        "Only workspace admins can add papers, because they go to every channel in the workspace."
    )
    return Message(said, (section(said),))


def trouble(kind: Trouble, *, language: str, name: str = "") -> Message:
    """Why a file could not be taken."""
    said = catalogue(language).gettext(_TROUBLES[kind])
    text = f"{_file(name)}: {said}" if name else said
    return Message(text, (section(text),))


def form(
    *, language: str, metadata: str, with_file: bool, text: str = "", refused: Understood | None = None
) -> View:
    """The form. ``refused`` is what was wrong with the text it is opened with again."""
    words = catalogue(language)
    shape = words.gettext(
        "Start with a line for the date. Then, for each paper, write its title, (authors), text "
        "and a line of #tags. I'll show you what I understood before I add anything."
    )
    wrong = [section(one) for one in joined(_refusals(refused, words))] if refused else []
    hint = (
        words.gettext("Up to 3,000 characters. For more, choose a file.")
        if with_file
        else words.gettext(
            "Up to 3,000 characters. For longer text I need permission to read files; a workspace "
            "admin can reinstall me with it."
        )
    )
    return modal(
        words.gettext("Add papers"),
        [*wrong, context(shape), _text(words, text, hint), *([_file_input(words)] if with_file else [])],
        close=words.gettext("Cancel"),
        submit=words.gettext("Review"),
        callback=Callback.DIGEST_FORM,
        metadata=metadata,
    )


def preview_view(understood: Understood, *, language: str, metadata: str, text: str | None) -> View:
    """What was understood, to be confirmed; pasted text stays below it and can still be corrected."""
    words = catalogue(language)
    blocks = [section(one) for one in joined(_lines(understood, words))]
    if text is not None:
        hint = words.gettext("If you change this, I'll show it to you again before I add it.")
        blocks.append(_text(words, text, hint) | {"optional": False})
    return modal(
        words.gettext("Is this right?"),
        blocks,
        close=words.gettext("Cancel"),
        submit=words.gettext("Add"),
        callback=Callback.DIGEST_CONFIRM,
        metadata=metadata,
    )


def preview(understood: Understood, *, language: str, value: str) -> Message:
    """What was understood of a shared file, with buttons to keep it or not (``value`` of KEEP).

    Of a file without a single readable paper it says why, and offers nothing.
    """
    words = catalogue(language)
    lines = _lines(understood, words)
    row: tuple[Block, ...] = ()
    if understood.papers:
        row = actions(
            [
                button(words.gettext("Add"), Action.KEEP, value, style="primary"),
                button(words.gettext("Don't add"), Action.DISMISS),
            ]
        )
    blocks = [section(one) for one in joined(lines)]
    return Message(clip("\n".join(lines), limits.MESSAGE_TEXT), (*blocks, *row))


def kept(understood: Understood, *, language: str) -> Message:
    """It is in: what it is good for now."""
    words = catalogue(language)
    if understood.taken.status is Status.SAME:
        head = words.gettext("I already have these papers. Nothing changed.")
    else:
        head = words.ngettext("Added {n} paper.", "Added {n} papers.", understood.papers)
    what = words.gettext("Everyone in this workspace can find them with `/paper`. Nobody outside it can.")
    when = (
        words.gettext("Each channel gets them with its next post.")
        if understood.posts
        else words.gettext("I won't post them on my own, because they are too old or have no date.")
    )
    text = " ".join([head, what] if understood.taken.status is Status.SAME else [head, what, when])
    return Message(text, (section(text),))


def dismissed(*, language: str) -> Message:
    """Nothing was kept, as asked."""
    said = catalogue(language).gettext("OK, I didn't add anything.")
    return Message(said, (section(said),))


def nothing_given(*, language: str) -> str:
    """Neither text nor file: what the form says at the input."""
    return catalogue(language).gettext("Paste the papers here, or choose a file.")


def both_given(*, language: str) -> str:
    """Text and a file: what the form says at the input."""
    return catalogue(language).gettext("Use either text or a file, not both.")


def waiting(*, language: str) -> View:
    """Shown while a large document is read or written."""
    words = catalogue(language)
    said = words.gettext("One moment…")
    return modal(words.gettext("Add papers"), [section(said)], close=words.gettext("Close"))


def told(message: Message, *, language: str) -> View:
    """A message as the modal's last page."""
    words = catalogue(language)
    return modal(words.gettext("Add papers"), message.blocks, close=words.gettext("Close"))


def _text(words: Catalogue, text: str, hint: str) -> Block:
    title, authors = words.gettext("Title"), words.gettext("Authors")
    element = {
        "type": "plain_text_input",
        "action_id": str(Given.TEXT),
        "multiline": True,
        "max_length": PASTED_TEXT,
        "placeholder": plain(f"2025-02-25\n{title}\n({authors})\n…\n#tags"),
    }
    if text and limits.size(text) <= PASTED_TEXT:
        element["initial_value"] = text
    return {
        "type": "input",
        "block_id": str(Given.TEXT),
        "optional": True,
        "label": plain(words.gettext("The day's papers")),
        "element": element,
        "hint": plain(hint),
    }


def _file_input(words: Catalogue) -> Block:
    return {
        "type": "input",
        "block_id": str(Given.FILE),
        "optional": True,
        "label": plain(words.gettext("Or a file")),
        "element": {
            "type": "file_input",
            "action_id": str(Given.FILE),
            "filetypes": ["txt", "md", "html", "htm"],
            "max_files": 1,
        },
        "hint": plain(words.gettext(".txt, .md or .html, up to 5 MB")),
    }


def _lines(understood: Understood, words: Catalogue) -> list[str]:
    """The head, the titles, what would be taken away, and the refusals."""
    taken = understood.taken
    entries = [entry for entry in taken.entries if entry.status is not Status.REFUSED]
    lines = [_head(understood, words)] if entries else []
    lines += [
        f"{place}. {brief(entry.title or '', _TITLE)}{_mark(entry.status, words)}"
        for place, entry in enumerate(entries[:_TITLES], start=1)
    ]
    lines += _more(len(entries) - _TITLES, words)
    if taken.withdrawn:
        titles = words.names([f"“{brief(title, _TITLE)}”" for title in taken.withdrawn[:5]])
        gone = words.ngettext(
            "This removes {n} paper that is no longer in it: {titles}",
            "This removes {n} papers that are no longer in it: {titles}",
            len(taken.withdrawn),
            titles=titles,
        )
        lines.append(gone)
    return lines + _refusals(understood, words)


def _head(understood: Understood, words: Catalogue) -> str:
    taken = understood.taken
    day = words.full_date(taken.date) if isinstance(taken.date, date) else words.gettext("No date")
    count = words.ngettext("{n} paper", "{n} papers", understood.papers)
    parts = [_file(understood.name)] if understood.name else []
    statuses = Counter(entry.status for entry in taken.entries)
    if taken.status is Status.SAME:
        return " · ".join([*parts, count, words.gettext("already added")])
    if taken.status is Status.CHANGED:
        parts.append(words.gettext("new version"))
        if statuses[Status.NEW]:
            parts.append(words.ngettext("{n} new", "{n} new", statuses[Status.NEW]))
    return " · ".join([f"*{day}*", count, *parts])


def _mark(status: Status, words: Catalogue) -> str:
    said = words.gettext("changed")
    return f" _({said})_" if status is Status.CHANGED else ""


def _refusals(understood: Understood, words: Catalogue) -> list[str]:
    taken = understood.taken
    refused = [entry for entry in taken.entries if entry.status is Status.REFUSED]
    if taken.status is Status.REFUSED and taken.reason is not None:
        head = words.gettext("I couldn't read this.")
        name = [_file(understood.name)] if understood.name else []
        return [" · ".join([*name, head]), refusal(taken.line, taken.reason, words)]
    if not refused:
        return []
    head = words.ngettext(
        "I couldn't understand {n} place:", "I couldn't understand {n} places:", len(refused)
    )
    lines = [
        refusal(entry.line, entry.reason, words) for entry in refused[:_REFUSALS] if entry.reason is not None
    ]
    return [f"*{head}*", *lines, *_more(len(refused) - _REFUSALS, words)]


def _more(count: int, words: Catalogue) -> list[str]:
    return [words.ngettext("and {n} more", "and {n} more", count)] if count > 0 else []


def _file(name: str) -> str:
    return escape(clip(name, 100))
