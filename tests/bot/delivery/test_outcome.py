"""What Slack's answers mean."""

from __future__ import annotations

import pytest

from bot.delivery.outcome import Kind, of_error


@pytest.mark.parametrize(
    ("code", "status", "kind"),
    [
        ("ratelimited", 429, Kind.AGAIN),
        ("", 429, Kind.AGAIN),
        ("is_archived", 200, Kind.CHANNEL),
        ("restricted_action_something_new", 200, Kind.CHANNEL),
        ("token_revoked", 200, Kind.WORKSPACE),
        ("team_added_to_org", 200, Kind.LATER),
        ("invalid_blocks_format", 200, Kind.MESSAGE),
        ("metadata_too_large", 200, Kind.MESSAGE),
        ("internal_error", 200, Kind.DOUBT),
        ("fatal_error", 200, Kind.DOUBT),
        ("service_unavailable", 503, Kind.DOUBT),
        ("is_archived", 500, Kind.DOUBT),
        ("a_code_nobody_knows", 200, Kind.DOUBT),
        ("", 200, Kind.DOUBT),
    ],
)
def test_each_answer_has_one_meaning(code: str, status: int, kind: Kind) -> None:
    """Codes fall into DESIGN's classes, and whatever nobody knows leaves the message in doubt."""
    assert of_error(code, status=status).kind is kind


def test_retry_after_is_obeyed() -> None:
    """A rate limit waits as long as Slack says."""
    assert of_error("ratelimited", status=429, retry_after=17.0).wait == 17.0
