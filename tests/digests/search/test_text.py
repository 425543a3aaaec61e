"""Text becomes the same terms however it was written."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests.search import query_expansion, tokenizer
from digests.search.library import Term
from tests.digests.search.known import Known


def _terms(written: str) -> set[str]:
    return {term for word in tokenizer.words(written) for term in word.terms}


@pytest.mark.parametrize(
    ("written", "other"),
    [
        ("ＬｏＲＡ", "LoRA"),
        ("Schrödinger", "Schrodinger"),
        ("scaling", "scales"),
        ("R&amp;D", "R&D"),
        (unicodedata.normalize("NFD", "강화학습"), "강화학습"),
    ],
)
def test_spellings_of_one_word_are_one(written: str, other: str) -> None:
    """Width, accents, endings, entities and a Mac's decomposed Hangul make no difference."""
    assert _terms(written) == _terms(other)


@given(st.text(alphabet="loopLOOPK ſİßéŁ-’&;amp\n\t반복의{}\\$/.", max_size=60))
def test_words_that_hold_something_are_all_found(written: str) -> None:
    """They are those of a text's words that hold it, and besides only such as fold to something else."""
    rough = re.compile("loo|반복")
    every = list(dict.fromkeys(tokenizer.words(written)))
    found = list(tokenizer.words_holding(written, rough))
    assert found == [word for word in every if word in found]
    assert {word for word in every if rough.search(word.shown.lower())} <= set(found)
    assert all(rough.search(word.folded) or not re.fullmatch("[\0-\x7f가-힣]*", word.shown) for word in found)


def test_a_compound_is_found_by_its_pieces_and_whole() -> None:
    """CamelCase and hyphens are split, and the whole is kept too."""
    assert {tokenizer.stem("deep"), tokenizer.stem("seek"), tokenizer.stem("deepseek")} <= _terms("DeepSeek")


@pytest.mark.parametrize("particle", ["은", "을", "의", "에서", "으로"])
def test_a_particle_is_taken_off(particle: str) -> None:
    """A Korean word is asked for without the particle it ends with."""
    assert tokenizer.without_particle("학습" + particle) == "학습"


@pytest.mark.parametrize(
    ("typed", "bare"),
    [
        ("줄이기", "줄이"),
        ("낮추기", "낮추"),
        ("증류하기", "증류"),
        ("압축하는", "압축"),
        ("검증기", "검증기"),
        ("크기", "크기"),
    ],
)
def test_a_verb_made_a_noun_is_its_verb(typed: str, bare: str) -> None:
    """What a question does is asked for without its ending; nouns that end alike stay whole."""
    assert tokenizer.without_ending(typed) == bare


def test_a_latin_word_keeps_apart_from_its_particle() -> None:
    """The Latin part of a mixed word is a word of its own; the lone particle is dropped."""
    assert [word.folded for word in query_expansion.asked_words(["LoRA를"])] == ["lora"]


def test_the_little_words_of_a_compound_stand_for_nothing() -> None:
    """``in-context`` is also found by context, and not by every title with in; nor Llama-3.1 by a number."""
    names = ("in", "context", "incontext", "llama", "3", "1")
    known = Known(100, [Term(name, 9, 9) for name in names])
    groups = query_expansion.plan(query_expansion.asked_words(["in-context Llama-3.1"]), known)
    assert {group.shown: set(group.worth) for group in groups} == {
        "in-context": {"context", "incontext"},
        "Llama-3.1": {"llama"},
    }


@pytest.mark.parametrize("spaced", ["강화학습", "강화 학습"])
def test_spaces_in_korean_lose_nothing(spaced: str) -> None:
    """Both spacings share the pairs of syllables that stand inside words."""
    assert {"강화", "학습"} <= _terms(spaced)


@pytest.mark.parametrize("odd", ["", "\0", "🦊🦊", "שלום עולם", "% _ ' \" * NEAR(", "ㄱㅏ", "a" * 10_000])
def test_odd_text_is_read(odd: str) -> None:
    """Emoji, right-to-left text, operators and endless words give terms, none of them empty."""
    assert all(_terms(odd)) or not _terms(odd)
