"""Converts LaTeX in titles, abstracts and commentary to Unicode. Pure; raises nothing; takes linear time.

An abstract is prose with some LaTeX in it: a ``%`` is a percent sign and ``$5 … $10`` is money. So only
formulas, macros and accents are passed to pylatexenc, piece by piece. Everything else stays as it is, and
so does a piece that the library cannot read. Does not lay out formulas: ``\\frac{a}{b}`` is ``a/b``.
"""

from __future__ import annotations

import logging
import re
from functools import lru_cache

from pylatexenc import latex2text, latexwalker  # type: ignore[import-untyped]  # ships no types

# A dollar opens a formula only before a character and closes one only after a character and
# not before a digit (unless a macro stands between them): pandoc's rule, which leaves prices alone
# (https://pandoc.org/MANUAL.html#extension-tex_math_dollars).
_FORMULA = re.compile(r"(?<!\\)\$(?=[^\s$])([^$\n]{0,399}[^$\s\\])\$")
_LINK = re.compile(r"\\href\s?\{([^{}\s]{1,1000})\}\s?\{([^{}]{1,1000})\}")
_ADDRESS = re.compile(r"\\url\s?\{([^{}\s]{1,1000})\}")
_CITATION = re.compile(r"[~ ]?\\[cC]ite[a-zA-Z]{0,6}\s?\{[^{}]{0,500}\}")
_WRAPPED = re.compile(r"\\[a-zA-Z]{1,30}\s?\{[^{}]{0,2000}\}")
_SWITCHED = re.compile(r"\{\\(?:it|em|bf|rm|tt|sc|sf|sl)\s([^{}]{0,2000})\}")
_BRACED = re.compile(r"\{(\\[a-zA-Z]{1,30})\}")
_ACCENT = re.compile(
    r"\\(?:[\"'`^~]\s?(?:\{\\?[A-Za-z]\}|\\?[A-Za-z])|(?<!\d\\)[=.](?:\{\\?[A-Za-z]\}|\\?[A-Za-z])|[uvHcdbkr]\{\\?[A-Za-z]\})"
)
_MARKDOWN_ESCAPE = re.compile(r"(?<=\d)\\([.)])(?=\s)|\\([*+>|])(?![A-Za-z])")
"""What Markdown escapes with a backslash: ``1\\. Introduction``."""

_ENVIRONMENT = re.compile(
    r"\\begin\{(equation|align|gather|math|displaymath|multline|eqnarray)(\*?)\}(.{1,1000}?)\\end\{\1\2\}",
    re.DOTALL,
)
_ESCAPED = re.compile(r"\\([%&_#${}])")
_MACRO = re.compile(r"\\([a-zA-Z]{2,30})(?![a-zA-Z])")
_TIE = re.compile(r"(?<=\w)~(?=[(\[\\])")
_QUOTED = re.compile(r"``([^`'\n]{1,300})''")
_RAISED = re.compile(r"\^(?:\{([-+]?\d{1,9})\}|([-+]?\d))")
_LOWERED = re.compile(r"_(?:\{(\d{1,9})\}|(\d))")

_CODE_POINT = re.compile(r"\\unicode\{x([0-9A-Fa-f]{2,5})\}")

_SUPERSCRIPTS = str.maketrans("0123456789-+", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺")
_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_ABBREVIATIONS = {"ie": "i.e.", "eg": "e.g.", "etal": "et al."}
_STYLES = frozenset({"texttt", "textsf", "textsl", "textnormal", "mbox", "underline", "uline"})
"""Macros that the library does not know, and that are replaced by their argument."""

_DEEPEST = 4
"""Levels of nested macros that are replaced. Deeper ones stay as written."""

# The library reports what it cannot read, and such a piece stays as it is.
logging.getLogger("pylatexenc").addHandler(logging.NullHandler())
logging.getLogger("pylatexenc").propagate = False

_KNOWN = latex2text.get_default_latex_context_db()
_PARSED = latexwalker.get_default_latex_context_db()
_READER = latex2text.LatexNodes2Text(latex_context=_KNOWN, math_mode="text", keep_comments=True)


def latex_to_unicode(text: str) -> str:
    """The text with its LaTeX as Unicode; the same string when it has none."""
    if "\\" not in text and "$" not in text and "``" not in text:
        return text
    text = _FORMULA.sub(_formula, text)
    text = _QUOTED.sub(r"“\1”", text)
    if "\\" not in text:
        return text
    text = _MARKDOWN_ESCAPE.sub(lambda found: found[1] or found[2], text)
    text = _ENVIRONMENT.sub(lambda found: _formula_read(found[3].strip().replace("&", "")), text)
    text = _TIE.sub(" ", text)
    text = _ACCENT.sub(lambda found: _read(found[0]), text)
    text = _CITATION.sub("", text)
    text = _ESCAPED.sub(lambda found: "\0" + found[1] if found[1] in "{}" else found[1], text)
    for _ in range(_DEEPEST):
        before = text
        text = _ADDRESS.sub(r"\1", text)
        text = _LINK.sub(_link, text)
        text = _WRAPPED.sub(_unwrapped, text)
        text = _SWITCHED.sub(r"\1", text)
        text = _BRACED.sub(r"\1", text)
        if text == before:
            break
    return _MACRO.sub(_macro, text).replace("\0", "")


def _link(found: re.Match[str]) -> str:
    address, label = found[1], found[2]
    return label if "://" in label else f"{label} ({address})"


def _unwrapped(found: re.Match[str]) -> str:
    name = found[0][1:].partition("{")[0].strip()
    inner = found[0].partition("{")[2][:-1]
    if name in _STYLES:
        return inner
    if not _is_known(name):
        return _named(name) + inner
    if "$" in inner or "%" in inner or "\0" in inner:
        return inner  # The library would take these for a formula or a comment.
    return _read(found[0])


def _macro(found: re.Match[str]) -> str:
    if _takes_arguments(found[1]):
        return found[0]  # Without its arguments the library makes garbage of it.
    return _read(found[0]) or found[0] if _is_known(found[1]) else _named(found[1]) or found[0]


def _named(name: str) -> str:
    """A paper's own macro (``\\ours``) says most by its name; short ones are rather code (``\\nA``)."""
    return _ABBREVIATIONS.get(name, name if len(name) > 3 else "")


def _formula(found: re.Match[str]) -> str:
    following = found.string[found.end() : found.end() + 1]
    if following.isdigit() and "\\" not in found[1] and any(map(str.isalnum, found[1])):
        return found[0]
    return _formula_read(found[1])


@lru_cache(maxsize=4096)
def _formula_read(source: str) -> str:
    source = _CODE_POINT.sub(_code_point, source).replace("\\|", "‖")
    raised = _RAISED.sub(lambda found: (found[1] or found[2]).translate(_SUPERSCRIPTS), source)
    lowered = _LOWERED.sub(lambda found: (found[1] or found[2]).translate(_SUBSCRIPTS), raised)
    escaped = re.sub(r"(?<!\\)%", r"\\%", lowered)
    if escaped.startswith(r"\textbackslash "):
        return "\\" + escaped.removeprefix(r"\textbackslash ")
    read = _read(rf"\({escaped}\)").strip()
    return source if read.startswith(r"\(") else read or source


@lru_cache(maxsize=4096)
def _read(source: str) -> str:
    """What pylatexenc makes of a piece, or the piece itself when it cannot."""
    if source.count("{") > 50:
        return source  # The library recurses once a brace.
    try:
        read = _READER.latex_to_text(source, latex_context=_PARSED)
    except (latexwalker.LatexWalkerError, IndexError, AttributeError, KeyError, TypeError, ValueError):
        return source
    return source if "%s" in read and "%s" not in source else str(read)


def _code_point(found: re.Match[str]) -> str:
    point = int(found[1], 16)
    return chr(point) if not 0xD800 <= point < 0xE000 and point >= 0x20 else found[0]


@lru_cache(maxsize=1024)
def _takes_arguments(name: str) -> bool:
    spec = _PARSED.get_macro_spec(name)
    arguments = getattr(getattr(spec, "args_parser", None), "argspec", "") or ""
    return "{" in arguments


def _is_known(name: str) -> bool:
    return _KNOWN.get_macro_spec(name) is not None and bool(_KNOWN.get_macro_spec(name).macroname)
