"""Why a document or an entry could not be read, in the reader's language. Pure."""

from __future__ import annotations

from bot.language.catalogue import Catalogue
from bot.messages.mrkdwn import brief
from digests.errors import REFUSAL_SENTENCES, RefusalReason


def refusal(line: int | None, reason: RefusalReason, words: Catalogue) -> str:
    """One refusal as mrkdwn, after the number of its line where it has one."""
    sentence = words.gettext(
        REFUSAL_SENTENCES[reason.code], limit=words.number(reason.limit), detail=reason.detail
    )
    shown = brief(sentence, 500)
    return words.gettext("Line {line}: {reason}", line=words.number(line), reason=shown) if line else shown
