"""A digest as newsletter text, such that reading it back gives the same digest. Pure."""

from __future__ import annotations

import re
from dataclasses import replace

from digests.errors import DigestError
from digests.model import Digest, Entry
from digests.reading.newsletter import read_newsletter

_STRUCTURE = re.compile(r"[#<(\\]|https?://")


def write(digest: Digest) -> str:
    """The digest as a newsletter's text: plain where that is clear, with marks where it is not.

    Does not keep refusals, lines, or links between notes. ValueError when the text form
    cannot hold the digest: no date, no entry, a line break in a title, a comma or more than
    eight words in a name, a language other than Korean and English, LaTeX left in a title.
    """
    if digest.date is None or not digest.entries:
        raise ValueError("a newsletter has a date and at least one entry")
    head = digest.date.isoformat()
    plain = [_plain(entry) for entry in digest.entries]
    text = "\n".join([head, *plain, ""])
    if _says(text, digest):
        return text
    # An entry that reads back alone may still run into a neighbour, so all are then marked.
    text = "\n".join([head, *map(_marked, digest.entries), ""])
    if not _says(text, digest):
        raise ValueError("this digest cannot be written as a newsletter's text")
    return text


def _says(text: str, digest: Digest) -> bool:
    try:
        read = read_newsletter(text)
    except DigestError:
        return False
    return not read.refusals and read.date == digest.date and _content(read) == _content(digest)


def _content(digest: Digest) -> list[Entry]:
    return [replace(entry, line=1, links=()) for entry in digest.entries]


def _plain(entry: Entry) -> str:
    paper = entry.paper
    lines = [paper.title]
    lines += [paper.url] if paper.url else []
    lines += [f"({', '.join(paper.authors)})"] if paper.authors else []
    for text in (paper.abstract, entry.commentary("ko"), entry.commentary("en")):
        lines += text.split("\n\n") if text else []
    return "\n".join([*lines, *_tags(entry)])


def _marked(entry: Entry) -> str:
    paper = entry.paper
    lines = [_escaped(paper.title)]
    lines += [paper.url] if paper.url else []
    lines.append(f"({', '.join(paper.authors)})")
    lines += map(_escaped, paper.abstract.split("\n\n") if paper.abstract else ())
    for mark, text in (("korean", entry.commentary("ko")), ("english", entry.commentary("en"))):
        lines += [f"<{mark}>", *map(_escaped, text.split("\n")), "", f"</{mark}>"] if text else []
    lines += ["<korean></korean>"] if entry.commentary("ko") is None else []
    return "\n".join([*lines, *_tags(entry)])


def _escaped(line: str) -> str:
    return f"\\{line}" if _STRUCTURE.match(line) else line


def _tags(entry: Entry) -> list[str]:
    return [" ".join(f"#{tag.spelling}" for tag in entry.tags)] if entry.tags else []
