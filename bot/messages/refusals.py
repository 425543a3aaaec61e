"""Why a document or an entry was not read, in the reader's language. Pure.

The reader of digests says its reasons in English, whole sentences; here they are for
those who read in Slack. One that is not in the table is shown as the reader gave it.
"""

from __future__ import annotations

from bot.language.catalogue import Catalogue, deferred
from bot.messages.mrkdwn import brief

_REASONS = frozenset({
    deferred("The document is larger than 5 MB; split it into one document a day."),
    deferred("The document has more than 50,000 lines; split it into one document a day."),
    deferred("The document has more than 500 entries; split it into one document a day."),
    deferred("The document is not UTF-8; save it with that encoding."),
    deferred("The document holds a NUL character, so it is no text; give a text file."),
    deferred("The document is empty; a newsletter begins with a date such as 2025-02-25."),
    deferred("The first line is not a date; begin with one such as 2025-02-25 or 2025년 2월 25일."),
    deferred("There is no entry under the date; an entry is a title, (authors), text and a line of #tags."),
    deferred("A second date begins here; give each day a document of its own."),
    deferred("Tags or a link stand alone; put the entry's title above them."),
    deferred("The entry's title is missing; put it on a line above this one."),
    deferred(
        "This text has neither authors nor #tags, so where it ends is a guess; end each entry with a line "
        "of #tags."
    ),
    deferred(
        "There is a second line of authors in one entry, so two may have run together; end each entry with "
        "a line of #tags."
    ),
    deferred(
        "A line that looks like a title stands between paragraphs in one entry, so two may have run "
        "together; end each entry with a line of #tags."
    ),
    deferred(
        "Korean text follows English text in one entry, so two may have run together; end each entry with "
        "a line of #tags."
    ),
    deferred(
        "The note has no name, no link and no title line, so what it is about cannot be told; begin it with "
        "the paper's link and a line `*Title* (Authors)`."
    ),
    deferred("The note is empty; begin it with the paper's link and a line `*Title* (Authors)`."),
    deferred("The page is empty; save it with its content."),
    deferred("The page has no line with its date; put one such as 2025-02-25 above the entries."),
    deferred("The page has no entry: a title, (authors), text and a line of #tags."),
    deferred("The page has more than 50,000 lines; split it into one page a day."),
    deferred("The page nests its elements too deeply; save it from a browser's reader view."),
})  # fmt: skip


def refusal(line: int | None, reason: str | None, words: Catalogue) -> str:
    """One refusal as mrkdwn, with its line where it has one."""
    said = brief(words.gettext(reason) if reason in _REASONS else reason or "", 500)
    return words.gettext("Line {line}: {reason}", line=words.number(line), reason=said) if line else said
