"""Why a post did not come, or why posting is paused: the ledger's and Slack's codes as sentences. Pure.

A code without a sentence is shown as it is, so that an admin can look it up.
"""

from __future__ import annotations

from bot.language.catalogue import Catalogue, deferred
from bot.messages.mrkdwn import brief

_REASONS = {
    # The ledger's reasons to skip or fail a delivery.
    "no_new_digest": deferred("No new papers came in that day."),
    "already_had": deferred("The channel already had that day's papers."),
    "nothing_left": deferred("No paper that day matched the channel's tags."),
    "no_such_date": deferred("That day doesn't exist in this time zone."),
    "too_late": deferred("I was down at that time, so those papers come with the next post."),
    "restored": deferred("I was restored from a backup, and didn't want to post anything twice."),
    "off": deferred("The daily papers were turned off before the post went out."),
    "retracted": deferred("The papers were taken down."),
    "parent_gone": deferred("The first message was deleted, so I couldn't continue its thread."),
    "unknown": deferred("Slack never confirmed the post, and I didn't want to post it twice."),
    "no_history_scope": deferred(
        "Slack never confirmed the post, and I'm not allowed to read this channel to check."
    ),
    "history_unreadable": deferred("Slack never confirmed the post, and I didn't want to post it twice."),
    "plain_text_failed": deferred("Slack rejected the message. That is my mistake, and I've logged it."),
    # The ledger's reasons to pause.
    "failed_days": deferred("My posts failed three days in a row."),
    "removed": deferred("I was removed from the channel. Invite me again and I'll continue."),
    "operator": deferred("My operator has paused me."),
    "uninstalled": deferred("I was uninstalled from this workspace."),
    "not_installed": deferred("I was uninstalled from this workspace."),
    # Slack's errors that concern one channel.
    "channel_not_found": deferred("Slack no longer shows me this channel."),
    "is_archived": deferred("The channel is archived."),
    "not_in_channel": deferred("I'm not in the channel. Invite me with `/invite @Haru`."),
    "restricted_action": deferred("A workspace rule doesn't let me post here."),
    "no_permission": deferred("A workspace rule doesn't let me post here."),
    "is_inactive": deferred("The channel is archived."),
    "messages_tab_disabled": deferred("Direct messages to me are turned off in the app's settings."),
    "channel_type_not_supported": deferred("I can't post in this kind of channel."),
    "ekm_access_denied": deferred(
        "Your organisation manages its own encryption keys, and they don't let me post here."
    ),
    # Slack's errors that concern the whole workspace.
    "account_inactive": deferred("I was deactivated in this workspace. Reinstall me to continue."),
    "token_revoked": deferred("My access was revoked. Reinstall me to continue."),
    "token_expired": deferred("My access has expired. Reinstall me to continue."),
    "invalid_auth": deferred("Slack doesn't accept my access. Reinstall me to continue."),
    "not_authed": deferred("Slack doesn't accept my access. Reinstall me to continue."),
    "access_denied": deferred("Slack doesn't accept my access. Reinstall me to continue."),
    "missing_scope": deferred("I don't have a permission I need. Reinstall me to grant it."),
    "not_allowed_token_type": deferred("Slack doesn't accept my access. Reinstall me to continue."),
    "enterprise_is_restricted": deferred("Your organisation doesn't let me post here."),
    "team_access_revoked": deferred(
        "Your organisation has removed me from this workspace. I'll continue once it allows me here again."
    ),
    "team_access_not_granted": deferred(
        "Your organisation hasn't allowed me in this workspace. I'll continue once it does."
    ),
    # Slack's errors that concern the whole workspace and pass.
    "org_login_required": deferred("Slack was moving this workspace into an organisation."),
    "team_added_to_org": deferred("Slack was moving this workspace into an organisation."),
    "message_limit_exceeded": deferred("This workspace has sent more messages than its plan allows."),
    "accesslimited": deferred("A network rule keeps me from reaching this workspace."),
    "two_factor_setup_required": deferred("This workspace requires two-factor sign-in to be set up first."),
    "not_connected": deferred("I couldn't reach Slack for a long time."),
    "ratelimited": deferred("Slack made me wait for too long."),
    "msg_too_long": deferred("Slack rejected the message. That is my mistake, and I've logged it."),
}


def reason_text(code: str, catalogue: Catalogue) -> str:
    """The sentence for a code, as mrkdwn."""
    known = _REASONS.get(code)
    if known is None and code.startswith("restricted_action"):
        known = _REASONS["restricted_action"]
    return (
        catalogue.gettext(known) if known else catalogue.gettext("Slack said: {code}", code=brief(code, 200))
    )
