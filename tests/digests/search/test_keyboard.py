"""What was typed on the other keyboard is read again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests.search.keyboard import composed, letters, on_other_keyboard

SYLLABLES = st.text(st.characters(min_codepoint=ord("가"), max_codepoint=ord("힣")), min_size=1, max_size=12)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("ㅣㅐㅐㅔㄷㅇ", "looped"),
        ("ㅣㅐㄱㅁ", "lora"),
        ("얄려냐ㅐㅜ", "diffusion"),
        ("ㅎ무", "gan"),
        ("재깅 ㅡㅐㅇ딘", "world models"),
        ("ㅡㅁㅡㅠㅁ2", "mamba2"),
        ("rkdghkgkrtmq", "강화학습"),
        ("Rkdghkgkrtmq", "깡화학습"),
        ("RKDGHKGKRTMQ", "강화학습"),
        ("xhzmskdlwj", "토크나이저"),
        ("didwkghk", "양자화"),
        ("djxpstus tldzm", "어텐션 싱크"),
        ("dlswjd Eo", "인정 때"),
        ("rkqtdmf", "값을"),
        ("dkfr", "앍"),
        ("dhks", "완"),
    ],
)
def test_the_same_keys_on_the_other_keyboard(typed: str, meant: str) -> None:
    """Letters and syllables become Latin, and Latin letters become syllables."""
    assert on_other_keyboard(typed) == meant


@pytest.mark.parametrize("typed", ["looped", "mamba", "diffusion", "", "123", "LoRA 논문", "moe", "gan"])
def test_what_comes_to_no_syllables_was_meant_so(typed: str) -> None:
    """English words leave letters over on a Korean keyboard; what has both scripts was typed on both."""
    assert on_other_keyboard(typed) is None


@given(SYLLABLES)
def test_syllables_come_back_from_their_letters(word: str) -> None:
    """Every syllable there is survives the way through its letters and its keys."""
    assert composed(letters(word)) == word
    keys = on_other_keyboard(word)
    assert keys is not None
    assert keys.isascii()
    assert on_other_keyboard(keys) == word


@given(st.text(max_size=60))
def test_any_text_is_tried(typed: str) -> None:
    """Nothing typed is an error."""
    on_other_keyboard(typed)
    composed(typed)
