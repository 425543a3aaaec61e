"""Adding a digest from Slack: the form, the preview of what was read, and the confirmation. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from bot.language.catalogue import Catalogue, catalogue_for
from bot.messages import limits
from bot.messages.action_ids import Action, Callback
from bot.messages.blocks import actions, button, context, modal, section
from bot.messages.entry import packed
from bot.messages.message import Block, Message, View
from bot.messages.mrkdwn import brief, clip, escape, plain
from bot.messages.refusals import unreadable_document
from digests.model import ImportedDocument, ImportStatus

PASTED_TEXT = 3_000
"""The most characters Slack accepts in a plain_text_input; a longer digest has to be a file."""

_TITLES = 40
_TITLE = 150
_REFUSALS = 10


class FormInput(StrEnum):
    """``block_id`` and ``action_id`` of the form's inputs. TEXT has a ``value``, FILE has ``files``."""

    TEXT = "digest_text"
    FILE = "digest_file"


@dataclass(frozen=True, slots=True)
class UploadedDigest:
    """What reading a document found, before or after it is added.

    ``name`` is the file's name, empty for pasted text. ``posts`` says whether the digest is recent
    enough to be posted automatically.
    """

    name: str
    taken: ImportedDocument
    posts: bool = True

    @property
    def papers(self) -> int:
        """How many entries could be read."""
        return sum(entry.status is not ImportStatus.REFUSED for entry in self.taken.entries)


def offer(*, language: str) -> Message:
    """Explains how to add a digest, with a button that opens the form."""
    catalogue = catalogue_for(language)
    text = catalogue.gettext(
        "You can add a day's papers: paste them, or send me a `.txt`, `.md` or `.html` file in a "
        "direct message. I'll show you what I understood before I add anything, and only this "
        "workspace will see it."
    )
    row = actions([button(catalogue.gettext("Add papers"), Action.GIVE, style="primary")])
    return Message(text, (section(text), *row))


def form(
    *, language: str, metadata: str, with_file: bool, text: str = "", refused: UploadedDigest | None = None
) -> View:
    """The form. ``refused`` holds what was wrong with ``text``, when the form opens again because of it."""
    catalogue = catalogue_for(language)
    shape = catalogue.gettext(
        "Start with a line for the date. Then, for each paper, write its title, (authors), text "
        "and a line of #tags. I'll show you what I understood before I add anything."
    )
    errors = [section(text) for text in packed(_refusals(refused, catalogue))] if refused else []
    hint = (
        catalogue.gettext("Up to 3,000 characters. For more, choose a file.")
        if with_file
        else catalogue.gettext(
            "Up to 3,000 characters. For longer text I need permission to read files; a workspace "
            "admin can reinstall me with it."
        )
    )
    return modal(
        catalogue.gettext("Add papers"),
        [
            *errors,
            context(shape),
            _text(catalogue, text, hint),
            *([_file_input(catalogue)] if with_file else []),
        ],
        close=catalogue.gettext("Cancel"),
        submit=catalogue.gettext("Review"),
        callback=Callback.DIGEST_FORM,
        metadata=metadata,
    )


def preview_modal(uploaded: UploadedDigest, *, language: str, metadata: str, text: str | None) -> View:
    """Shows what was read and asks for confirmation. Pasted text stays below and can be corrected."""
    catalogue = catalogue_for(language)
    blocks = [section(text) for text in packed(_lines(uploaded, catalogue))]
    if text is not None:
        hint = catalogue.gettext("If you change this, I'll show it to you again before I add it.")
        blocks.append(_text(catalogue, text, hint) | {"optional": False})
    return modal(
        catalogue.gettext("Is this right?"),
        blocks,
        close=catalogue.gettext("Cancel"),
        submit=catalogue.gettext("Add"),
        callback=Callback.DIGEST_CONFIRM,
        metadata=metadata,
    )


def preview_message(uploaded: UploadedDigest, *, language: str, value: str) -> Message:
    """Shows what was read of a shared file, with buttons to add or discard it.

    ``value`` is the value of the KEEP button. A file without a readable entry gets no buttons.
    """
    catalogue = catalogue_for(language)
    lines = _lines(uploaded, catalogue)
    row: tuple[Block, ...] = ()
    if uploaded.papers:
        row = actions(
            [
                button(catalogue.gettext("Add"), Action.KEEP, value, style="primary"),
                button(catalogue.gettext("Don't add"), Action.DISMISS),
            ]
        )
    blocks = [section(text) for text in packed(lines)]
    return Message(clip("\n".join(lines), limits.MESSAGE_TEXT), (*blocks, *row))


def added(uploaded: UploadedDigest, *, language: str) -> Message:
    """Confirms that the digest was added, and says where its papers can be found."""
    catalogue = catalogue_for(language)
    if uploaded.taken.status is ImportStatus.SAME:
        head = catalogue.gettext("I already have these papers. Nothing changed.")
    else:
        head = catalogue.ngettext("Added {n} paper.", "Added {n} papers.", uploaded.papers)
    where = catalogue.gettext(
        "Everyone in this workspace can find them with `/paper`. Nobody outside it can."
    )
    when = (
        catalogue.gettext("Each channel gets them with its next post.")
        if uploaded.posts
        else catalogue.gettext(
            "I won't post these papers automatically, because they are too old or have no date."
        )
    )
    text = " ".join([head, where] if uploaded.taken.status is ImportStatus.SAME else [head, where, when])
    return Message(text, (section(text),))


def discarded(*, language: str) -> Message:
    """Confirms that nothing was added."""
    text = catalogue_for(language).gettext("OK, I didn't add anything.")
    return Message(text, (section(text),))


def neither_text_nor_file(*, language: str) -> str:
    """The error at the text input when the form is empty."""
    return catalogue_for(language).gettext("Paste the papers here, or choose a file.")


def both_text_and_file(*, language: str) -> str:
    """The error at the file input when the form has text as well."""
    return catalogue_for(language).gettext("Use either text or a file, not both.")


def waiting_modal(*, language: str) -> View:
    """Shown while a large document is read or added."""
    catalogue = catalogue_for(language)
    text = catalogue.gettext("One moment…")
    return modal(catalogue.gettext("Add papers"), [section(text)], close=catalogue.gettext("Close"))


def message_modal(message: Message, *, language: str) -> View:
    """Shows a message as the last page of the modal."""
    catalogue = catalogue_for(language)
    return modal(catalogue.gettext("Add papers"), message.blocks, close=catalogue.gettext("Close"))


def _text(catalogue: Catalogue, text: str, hint: str) -> Block:
    title, authors = catalogue.gettext("Title"), catalogue.gettext("Authors")
    element = {
        "type": "plain_text_input",
        "action_id": str(FormInput.TEXT),
        "multiline": True,
        "max_length": PASTED_TEXT,
        "placeholder": plain(f"2025-02-25\n{title}\n({authors})\n…\n#tags"),
    }
    if text and limits.size(text) <= PASTED_TEXT:
        element["initial_value"] = text
    return {
        "type": "input",
        "block_id": str(FormInput.TEXT),
        "optional": True,
        "label": plain(catalogue.gettext("The day's papers")),
        "element": element,
        "hint": plain(hint),
    }


def _file_input(catalogue: Catalogue) -> Block:
    return {
        "type": "input",
        "block_id": str(FormInput.FILE),
        "optional": True,
        "label": plain(catalogue.gettext("Or a file")),
        "element": {
            "type": "file_input",
            "action_id": str(FormInput.FILE),
            "filetypes": ["txt", "md", "html", "htm"],
            "max_files": 1,
        },
        "hint": plain(catalogue.gettext(".txt, .md or .html, up to 5 MB")),
    }


def _lines(uploaded: UploadedDigest, catalogue: Catalogue) -> list[str]:
    """The heading, the titles, the titles that the new version removes, and the refusals."""
    taken = uploaded.taken
    entries = [entry for entry in taken.entries if entry.status is not ImportStatus.REFUSED]
    lines = [_head(uploaded, catalogue)] if entries else []
    lines += [
        f"{place}. {brief(entry.title or '', _TITLE)}{_mark(entry.status, catalogue)}"
        for place, entry in enumerate(entries[:_TITLES], start=1)
    ]
    lines += _more(len(entries) - _TITLES, catalogue)
    if taken.withdrawn:
        titles = catalogue.join_names([f"“{brief(title, _TITLE)}”" for title in taken.withdrawn[:5]])
        gone = catalogue.ngettext(
            "This removes {n} paper that is no longer in it: {titles}",
            "This removes {n} papers that are no longer in it: {titles}",
            len(taken.withdrawn),
            titles=titles,
        )
        lines.append(gone)
    return lines + _refusals(uploaded, catalogue)


def _head(uploaded: UploadedDigest, catalogue: Catalogue) -> str:
    taken = uploaded.taken
    day = catalogue.full_date(taken.date) if isinstance(taken.date, date) else catalogue.gettext("No date")
    count = catalogue.ngettext("{n} paper", "{n} papers", uploaded.papers)
    parts = [_file(uploaded.name)] if uploaded.name else []
    statuses = Counter(entry.status for entry in taken.entries)
    if taken.status is ImportStatus.SAME:
        return " · ".join([*parts, count, catalogue.gettext("already added")])
    if taken.status is ImportStatus.CHANGED:
        parts.append(catalogue.gettext("new version"))
        if statuses[ImportStatus.NEW]:
            parts.append(catalogue.ngettext("{n} new", "{n} new", statuses[ImportStatus.NEW]))
    return " · ".join([f"*{day}*", count, *parts])


def _mark(status: ImportStatus, catalogue: Catalogue) -> str:
    text = catalogue.gettext("changed")
    return f" _({text})_" if status is ImportStatus.CHANGED else ""


def _refusals(uploaded: UploadedDigest, catalogue: Catalogue) -> list[str]:
    taken = uploaded.taken
    refused = [entry for entry in taken.entries if entry.status is ImportStatus.REFUSED]
    if taken.status is ImportStatus.REFUSED and taken.reason is not None:
        head = catalogue.gettext("I couldn't read this.")
        name = [_file(uploaded.name)] if uploaded.name else []
        return [" · ".join([*name, head]), unreadable_document(taken.line, taken.reason, catalogue)]
    if not refused:
        return []
    head = catalogue.ngettext(
        "I couldn't understand {n} place:", "I couldn't understand {n} places:", len(refused)
    )
    lines = [
        unreadable_document(entry.line, entry.reason, catalogue)
        for entry in refused[:_REFUSALS]
        if entry.reason is not None
    ]
    return [f"*{head}*", *lines, *_more(len(refused) - _REFUSALS, catalogue)]


def _more(count: int, catalogue: Catalogue) -> list[str]:
    return [catalogue.ngettext("and {n} more", "and {n} more", count)] if count > 0 else []


def _file(name: str) -> str:
    return escape(clip(name, 100))
