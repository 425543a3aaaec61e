"""A question in one's own words meets what papers call it."""

from __future__ import annotations

import pytest

from digests.search import query_expansion, thesaurus, tokenizer, weights, word_lists
from digests.search.library import Term
from tests.digests.search.known import Known


def _called(question: str) -> set[str]:
    return {term for terms in thesaurus.synonyms(list(tokenizer.words(question))).values() for term in terms}


@pytest.mark.parametrize(
    ("question", "called"),
    [
        ("make models smaller", "distillation"),
        ("shrinking networks", "pruning"),
        ("made-up answers", "hallucination"),
        ("how confident are they", "calibration"),
        ("a convnet for photos", "CNN"),
        ("speed up sampling", "acceleration"),
        ("runs on a phone", "on-device"),
        ("큰 모델을 작게 만드는", "distillation"),
        ("지어내는 답", "hallucination"),
    ],
)
def test_own_words_are_known_for_what_papers_say(question: str, called: str) -> None:
    """A word, in any form, or two together lead to the words of the field."""
    assert tokenizer.stem(tokenizer.joined(called)) in _called(question)


def test_words_of_no_synonym_are_left_alone() -> None:
    """Names and odd words stand for nothing but themselves, and no word for itself."""
    assert _called("gandhi zzyx saunshi") == set()
    assert tokenizer.stem("cnn") not in _called("cnn")


def test_a_word_is_no_more_common_for_a_common_synonym() -> None:
    """A rare word weighs what it did; one that many papers have and it may stand for tells little."""
    rare, common = Term("photo", 2, 1), Term("imag", 500, 300)
    [group] = query_expansion.plan(query_expansion.asked_words(["photo"]), Known(1000, [rare]))
    [wider] = query_expansion.widen([group], {"photo": [common]}, 1000, weights.SYNONYM)
    assert wider.idf == group.idf
    assert 0 < wider.worth["imag"] < weights.SYNONYM / 2


def test_what_is_said_stands_once() -> None:
    """No saying stands twice under any form of its words, and each is a word or two neighbouring ones."""
    said = [row[0] for row in word_lists.load().rows("sayings")]
    assert all(1 <= len(words.split()) <= 2 for words in said)
    stems = [" ".join(tokenizer.stem(tokenizer.joined(word)) for word in words.split()) for words in said]
    assert len(set(stems)) == len(stems)
