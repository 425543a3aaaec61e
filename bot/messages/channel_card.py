"""The answer to `/digest`: a channel's settings, its next post, and how its last post ended. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum, auto

from bot.channels.preferences import Channel, Preferences
from bot.language.catalogue import Catalogue, catalogue_for
from bot.messages.action_ids import Action
from bot.messages.blocks import Element, actions, button, context, section, with_confirmation
from bot.messages.delivery_reasons import reason_text
from bot.messages.entry import packed
from bot.messages.managers import rights_not_checked, who_can_change
from bot.messages.message import Block, Message
from bot.messages.mrkdwn import brief, link, verbatim
from bot.messages.setting_names import LANGUAGE_NAMES, LAYOUT_NAMES, filter_text, pause_text, schedule_text


class Outcome(StrEnum):
    """How a delivery ended, as far as the card tells."""

    SENT = auto()
    SENDING = auto()
    WAITING = auto()  # its digest has not been taken in yet
    SKIPPED = auto()
    FAILED = auto()
    DOUBT = auto()  # Slack has not confirmed the post; it is being checked
    UNKNOWN = auto()  # the check failed: the post may or may not have arrived


@dataclass(frozen=True, slots=True)
class LastPost:
    """A delivery of a channel.

    ``reason`` is a code of ``bot.messages.delivery_reasons``. ``url`` links to the first message.
    ``delivery_id`` is the value of the button that posts it again. ``papers`` counts what it shows.
    """

    day: date
    outcome: Outcome
    reason: str | None = None
    url: str | None = None
    delivery_id: int | None = None
    papers: int = 0


@dataclass(frozen=True, slots=True)
class ChannelStatus:
    """What the card says beside the settings. ``today`` is the day in the channel's zone.

    ``workspace_paused`` is the code of the reason why nothing is posted in the whole workspace.
    ``failing_sources`` are the names of sources that cannot be fetched.
    """

    today: date
    next_post: datetime | None = None
    last_post: LastPost | None = None
    workspace_paused: str | None = None
    failing_sources: Sequence[str] = ()


def card(
    channel: Channel,
    status: ChannelStatus,
    *,
    language: str,
    may_change: bool | None,
    managers: Sequence[str] = (),
    may_add_papers: bool = False,
) -> Message:
    """The card, with buttons for people who may change the channel, and their names for everyone else.

    ``may_change`` is None if it could not be checked, which the card says. ``managers`` are the users who may
    change it. ``may_add_papers`` adds the button for the form.
    """
    catalogue = catalogue_for(language)
    settings = _settings(channel.preferences, catalogue)
    lines = [_state(channel, status, catalogue)]
    if status.last_post:
        lines.append(_last(status.last_post, catalogue))
    if status.failing_sources:
        names = brief(", ".join(status.failing_sources), 500)
        lines.append(
            catalogue.gettext("I can't fetch papers from these sources right now: {names}", names=names)
        )
    shown: Block = {"type": "section", "fields": [verbatim(f"*{name}*\n{value}") for name, value in settings]}
    row = (
        actions(_buttons(channel, status.last_post, catalogue, may_add_papers=may_add_papers))
        if may_change
        else (context(_who_can_change(may_change, managers, catalogue)),)
    )
    text = "\n".join([*lines, *(f"{name}: {value}" for name, value in settings)])
    return Message(text, (*(section(line) for line in packed(lines)), shown, *row))


def _who_can_change(may_change: bool | None, managers: Sequence[str], catalogue: Catalogue) -> str:
    who = who_can_change(managers, catalogue)
    return who if may_change is not None else f"{rights_not_checked(catalogue)} {who}"


def _settings(preferences: Preferences, catalogue: Catalogue) -> tuple[tuple[str, str], ...]:
    """The name and the value of each setting."""
    return (
        (catalogue.gettext("Language"), catalogue.gettext(LANGUAGE_NAMES[preferences.language])),
        (catalogue.gettext("Layout"), catalogue.gettext(LAYOUT_NAMES[preferences.layout])),
        (catalogue.gettext("Time"), schedule_text(preferences, catalogue)),
        (catalogue.gettext("Tags"), filter_text(preferences.tags, catalogue)),
    )


def _state(channel: Channel, status: ChannelStatus, catalogue: Catalogue) -> str:
    """On, off or paused, and when the next post comes."""
    paused = status.workspace_paused or channel.paused_reason
    if paused:
        return catalogue.gettext("*Paused.* {why}", why=reason_text(paused, catalogue))
    if not channel.preferences.enabled:
        return catalogue.gettext("*Off.* I don't post anything here.")
    if status.next_post is None:
        return catalogue.gettext("*On.*")
    pause = channel.preferences.pause
    if pause is not None and pause.until > status.today:
        return catalogue.gettext(
            "*On.* No posts on {days}. Next post: {moment}",
            days=pause_text(pause, catalogue),
            moment=catalogue.moment(status.next_post, channel.preferences.zone),
        )
    moment = catalogue.moment(status.next_post, channel.preferences.zone)
    return catalogue.gettext("*On.* Next post: {moment}", moment=moment)


def _last(last: LastPost, catalogue: Catalogue) -> str:
    day = catalogue.short_date(last.day)
    if last.outcome is Outcome.SENT:
        seen = link(last.url, catalogue.gettext("View post")) if last.url else ""
        return " · ".join(filter(None, (catalogue.gettext("Last post: {day}", day=day), seen)))
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


def _buttons(
    channel: Channel, last: LastPost | None, catalogue: Catalogue, *, may_add_papers: bool
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
        button(catalogue.gettext("Add papers"), Action.GIVE) if may_add_papers else None,
        again,
    ]
