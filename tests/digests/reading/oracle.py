"""A second opinion on a note, by another method than the reader's.

The reader walks a note line by line and keeps a state. This one never does: it asks
one question at a time of the whole text, with a regular expression, imports nothing of
the reader (its LaTeX is a table of what the vault's titles hold) and would rather be
short than complete. Where the two disagree one of them is wrong.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

ADDRESS = r"https?://[^\s<>]+"
MARK = re.compile(r"<eng?l?[a-z]+>(.*?)(?:</?english>|^(?=#)|\Z)", re.S | re.M)
SPLIT = re.compile(r"\s*,\s*(?:and\s+)?|\s+(?:and|&)\s+")
MISSPELT = {
    "classificiation": "classification",
    "positive-unlabled": "positive-unlabeled",
    "self-improvment": "self-improvement",
    "metalearning": "meta-learning",
    "posttraining": "post-training",
    "pre-training": "pretraining",
}


LATEX = {"\\textbackslash n": "\\n", "^2": "²", "^3": "³", "_2": "₂", "\\infty": "∞", "\\times": "×"}


@dataclass(frozen=True)
class Opinion:
    title: str
    authors: tuple[str, ...]
    arxiv_id: str | None
    abstract: bool
    korean: bool
    english: bool
    tags: frozenset[str]
    links: frozenset[str]


def opinion(text: str, name: str) -> Opinion:
    """What the note `name` (with its ending, without folders) says."""
    text = html.unescape(text)
    first = text.strip().partition("\n")[0]
    begins = re.match(r"\W*\w?(https?://|arxiv\.org)", first) or not re.search(r"[가-힣]", first)
    found = (
        re.search(r"(?i)arxiv\.org(?:/|%2F)\D+(?:/|%2F)(\d{4}\.\d{4,5}|[a-z-]+/\d{7})", first)
        if begins
        else None
    )
    text = re.sub(r"^\| .*\d{4}\.\d{4,5}$", "", text, flags=re.M)
    unlinked = re.sub(r"\A(?:\s*\w?<?(?:https?://|arxiv\.org/)[^\s<>]+>?[ \t]*(?=\n|\Z))+", "", text).strip()
    title, authors, after = _title(unlinked, name)
    said = _without_structure(after)
    marked = " ".join(MARK.findall(said))
    unmarked = MARK.sub(" ", said)
    korean = re.search(r"[가-힣]", unmarked) is not None
    tail = re.split(r"[가-힣][^\n]*", unmarked)[-1]
    english = _words(marked) > 0 or (not MARK.search(said) and _longest_line(tail) >= (3 if korean else 1))
    return Opinion(
        _unwrapped(title),
        tuple(map(_unwrapped, authors)),
        found[1] if found else None,
        re.search(r"^\s*>+[ \t>]*[^\s>]", after, re.M) is not None,
        korean,
        english,
        frozenset(_tags(after)),
        frozenset(
            re.sub(r"\.md$", "", link.split("|")[0]) for link in re.findall(r"(?<!!)\[\[(.+?)\]\]", after)
        ),
    )


def _unwrapped(text: str) -> str:
    text = re.sub(r"(?<!\\)\$(\S[^$]*?)\$", lambda found: _shown(found[1]), text)
    return text.replace("\\$", "$")


def _shown(formula: str) -> str:
    for source, shown in LATEX.items():
        formula = formula.replace(source, shown)
    return re.sub(r"\\text\w+\{(.*?)\}", r"\1", formula)


def _title(text: str, name: str) -> tuple[str, tuple[str, ...], str]:
    own = re.sub(r"^\d{6} |\.md$", "", name)
    starred = re.match(r"\*(.+?)\*(?: ?\(((?:[^()]|\((?:[^()]|\([^()]*\))*\))*)(?:\)|$))?\s*$", text, re.M)
    if starred:
        return starred[1], _names(starred[2]), text[starred.end() :]
    linked = re.match(rf"([^\n가-힣(]+?) \(?({ADDRESS}?)\)?$", text, re.M)
    if linked and ("(" in linked[0] or linked[1] == own):
        return linked[1], (), text[linked.end() :]
    inside = r"\(((?!https?:)(?:[^()가-힣]|\((?:[^()]|\([^()]*\))*\))+)\)"
    plain = re.match(rf"([^가-힣]{{3,300}}?)\s{inside}(?=\s*\n|\s?[가-힣]|\s*\Z)", text)
    plain = plain or re.match(r"([^가-힣()\n]+) \((\w[^()\n]*,[^()\n]*,[^()\n]*)\n", text)
    if plain and "\n\n" not in plain[0]:
        again = re.match(r"\s*[^가-힣()]+\(" + re.escape(plain[2]) + r"\)", text[plain.end() :])
        return (
            " ".join(plain[1].split()),
            _names(plain[2]),
            text[plain.end() + (again.end() if again else 0) :],
        )
    first = text.partition("\n")[0].strip()
    if re.sub(r"\W", "", first).lower().startswith(re.sub(r"\W", "", own).lower()) and not re.search(
        r"[가-힣]|\.$", first
    ):
        return first, (), text[len(first) :]
    return own, (), text


def _names(inside: str | None) -> tuple[str, ...]:
    return tuple(name for name in SPLIT.split(" ".join((inside or "").split())) if name)


def _without_structure(text: str) -> str:
    text = re.sub(r"^\s*>.*$", "", text, flags=re.M)
    text = re.sub(r"!?\[\[.+?\]\]|!\[.*?\]\(.*?\)", "", text)
    text = re.sub(r"^#+\s.*$|^#+$", "", text, flags=re.M)
    return re.sub(rf"{ADDRESS}|(?<!\S)#[^\s#]+", "", text)


def _words(text: str) -> int:
    return len(re.findall(r"[A-Za-z]+", text))


def _longest_line(text: str) -> int:
    """Words of the longest line, of those that are sentences or long."""
    lines = [line.strip() for line in text.split("\n")]
    return max(
        (_words(line) for line in lines if line[-1:] == "." or _words(line) > 4 or len(lines) < 6), default=0
    )


def _tags(text: str) -> list[str]:
    lines = "\n".join(re.findall(r"(?:(?<!\S)#[^\s#]+[ \t]*)+(?:[A-Za-z])?$", text, re.M))
    spelt = [
        re.sub(r"[^\w.+-]", "", tag.lower().replace("_", "-")).strip("-.")
        for tag in re.findall(r"#(\S+)", lines)
    ]
    return [MISSPELT.get(tag, tag) for tag in spelt if re.search(r"[a-z]", tag)]
