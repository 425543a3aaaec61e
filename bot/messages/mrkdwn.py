"""Slack's mrkdwn from texts that are not ours. Nothing in a text may become a mention, a channel or a link.

https://docs.slack.dev/messaging/formatting-message-text: ``&``, ``<`` and ``>`` are
escaped, in that order, and every object is ``verbatim``, or Slack would still find
bare URLs, ``#channel`` and ``@here`` in it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote, urlsplit

from bot.messages import limits

# Control characters but newline and tab, lone surrogates, and what Unicode forbids in interchange.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_EMBEDDING, _POP_EMBEDDING = "\u202a\u202b\u202d\u202e", "\u202c"
_ISOLATE, _POP_ISOLATE = "\u2066\u2067\u2068", "\u2069"
_DIRECTION = re.compile(f"[{_EMBEDDING}{_ISOLATE}]")
_URL = re.compile(r"https?://[^\s<>|\"'`\u3000-\u303f\uac00-\ud7a3\uff00-\uff60]+")
_PARAGRAPH = re.compile(r"\n[^\S\n]*\n\s*")
_SENTENCE = re.compile(r"(?<=[.!?…。！？])[\"')\]’”]*\s+|\n")
_SPACE = re.compile(r"\s+")


def clean(text: str) -> str:
    """The text without what no reader sees and no JSON should carry; its direction marks closed."""
    if text.isprintable():
        return text  # Nearly all that is shown is: none of those are in it.
    text = _CONTROL.sub("", text)
    if _DIRECTION.search(text):
        # A title must not turn around the rest of the message.
        text += _POP_EMBEDDING * _unclosed(text, _EMBEDDING, _POP_EMBEDDING)
        text += _POP_ISOLATE * _unclosed(text, _ISOLATE, _POP_ISOLATE)
    return text


def one_line(text: str) -> str:
    """The text cleaned and on one line."""
    return " ".join(clean(text).split())


def escape(text: str) -> str:
    """The text as mrkdwn that shows exactly it."""
    return clean(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def unescape(text: str) -> str:
    """What somebody typed, of what Slack made of it: it escapes these three characters and no others
    (https://docs.slack.dev/messaging/formatting-message-text/#escaping).
    """
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def link(url: str | None, label: str) -> str:
    """``<url|label>``; the escaped label alone where the address is not a web address, or too long."""
    address = web_address(url)
    return f"<{escape(address)}|{escape(label)}>" if address else escape(label)


def web_address(url: str | None) -> str | None:
    """The address, encoded so that it can stand in ``<…|…>``; None if it is none of http or https."""
    if not url:
        return None
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return None
    if parts.scheme.lower() not in ("http", "https") or not parts.netloc:
        return None
    # Everything printable stays but what would end the link; a % is already an encoding.
    address = re.sub(r"[|<>\"`\s\\^{}]", lambda found: quote(found[0], safe=""), clean(url.strip()))
    return address if limits.size(address) <= limits.URL else None


def with_links(text: str) -> str:
    """The text escaped, the web addresses in it made links that show themselves."""
    pieces = []
    at = 0
    for found in _URL.finditer(text):
        address = _trimmed(found[0])
        whole = web_address(address)
        if whole is None:
            continue
        pieces += [escape(text[at : found.start()]), f"<{escape(whole)}>"]
        at = found.start() + len(address)
    return "".join([*pieces, escape(text[at:])])


def bold(text: str) -> str:
    """The mrkdwn in bold; as it is where an asterisk or a line end in it would break the bold."""
    return text if not text or "*" in text or "\n" in text else f"*{text}*"


def italic(text: str) -> str:
    """The mrkdwn in italics; as it is where an underscore or a line end in it would break them."""
    return text if not text or "_" in text or "\n" in text else f"_{text}_"


def strike(text: str) -> str:
    """The mrkdwn struck through; as it is where a tilde or a line end in it would break that."""
    return text if not text or "~" in text or "\n" in text else f"~{text}~"


def verbatim(text: str) -> dict[str, Any]:
    """A mrkdwn object that Slack parses no further."""
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def plain(text: str) -> dict[str, Any]:
    """A plain_text object, ``:smile:`` left alone."""
    return {"type": "plain_text", "text": text, "emoji": False}


def clip(text: str, limit: int) -> str:
    """The text in at most ``limit`` units, ended by ``…`` at a word where it was longer."""
    if limits.size(text) <= limit:
        return text
    cut = _fitting(text, limit - 1, lambda piece: piece)
    space = max(text.rfind(" ", 0, cut), text.rfind("\n", 0, cut))
    return text[: space if space > cut * 2 // 3 else cut].rstrip() + "…"


def brief(text: str, limit: int) -> str:
    """The text on one line as mrkdwn of at most ``limit`` units, ended by ``…`` where it was longer."""
    whole = escape(one_line(text))
    if limits.size(whole) <= limit:
        return whole
    return next(split(one_line(text), limit - 1), "") + "…"


def opening_sentences(text: str, limit: int) -> str:
    """The whole sentences at the start that fit; one that does not is clipped."""
    text = one_line(text)
    if limits.size(text) <= limit:
        return text
    ends = [found.start() for found in _SENTENCE.finditer(text, 0, limit + 1) if found.start() <= limit]
    return text[: ends[-1]] + " …" if ends and ends[-1] > limit // 3 else clip(text, limit)


def split(text: str, limit: int, render: Callable[[str], str] = escape) -> Iterator[str]:
    """The text rendered in pieces of at most ``limit`` units; parted where a paragraph ends, else a
    sentence, else a word, else anywhere. Nothing but the white space at a parting is lost.
    """
    text = clean(text).strip()
    at = 0
    while at < len(text):
        window = text[at : at + limit]
        cut = _fitting(window, limit, render)
        if at + cut < len(text):
            cut = _parting(text[at : at + cut + 1], cut)
        piece = render(text[at : at + cut].strip())
        if piece:
            yield piece
        at += cut


def _fitting(text: str, limit: int, render: Callable[[str], str]) -> int:
    """How many characters of the text fit when rendered; at least one, so that work always ends."""
    if limits.size(render(text)) <= limit:
        return len(text)
    low, high = 1, len(text)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if limits.size(render(text[:middle])) <= limit else (low, middle)
    return low


def _parting(window: str, cut: int) -> int:
    """The last good place to part the window, at most at ``cut``; a third of it is never given up."""
    for pattern in (_PARAGRAPH, _SENTENCE, _SPACE):
        ends = [found.end() for found in pattern.finditer(window)]
        starts = [end for end in ends if cut // 3 <= end <= cut]
        if starts:
            return starts[-1]
    return cut


def _trimmed(address: str) -> str:
    """The address without the punctuation of the sentence around it."""
    while True:
        shorter = address.rstrip(".,;:!?…*_~")
        if shorter.endswith(")") and shorter.count(")") > shorter.count("("):
            shorter = shorter[:-1]
        if shorter.endswith("]") and shorter.count("]") > shorter.count("["):
            shorter = shorter[:-1]
        if shorter == address:
            return address
        address = shorter


def _unclosed(text: str, openers: str, closer: str) -> int:
    depth = 0
    for character in text:
        if character in openers:
            depth += 1
        elif character == closer:
            depth = max(0, depth - 1)
    return depth
