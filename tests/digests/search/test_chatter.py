"""What is wrapped around a name is told from the name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests.search.chatter import is_small_talk, without_tail, wraps
from digests.search.question import parse
from tests.digests.search.wrappers import ENGLISH, KOREAN, SMALL_TALK

NAMES = ["mamba", "RetNet", "LongRoPE", "Ring Attention", "int8", "맘바", "월드 모델"]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_found_in_what_people_wrap_around_it(name: str) -> None:
    """Of a hundred wrappers at most five leave a word too much, and none loses the name."""
    missed = []
    for wrapper in (*ENGLISH, *KOREAN):
        asked = [part.alternatives[0] for part in parse(wrapper.replace("{X}", name)).parts]
        assert len(asked) >= len(name.split()), wrapper
        # A Korean word keeps its particle, which the index takes off.
        ends = [
            f"{name.split()[-1]}{particle}" for particle in ("", "이", "가", "에", "라는", "라고", "인가")
        ]
        if asked[:-1] != name.split()[:-1] or asked[-1] not in ends:
            missed.append(wrapper)
    assert len(missed) <= 5, missed


@pytest.mark.parametrize("said", SMALL_TALK)
def test_small_talk_asks_for_nothing(said: str) -> None:
    """What is said in passing has no parts, and its words stay to be compared with titles."""
    question = parse(said)
    assert question.parts == ()
    assert question.chatter
    assert question.plain


@pytest.mark.parametrize(
    "typed",
    ["might", "volumes", "heart", "middle", "beam search", "link prediction",
     "paper summarization", "channel attention", "no free lunch", "머신 러닝",
     "게임 에이전트", "분기 예측", "저자원 번역", "아이 목소리", "이미지 분할", "알고리즘", "추천 시스템",
     "설명 가능한", "거대 모델", "attention is what you need"],
)  # fmt: skip
def test_words_that_are_looked_for_are_kept(typed: str) -> None:
    """A word of chatter is one only where it wraps, and a Korean one only with known endings."""
    assert not any(wraps(typed.split()))


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("hey anyone have the You Only Cache Once paper?", "You Only Cache Once"),
        ("find me What Matters in Transformers pls", "What Matters in Transformers"),
        ("do you know A Comprehensive Overhaul of Feature Distillation", None),
        ("Find Me The Mamba Paper", "Mamba"),
        ("I'd like to find Mamba", "Mamba"),
    ],
)
def test_a_capital_begins_a_name(typed: str, name: str | None) -> None:
    """In a question in small letters a word with a capital is looked for, though it often wraps."""
    words = typed.rstrip("?").split()
    kept = " ".join(word for word, wrapping in zip(words, wraps(words), strict=True) if not wrapping)
    assert kept.endswith(name or "A Comprehensive Overhaul of Feature Distillation")
    assert name is None or len(kept.split()) <= len(name.split()) + 1


def test_endings_attached_to_latin_words_are_taken_off() -> None:
    """Particles and copulas go; a compound stays whole."""
    assert without_tail("LoRA라는") == ("LoRA", "라는")
    assert without_tail("GPT-4가") == ("GPT-4", "가")
    assert without_tail("RL학습") == ("RL학습", "")
    assert without_tail("강화학습은") == ("강화학습은", "")


def test_small_talk_is_told_from_a_question_without_words() -> None:
    """Asking for papers is no small talk."""
    assert is_small_talk(["점심", "뭐", "먹지"])
    assert not is_small_talk(["papers"])
    assert not is_small_talk(["no", "free", "lunch", "theorem"])


@given(st.lists(st.text(min_size=1, max_size=8), max_size=12))
def test_any_words_are_looked_through(words: list[str]) -> None:
    """There is an answer for each word."""
    assert len(wraps(words)) == len(words)
