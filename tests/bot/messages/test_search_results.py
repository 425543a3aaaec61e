"""What a list of hits shows of each paper."""

from __future__ import annotations

import json

import pytest

from bot.messages.search_results import results_page
from digests.model import ArchivedEntry, Commentary, Entry, Hit, Paper, Results

_ENTRY = Entry(
    Paper("Looped Models", abstract="We study looped models. They reason well."),
    (Commentary("ko", "루프를 도는 looped 모델을 살펴봤어요."),),
)


@pytest.mark.parametrize(
    ("language", "matched", "shown"),
    [
        ("en", "looped", "We study"),
        ("en", "모델을", "We study"),  # Only the Korean text matches.
        ("ko", "looped", "살펴봤어요"),
        ("ko", "reason", "살펴봤어요"),  # Only the English one does.
    ],
)
def test_a_hit_is_shown_in_the_readers_language(language: str, matched: str, shown: str) -> None:
    """Whatever language matched, a text in the reader's language is shown where there is one."""
    archived = ArchivedEntry(1, 1, 1, 0, None, _ENTRY)
    page = results_page(Results("looped", (Hit(archived, 1.0, (matched,)),), 1), language=language)
    assert shown in json.dumps(page.blocks, ensure_ascii=False)
