"""What Slack's answers mean for a part."""

from __future__ import annotations

import pytest

from bot.language.catalogue import catalogue_for
from bot.ledger.outcome import CODES, Kind, of_error
from bot.messages.delivery_reasons import reason_text


@pytest.mark.parametrize(
    ("code", "status", "kind"),
    [
        ("ratelimited", 429, Kind.RETRY),
        ("", 429, Kind.RETRY),
        ("is_archived", 200, Kind.CHANNEL),
        ("restricted_action_something_new", 200, Kind.CHANNEL),
        ("token_revoked", 200, Kind.WORKSPACE),
        ("team_added_to_org", 200, Kind.BLOCKED),
        ("invalid_blocks_format", 200, Kind.MESSAGE),
        ("metadata_too_large", 200, Kind.MESSAGE),
        ("team_access_revoked", 200, Kind.WORKSPACE),
        ("team_access_not_granted", 200, Kind.WORKSPACE),
        ("messages_tab_disabled", 200, Kind.CHANNEL),
        ("invalid_form_data", 200, Kind.MESSAGE),
        ("slack_connect_file_link_sharing_blocked", 200, Kind.MESSAGE),
        ("streaming_state_conflict", 200, Kind.CORRECTION),
        ("internal_error", 200, Kind.DOUBT),
        ("request_timeout", 200, Kind.DOUBT),
        ("fatal_error", 200, Kind.DOUBT),
        ("service_unavailable", 503, Kind.DOUBT),
        ("is_archived", 500, Kind.DOUBT),
        ("a_code_nobody_knows", 200, Kind.DOUBT),
        ("", 200, Kind.DOUBT),
    ],
)
def test_each_answer_has_one_meaning(code: str, status: int, kind: Kind) -> None:
    """Each code has its meaning, and a code that nobody knows leaves the message in doubt."""
    assert of_error(code, status=status).kind is kind


@pytest.mark.parametrize("language", ["ko", "en"])
def test_what_people_may_be_shown_has_words(language: str) -> None:
    """Each code that stops a channel or a workspace has words in both languages."""
    words = catalogue_for(language)
    unsaid = [
        code
        for kind in (Kind.CHANNEL, Kind.WORKSPACE, Kind.BLOCKED)
        for code in CODES[kind]
        if reason_text(code, words) == words.gettext("Slack said: {code}", code=code)
    ]
    assert not unsaid


def test_retry_after_is_obeyed() -> None:
    """A rate limit waits as long as Slack says, and a day at most."""
    for hours in (17 / 3600, 3):
        assert of_error("ratelimited", status=429, retry_after=hours * 3600).wait == hours * 3600
    assert of_error("ratelimited", status=429, retry_after=1e18).wait == 86_400
