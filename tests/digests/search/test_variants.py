"""Other spellings are known by rule, and words run together are taken apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests.search.variants import RunTogether, spelling_variants

COMMON = """
the of a and to in is for are all you need not only attention textbooks scaling law laws state space models
model deep speculative decoding once cache reason tiny stories story tinystories on an or at it
""".split()  # noqa: SIM905 - a list would take a page
WORDS = RunTogether(COMMON)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("tokenisation", "tokenization"), ("generalisation", "generalization"), ("optimise", "optimize"),
        ("quantised", "quantized"), ("optimisers", "optimizers"), ("analyse", "analyze"), ("colour", "color"),
        ("behavioural", "behavioral"), ("labelled", "labeled"), ("modelling", "modeling"),
        ("focussed", "focused"), ("centre", "center"), ("dialogue", "dialog"), ("defence", "defense"),
        ("judgement", "judgment"), ("distracter", "distractor"), ("greyscale", "grayscale"),
    ],
)  # fmt: skip
def test_spellings_lead_to_each_other(one: str, other: str) -> None:
    """Either spelling is a guess for the other."""
    assert other in spelling_variants(one)
    assert one in spelling_variants(other)


@pytest.mark.parametrize("word", ["gan", "rise", "moe", "강화학습", "llama3", "bert", ""])
def test_short_and_other_words_have_one_spelling(word: str) -> None:
    """What is too short to be sure, or no English, stays."""
    assert spelling_variants(word) == ()


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("textbooksareallyouneed", ("textbooks", "are", "all", "you", "need")),
        ("attentionisallyouneed", ("attention", "is", "all", "you", "need")),
        ("scalinglaws", ("scaling", "laws")),
        ("statespacemodels", ("state", "space", "models")),
        ("youonlycacheonce", ("you", "only", "cache", "once")),
        ("tinystories", ()),
        ("attention", ()),
        ("zzyxqwerty", ()),
        ("xattention", ()),
        ("isisisisis", ()),
    ],
)
def test_words_run_together_are_taken_apart(typed: str, words: tuple[str, ...]) -> None:
    """Only what is words from its beginning to its end, and no word itself."""
    assert WORDS.apart(typed) == words


@given(st.text("abcdefghijklmnopqrstuvwxyz", max_size=100))
def test_nothing_typed_is_an_error(typed: str) -> None:
    """What is taken apart is all of it."""
    assert "".join(WORDS.apart(typed)) in ("", typed)
    spelling_variants(typed)
