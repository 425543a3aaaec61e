"""What Slack's answer to a message means. Pure: DESIGN.md section 5's table.

The codes are those documented for https://docs.slack.dev/reference/methods/chat.postMessage and
https://docs.slack.dev/reference/methods/chat.update, and some that were seen besides. What is documented
to leave open whether anything happened (``fatal_error``, ``internal_error``…) is in no row: it is doubt.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from bot.workspaces.rate_limits import DEFAULT_RETRY_AFTER, LONGEST_RETRY_AFTER


class Kind(StrEnum):
    """What happens next to a part."""

    SENT = "sent"
    AGAIN = "again"  # surely not sent: again later, no history read
    CHANNEL = "channel"  # this channel takes nothing: failed today
    WORKSPACE = "workspace"  # the token is no good: workspace paused
    LATER = "later"  # the workspace takes nothing for now: again until the grace ends
    PARENT = "parent"  # the thread's first message is gone: the thread ends
    MESSAGE = "message"  # our message is wrong: once as plain text, then parked
    CORRECTION = "correction"  # the message takes no correction: it is dropped
    DOUBT = "doubt"  # nobody knows


@dataclass(frozen=True, slots=True)
class Outcome:
    """An attempt's result. ``wait`` is in seconds, for AGAIN, LATER and WORKSPACE."""

    kind: Kind
    code: str = ""
    ts: str | None = None
    wait: float = 0.0


CODES = {
    Kind.CHANNEL: {
        "channel_not_found", "is_archived", "not_in_channel", "restricted_action",
        "restricted_action_read_only_channel", "restricted_action_thread_only_channel",
        "restricted_action_non_threadable_channel", "restricted_action_thread_locked", "no_permission",
        "ekm_access_denied", "is_inactive", "messages_tab_disabled", "channel_type_not_supported",
    },
    Kind.PARENT: {"thread_not_found", "cannot_reply_to_message"},
    Kind.WORKSPACE: {
        "account_inactive", "token_revoked", "token_expired", "invalid_auth", "not_authed",
        "missing_scope", "access_denied", "not_allowed_token_type", "enterprise_is_restricted",
        "team_access_not_granted", "team_access_revoked",
    },
    Kind.LATER: {
        "org_login_required", "team_added_to_org", "message_limit_exceeded", "accesslimited",
        "two_factor_setup_required",
    },
    Kind.MESSAGE: {
        "msg_too_long", "msg_blocks_too_long", "no_text", "invalid_arguments", "invalid_metadata_format",
        "invalid_metadata_schema", "metadata_must_be_sent_from_app", "metadata_too_large",
        "too_many_attachments", "markdown_text_conflict", "attachment_payload_limit_exceeded",
        "invalid_attachments", "invalid_arg_name", "invalid_array_arg", "invalid_charset",
        "invalid_form_data", "invalid_post_type", "missing_post_type", "missing_file_data",
        "as_user_not_supported", "too_many_contact_cards", "team_not_found", "method_deprecated",
        "deprecated_endpoint",
    },
    Kind.CORRECTION: {
        "message_not_found", "cant_update_message", "edit_window_closed", "update_failed",
        "is_bot_message", "external_channel_migrating", "block_mismatch", "streaming_state_conflict",
        "cant_broadcast_message", "no_dual_broadcast_content_update", "message_not_owned_by_app",
    },
    Kind.AGAIN: {"ratelimited", "rate_limited"},
}  # fmt: skip
_BY_CODE = {code: kind for kind, codes in CODES.items() for code in codes}
_PREFIXES = {
    "invalid_blocks": Kind.MESSAGE,
    "metadata_": Kind.MESSAGE,
    "restricted_action": Kind.CHANNEL,
    "slack_connect_": Kind.MESSAGE,  # a link to a file, canvas or list, in what somebody wrote
}


def of_answer(data: Mapping[str, Any], *, status: int, retry_after: float | None = None) -> Outcome:
    """The outcome of an answer to a message; ``data`` is empty when it could not be read."""
    if status == 200 and data.get("ok") is True:
        ts = data.get("ts")
        return Outcome(Kind.SENT, ts=ts) if isinstance(ts, str) else Outcome(Kind.DOUBT, "no_ts")
    return of_error(str(data.get("error") or ""), status=status, retry_after=retry_after)


def of_error(code: str, *, status: int = 200, retry_after: float | None = None) -> Outcome:
    """The outcome of an answer that says ``ok: false``, or of a bad HTTP status.

    A 5xx, an unreadable answer, and a code nobody here knows leave the message in doubt.
    """
    if status == 429 or code in CODES[Kind.AGAIN]:
        wait = DEFAULT_RETRY_AFTER if retry_after is None else min(retry_after, LONGEST_RETRY_AFTER)
        return Outcome(Kind.AGAIN, "ratelimited", wait=wait)
    if status >= 500:
        return Outcome(Kind.DOUBT, code or f"http_{status}")
    kind = _BY_CODE.get(code) or next(
        (kind for prefix, kind in _PREFIXES.items() if code.startswith(prefix)), Kind.DOUBT
    )
    return Outcome(kind, code or "unreadable", wait=60.0 if kind in (Kind.LATER, Kind.WORKSPACE) else 0.0)
