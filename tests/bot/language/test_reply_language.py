"""The language of a reply, and the languages of a channel's posts."""

from __future__ import annotations

import pytest

from bot.language.reply_language import posting_languages, reply_language


@pytest.mark.parametrize(
    ("reader", "channel", "locale", "default", "expected"),
    [
        ("en", "ko", "ko-KR", "ko", "en"),
        (None, "ko", "en-US", "en", "ko"),
        (None, "both", "en-GB", "ko", "en"),
        (None, None, "ko-KR", "en", "ko"),
        (None, None, "ko_KR", "en", "ko"),
        (None, None, "ja-JP", "en", "en"),
        (None, None, None, "ko", "ko"),
        (None, "both", None, "en", "en"),
        ("", "", "", "xx", "ko"),
    ],
)
def test_reply_language(
    reader: str | None, channel: str | None, locale: str | None, default: str, expected: str
) -> None:
    """The reader's choice comes first, then the channel's, then their locale, then the operator's default."""
    assert reply_language(reader, channel, locale, default) == expected


def test_posting_languages() -> None:
    """A channel with both languages posts Korean, then English."""
    assert [posting_languages(one) for one in ("ko", "en", "both")] == [("ko",), ("en",), ("ko", "en")]
