"""What people type is taken apart, and never refused."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests.search.addresses import Address
from digests.search.expression import Part
from digests.search.periods import Period
from digests.search.question import LONGEST_QUERY, MOST_WORDS, Question, parse, tags_by_letters

DAY = date(2026, 1, 6)
TAGS = tags_by_letters(["rl", "world-models", "scaling-law", "long-context"])


def _words(*words: str) -> tuple[Part, ...]:
    return tuple(Part((word,)) for word in words)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("looped transformers", {"parts": _words("looped", "transformers")}),
        ("#Scaling_Law quantization", {"parts": _words("quantization"), "tags": ("scaling-law",)}),
        ("<#C123|scaling-law>", {"tags": ("scaling-law",)}),
        ("tag rl", {"tags": ("rl",)}),
        ("worldmodels tag", {"tags": ("world-models",)}),
        ("tag scaling law quantization", {"parts": _words("quantization"), "tags": ("scaling-law",)}),
        ("태그 rl", {"tags": ("rl",)}),
        ("#rl long context", {"parts": _words("long", "context"), "tags": ("rl",)}),
        ("#강화학습", {"tags": ("강화학습",)}),
        ("by:saunshi", {"authors": ("saunshi",)}),
        ("by hyeon-woo nam", {"authors": ("hyeon-woo nam",)}),
        ("papers by Noam Shazeer?", {"authors": ("Noam Shazeer",)}),
        ("저자 서민준", {"authors": ("서민준",)}),
        ("image gen by scaling up", {"parts": _words("image", "gen", "by", "scaling", "up")}),
        ("“latent thoughts”", {"parts": (Part(("latent thoughts",), is_phrase=True),)}),
        ("looped —gan", {"parts": _words("looped"), "excluded": ("gan",)}),
        ("looped -#gan", {"parts": _words("looped"), "excluded_tags": ("gan",)}),
        ("coco 2018", {"parts": _words("coco"), "year": 2018}),
        ("2023 papers", {"period": Period(date(2023, 1, 1), date(2023, 12, 31), "2023", as_words="2023")}),
        ("2502.17416", {"addresses": (Address("arxiv:2502.17416"),)}),
        ("2502.17416 논문", {"addresses": (Address("arxiv:2502.17416"),)}),
        ("@haru find me the paper about retnet pls", {"parts": _words("retnet")}),
        ("<@U123> retnet?", {"parts": _words("retnet")}),
        ("/paper retnet", {"parts": _words("retnet")}),
        ("Re: [Paper] Textbooks II", {"parts": _words("Textbooks", "II")}),
        ("LIMA (Chunting Zhou et al., 2023)", {"parts": _words("LIMA")}),
        (":fire::fire: muon :fire:", {"parts": _words("muon")}),
        ("deep\u200bseek coder", {"parts": _words("deepseek", "coder")}),
        ("ㅣㅐㄱㅁ", {"parts": _words("ㅣㅐㄱㅁ")}),
        ("today", {"special": "today"}),
        ("오늘 논문", {"special": "today"}),
        ("today's papers", {"special": "today"}),
        ("show me the latest papers", {"special": "latest"}),
        ("아무거나 하나 추천해줘", {"special": "random"}),
        ("점심 뭐 먹지", {}),
        ("the", {}),
        ("???", {}),
        ("", {}),
    ],
)  # fmt: skip
def test_a_question_is_taken_apart(typed: str, expected: dict[str, Any]) -> None:
    """Each thing that is asked for is in its own field, however it was typed."""
    question = parse(typed, today=DAY, tags=TAGS)
    others = {"typed", "plain", "chatter"}
    fields = {name: getattr(question, name) for name in Question.__slots__ if name not in others}
    assert {name: value for name, value in fields.items() if value not in ((), None)} == expected


def test_without_a_day_a_time_is_words() -> None:
    """Nobody's last year is no year."""
    assert parse("moe 작년").parts == _words("moe", "작년")
    assert parse("moe since:2025").period is not None


def test_a_pasted_page_is_read_only_so_far() -> None:
    """A question has at most so many words, however much was pasted."""
    assert len(parse("word " * LONGEST_QUERY).parts) <= MOST_WORDS


@given(st.text(max_size=3000), st.dates())
def test_nothing_typed_is_an_error(typed: str, today: date) -> None:
    """Any text at all is a question."""
    assert parse(typed, today=today, tags=TAGS).typed == typed
