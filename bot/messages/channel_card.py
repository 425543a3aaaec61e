"""A channel at a glance: what it prefers, what comes next, what came last or why nothing did. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from bot.channels.preferences import Channel
from bot.language.catalogue import Catalogue, catalogue
from bot.messages.action_ids import Action
from bot.messages.blocks import Element, actions, button, confirmed, context, section
from bot.messages.entry import joined
from bot.messages.managing import may_change_it
from bot.messages.message import Block, Message
from bot.messages.mrkdwn import brief, link, verbatim
from bot.messages.reasons import reason
from bot.messages.setting_names import LANGUAGES, LAYOUTS, filtered, when


class Outcome(StrEnum):
    """How a delivery ended, as far as a channel's card tells."""

    SENT = "sent"
    SENDING = "sending"
    WAITING = "waiting"  # its digest has not come yet
    SKIPPED = "skipped"
    FAILED = "failed"
    DOUBT = "doubt"  # Slack has not said whether it arrived; Haru is finding out
    UNKNOWN = "unknown"  # nobody can tell whether it arrived


@dataclass(frozen=True, slots=True)
class LastPost:
    """The newest delivery of a channel. ``reason`` is a code of bot.messages.reasons; ``url`` leads
    to the first message; ``delivery_id`` is what a button would post again.
    """

    day: date
    outcome: Outcome
    reason: str | None = None
    url: str | None = None
    delivery_id: int | None = None


def card(
    channel: Channel,
    *,
    language: str,
    next_post: datetime | None,
    last_post: LastPost | None,
    may_change: bool,
    who: Sequence[str] = (),
    troubles: Sequence[str] = (),
    may_give: bool = False,
    workspace_paused: str | None = None,
) -> Message:
    """The card. ``who`` are the users who may change it, told to those who may not. ``troubles`` are
    names of sources that fail. ``may_give`` offers the form for a digest. ``workspace_paused`` is why
    nothing is posted in the whole workspace.
    """
    words = catalogue(language)
    preferences = channel.preferences
    fields = (
        (words.gettext("Language"), words.gettext(LANGUAGES[preferences.language])),
        (words.gettext("Layout"), words.gettext(LAYOUTS[preferences.layout])),
        (words.gettext("Time"), when(preferences, words)),
        (words.gettext("Tags"), filtered(preferences.tags, words)),
    )
    state = _state(channel, next_post, workspace_paused or channel.paused_reason, words)
    lines = [state, *([_last(last_post, words)] if last_post else [])]
    if troubles:
        names = brief(", ".join(troubles), 500)
        lines.append(words.gettext("I can't fetch papers from these sources right now: {names}", names=names))
    shown: Block = {"type": "section", "fields": [verbatim(f"*{name}*\n{value}") for name, value in fields]}
    text = "\n".join([*lines, *(f"{name}: {value}" for name, value in fields)])
    row = (
        actions(_offers(channel, last_post, words, may_give=may_give))
        if may_change
        else (context(may_change_it(who, words)),)
    )
    return Message(text, (*(section(one) for one in joined(lines)), shown, *row))


def _state(
    channel: Channel, next_post: datetime | None, workspace_paused: str | None, words: Catalogue
) -> str:
    paused = workspace_paused or channel.paused_reason
    if paused:
        why = reason(paused, words)
        return words.gettext("*Paused.* {why}", why=why)
    if not channel.preferences.enabled:
        return words.gettext("*Off.* I don't post anything here.")
    if next_post is None:
        return words.gettext("*On.*")
    return words.gettext(
        "*On.* Next post: {moment}", moment=words.moment(next_post, channel.preferences.zone)
    )


def _last(last: LastPost, words: Catalogue) -> str:
    day = words.short_date(last.day)
    if last.outcome is Outcome.SENT:
        seen = link(last.url, words.gettext("View post")) if last.url else ""
        return " ".join(filter(None, (words.gettext("Last post: {day}.", day=day), seen)))
    if last.outcome is Outcome.SENDING:
        return words.gettext("The papers for {day} are on their way.", day=day)
    if last.outcome is Outcome.DOUBT:
        return words.gettext(
            "Slack hasn't confirmed that the papers for {day} arrived. I'm checking.", day=day
        )
    if last.outcome is Outcome.WAITING:
        return words.gettext("The papers for {day} haven't come in yet. I'm waiting for them.", day=day)
    why = reason(last.reason or "unknown", words)
    if last.outcome is Outcome.UNKNOWN:
        return words.gettext("I don't know whether the papers for {day} arrived. {why}", day=day, why=why)
    return words.gettext("Nothing was posted on {day}: {why}", day=day, why=why)


def _offers(
    channel: Channel, last: LastPost | None, words: Catalogue, *, may_give: bool
) -> list[Element | None]:
    on = channel.is_on
    again = None
    if on and last and last.outcome is Outcome.FAILED:
        again = button(words.gettext("Post now"), Action.POST_NOW)
    if last and last.outcome is Outcome.UNKNOWN and last.delivery_id is not None:
        again = confirmed(
            button(words.gettext("Post again"), Action.POST_AGAIN, str(last.delivery_id)),
            title=words.gettext("Post again?"),
            text=words.gettext("If the first one did arrive, the channel will see it twice."),
            yes=words.gettext("Post again"),
            no=words.gettext("Cancel"),
        )
    return [
        button(words.gettext("Settings"), Action.SETTINGS),
        None if on else button(words.gettext("Turn on"), Action.TURN_ON, style="primary"),
        button(words.gettext("Preview"), Action.PREVIEW),
        button(words.gettext("Add papers"), Action.GIVE) if may_give else None,
        again,
    ]
