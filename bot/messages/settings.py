"""A channel's settings in words: its card, the first hello, who may change what. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from bot.channels.preferences import Channel
from bot.language.catalogue import Catalogue, catalogue
from bot.messages import limits
from bot.messages.actions import Action
from bot.messages.blocks import Element, actions, button, confirmed, context, section
from bot.messages.choices import LANGUAGES, LAYOUTS, filtered, when
from bot.messages.entry import joined
from bot.messages.message import Block, Message
from bot.messages.mrkdwn import brief, link, verbatim
from bot.messages.reasons import reason


class Outcome(StrEnum):
    """How a delivery ended, as far as a channel's card tells."""

    SENT = "sent"
    SENDING = "sending"
    WAITING = "waiting"  # its digest has not come yet
    SKIPPED = "skipped"
    FAILED = "failed"
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
) -> Message:
    """The channel at a glance: what it prefers, what comes next, what came last or why nothing did.

    ``who`` are the users who may change it, told to those who may not. ``troubles`` are
    names of sources that fail. ``may_give`` offers the form for a digest.
    """
    words = catalogue(language)
    preferences = channel.preferences
    fields = (
        (words.gettext("Language"), words.gettext(LANGUAGES[preferences.language])),
        (words.gettext("Layout"), words.gettext(LAYOUTS[preferences.layout])),
        (words.gettext("Time"), when(preferences, words)),
        (words.gettext("Tags"), filtered(preferences.tags, words)),
    )
    state = _state(channel, next_post, words)
    lines = [state, *([_last(last_post, words)] if last_post else [])]
    if troubles:
        names = brief(", ".join(troubles), 500)
        lines.append(words.gettext("A source of papers cannot be reached just now: {names}", names=names))
    shown: Block = {"type": "section", "fields": [verbatim(f"*{name}*\n{value}") for name, value in fields]}
    text = "\n".join([*lines, *(f"{name}: {value}" for name, value in fields)])
    row = (
        actions(_offers(channel, last_post, words, may_give=may_give))
        if may_change
        else (context(_who(who, words)),)
    )
    return Message(text, (*(section(one) for one in joined(lines)), shown, *row))


def hello(*, language: str, inviter_id: str | None = None) -> Message:
    """What Haru says once when it is invited. Posts nothing else before somebody turns it on."""
    words = catalogue(language)
    said = words.gettext(
        "Hello, I am Haru. I bring the day's machine-learning papers, each with a short commentary. "
        "Nothing is posted here until somebody turns it on."
    )
    by = words.gettext("{user} can set it up.", user=f"<@{inviter_id}>") if inviter_id else ""
    lines = "\n".join(filter(None, (said, by)))
    row = actions([button(words.gettext("Set up"), Action.SETTINGS, style="primary")])
    return Message(lines, (section(lines), *row))


def turned_on(
    *, language: str, next_post: datetime | None, zone: str, newest: int | None = None, members: int = 0
) -> Message:
    """It is on: when the first post comes, and the newest digest (its id) offered at once."""
    words = catalogue(language)
    lines = [words.gettext("Daily papers are on.")]
    if next_post:
        moment = words.moment(next_post, zone)
        lines.append(words.gettext("First post: {moment} ({zone})", moment=moment, zone=words.zone(zone)))
    if members > 50:
        lines.append(
            words.gettext("Many people are here. `/digest layout thread` keeps the channel itself short.")
        )
    offer = button(words.gettext("Post the newest now"), Action.POST_NOW, str(newest)) if newest else None
    settings = button(words.gettext("Settings"), Action.SETTINGS)
    return Message("\n".join(lines), (section("\n".join(lines)), *actions([offer, settings])))


def turned_off(*, language: str) -> Message:
    """It is off; what was set stays."""
    words = catalogue(language)
    said = words.gettext("Daily papers are off. The settings stay; `/digest on` brings them back.")
    return Message(said, (section(said),))


def refused(who: Sequence[str], *, language: str) -> Message:
    """Somebody who may not change the channel tried to: who may."""
    said = _who(who, catalogue(language))
    return Message(said, (section(said),))


def not_a_member(*, language: str) -> Message:
    """Haru cannot post where it has not been invited."""
    words = catalogue(language)
    said = words.gettext("Haru is not in this channel yet. Invite it with `/invite @Haru`, then try again.")
    return Message(said, (section(said),))


def already_posted(*, language: str, url: str | None, value: str) -> Message:
    """The channel has had this digest: where, and whether to post it again (``value`` of POST_AGAIN)."""
    words = catalogue(language)
    said = words.gettext("This channel has had these papers already.")
    if url:
        seen = link(url, words.gettext("See the post"))
        said = f"{said} {seen}"
    row = actions([button(words.gettext("Post again"), Action.POST_AGAIN, value)])
    return Message(said, (section(said), *row))


def posting(*, language: str) -> Message:
    """`/digest post` was taken; the papers follow."""
    words = catalogue(language)
    said = words.gettext("On their way.")
    return Message(said, (section(said),))


def nothing_to_post(*, language: str) -> Message:
    """There is no digest to post or to preview."""
    words = catalogue(language)
    said = words.gettext("There are no papers to show yet.")
    return Message(said, (section(said),))


def preview(messages: Sequence[Message], *, language: str) -> Message:
    """The first of the messages as only the asker sees it, and how many there would be."""
    words = catalogue(language)
    said = words.gettext("Preview. Only you see this.")
    if len(messages) > 1:
        replies = sum(message.thread for message in messages)
        count = words.ngettext("{n} message in all", "{n} messages in all", len(messages))
        said = f"{said} {count}"
        if replies:
            threaded = words.ngettext("{n} of them in the thread", "{n} of them in the thread", replies)
            said = f"{said}, {threaded}"
    first = messages[0]
    blocks = (context(said), *first.blocks)[: limits.MESSAGE_BLOCKS]
    return Message(f"{said}\n{first.text}", blocks)


def expired(*, language: str) -> Message:
    """A button older than what it acts on."""
    words = catalogue(language)
    said = words.gettext("This has become out of date. `/digest` shows how things are now.")
    return Message(said, (section(said),))


def admin_note(channel_id: str, code: str, *, language: str) -> Message:
    """Told to a channel's last admin when Haru paused it by itself."""
    words = catalogue(language)
    said = words.gettext("I stopped posting in {channel}.", channel=f"<#{channel_id}>")
    how = words.gettext("Once that is settled, `/digest on` there starts it again.")
    text = f"{said} {reason(code, words)} {how}"
    return Message(text, (section(text),))


def people(users: Collection[str], words: Catalogue) -> str:
    """Mentions of up to five users, and how many others."""
    shown = [f"<@{user}>" for user in list(users)[:5]]
    rest = len(users) - len(shown)
    if rest:
        return words.ngettext("{names} and {n} other", "{names} and {n} others", rest, names=", ".join(shown))
    return words.names(shown)


def _who(who: Sequence[str], words: Catalogue) -> str:
    if not who:
        return words.gettext("A workspace admin can change this channel's settings.")
    return words.gettext(
        "{people} and workspace admins can change this channel's settings.", people=people(who, words)
    )


def _state(channel: Channel, next_post: datetime | None, words: Catalogue) -> str:
    if channel.paused_reason:
        why = reason(channel.paused_reason, words)
        return words.gettext("*Paused.* {why}", why=why)
    if not channel.preferences.enabled:
        return words.gettext("*Off.* Nothing is posted here.")
    if next_post is None:
        return words.gettext("*On.*")
    return words.gettext(
        "*On.* Next post: {moment}", moment=words.moment(next_post, channel.preferences.zone)
    )


def _last(last: LastPost, words: Catalogue) -> str:
    day = words.short_date(last.day)
    if last.outcome is Outcome.SENT:
        seen = link(last.url, words.gettext("See the post")) if last.url else ""
        return " ".join(filter(None, (words.gettext("Last post: {day}.", day=day), seen)))
    if last.outcome is Outcome.SENDING:
        return words.gettext("The papers of {day} are on their way.", day=day)
    if last.outcome is Outcome.WAITING:
        return words.gettext("The papers of {day} have not come in yet; Haru is waiting for them.", day=day)
    why = reason(last.reason or "unknown", words)
    return words.gettext("Nothing came on {day}: {why}", day=day, why=why)


def _offers(
    channel: Channel, last: LastPost | None, words: Catalogue, *, may_give: bool
) -> list[Element | None]:
    on = channel.preferences.enabled and not channel.paused_reason
    again = None
    if last and last.outcome is Outcome.UNKNOWN and last.delivery_id is not None:
        again = confirmed(
            button(words.gettext("Post again"), Action.POST_AGAIN, str(last.delivery_id)),
            title=words.gettext("Post again?"),
            text=words.gettext("If the first one did arrive, the channel sees it twice."),
            yes=words.gettext("Post again"),
            no=words.gettext("Cancel"),
        )
    return [
        button(words.gettext("Settings"), Action.SETTINGS),
        None if on else button(words.gettext("Turn on"), Action.TURN_ON, style="primary"),
        button(words.gettext("Preview"), Action.PREVIEW),
        button(words.gettext("Give papers"), Action.GIVE) if may_give else None,
        again,
    ]
