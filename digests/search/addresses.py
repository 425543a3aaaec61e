"""The addresses and ids that stand anywhere in a question. Pure.

People paste links with everything around them: a sentence, brackets, Markdown, no scheme, a version. What
an address leads to is told by ``digests.reading.identity``; here is where in a text it begins and ends.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from urllib.parse import unquote

from digests.reading.identity import address_keys, direct_url

MOST = 10
"""Addresses of one question; further ones are left where they stand."""

# https://info.arxiv.org/help/arxiv_identifier.html: five digits since January 2015, four before.
_NEW = r"(?:(?:0[7-9]|1[0-4])(?:0[1-9]|1[0-2])\.\d{4}|(?:1[5-9]|[2-9]\d)(?:0[1-9]|1[0-2])\.\d{5})"
_OLD = (
    r"(?:astro-ph|cond-mat|gr-qc|hep-(?:ex|lat|ph|th)|math-ph|nlin|nucl-(?:ex|th)|physics|quant-ph|math|cs"
    r"|q-bio|stat|cmp-lg|adap-org|alg-geom|chao-dyn|chem-ph|comp-gas|dg-ga|funct-an|patt-sol|q-alg|solv-int"
    r"|acc-phys|ao-sci|atom-ph|bayes-an|mtrl-th|plasm-ph|supr-con)(?:\.[A-Za-z]{2})?/\d{7}"
)
_ID = re.compile(rf"(?<![\d.])({_NEW}|(?<![\w/.-]){_OLD})(?:v\d{{1,2}})?(?!\d)(?!\.\d)", re.IGNORECASE)
_ID_IN_URL = re.compile(rf"(?<!\d)({_NEW}|{_OLD})(?!\d)", re.IGNORECASE)
_UNDERSCORED = re.compile(r"(?<=arxiv)([-_: ])(\d{4})_(\d{4,5})(?!\d)", re.IGNORECASE)
_ADS = re.compile(r"(?<=arXiv)(\d{4})(\d{5})(?=[A-Z])")
"""The id in an address of NASA's ADS, 2024arXiv240407965L."""

_SAID = r"(?:arxiv(?:\.org)?(?:[\s:/_-]*(?:id|preprint|abs|pdf|no\.?))?[\s:/#_-]*|아카이브[\s:]*)"
_DRESSED = re.compile(
    rf"(?P<said>(?<![\w./]){_SAID})?{_ID.pattern}(?:\.pdf)?(?:\s*\[[a-z-]+(?:\.[A-Za-z]{{2}})?\])?",
    re.IGNORECASE,
)
_DOI = re.compile(r"(?:\bdoi[:\s]\s*)?\b(10\.\d{4,9}/[^\s\"<>|]+)", re.IGNORECASE)
_HOST = (
    r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+"
    r"(?:org|com|net|io|co|ai|dev|gov|edu|kr|cc|cool|press|google|blog|be|me|sh|uk|de|cn|jp|fr|ch|eu|site|app"
    r"|xyz|wiki|systems|info|tech|science|us|ca|in|it|nl|se|au|sg|hk|tw|so|page|pub|fyi|gg|ly)"
)
_SCHEME = re.compile(r"h(?:tt|xx)ps?\s?:\s?//\s?", re.IGNORECASE)
_URL = re.compile(
    rf"(?:ssh://)?git@[\w.-]+[:/][^\s<>\"|]+|(?:{_SCHEME.pattern}|(?<![\w@./-])(?={_HOST}(?::\d+)?/))[^\s<>\"|]+",
    re.IGNORECASE,
)
_PARTICLE = re.compile(r"[가-힣]+$")
_CLOSING = {")": "(", "]": "[", "}": "{"}
_PUNCTUATION = ".,;:!?'*_~…"
_WORD = re.compile(r"[^\W\d_]{2,}")
_EMPTIED = re.compile(r"\(\s*\)|\[\s*\]|<\s*>|([\"'`*_~]+)\s+\1")
"""Brackets, quotes and Markdown with nothing left in them."""

_ARXIV_PAGES = re.compile(
    r"arxiv|ar5iv|scirate\.com|semanticscholar\.org|huggingface\.co/papers|hf\.co/papers|papers\.cool"
    r"|emergentmind\.com|paperswithcode\.com|connectedpapers\.com|doi\.org/10\.48550|adsabs\.harvard\.edu",
    re.IGNORECASE,
)
"""Pages that name a paper by its arXiv id."""

_TITLED = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"semanticscholar\.org/paper/([^/?#]*[-%][^/?#]*)/[0-9a-f]{40}",
        r"paperswithcode\.com/paper/([\w-]+)",
        r"researchgate\.net/publication/\d+_([\w-]+)",
        r"openaccess\.thecvf\.com/.*/[^/_]+_([A-Za-z0-9_-]+?)_(?:CVPR|ICCV|WACV)W?_\d{4}",
        r"github\.com/[^/?#]+/([^/?#]+?)(?:\.git)?(?:[/?#]|$)",
        r"(?:huggingface|hf)\.co/(?!papers/|datasets/|blog/|spaces/|collections/)[^/?#]+/([^/?#]+)",
    )
)


@dataclass(frozen=True, slots=True)
class Address:
    """Where a link or an id leads. Does not say whether the archive has it."""

    key: str
    """``arxiv:2502.17416``, or a web address as ``normal_url`` gives it."""
    also: tuple[str, ...] = ()
    """Other keys under which the same thing may be kept, the most exact first."""
    title: str = ""
    """The words that the address itself says, a title or a repository's name."""
    is_sure: bool = True
    """False for a number among words that only looks like an id."""


def addresses_in(text: str) -> tuple[tuple[Address, ...], str]:
    """The addresses of a text (made plain by ``pasted.plain``), each once and in order, and the text without
    them.
    """
    found: list[tuple[int, Address]] = []

    def url(match: re.Match[str]) -> str:
        written, rest = _end(match[0])
        address = _of_url(written)
        if address is None or len(found) >= MOST:
            return match[0]
        found.append((match.start(), address))
        return " " * (len(match[0]) - len(rest)) + rest

    def number(match: re.Match[str]) -> str:
        if len(found) >= MOST:
            return match[0]
        found.append((match.start(), Address(f"arxiv:{match[2]}", is_sure=bool(match["said"]))))
        return " " * len(match[0])

    def doi(match: re.Match[str]) -> str:
        written, rest = _end(match[1])
        keys = address_keys(f"https://doi.org/{written}")
        if not keys or len(found) >= MOST:
            return match[0]
        found.append((match.start(), Address(keys[0], keys[1:])))
        return " " * (len(match[0]) - len(rest)) + rest

    # In this order: a URL holds ids, and arXiv's DOIs do too. Each leaves spaces where it was.
    rest = _URL.sub(url, _UNDERSCORED.sub(r"\1\2.\3", text))
    rest = _DOI.sub(doi, rest)
    rest = _DRESSED.sub(number, rest)
    is_alone = not _WORD.search(rest)
    each: dict[str, Address] = {}
    for _, address in sorted(found, key=lambda one: one[0]):
        each.setdefault(address.key, replace(address, is_sure=address.is_sure or is_alone))
    return tuple(each.values()), _EMPTIED.sub(" ", rest) if found else rest


def _end(written: str) -> tuple[str, str]:
    """An address without what a sentence puts behind it, and that."""
    end = len(written)
    while end:
        last = written[end - 1]
        opening = _CLOSING.get(last)
        is_loose = opening is not None and written.count(last, 0, end) > written.count(opening, 0, end)
        if not (is_loose or last in _PUNCTUATION):
            break
        end -= 1
    if found := _PARTICLE.search(written, 0, end):
        end = found.start()
    return written[:end], written[end:]


def _of_url(written: str) -> Address | None:
    written = _SCHEME.sub("https://", written)
    has_scheme = written.startswith(("https://", "ssh://", "git@"))
    url = direct_url(written if has_scheme else f"https://{written}")
    keys = address_keys(url)
    if not keys:
        return None
    title = next((_words(found[1]) for titled in _TITLED if (found := titled.search(url))), "")
    if not keys[0].startswith("arxiv:"):
        spelt = _ADS.sub(r"\1.\2", unquote(unquote(url)))
        if found := _ID_IN_URL.search(spelt):
            # A page that is not known to be of arXiv's papers may mean something else by the number.
            known = f"arxiv:{found[1]}"
            keys = (known, *keys) if _ARXIV_PAGES.search(url) else (*keys, known)
    return Address(keys[0], keys[1:], title)


def _words(slug: str) -> str:
    return " ".join(re.sub(r"[-_+]+", " ", unquote(slug)).split())
