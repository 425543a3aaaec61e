"""English words spelt by ear in Hangul are known again."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests.search import transliteration

WORDS = """
adapter alignment alpaca attention benchmark chain cloud contrastive corpus diffusion expert flash flex
function gaussian going gradient grokking image language latent llama machine mamba mixture model muon
network optimizer press quantization reinforcement retrieval softmax stable tokenizer transformer
vision window zero-shot
""".split()  # noqa: SIM905 - a list would take a page


def _heard(hangul: str) -> list[str]:
    pattern = transliteration.pattern(hangul)
    assert pattern is not None
    fitting = [word for word in WORDS if re.fullmatch(pattern, word)]
    assert all(word.startswith(transliteration.openings(hangul)) for word in fitting)
    return transliteration.heard(hangul, fitting)


@pytest.mark.parametrize(
    ("hangul", "english"),
    [
        ("믹스처", "mixture"),
        ("엑스퍼트", "expert"),
        ("플래시", "flash"),
        ("어텐션", "attention"),
        ("리인포스먼트", "reinforcement"),
        ("그래디언트", "gradient"),
        ("스테이블", "stable"),
        ("디퓨전", "diffusion"),
        ("라마", "llama"),
        ("이미지", "image"),
        ("랭귀지", "language"),
        ("퀀타이제이션", "quantization"),
        ("토크나이저", "tokenizer"),
        ("벤치마크", "benchmark"),
        ("얼라인먼트", "alignment"),
        ("네트워크", "network"),
        ("제로샷", "zero-shot"),
        ("머신", "machine"),
        ("윈도우", "window"),
        ("그로킹", "grokking"),
    ],
)
def test_a_word_spelt_by_ear_is_heard(hangul: str, english: str) -> None:
    """Of words that all are of the trade, only the one that was spelt sounds the most like it."""
    assert english in _heard(hangul)[:2]


@pytest.mark.parametrize("korean", ["가중치", "얼굴", "물고기", "음악", "법률", "방법론"])
def test_korean_words_sound_like_no_english_one(korean: str) -> None:
    """What is Korean through and through is no English word."""
    pattern = transliteration.pattern(korean)
    assert pattern is None or not _heard(korean)


@pytest.mark.parametrize(
    ("hangul", "letters"),
    [("지피티", "gpt"), ("엘엘엠", "llm"), ("씨엔엔", "cnn"), ("알엘에이치에프", "rlhf")],
)
def test_names_of_letters_spell_an_abbreviation(hangul: str, letters: str) -> None:
    """지피티 is GPT; any other word spells nothing."""
    assert transliteration.spelt_out(hangul) == letters
    assert transliteration.spelt_out("모델") is None


_HANGUL = st.text(alphabet=st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3), max_size=12)


@given(
    st.sampled_from(["소셜", "지프", "그림", "시각화", "아이", "이미지", "스테이블", "추천"]) | _HANGUL,
    st.data(),
)
def test_whatever_fits_begins_as_is_said(hangul: str, data: st.DataObject) -> None:
    """Nothing that fits a pattern is missed by looking only at words with its openings."""
    pattern = transliteration.pattern(hangul)
    if pattern is not None:
        word = data.draw(st.from_regex(pattern, fullmatch=True))
        openings = transliteration.openings(hangul)
        assert word.startswith(openings)
        assert sum(word.startswith(opening) for opening in openings) == 1
        assert list(openings) == sorted(openings)


@given(_HANGUL)
def test_any_hangul_gives_a_pattern_or_nothing(hangul: str) -> None:
    """Every word of syllables has a pattern that compiles, or none."""
    pattern = transliteration.pattern(hangul)
    if pattern is not None:
        re.compile(pattern)
    assert transliteration.heard(hangul, ["flash"]) in ([], ["flash"])
