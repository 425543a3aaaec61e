"""The files of the page: complete texts in both languages, and nothing loaded from elsewhere."""

from __future__ import annotations

import json
import re
from pathlib import Path

import bot.local.workspace as local
from bot.local.faults import Fault

PAGE = Path(local.__file__).parent / "page"


def phrases() -> dict[str, dict[str, str]]:
    text = (PAGE / "words.js").read_text("utf-8")
    found: dict[str, dict[str, str]] = json.loads(text[text.index("{") : text.index("\n};") + 2])
    return found


def test_both_languages_have_the_same_phrases() -> None:
    """Korean and English have the same keys, and the same placeholders in each phrase."""
    english, korean = phrases()["en"], phrases()["ko"]
    assert english.keys() == korean.keys()
    for key in english:
        assert korean[key], key
        assert set(re.findall(r"\{\w+\}", korean[key])) == set(re.findall(r"\{\w+\}", english[key])), key


def test_every_phrase_that_the_page_uses_exists() -> None:
    """No script uses a key without a phrase, and every fault has one."""
    known = phrases()["en"].keys()
    for script in PAGE.glob("*.js"):
        for key in re.findall(r'\bphrase\("(\w+)"', script.read_text("utf-8")):
            assert key in known, f"{script.name}: {key}"
    assert {str(fault) for fault in Fault} <= known


def test_every_refusal_has_a_phrase() -> None:
    """The page can explain every code with which an action of a user is refused."""
    known = phrases()["en"].keys()
    for module in PAGE.parent.rglob("*.py"):
        for code in re.findall(r'RefusedError\("(\w+)"\)', module.read_text("utf-8")):
            assert code in known, f"{module.name}: {code}"


def test_the_page_loads_nothing_from_other_machines() -> None:
    """The page's files contain no address of another machine, except in comments and XML namespaces."""
    for file in PAGE.iterdir():
        text = re.sub(r"^\s*//.*$", "", file.read_text("utf-8"), flags=re.M)
        found = set(re.findall(r"https?://[\w.]+", text)) - {"http://www.w3.org"}
        assert not found, f"{file.name}: {found}"
