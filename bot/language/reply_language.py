"""Which language a reply to a person is in, and which languages a channel's posts are in. Pure."""

from __future__ import annotations

from bot.language.catalogue import LANGUAGES

_BOTH = "both"


def reply_language(reader: str | None, channel: str | None, locale: str | None, default: str) -> str:
    """The language of a reply to one person, ``ko`` or ``en``.

    In this order: the language the reader chose, the channel's language, the reader's
    Slack locale (``ko-KR``; None for members of other organisations), the operator's default. A
    channel that posts in both languages does not decide. Languages the bot does not speak are skipped.
    """
    chosen = chosen_language(reader, channel)
    return chosen or _supported(locale) or _supported(default) or LANGUAGES[0]


def chosen_language(reader: str | None, channel: str | None) -> str | None:
    """The language of a reply if the reader's or the channel's choice decides it, else None.

    Only where this is None does the reader's Slack locale count, which has to be asked for.
    """
    return _supported(reader) or (None if channel == _BOTH else _supported(channel))


def posting_languages(channel: str) -> tuple[str, ...]:
    """The languages of a channel's posts, in posting order: ``both`` is Korean, then English."""
    return LANGUAGES if channel == _BOTH else (_supported(channel) or LANGUAGES[0],)


def _supported(code: str | None) -> str | None:
    language = (code or "").replace("_", "-").partition("-")[0].lower()
    return language if language in LANGUAGES else None
