"""Makes Slack's mrkdwn from foreign texts, so that nothing in them becomes a mention, channel or link.

``&``, ``<`` and ``>`` are escaped, in that order, and every object is ``verbatim``: otherwise Slack
still turns bare URLs, ``#channel`` and ``@here`` into links and mentions
(https://docs.slack.dev/messaging/formatting-message-text).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote, urlsplit

from bot.messages import limits

# Control characters except newline and tab, lone surrogates, and code points that Unicode reserves.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_EMBEDDING, _POP_EMBEDDING = "\u202a\u202b\u202d\u202e", "\u202c"
_ISOLATE, _POP_ISOLATE = "\u2066\u2067\u2068", "\u2069"
_DIRECTION = re.compile(f"[{_EMBEDDING}{_ISOLATE}]")
_URL = re.compile(r"https?://[^\s<>|\"'`\u3000-\u303f\uac00-\ud7a3\uff00-\uff60]+")
_PARAGRAPH = re.compile(r"\n[^\S\n]*\n\s*")
_SENTENCE = re.compile(r"(?<=[.!?…。！？])[\"')\]’”]*\s+|\n")
_SPACE = re.compile(r"\s+")


def clean(text: str) -> str:
    """The text without control characters, with its text-direction marks closed."""
    if text.isprintable():
        return text  # True of nearly every text, and it means that none of these characters is in it.
    text = _CONTROL.sub("", text)
    if _DIRECTION.search(text):
        # A title must not change the direction of the text after it.
        text += _POP_EMBEDDING * _unclosed(text, _EMBEDDING, _POP_EMBEDDING)
        text += _POP_ISOLATE * _unclosed(text, _ISOLATE, _POP_ISOLATE)
    return text


def one_line(text: str) -> str:
    """The cleaned text on one line."""
    return " ".join(clean(text).split())


def escape(text: str) -> str:
    """The text as mrkdwn that shows exactly this text."""
    return clean(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def unescape(text: str) -> str:
    """The text a person typed, from the text Slack sends: Slack escapes these three characters only
    (https://docs.slack.dev/messaging/formatting-message-text/#escaping).
    """
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def link(url: str | None, label: str) -> str:
    """``<url|label>``; only the escaped label if ``url`` is not a web address or is too long."""
    address = web_address(url)
    return f"<{escape(address)}|{escape(label)}>" if address else escape(label)


def web_address(url: str | None) -> str | None:
    """The address, encoded to stand in ``<…|…>``; None if it is not http or https."""
    if not url:
        return None
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return None
    if parts.scheme.lower() not in ("http", "https") or not parts.netloc:
        return None
    # Encodes only characters that would end the link. A % already belongs to an encoding.
    address = re.sub(r"[|<>\"`\s\\^{}]", lambda found: quote(found[0], safe=""), clean(url.strip()))
    return address if limits.size(address) <= limits.URL else None


def with_links(text: str) -> str:
    """The text escaped, with its web addresses as links and Markdown's marks as Slack's.

    ``**bold**`` becomes ``*bold*``, ``*italics*`` ``_italics_``, ``~~gone~~`` ``~gone~``, and a link keeps
    its label. Code in backticks stays as it is.
    """
    pieces = []
    at = 0
    for found in _MARKED.finditer(text):
        if found.start() < at:
            continue
        said, end = _marked(found)
        if said is None:
            continue
        pieces += [escape(text[at : found.start()]), said]
        at = end
    return "".join([*pieces, escape(text[at:])])


def _marked(found: re.Match[str]) -> tuple[str | None, int]:
    """The mrkdwn of one match of ``_MARKED``, or None if it is none, and where it ends."""
    if found["code"]:
        return escape(found[0]), found.end()
    if found["label"] is not None:
        return link(found["address"], found["label"].strip("*_~") or found["address"]), found.end()
    for name, style in (("bold", bold), ("gone", strike), ("italics", italic)):
        if found[name]:
            inner = _without_marks(found[name])
            return _apart(found, style(escape(inner))), found.end()
    address = _trimmed(found[0])
    whole = web_address(address)
    return (None if whole is None else f"<{escape(whole)}>"), found.start() + len(address)


def _apart(found: re.Match[str], said: str) -> str:
    """The styled text, with a space of no width where a letter touches it: Slack takes no mark beside one."""
    text = found.string
    before = text[found.start() - 1 : found.start()] if found.start() else ""
    after = text[found.end() : found.end() + 1]
    return f"{_NO_WIDTH if before.isalnum() else ''}{said}{_NO_WIDTH if after.isalnum() else ''}"


def without_markdown(text: str) -> str:
    """The raw text without Markdown's marks, for places that show none."""
    return _MARKED.sub(_plainly, text)


def _plainly(found: re.Match[str]) -> str:
    if found["label"] is not None:
        return found["label"].strip("*_~") or found["address"]
    inner = found["bold"] or found["gone"] or found["italics"]
    return _without_marks(inner) if inner and not found["code"] else found[0]


def _without_marks(text: str) -> str:
    return text.replace("**", "").replace("~~", "")


_NO_WIDTH = "\u200b"
_MARKED = re.compile(
    r"(?P<code>`[^`\n]{1,300}`)"
    r"|!?\[(?P<label>[^\[\]\n]{0,300})\]\(<?(?P<address>https?://[^\s()<>]{1,2000}(?:\([^\s()<>]{0,200}\)[^\s()<>]{0,200})?)>?"
    r"(?: \"[^\"\n]{0,200}\")?\)"
    r"|\*\*(?P<bold>[^\s*](?:[^*\n]{0,600}[^\s*])?)\*\*"
    r"|~~(?P<gone>[^\s~](?:[^~\n]{0,600}[^\s~])?)~~"
    r"|(?<![A-Za-z0-9*\\])\*(?P<italics>[^\s*](?:[^*\n]{0,300}[^\s*])?)\*(?![A-Za-z0-9*])"
    rf"|{_URL.pattern}"
)


def bold(text: str) -> str:
    """The mrkdwn in bold; unchanged if it holds an asterisk or a line break, which would end the bold."""
    return text if not text or "*" in text or "\n" in text else f"*{text}*"


def italic(text: str) -> str:
    """The mrkdwn in italics; unchanged if it holds an underscore or a line break, which would end them."""
    return text if not text or "_" in text or "\n" in text else f"_{text}_"


def strike(text: str) -> str:
    """The mrkdwn struck through; unchanged if it holds a tilde or a line break, which would end that."""
    return text if not text or "~" in text or "\n" in text else f"~{text}~"


def verbatim(text: str) -> dict[str, Any]:
    """A mrkdwn object in which Slack looks for no further links or mentions."""
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def plain(text: str) -> dict[str, Any]:
    """A plain_text object in which ``:smile:`` stays text."""
    return {"type": "plain_text", "text": text, "emoji": False}


def clip(text: str, limit: int) -> str:
    """The text in at most ``limit`` code units; a longer one ends with ``…``, at a word if possible."""
    if limits.size(text) <= limit:
        return text
    cut = _fitting(text, limit - 1, lambda piece: piece)
    space = max(text.rfind(" ", 0, cut), text.rfind("\n", 0, cut))
    return text[: space if space > cut * 2 // 3 else cut].rstrip() + "…"


def brief(text: str, limit: int) -> str:
    """The text on one line, as mrkdwn of at most ``limit`` code units; a longer one ends with ``…``."""
    whole = escape(one_line(text))
    if limits.size(whole) <= limit:
        return whole
    return next(split(one_line(text), limit - 1), "") + "…"


def opening_sentences(text: str, limit: int) -> str:
    """As many whole sentences from the start as fit; a first sentence that does not fit is clipped."""
    text = one_line(text)
    if limits.size(text) <= limit:
        return text
    ends = [found.start() for found in _SENTENCE.finditer(text, 0, limit + 1) if found.start() <= limit]
    return text[: ends[-1]] + " …" if ends and ends[-1] > limit // 3 else clip(text, limit)


def split(text: str, limit: int, render: Callable[[str], str] = escape) -> Iterator[str]:
    """Yields the rendered text in pieces of at most ``limit`` code units.

    It is split at the end of a paragraph if possible, else of a sentence, else of a word, else anywhere.
    Only white space at a split is lost.
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
    """How many characters of the text fit when rendered; at least one, so that ``split`` always ends."""
    if limits.size(render(text)) <= limit:
        return len(text)
    low, high = 1, len(text)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if limits.size(render(text[:middle])) <= limit else (low, middle)
    return low


def _parting(window: str, cut: int) -> int:
    """The best place to split the window, at most ``cut``. The piece keeps at least a third of that."""
    for pattern in (_PARAGRAPH, _SENTENCE, _SPACE):
        ends = [found.end() for found in pattern.finditer(window)]
        starts = [end for end in ends if cut // 3 <= end <= cut]
        if starts:
            return starts[-1]
    return cut


def _trimmed(address: str) -> str:
    """The address without punctuation that belongs to the sentence around it."""
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
    """How many openers have no closer after them."""
    depth = 0
    for character in text:
        if character in openers:
            depth += 1
        elif character == closer:
            depth = max(0, depth - 1)
    return depth
