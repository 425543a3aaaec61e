"""The page's files: every word in both languages, nothing from elsewhere."""

from __future__ import annotations

import json
import re
from pathlib import Path

import bot.local.workspace as local
from bot.local.faults import Fault

PAGE = Path(local.__file__).parent / "page"


def words() -> dict[str, dict[str, str]]:
    text = (PAGE / "words.js").read_text("utf-8")
    found: dict[str, dict[str, str]] = json.loads(text[text.index("{") : text.index("\n};") + 2])
    return found


def test_every_word_of_the_page_is_in_both_languages() -> None:
    """Korean and English have the same words, with the same blanks to fill."""
    english, korean = words()["en"], words()["ko"]
    assert english.keys() == korean.keys()
    for key in english:
        assert korean[key], key
        assert set(re.findall(r"\{\w+\}", korean[key])) == set(re.findall(r"\{\w+\}", english[key])), key


def test_every_word_the_page_says_exists() -> None:
    """No script asks for a word that the catalogue lacks, and every fault has a name."""
    known = words()["en"].keys()
    for script in PAGE.glob("*.js"):
        for key in re.findall(r'\bsay\("(\w+)"', script.read_text("utf-8")):
            assert key in known, f"{script.name}: {key}"
    assert {str(fault) for fault in Fault} <= known


def test_the_page_fetches_nothing_from_other_machines() -> None:
    """No address of another machine stands in the page, except as a comment or a namespace."""
    for file in PAGE.iterdir():
        text = re.sub(r"^\s*//.*$", "", file.read_text("utf-8"), flags=re.M)
        found = set(re.findall(r"https?://[\w.]+", text)) - {"http://www.w3.org"}
        assert not found, f"{file.name}: {found}"
