"""Why a document or an entry was not read, in the reader's language."""

from __future__ import annotations

import copy
import re

import pytest

from bot.language.catalogue import catalogue_for
from bot.messages.refusals import unreadable_document
from digests.errors import REFUSAL_SENTENCES, DigestError, RefusalCode, RefusalReason
from digests.model import Document
from digests.reading.document import read_document

ENTRY = "A Title\n(Kim, Lee)\n설명.\n#x\n"
ONE_ENTRY_IN_TWO_LANGUAGES = (
    "2025-02-25\nOne\n(A B, C D)\n설명.\nThis is what we say of it.\n또 설명.\nAnd again in words.\n#x\n"
)
REFUSED = [
    ("a.txt", " " * (5 * 1024 * 1024 + 1), RefusalCode.TOO_LARGE),
    ("a.txt", "2025-02-25\n" + "\n" * 50_001, RefusalCode.TOO_MANY_LINES),
    ("a.txt", "2025-02-25\n" + ENTRY * 501, RefusalCode.TOO_MANY_ENTRIES),
    ("a.txt", "\udcff", RefusalCode.NOT_UTF8),
    ("a.txt", "2025-02-25\0", RefusalCode.NUL_CHARACTER),
    ("a.txt", "", RefusalCode.EMPTY_NEWSLETTER),
    ("a.txt", "Hello", RefusalCode.NO_DATE),
    ("a.txt", "2025-02-25\n", RefusalCode.NO_ENTRY),
    ("a.txt", f"2025-02-25\n{ENTRY}2025-02-26\n{ENTRY}", RefusalCode.SECOND_DATE),
    ("a.txt", f"2025-02-25\n#x\n{ENTRY}", RefusalCode.TAGS_OR_LINK_ALONE),
    ("a.txt", f"2025-02-25\n(Kim, Lee)\n설명.\n#x\n{ENTRY}", RefusalCode.NO_TITLE),
    ("a.txt", "2025-02-25\nSome text\n", RefusalCode.NEITHER_AUTHORS_NOR_TAGS),
    ("a.txt", "2025-02-25\nOne\n(A B, C D)\n설명.\n(E F, G H)\n#x\n", RefusalCode.SECOND_AUTHORS),
    (
        "a.txt",
        "2025-02-25\nOne\n(A B, C D)\n설명.\nTwo Papers Here\n또 설명.\n#x\n",
        RefusalCode.TITLE_BETWEEN_PARAGRAPHS,
    ),
    ("a.txt", ONE_ENTRY_IN_TWO_LANGUAGES, RefusalCode.KOREAN_AFTER_ENGLISH),
    ("Untitled.md", "글", RefusalCode.UNNAMED_NOTE),
    ("Name.md", "", RefusalCode.EMPTY_NOTE),
    ("a.html", "<frameset></frameset>", RefusalCode.EMPTY_PAGE),
    ("a.html", "<p>Hello there</p>", RefusalCode.UNDATED_PAGE),
    ("a.html", "<p>2025-02-25</p>", RefusalCode.NO_ENTRY_ON_PAGE),
    ("a.html", "<p>2025-02-25</p>" + "<p>x</p>" * 50_001, RefusalCode.TOO_MANY_LINES),
    ("a.html", f"<p>2025-02-25</p>{'<b>' * 600}x", RefusalCode.NESTED_TOO_DEEPLY),
    (
        "a.html",
        f"<p{''.join(f' a{n}' for n in range(1_001))}>2025-02-25</p>",
        RefusalCode.TOO_MANY_ATTRIBUTES,
    ),
]


@pytest.mark.parametrize("code", RefusalCode)
def test_every_refusal_is_said_in_both_languages(code: RefusalCode) -> None:
    """Every code has a sentence in the reader's language that names its line, its limit and its detail."""
    reason = RefusalReason(code, limit=1_000, detail="Input/output error")
    english = unreadable_document(7, reason, catalogue_for("en"))
    korean = unreadable_document(1_007, reason, catalogue_for("ko"))
    assert english == f"Line 7: {reason}"
    assert korean.startswith("1,007번째 줄: ")
    assert re.search("[가-힣]", korean.removeprefix("1,007번째 줄: "))
    for value, shown in (("{limit}", "1,000"), ("{detail}", "Input/output error")):
        assert (value in REFUSAL_SENTENCES[code]) == (shown in english) == (shown in korean)


@pytest.mark.parametrize(
    ("name", "text", "code"), REFUSED, ids=[f"{name}-{code}" for name, _, code in REFUSED]
)
def test_what_cannot_be_read_has_its_code(name: str, text: str, code: RefusalCode) -> None:
    """Each kind of unreadable document or entry is refused with its own code."""
    try:
        refused = read_document(Document("test", name, text.encode(errors="surrogateescape"))).refusals
        codes = {one.reason.code for one in refused}
    except DigestError as error:
        codes = {error.reason.code}
    assert codes == {code}


def test_the_documents_cover_every_code() -> None:
    """The documents above produce every code except that of a file that cannot be opened."""
    assert {code for _, _, code in REFUSED} == set(RefusalCode) - {RefusalCode.UNREADABLE_FILE}


def test_a_refusal_survives_pickling() -> None:
    """An error from the process that reads documents keeps its reason, line and sentence."""
    error = DigestError(RefusalReason(RefusalCode.TOO_MANY_LINES, limit=50_000), 50_001)
    copied = copy.copy(error)  # as pickle does, by __reduce__
    assert (copied.reason, copied.line, str(copied)) == (error.reason, 50_001, str(error))
    assert "50,000 lines" in str(copied)
