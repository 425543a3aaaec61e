"""Identifies a paper across sources: by its arXiv id, DOI or address, else its title. Pure.

The rules, none of which depends on the order in which papers are read:

- Where one paper lives (arXiv, a DOI, OpenReview, the ACL Anthology, PMLR, NeurIPS, CVF), the address is the
  paper: its forum and its PDF, and all its versions.
- Any other page may hold several papers (a list, notes with ``#fragments``, a repository), so such an address
  identifies a paper only together with its title.
- Without an address, the title is all there is.
- Two mentions of one title under different addresses, or one of them without any, are one paper when their
  authors say so (``is_one_work``). Two arXiv ids are two papers.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from urllib.parse import parse_qs, parse_qsl, unquote, urlencode, urlsplit, urlunsplit

from digests.model import Paper

# Identifiers since 2007 are YYMM.number; before, archive/YYMMnumber (https://info.arxiv.org/help/arxiv_identifier.html).
_NEW_ID = r"\d{2}(?:0[1-9]|1[0-2])\.\d{4,5}"
_OLD_ID = r"[a-z-]+(?:\.[A-Z]{2})?/\d{7}"
_ID = re.compile(rf"(?<!\d)({_NEW_ID}|{_OLD_ID})(?:v\d+)?(?![\d])")
_BARE_ID = re.compile(rf"(?:arxiv:\s*)?({_NEW_ID}|{_OLD_ID})(?:v\d+)?", re.IGNORECASE)
_PAGES = re.compile(
    r"(?:\w+\.)*(?:arxiv\.org|alphaxiv\.org|ar5iv\.org)/.*|(?:huggingface\.co|hf\.co)/papers/.*"
    r"|(?:dx\.)?doi\.org/10\.48550/arxiv\..*",
    re.IGNORECASE,
)
_REDIRECTS = (
    (r"(?:[a-z]+\.)?facebook\.com", "/l.php", "u"),
    (r"(?:www\.)?google\.[a-z.]+", "/url", "q"),
    (r"(?:www\.)?google\.[a-z.]+", "/url", "url"),
    (r"(?:[\w-]+\.)*safelinks\.protection\.outlook\.com", "", "url"),
    (r"(?:www\.)?linkedin\.com", "/redir/redirect", "url"),
    (r"(?:www\.)?slack-redir\.net", "/link", "url"),
    (r"out\.reddit\.com", "", "url"),
    (r"(?:www\.)?youtube\.com", "/redirect", "q"),
    (r"duckduckgo\.com", "/l", "uddg"),
)
_URL_DEFENSE_3 = re.compile(
    r"https://urldefense(?:\.proofpoint)?\.com/v3/__(https?:/.+?)__;[^/]*", re.IGNORECASE
)
_NEITHER = re.compile(r"[\W_]+")
_DOI = re.compile(r"10\.\d{4,9}/[^\s?#]+")
_LOOSE_ENDS = ".,;:!?)]}>'\"`*"
"""Punctuation after an address, which sentences and LaTeX leave there."""

_GIT_OVER_SSH = re.compile(r"(?:ssh://)?git@([\w.-]+)[:/](.+)")
_ALIKE = tuple(
    (re.compile(pattern, re.IGNORECASE), written)
    for pattern, written in (
        (r"https://github\.com/([^/?]+/[^/?]+?)(?:\.git)?(?:[/?].*)?$", r"https://github.com/\1"),
        (r"https://raw\.githubusercontent\.com/([^/]+/[^/]+)/.*", r"https://github.com/\1"),
        (
            r"https://(?:(?:mobile\.|m\.)?twitter|(?:fx|vx|fixup)?(?:twitter|x)|nitter)\.(?:com|net)/"
            r"([^/]+/status(?:es)?/\d+).*",
            r"https://x.com/\1",
        ),
        (
            r"https://(?:(?:mobile\.|m\.)?twitter|(?:fx|vx|fixup)?(?:twitter|x)|nitter)\.(?:com|net)/"
            r"[^/]+(?:/web)?/status(?:es)?/(\d+).*",
            r"https://x.com/i/status/\1",
        ),
        (
            r"https://openreview\.net/(?:forum|pdf|attachment|references/pdf)\?(?:.*&)?id=([\w-]+).*",
            r"https://openreview.net/forum?id=\1",
        ),
        (
            r"https://(?:huggingface\.co|hf\.co)/((?:(?:datasets|spaces)/)?"
            r"(?!(?:collections|blog|papers|docs|posts|learn|datasets|spaces)/)[^/?]+/[^/?]+)(?:[/?].*)?$",
            r"https://huggingface.co/\1",
        ),
        (
            r"https://(?:youtu\.be/|(?:m\.)?youtube\.com/(?:watch\?(?:.*&)?v=|live/|shorts/|embed/))([\w-]{11}).*",
            r"https://youtube.com/watch?v=\1",
        ),
        (
            r"https://(?:aclanthology\.org|aclweb\.org/anthology)/(?:anthology/)?([A-Za-z0-9.-]+?)(?:\.pdf|\.bib)?$",
            r"https://aclanthology.org/\1",
        ),
        (r"https://nature\.com/articles/([\w.-]+?)(?:\.pdf)?$", r"https://doi.org/10.1038/\1"),
        (r"https://(?:dx\.)?doi\.org/10\.1038/(.+)", r"https://nature.com/articles/\1"),
        (r"https://.*?/(10\.\d{4,9}/[^?#]+)", r"https://doi.org/\1"),
        (
            r"https://proceedings\.mlr\.press/(v\d+)/([\w-]+)(?:\.html|/[\w-]+\.pdf)",
            r"https://proceedings.mlr.press/\1/\2",
        ),
        (
            r"https://(?:proceedings\.neurips\.cc|papers\.n(?:eur)?ips\.cc)/.*?/(?:hash|file)/([0-9a-f]{16,}).*",
            r"https://proceedings.neurips.cc/paper/\1",
        ),
        (
            r"https://openaccess\.thecvf\.com/(\w+)/(?:\w+/)?(?:html|papers)/([\w-]+?)(?:_paper)?\.(?:html|pdf)",
            r"https://openaccess.thecvf.com/\1/\2",
        ),
    )
)
"""Addresses of one thing, each with the form it has in common with the others."""

_PLACE_OF_A_PAPER = re.compile(
    r"https://(?:openreview\.net/forum\?id=|aclanthology\.org/[^/]+$|proceedings\.mlr\.press/v\d+/[^/]+$"
    r"|proceedings\.neurips\.cc/paper/[0-9a-f]|openaccess\.thecvf\.com/\w+/[^/]+$)"
)
"""Addresses, in their common form, under which exactly one paper lives."""

_BIORXIV = re.compile(
    r"(10\.(?:1101|64898)/(?:\d{4}\.\d{2}\.\d{2}\.)?\d{6,8})(?:v\d+)?(?:\.[\w.-]+)?", re.IGNORECASE
)
"""A DOI of bioRxiv or medRxiv, whose pages add the version and the form: ``…573800v2.full.pdf``."""

_IGNORES_CASE = re.compile(r"https://(?:github\.com|doi\.org|x\.com)/")
"""Sites whose names are the same in capitals and small letters."""

_TRACKING = re.compile(r"^(?:utm_\w+|fbclid|gclid|ref|ref_src|mc_[ce]id)$")


def arxiv_id(url: str) -> str | None:
    """The arXiv id in a URL, or of a bare id, without its version; None when there is none.

    Knows the abs, pdf and html pages, arXiv's own DOIs, ar5iv, alphaxiv and Hugging Face's paper pages.
    """
    text = url.strip()
    bare = _BARE_ID.fullmatch(text)
    if bare:
        return bare[1]
    parts = _parts(_unwrapped(text))
    if parts is None or not _PAGES.fullmatch(f"{parts[1].removeprefix('www.')}{parts[2]}"):
        return None
    found = _ID.search(parts[2])
    return found[1] if found else None


def normal_url(url: str) -> str | None:
    """The normal form of a web address; None when the text is none.

    Redirects are resolved (see ``direct_url``); tracking parameters, the fragment and a final slash are
    removed; the host is in lower case; ``http`` becomes ``https``.
    """
    parts = _parts(_unwrapped(url.strip()))
    if parts is None:
        return None
    _, host, path, query = parts
    kept = [(name, value) for name, value in parse_qsl(query) if not _TRACKING.match(name)]
    return urlunsplit(("https", host.removeprefix("www."), path.rstrip("/"), urlencode(kept), ""))


def address_keys(url: str) -> tuple[str, ...]:
    """The keys under which links to one thing meet, the most exact first; none for what is no web address.

    A link that is kept and a link that is asked for lead to the same thing when they share a key: a file
    and the root of its repository, twitter.com and x.com, the forum page and the PDF of OpenReview. A key is
    ``arxiv:…`` or an address as ``normal_url`` gives it.
    """
    text = url.strip().rstrip(_LOOSE_ENDS)
    if found := _GIT_OVER_SSH.match(text):
        text = f"https://{found[1]}/{found[2]}"
    known, address = arxiv_id(text), normal_url(text)
    if address is None:
        return (f"arxiv:{known}",) if known else ()
    keys = [f"arxiv:{known}"] if known else []
    keys.append(address)
    for pattern, written in _ALIKE:
        if found := pattern.match(address):
            common = found.expand(written)
            keys.append(common.lower() if _IGNORES_CASE.match(common) else common)
    return tuple(dict.fromkeys(keys))


_PAPER_PLACES = re.compile(
    r"(?:[\w-]+\.)*(?:arxiv\.org/(?:abs|pdf|html)/|alphaxiv\.org/|ar5iv\.(?:org|labs\.arxiv\.org)/|openreview\.net/(?:forum|pdf)"
    r"|aclanthology\.org/|doi\.org/10\.|biorxiv\.org/content/|medrxiv\.org/content/|proceedings\.mlr\.press/"
    r"|(?:proceedings\.neurips|papers\.(?:nips|neurips))\.cc/|openaccess\.thecvf\.com/|ojs\.aaai\.org/|jmlr\.org/papers/"
    r"|nature\.com/articles/|science\.org/doi/|dl\.acm\.org/doi/|ieeexplore\.ieee\.org/|link\.springer\.com/|sciencedirect\.com/"
    r"|semanticscholar\.org/paper/|isca-archive\.org/|pubmed\.ncbi\.nlm\.nih\.gov/)"
    r"|(?:huggingface\.co|hf\.co)/papers/|.*\.pdf$",
    re.IGNORECASE,
)


def is_paper_address(url: str) -> bool:
    """Whether an address leads to a place where papers live: arXiv, OpenReview, a publisher, or a PDF."""
    parts = _parts(_unwrapped(url.strip()))
    if parts is None:
        return False
    query = f"?{parts[3]}" if parts[3] else ""
    return _PAPER_PLACES.match(f"{parts[1].removeprefix('www.')}{parts[2]}{query}") is not None


def direct_url(url: str) -> str:
    """The address that a redirect of Facebook or Google leads to, or the address itself."""
    return _unwrapped(url.strip())


def normal_title(title: str) -> str:
    """A title's letters and digits in lower case: titles that differ only in punctuation are equal."""
    return _NEITHER.sub("", unicodedata.normalize("NFKC", title).casefold())


def identity(paper: Paper) -> str:
    """The key that identifies a paper: ``arxiv:…``, ``doi:…``, ``url:…`` or ``title:…``, the first it has.

    The ``url:`` of a page that may hold several papers ends with the title.
    """
    title = normal_title(paper.title) or paper.title.strip()
    place = address_of(paper)
    if place is None:
        return f"title:{title}"
    if place.startswith("url:") and not _PLACE_OF_A_PAPER.match(place.removeprefix("url:")):
        return f"{place} {title}"
    return place


def address_of(paper: Paper) -> str | None:
    """The key of a paper's address: ``arxiv:…``, ``doi:…`` or ``url:…``; None when it has none."""
    if paper.arxiv_id:
        return f"arxiv:{paper.arxiv_id}"
    address = normal_url(paper.url) if paper.url else None
    if address is None or paper.url is None:
        return None
    if doi := _DOI.search(address):
        versions = _BIORXIV.fullmatch(doi[0])
        return f"doi:{(versions[1] if versions else doi[0]).lower()}"
    place = next((key for key in reversed(address_keys(paper.url)) if _PLACE_OF_A_PAPER.match(key)), address)
    return f"url:{place}"


def is_one_work(one: str, its_authors: Sequence[str], other: str, others_authors: Sequence[str]) -> bool:
    """Whether two mentions of one title are one paper, by their identities and authors.

    With an address each, both need authors and the same first author, and at most one of them is on arXiv.
    With one address, its mention needs authors, which the other may leave out: a file's name that stands for
    a title (``Weekly thoughts``) joins nothing.
    """
    if one == other:
        return True
    addressed = (is_address_identity(one), is_address_identity(other))
    if not any(addressed):
        return False
    if all(addressed):
        different = one.startswith("arxiv:") and other.startswith("arxiv:")
        page = one.startswith("url:") and other.startswith("url:")
        return not different and not page and _first(its_authors) == _first(others_authors) != ""
    linked, bare = (its_authors, others_authors) if addressed[0] else (others_authors, its_authors)
    return _first(linked) != "" and (not bare or _first(linked) == _first(bare))


def preference(key: str) -> int:
    """How well an identity tells papers apart: arXiv 3, DOI 2, another address 1, a title 0."""
    return {"arxiv": 3, "doi": 2, "url": 1}.get(key.partition(":")[0], 0)


def _first(authors: Sequence[str]) -> str:
    return normal_title(authors[0]) if authors else ""


def is_address_identity(key: str) -> bool:
    """Whether an ``identity`` is an address (arXiv, DOI or URL) and not only a title."""
    return not key.startswith("title:")


def _parts(url: str) -> tuple[str, str, str, str] | None:
    try:
        split = urlsplit(url)
        host = split.hostname
    except ValueError:
        return None
    if split.scheme.lower() not in ("http", "https") or not host:
        return None
    return split.scheme, host.lower().rstrip("."), split.path, split.query


def _unwrapped(url: str) -> str:
    parts = _parts(url)
    if parts is None:
        return url
    for host, path, field in _REDIRECTS:
        if parts[2].rstrip("/") == path and re.fullmatch(host, parts[1]):
            inner = parse_qs(parts[3]).get(field, [])
            if inner and _parts(inner[0]):
                return inner[0]
    if parts[1] == "urldefense.proofpoint.com" and parts[2] == "/v2/url":
        # Proofpoint writes - for % and _ for / in version 2 of its wrapped links.
        inner = parse_qs(parts[3]).get("u", [])
        wrapped = unquote(inner[0].replace("-", "%").replace("_", "/")) if inner else ""
        return wrapped if _parts(wrapped) else url
    if (found := _URL_DEFENSE_3.match(url)) and _parts(found[1]):
        return found[1]
    return url
