"""Operators, brackets and quotation marks are read, and what people say for them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests.search.expression import MOST_TOKENS, Part, parse


def _asked(typed: str) -> list[str]:
    return ["|".join(part.alternatives) for part in parse(typed).parts]


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("looped transformers", ["looped", "transformers"]),
        ("mamba OR rwkv", ["mamba|rwkv"]),
        ("mamba | rwkv", ["mamba|rwkv"]),
        ("mamba 또는 rwkv", ["mamba|rwkv"]),
        ("(panoptic OR instance) AND segmentation", ["panoptic|instance", "segmentation"]),
        ("(state space) OR mamba OR s4", ["state space|mamba|s4"]),
        ("training OR memorization", ["training|memorization"]),
        ("MoBA/NSA", ["MoBA", "NSA"]),
        ("mamba,rwkv", ["mamba", "rwkv"]),
        ("*LongRoPE*", ["LongRoPE"]),
        ("LLM.int8()", ["LLM.int8"]),
        ("f(f(x))", ["f(f(x))"]),
        ("24/7 c++", ["24/7", "c++"]),
        ("LoRA라는 거", ["LoRA"]),
        ("RL학습", ["RL학습"]),
        ("LIMA: Less Is More", ["LIMA", "Less", "Is", "More"]),
        ("&copy; R&D caf&eacute;", ["R&D", "café"]),
        ("w/o attention", ["attention"]),
        ("((((", []),
        ("NOT", []),
        ("OR OR NOT", []),
        ("a - b", ["b"]),
    ],
)
def test_words_and_alternatives(typed: str, asked: list[str]) -> None:
    """What is asked for comes in order, what OR joins as one thing."""
    assert _asked(typed) == asked


def test_a_phrase_is_kept_together() -> None:
    """Quotation marks make a phrase, closed or not."""
    for typed in ('"test time" training', 'training "test time'):
        assert Part(("test time",), is_phrase=True) in parse(typed).parts


@pytest.mark.parametrize(
    ("typed", "field", "words", "asked"),
    [
        ("gan -stylegan", "excluded", ["stylegan"], ["gan"]),
        ("gan NOT stylegan", "excluded", ["stylegan"], ["gan"]),
        ("gan NOT (stylegan OR cyclegan)", "excluded", ["stylegan", "cyclegan"], ["gan"]),
        ('gan -"image to image"', "excluded", ["image to image"], ["gan"]),
        ("quantization NOT post-training", "excluded", ["post-training"], ["quantization"]),
        ("gan 빼고 이미지 생성", "excluded", ["gan"], ["이미지", "생성"]),
        ("gan을 제외한 이미지 생성", "excluded", ["gan"], ["이미지", "생성"]),
        ("generation except gan", "excluded", ["gan"], ["generation"]),
        ("bf16 말고 fp16 rl", "demoted", ["bf16"], ["fp16", "rl"]),
        ("~~mamba~~ jamba", "demoted", ["mamba"], ["jamba"]),
        ("self supervised without negatives", "lacking", ["negatives"], ["self", "supervised"]),
        ("moe without auxiliary loss", "lacking", ["auxiliary loss"], ["moe"]),
        ("anchor 없는 object detection", "lacking", ["anchor"], ["object", "detection"]),
        ("attention free language model", "lacking", ["attention"], ["language", "model"]),
        ("gan -#tts", "excluded_tags", ["#tts"], ["gan"]),
        ("gan tag:tts", "tags", ["tts"], ["gan"]),
        ("gan 저자:허", "authors", ["허"], ["gan"]),
        ('gan by:"noam shazeer"', "authors", ["noam shazeer"], ["gan"]),
    ],
)
def test_what_is_left_out_and_what_narrows(
    typed: str, field: str, words: list[str], asked: list[str]
) -> None:
    """Operators and the words people say for them take a thing out of what is asked for."""
    assert getattr(parse(typed), field) == words
    assert _asked(typed) == asked


def test_in_a_sentence_without_is_a_word() -> None:
    """What a paper does without is part of what is told, and of many titles."""
    said = parse("averaging weights without the delay of ema")
    assert not said.lacking
    assert "delay" in [part.alternatives[0] for part in said.parts]


def test_plain_words_hold_all_that_may_be_a_title() -> None:
    """Chatter stays in them; filters and what an operator leaves out do not."""
    said = parse("is attention all you need -(gan OR vae) #rl NOT moe by:vaswani")
    assert said.plain == "is attention all you need"


@given(st.text(alphabet="ab ()\"'-~#:/|,.ORNOT없는말고 \n", max_size=200))
def test_nothing_typed_is_an_error(typed: str) -> None:
    """Whatever stands in brackets, quotation marks and operators, it is read, and only so far."""
    assert len(parse(typed).parts) <= MOST_TOKENS
