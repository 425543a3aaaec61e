"""Mends XML that feeds get wrong, so that an XML parser can read it. Pure.

White space before the declaration, bare ampersands, HTML's named characters and prefixes that nobody declared
are mended in the text. What is still not well-formed is read by lxml's recovering parser, without entities,
network and huge trees.
"""

from __future__ import annotations

import re
from html.entities import html5


def mended(text: str) -> str:
    """The text with what can be mended without parsing it."""
    return _with_prefixes(_BARE_AMPERSAND.sub("&amp;", _NAMED.sub(_character, text.lstrip())))


def recovered(text: str) -> str | None:
    """What lxml makes of text that is not well-formed, as well-formed text; None if that is no feed."""
    from lxml import etree

    parser = etree.XMLParser(
        recover=True, resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False
    )
    body = _OPEN_VOID.sub(r"<\1\2/>", _DECLARATION.sub("", text)).encode("utf-8", "replace")
    if "<!DOCTYPE" in text or "<!ENTITY" in text or not _WHOLE.search(text):
        return None  # A feed that was cut off would lose its last items without a word.
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError):
        return None
    if root is None or re.split("[}:]", str(root.tag))[-1] not in ("rss", "RDF", "feed"):
        return None
    return _with_prefixes(str(etree.tostring(root, encoding="unicode")))


def _with_prefixes(text: str) -> str:
    """The text with the prefixes declared that it uses and nobody declared, in its first element."""
    used = set(_PREFIX.findall(text))
    missing = sorted(used - set(_DECLARED_PREFIX.findall(text)) - {"xml", "xmlns"})
    if not missing or len(missing) > 50:
        return text
    spaces = "".join(f' xmlns:{name}="{_USUAL.get(name, f"urn:undeclared:{name}")}"' for name in missing)
    return _FIRST_ELEMENT.sub(lambda found: found[0] + spaces, text, count=1)


def _character(found: re.Match[str]) -> str:
    """HTML's named characters, which XML does not know, as themselves."""
    name = found[1]
    return found[0] if name in _XML_ENTITIES else html5.get(f"{name};", found[0])


_XML_ENTITIES = frozenset({"amp", "lt", "gt", "quot", "apos"})
_NAMED = re.compile(r"&([A-Za-z][A-Za-z0-9]{1,31});")
_BARE_AMPERSAND = re.compile(r"&(?!#\d{1,7};|#x[0-9A-Fa-f]{1,6};|[A-Za-z][A-Za-z0-9]{1,31};)")
_PREFIX = re.compile(r"</?([A-Za-z_][\w.-]{0,40}):[A-Za-z_]")
_DECLARED_PREFIX = re.compile(r"\bxmlns:([A-Za-z_][\w.-]{0,40})\s*=")
_FIRST_ELEMENT = re.compile(r"<[A-Za-z_][\w.:-]{0,60}")
_WHOLE = re.compile(r"</(?:[\w.-]{1,40}:)?(?:rss|RDF|feed)\s*>\s*\Z")
_OPEN_VOID = re.compile(r"<(br|hr|img|input|wbr)\b([^<>]{0,500}?)(?<!/)>", re.IGNORECASE)
"""HTML elements that are never closed, as HTML has them."""

_DECLARATION = re.compile(r"^\s*<\?xml[^>]{0,300}\?>")
_USUAL = {
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "atom": "http://www.w3.org/2005/Atom",
    "arxiv": "http://arxiv.org/schemas/atom",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
}
"""The namespaces that feeds mean by these prefixes."""
