"""What Slack's answer to a message means for the part. Pure.

The codes are those that Slack documents for https://docs.slack.dev/reference/methods/chat.postMessage and
https://docs.slack.dev/reference/methods/chat.update, and some that were seen besides. Codes that leave open
whether anything happened (``fatal_error``, ``internal_error``…) are in no row: they are doubt.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from bot.ledger.states import PartState, Reason
from bot.workspaces.rate_limits import DEFAULT_RETRY_AFTER, LONGEST_RETRY_AFTER

_BLOCKED_FOR = 60.0
"""Seconds until the next attempt where the workspace takes no message."""


class Kind(StrEnum):
    """What an answer means, and so what happens next to the part."""

    SENT = PartState.SENT.value
    RETRY = "retry"
    """Surely not sent: send it again later, without reading history."""
    CHANNEL = "channel"
    """This channel takes no messages: the part fails, and the channel's failed days are counted."""
    WORKSPACE = "workspace"
    """The token is not valid: the workspace is paused."""
    BLOCKED = "blocked"
    """The workspace takes no messages for now: try again until the grace ends."""
    PARENT = "parent"
    """The thread's first message is gone: the thread ends."""
    MESSAGE = "message"
    """Slack does not accept this message: send it once as plain text, then let it fail."""
    CORRECTION = "correction"
    """The message cannot be corrected: the correction is dropped."""
    DOUBT = PartState.DOUBT.value
    """Nobody knows whether it was sent."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of one attempt. ``wait`` is in seconds, for RETRY, BLOCKED and WORKSPACE."""

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
    Kind.BLOCKED: {
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
    Kind.RETRY: {"ratelimited", "rate_limited"},
}  # fmt: skip
_BY_CODE = {code: kind for kind, codes in CODES.items() for code in codes}
_PREFIXES = {
    "invalid_blocks": Kind.MESSAGE,
    "metadata_": Kind.MESSAGE,
    "restricted_action": Kind.CHANNEL,
    "slack_connect_": Kind.MESSAGE,  # a link to a file, canvas or list in an entry's text
}


def of_answer(data: Mapping[str, Any], *, status: int, retry_after: float | None = None) -> Outcome:
    """The outcome of an HTTP answer to a message. ``data`` is empty when the body could not be read."""
    if status == 200 and data.get("ok") is True:
        ts = data.get("ts")
        return Outcome(Kind.SENT, ts=ts) if isinstance(ts, str) else Outcome(Kind.DOUBT, Reason.NO_TS)
    return of_error(str(data.get("error") or ""), status=status, retry_after=retry_after)


def of_error(code: str, *, status: int = 200, retry_after: float | None = None) -> Outcome:
    """The outcome of an answer that says ``ok: false``, or of an HTTP error status.

    A 5xx, an unreadable body, and a code that is not in the table leave the message in doubt.
    """
    if status == 429 or code in CODES[Kind.RETRY]:
        wait = DEFAULT_RETRY_AFTER if retry_after is None else min(retry_after, LONGEST_RETRY_AFTER)
        return Outcome(Kind.RETRY, Reason.RATELIMITED, wait=wait)
    if status >= 500:
        return Outcome(Kind.DOUBT, code or f"http_{status}")
    kind = _BY_CODE.get(code) or next(
        (kind for prefix, kind in _PREFIXES.items() if code.startswith(prefix)), Kind.DOUBT
    )
    wait = _BLOCKED_FOR if kind in (Kind.BLOCKED, Kind.WORKSPACE) else 0.0
    return Outcome(kind, code or Reason.UNREADABLE, wait=wait)
