"""Which language somebody is answered in. Pure; DESIGN.md section 2."""

from __future__ import annotations

from bot.language.catalogue import LANGUAGES

_BOTH = "both"


def reply_language(reader: str | None, channel: str | None, locale: str | None, default: str) -> str:
    """The language of a reply to one person, ``ko`` or ``en``.

    In this order: the reader's explicit choice, the channel's language, the reader's
    Slack locale (``ko-KR``; external members have none), the operator's default. A
    channel that posts in both prefers neither, so the next in line decides. What
    Haru does not speak is passed over.
    """
    candidates = (reader, None if channel == _BOTH else channel, locale, default)
    return next((code for code in map(_spoken, candidates) if code), LANGUAGES[0])


def posting_languages(channel: str) -> tuple[str, ...]:
    """The languages of a channel's posts, the channel's own first: ``both`` is Korean, then English."""
    return LANGUAGES if channel == _BOTH else (_spoken(channel) or LANGUAGES[0],)


def _spoken(code: str | None) -> str | None:
    language = (code or "").replace("_", "-").partition("-")[0].lower()
    return language if language in LANGUAGES else None
