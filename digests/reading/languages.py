"""Tells Korean paragraphs from English ones by their script. Pure."""

from __future__ import annotations

import re

ENGLISH_MARK = re.compile(r"<(/?)en[glish]{4,6}\s?>", re.IGNORECASE)
"""The opening and closing marks of English text, also misspelt (``<enligsh>``)."""

KOREAN_MARK = re.compile(r"<(/?)korean\s?>", re.IGNORECASE)
"""The opening and closing marks of Korean text."""

_HANGUL = re.compile(r"[가-힣]")
_ADDRESS = re.compile(r"https?://\S+")
_WORD = re.compile(r"[A-Za-z][A-Za-z'’-]*")
_LIST = re.compile(r"[-*+•·>|] ?|\d{1,3}[.)] ")
_ENOUGH = 20
_ENDED = re.compile(r"[.!?…:;,\"”'’)\]）」%]$|https?://\S+$")


def is_korean(text: str) -> bool:
    """Whether a paragraph is Korean, not English with a Korean name in it.

    Korean about papers is half English terms, so one Hangul letter in `_ENOUGH` is enough.
    """
    if not _HANGUL.search(text):
        return False
    text = _ADDRESS.sub("", text)
    hangul = len(_HANGUL.findall(text))
    if hangul * _ENOUGH >= len(text):
        return hangul > 0
    return hangul > 0 and hangul * _ENOUGH >= sum(letter.isalpha() for letter in text)


_KANA = re.compile(r"[ぁ-ヿ]")
_HAN = re.compile(r"[一-鿿㐀-䶿]")
_CYRILLIC = re.compile(r"[Ѐ-ӿ]")


def language_of(text: str) -> str:
    """The language of a text by its script: ``ko``, ``ja``, ``zh``, ``ru``, and ``en`` for Latin (BCP 47)."""
    if is_korean(text):
        return "ko"
    letters = sum(letter.isalpha() for letter in _ADDRESS.sub("", text))
    kana, han = len(_KANA.findall(text)), len(_HAN.findall(text))
    if kana and (kana + han) * _ENOUGH >= letters:
        return "ja"
    if han * _ENOUGH >= letters and han:
        return "zh"
    return "ru" if 2 * len(_CYRILLIC.findall(text)) > letters else "en"


def without_other_languages(text: str) -> tuple[str, dict[str, str]]:
    """The Korean and English paragraphs of a text, and those of each other language by its tag."""
    if not _OTHER.search(text):
        return text, {}
    kept: list[str] = []
    others: dict[str, list[str]] = {}
    for paragraph in re.split(r"\n{2,}", text):
        language = language_of(paragraph)
        (kept if language in ("ko", "en") else others.setdefault(language, [])).append(paragraph)
    return "\n\n".join(kept), {language: "\n\n".join(said) for language, said in others.items()}


_OTHER = re.compile(r"[ぁ-ヿ一-鿿㐀-䶿Ѐ-ӿ]")


def is_english_prose(text: str) -> bool:
    """Whether a line is English prose: almost no Hangul, and longer than a label."""
    if is_korean(text):
        return False
    words = len(_WORD.findall(_ADDRESS.sub("", text)))
    return words >= 5 or (words >= 3 and text.endswith((".", "!", "?")))


def looks_like_title(text: str) -> bool:
    """Whether a line could be a paper's title: short, capitalized, and without a final full stop."""
    if len(text) > 250 or _LIST.match(text) or _ENDED.search(text):
        return text.endswith("?") and len(text) <= 250 and _is_capitalised(text)
    return _is_capitalised(text)


def _is_capitalised(text: str) -> bool:
    words = [word for word in _WORD.findall(text) if len(word) > 3]
    return bool(words) and sum(word[0].isupper() for word in words) * 10 >= len(words) * 6
