"""Why something was not read, in the reader's language."""

from __future__ import annotations

import re

import pytest

from bot.language.catalogue import catalogue
from bot.messages.refusals import refusal
from digests.errors import DigestError
from digests.model import Document
from digests.reading.document import read

ENTRY = "A Title\n(Kim, Lee)\n설명.\n#x\n"
DEEP = "<b>" * 600
WRONG = [
    ("a.txt", " " * (5 * 1024 * 1024 + 1)),
    ("a.txt", "2025-02-25\n" + "\n" * 50_001),
    ("a.txt", "2025-02-25\n" + ENTRY * 501),
    ("a.txt", "\udcff"),
    ("a.txt", "2025-02-25\0"),
    ("a.txt", ""),
    ("a.txt", "Hello"),
    ("a.txt", "2025-02-25\n"),
    ("a.txt", f"2025-02-25\n{ENTRY}2025-02-26\n{ENTRY}"),
    ("a.txt", f"2025-02-25\n#x\n{ENTRY}"),
    ("a.txt", f"2025-02-25\n(Kim, Lee)\n설명.\n#x\n{ENTRY}"),
    ("a.txt", "2025-02-25\nSome text\n"),
    ("a.txt", "2025-02-25\nOne\n(A B, C D)\n설명.\n(E F, G H)\n#x\n"),
    ("a.txt", "2025-02-25\nOne\n(A B, C D)\n설명.\nTwo Papers Here\n또 설명.\n#x\n"),
    (
        "a.txt",
        "2025-02-25\nOne\n(A B, C D)\n설명.\nThis is what we say of it.\n또 설명.\nAnd again in words.\n#x\n",
    ),
    ("Untitled.md", "글"),
    ("Name.md", ""),
    ("a.html", ""),
    ("a.html", "<p>Hello there</p>"),
    ("a.html", "<p>2025-02-25</p>"),
    ("a.html", "<p>2025-02-25</p>" + "<p>x</p>" * 50_001),
    ("a.html", f"<p>2025-02-25</p>{DEEP}x"),
]


@pytest.mark.parametrize(("name", "text"), WRONG, ids=range(len(WRONG)))
def test_every_reason_is_said_in_korean(name: str, text: str) -> None:
    """Whatever the reader refuses, a Korean reads why in Korean, and the line where there is one."""
    try:
        refused = read(Document("test", name, text.encode(errors="surrogateescape"))).refusals
        found = [(one.line, one.reason) for one in refused]
    except DigestError as error:
        found = [(error.line, str(error))] if error.line else [(0, str(error))]
    assert found
    for line, reason in found:
        said = refusal(line, reason, catalogue("ko"))
        assert re.search("[가-힣]", said), reason
        assert reason not in said
        assert not line or f"{line:,}번째 줄" in said
        assert reason.replace("&", "&amp;") in refusal(line, reason, catalogue("en"))
