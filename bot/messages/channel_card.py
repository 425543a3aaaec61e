"""A channel at a glance: what it prefers, what comes next, what came last or why nothing did. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from bot.channels.preferences import Channel
from bot.language.catalogue import Catalogue, catalogue_for
from bot.messages.action_ids import Action
from bot.messages.blocks import Element, actions, button, context, section, with_confirmation
from bot.messages.delivery_reasons import reason_text
from bot.messages.entry import packed
from bot.messages.managers import who_can_change
from bot.messages.message import Block, Message
from bot.messages.mrkdwn import brief, link, verbatim
from bot.messages.setting_names import LANGUAGE_NAMES, LAYOUT_NAMES, filter_text, schedule_text


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
    catalogue = catalogue_for(language)
    preferences = channel.preferences
    fields = (
        (catalogue.gettext("Language"), catalogue.gettext(LANGUAGE_NAMES[preferences.language])),
        (catalogue.gettext("Layout"), catalogue.gettext(LAYOUT_NAMES[preferences.layout])),
        (catalogue.gettext("Time"), schedule_text(preferences, catalogue)),
        (catalogue.gettext("Tags"), filter_text(preferences.tags, catalogue)),
    )
    state = _state(channel, next_post, workspace_paused or channel.paused_reason, catalogue)
    lines = [state, *([_last(last_post, catalogue)] if last_post else [])]
    if troubles:
        names = brief(", ".join(troubles), 500)
        lines.append(
            catalogue.gettext("I can't fetch papers from these sources right now: {names}", names=names)
        )
    shown: Block = {"type": "section", "fields": [verbatim(f"*{name}*\n{value}") for name, value in fields]}
    text = "\n".join([*lines, *(f"{name}: {value}" for name, value in fields)])
    row = (
        actions(_offers(channel, last_post, catalogue, may_give=may_give))
        if may_change
        else (context(who_can_change(who, catalogue)),)
    )
    return Message(text, (*(section(one) for one in packed(lines)), shown, *row))


def _state(
    channel: Channel, next_post: datetime | None, workspace_paused: str | None, catalogue: Catalogue
) -> str:
    paused = workspace_paused or channel.paused_reason
    if paused:
        why = reason_text(paused, catalogue)
        return catalogue.gettext("*Paused.* {why}", why=why)
    if not channel.preferences.enabled:
        return catalogue.gettext("*Off.* I don't post anything here.")
    if next_post is None:
        return catalogue.gettext("*On.*")
    return catalogue.gettext(
        "*On.* Next post: {moment}", moment=catalogue.moment(next_post, channel.preferences.zone)
    )


def _last(last: LastPost, catalogue: Catalogue) -> str:
    day = catalogue.short_date(last.day)
    if last.outcome is Outcome.SENT:
        seen = link(last.url, catalogue.gettext("View post")) if last.url else ""
        return " ".join(filter(None, (catalogue.gettext("Last post: {day}.", day=day), seen)))
    if last.outcome is Outcome.SENDING:
        return catalogue.gettext("The papers for {day} are on their way.", day=day)
    if last.outcome is Outcome.DOUBT:
        return catalogue.gettext(
            "Slack hasn't confirmed that the papers for {day} arrived. I'm checking.", day=day
        )
    if last.outcome is Outcome.WAITING:
        return catalogue.gettext("The papers for {day} haven't come in yet. I'm waiting for them.", day=day)
    why = reason_text(last.reason or "unknown", catalogue)
    if last.outcome is Outcome.UNKNOWN:
        return catalogue.gettext("I don't know whether the papers for {day} arrived. {why}", day=day, why=why)
    return catalogue.gettext("Nothing was posted on {day}: {why}", day=day, why=why)


def _offers(
    channel: Channel, last: LastPost | None, catalogue: Catalogue, *, may_give: bool
) -> list[Element | None]:
    on = channel.is_on
    again = None
    if on and last and last.outcome is Outcome.FAILED:
        again = button(catalogue.gettext("Post now"), Action.POST_NOW)
    if last and last.outcome is Outcome.UNKNOWN and last.delivery_id is not None:
        again = with_confirmation(
            button(catalogue.gettext("Post again"), Action.POST_AGAIN, str(last.delivery_id)),
            title=catalogue.gettext("Post again?"),
            text=catalogue.gettext("If the first one did arrive, the channel will see it twice."),
            yes=catalogue.gettext("Post again"),
            no=catalogue.gettext("Cancel"),
        )
    return [
        button(catalogue.gettext("Settings"), Action.SETTINGS),
        None if on else button(catalogue.gettext("Turn on"), Action.TURN_ON, style="primary"),
        button(catalogue.gettext("Preview"), Action.PREVIEW),
        button(catalogue.gettext("Add papers"), Action.GIVE) if may_give else None,
        again,
    ]
