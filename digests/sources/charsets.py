"""Decodes bytes from the web, whose declared encoding may be missing or wrong. Pure."""

from __future__ import annotations

import codecs
import re

_ENCODINGS = {
    # By Python's name; what people call by the left is in truth the right, its superset
    # (https://encoding.spec.whatwg.org/#names-and-labels).
    "ascii": "cp1252", "iso8859-1": "cp1252", "euc_kr": "cp949", "cp949": "cp949", "johab": "johab",
    "gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932",
} | {
    name: name
    for name in (
        "utf-8", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "cp1251", "koi8-r", "iso8859-2", "iso8859-15",
        "iso2022_kr", "euc_jp", "iso2022_jp", "cp932", "big5", "gb18030",
    )
}  # fmt: skip
"""The supported encodings. Python has others, some of which take quadratic time."""

_LABELS = {
    "cp949": "windows-949 x-windows-949 ks_c_5601-1987 ks_c_5601-1989 ksc5601 ksc_5601 korean iso-ir-149"
    " cseuckr csksc56011987",
    "cp932": "x-sjis shift-jis ms_kanji windows-31j csshiftjis",
    "gb18030": "x-gbk gb_2312-80 chinese csgb2312 csiso58gb231280 iso-ir-58 gb_2312",
    "big5": "cn-big5 x-x-big5 csbig5 big5-hkscs",
    "euc_jp": "x-euc-jp cseucpkdfmtjapanese",
    "utf-8": "unicode-1-1-utf-8 unicode11utf8 unicode20utf8 x-unicode20utf8 utf-8-mac",
    "koi8-r": "koi koi8 cskoi8r koi8_r",
    "cp1252": "x-cp1252 iso_8859-1:1987",
}
_BY_LABEL = {label: encoding for encoding, labels in _LABELS.items() for label in labels.split()}
"""Labels that browsers know and Python does not (https://encoding.spec.whatwg.org/#names-and-labels)."""

_LATIN = "cp1252"
_DECLARED = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})[\"']")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def decode_text(body: bytes, charset: str | None) -> str:
    """The text of a body, decoded by its byte order mark, else HTTP's charset, else its XML declaration.

    The order is that of RFC 7303. Bytes that fit no encoding are replaced.
    """
    for mark, encoding in _BOMS:
        if body.startswith(mark):
            return body.decode(encoding, "replace")
    declared = _DECLARED.match(body[:400])
    said = [charset, declared[1].decode("ascii") if declared else None, "utf-8"]
    encodings = [known for name in said if name and (known := _encoding(name))]
    # Latin 1 is what servers say when nobody told them, and it fits any bytes: it is tried last.
    for known in sorted(encodings, key=_LATIN.__eq__):
        try:
            return body.decode(known)
        except UnicodeDecodeError:
            continue  # Servers announce charsets that are not so; the next in line may be.
    return body.decode("utf-8", "replace")


def _encoding(name: str) -> str | None:
    if known := _BY_LABEL.get(name.strip().lower()):
        return known
    try:
        return _ENCODINGS.get(codecs.lookup(name).name)
    except (LookupError, ValueError):
        return None
