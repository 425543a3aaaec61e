"""The words held in memory, and who sees which."""

from __future__ import annotations

import gc

from digests.store.vocabulary import Surfaces, Words

_SHARED = [
    ("loop", 1, "loop", 9, 5),
    ("looped", 1, "loop", 9, 5),
    ("looping", 2, "loopi", 3, 1),
    ("lora", 3, "lora", 4, 4),
    ("loraswitch", 4, "loraswitch", 1, 1),
    ("모델", 5, "모델", 2, 2),
]
_OWN = [("looped", 11, "loop", 2, 2), ("loophole", 12, "loophol", 7, 7)]


def _vocabulary(*parts: list[tuple[str, int, str, int, int]]) -> Words:
    return Words([Surfaces(part) for part in parts], papers=10, version=())


def test_a_beginning_gives_the_commonest_terms_of_all_parts() -> None:
    """A workspace's own words and those all share are one vocabulary, the commonest first."""
    words = _vocabulary(_SHARED, _OWN)
    found = words.beginning_with("loo", 3)
    assert [(one.id, one.head_df) for one in found] == [(12, 7), (1, 5), (11, 2)]


def test_the_word_itself_is_not_among_its_continuations() -> None:
    """What begins with ``lora`` is what goes on after it."""
    assert [one.id for one in _vocabulary(_SHARED).beginning_with("lora", 9)] == [4]


def test_a_near_word_brings_its_terms_from_every_part() -> None:
    """``loopd`` may be ``looped`` as everybody says it and as this workspace does."""
    near = _vocabulary(_SHARED, _OWN).near("loopd", 2)
    assert [(word, slips) for word, slips, _ in near if slips == 1] == [("loop", 1), ("looped", 1)]
    assert [one.id for word, _, terms in near if word == "looped" for one in terms] == [1, 11]


def test_the_most_alike_of_all_parts_are_first() -> None:
    """Guesses for a word nobody wrote come from shared and own words alike."""
    assert _vocabulary(_SHARED, _OWN).resembling("loophol")[0] == "loophole"
    assert "loophole" not in _vocabulary(_SHARED).resembling("loophol")


def test_fifty_thousand_words_are_no_work_for_the_garbage_collector() -> None:
    """A vocabulary is a handful of objects that are looked at, however many words it has."""
    rows = [(f"word{n}", n, f"word{n}", 1, 1) for n in range(50_000)]
    gc.collect()
    before = len(gc.get_objects())
    words = Surfaces(rows)
    del rows
    gc.collect()
    assert len(gc.get_objects()) - before < 1000
    assert "word777" in words
