"""Why nothing came, or why Haru stopped: the ledger's and Slack's codes as sentences. Pure.

A code that is not in the table is shown as Slack gave it, so that an admin can look it up.
"""

from __future__ import annotations

from bot.language.catalogue import Catalogue, deferred
from bot.messages.mrkdwn import brief

_REASONS = {
    # Skips of our own.
    "no_new_digest": deferred("No new papers came in that day."),
    "already_had": deferred("The channel had that day's papers already."),
    "nothing_left": deferred("No paper that day passed the tag filter."),
    "no_such_date": deferred("That day does not exist in this time zone."),
    "too_late": deferred("Haru was down at that hour, so its papers come with the next post."),
    "off": deferred("The daily papers were switched off before it went out."),
    "retracted": deferred("The papers were taken back."),
    "parent_gone": deferred("The first message was deleted, so its thread ends there."),
    "unknown": deferred("Slack never said whether it arrived, so Haru did not risk posting it twice."),
    "no_history_scope": deferred("Slack never said whether it arrived, and Haru may not read this channel."),
    "history_unreadable": deferred(
        "Slack never said whether it arrived, so Haru did not risk posting it twice."
    ),
    "plain_text_failed": deferred("Slack refused the message itself. That is our mistake, and it is logged."),
    # Pauses of our own.
    "failed_days": deferred("Posting failed three days in a row."),
    "removed": deferred("Haru was removed from the channel. Invite it again and it goes on."),
    "operator": deferred("Whoever runs Haru has paused it."),
    "uninstalled": deferred("Haru was uninstalled from this workspace."),
    "not_installed": deferred("Haru was uninstalled from this workspace."),
    # Slack's, about the channel.
    "channel_not_found": deferred("Slack does not show Haru this channel any more."),
    "is_archived": deferred("The channel is archived."),
    "not_in_channel": deferred("Haru is not in the channel. Invite it with `/invite @Haru`."),
    "restricted_action": deferred("A workspace rule does not let Haru post here."),
    "no_permission": deferred("A workspace rule does not let Haru post here."),
    "is_inactive": deferred("The channel is archived."),
    "messages_tab_disabled": deferred("Direct messages to Haru are switched off in the app's settings."),
    "channel_type_not_supported": deferred("Haru cannot post in this kind of channel."),
    "ekm_access_denied": deferred("Your organisation's key management does not let Haru post here."),
    # Slack's, about the workspace.
    "account_inactive": deferred("Haru was switched off in this workspace. Installing it again helps."),
    "token_revoked": deferred("Haru's access was withdrawn. Installing it again helps."),
    "token_expired": deferred("Haru's access ran out. Installing it again helps."),
    "invalid_auth": deferred("Slack does not accept Haru's access. Installing it again helps."),
    "not_authed": deferred("Slack does not accept Haru's access. Installing it again helps."),
    "access_denied": deferred("Slack does not accept Haru's access. Installing it again helps."),
    "missing_scope": deferred("Haru lacks a permission it needs. Installing it again helps."),
    "not_allowed_token_type": deferred("Slack does not accept Haru's access. Installing it again helps."),
    "enterprise_is_restricted": deferred("Your organisation does not let Haru post here."),
    "team_access_revoked": deferred(
        "Your organisation has taken Haru away from this workspace. Allowed here again, it goes on."
    ),
    "team_access_not_granted": deferred(
        "Your organisation has not allowed Haru in this workspace. Once it is allowed here, it goes on."
    ),
    # Slack's, about the workspace for now.
    "org_login_required": deferred("Slack was moving this workspace into an organisation."),
    "team_added_to_org": deferred("Slack was moving this workspace into an organisation."),
    "message_limit_exceeded": deferred("This workspace has sent more messages than its plan allows."),
    "accesslimited": deferred("A rule about networks does not let Haru reach this workspace."),
    "two_factor_setup_required": deferred("This workspace asks for two-factor sign-in to be set up first."),
    "not_connected": deferred("Slack could not be reached for too long."),
    "ratelimited": deferred("Slack asked Haru to slow down for too long."),
    "msg_too_long": deferred("Slack refused the message itself. That is our mistake, and it is logged."),
}


def reason(code: str, words: Catalogue) -> str:
    """The sentence for a code, as mrkdwn."""
    known = _REASONS.get(code)
    if known is None and code.startswith("restricted_action"):
        known = _REASONS["restricted_action"]
    return words.gettext(known) if known else words.gettext("Slack said: {code}", code=brief(code, 200))
