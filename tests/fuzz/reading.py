"""Coverage-guided fuzzing of every reader at its door, `read`, from mutated real documents.

    python -m tests.fuzz.reading --runs 100000 --seed 1

A run is one execution. What is found is written to the folder given with ``--keep``
(default: a temporary one, named on standard error) and the exit status is not 0.
"""

from __future__ import annotations

import random
from datetime import date
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["digests.reading"]):
    from digests.errors import DigestError
    from digests.model import Digest, Document
    from digests.reading import (
        authors,
        dates,
        identity,
        languages,
        latex,
        lines,
        newsletter,
        note,
        page,
        tags,
        titles,
    )
    from digests.reading import document as doors

from tests.fuzz.engine import fuzz

SHARED = Path(__file__).parents[2] / ".." / "shared"
NAMES = ("2025-02-25.txt", "250225 A note.md", "page.html", "unnamed")
INSTRUMENTED = (authors, dates, identity, languages, latex, lines, newsletter, note, page, tags, titles)

SLOWEST = 5
"""Seconds one input of at most LONGEST bytes may take; libFuzzer stops there."""

LONGEST = 2048

SEEDS = [
    "2025년 2월 25일\nA Title\nhttps://arxiv.org/abs/2502.17416\n(A B, C D and E F)\nWe show.\n"
    "한국어입니다.\nOne.\n#a #b_c\n",
    "2025-02-25\n\\#T\n()\n<korean>\n가\n\n나\n</korean>\n<english>\nx\n</english>\nTwo Words\n(A, B)\n#t\n",
    "https://l.facebook.com/l.php?u=https%3A%2F%2Farxiv.org%2Fabs%2F2502.1\n\n*T $2\\times$* (A (b), C)\n\n"
    "> q\n\n가나다. #x\n<enligsh>\nSaid so.\n<english>\n#y a\n# Links\n[[250101 N|n.md]]\n",
    "<h1>Feb 25, 2025</h1><h3><a href='https://arxiv.org/abs/2502.1'>T</a></h3>(A, B)<p>가<br>나</p>"
    "<english>x</english><p>#a",
    "250101\n\\textbf{a \\href{u}{\\'e}} {\\it x} $\\frac{1}{2}$ ``q'' \\cite{a} \\% &amp; \u200f\u200b",
]


LANGUAGES = ("ko", "en", "ja", "zh", "ru")
"""The languages that script tells apart."""


def test_one_input(data: bytes) -> None:
    """Read one document; anything but a digest or a DigestError is a finding."""
    if not data:
        return
    name, raw = NAMES[data[0] % len(NAMES)], data[0] >= 240
    # Most mutations break a Korean letter; so that they get past the door, broken bytes are left out.
    content = data[1:] if raw else data[1:].decode(errors="ignore").encode()
    try:
        digest = doors.read_document(Document("fuzz", name, content))
    except DigestError as error:
        check_refusal(error, content)
    else:
        check(digest)


def check_refusal(error: DigestError, content: bytes) -> None:
    """A refusal is a sentence, and its line is one of the document's."""
    assert str(error).endswith(".")
    assert error.line is None or 1 <= error.line <= content.count(b"\n") + content.count(b"\r") + 1


def check(digest: Digest) -> None:
    """What holds of every digest read, whatever the document was."""
    assert digest.entries or digest.refusals
    assert digest.date is None or isinstance(digest.date, date)
    for refusal in digest.refusals:
        assert refusal.line >= 1
        assert str(refusal.reason).endswith(".")
    for entry in digest.entries:
        paper = entry.paper
        assert entry.line >= 1
        assert paper.title == paper.title.strip() != ""
        assert all(paper.authors)
        assert paper.abstract != ""
        assert paper.url is None or paper.url.lower().startswith(("http://", "https://"))
        assert all(said.text.strip() and said.language in LANGUAGES for said in entry.commentaries)
        assert all(tag.name == tags.canonical(tag.spelling) != "" for tag in entry.tags)
        assert len({tag.name for tag in entry.tags}) == len(entry.tags)
        identity.identity(paper)


def write_corpus(folder: Path, seed: int) -> None:
    """Seeds of our own and, where they are, three hundred real notes and the real newsletter."""
    chosen = random.Random(seed)
    documents = [(0, text) for text in SEEDS] + [(index, text) for index, text in enumerate(SEEDS)]
    for path in sorted((SHARED / "newsletter").glob("*.txt")):
        documents += [(0, part) for part in _pieces(path.read_text(encoding="utf-8"))]
    notes = sorted((SHARED / "vault").rglob("*.md"))
    for path in chosen.sample(notes, min(300, len(notes))):
        documents.append((1, path.read_text(encoding="utf-8")))
    for number, (kind, text) in enumerate(documents):
        (folder / f"{number:04d}").write_bytes(bytes([kind % len(NAMES)]) + text.encode()[: LONGEST - 1])


def _pieces(newsletter_text: str) -> list[str]:
    day, *rest = newsletter_text.split("\n")
    return ["\n".join([day, *rest[start : start + 8]])[:1500] for start in range(0, len(rest), 8)]


if __name__ == "__main__":
    fuzz(test_one_input, write_corpus, description=__doc__, longest=LONGEST, slowest=SLOWEST)
