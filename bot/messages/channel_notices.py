"""Answers about a channel's posts: greeting, turned on or off, posted, previewed, paused. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time

from bot.channels.preferences import Preferences
from bot.channels.tag_filter import TagFilter
from bot.language.catalogue import catalogue_for
from bot.messages import limits
from bot.messages.action_ids import HELLO, Action
from bot.messages.blocks import actions, button, context, section
from bot.messages.delivery_reasons import reason_text
from bot.messages.message import Message
from bot.messages.mrkdwn import brief, link
from bot.messages.setting_names import LANGUAGE_NAMES, LAYOUT_NAMES, filter_text, schedule_text


def hello(preferences: Preferences, *, language: str, inviter_id: str | None = None) -> Message:
    """The one greeting after an invitation. It says that nothing is posted until somebody turns it on."""
    catalogue = catalogue_for(language)
    text = catalogue.gettext(
        "Hello, I'm Haru. I post the day's machine-learning papers, each with a short "
        "commentary. I won't post anything here until someone turns the daily papers on."
    )
    by = catalogue.gettext("{user} can set this up.", user=f"<@{inviter_id}>") if inviter_id else ""
    lines = "\n".join(filter(None, (text, by)))
    planned = " · ".join(
        (
            catalogue.gettext(LANGUAGE_NAMES[preferences.language]),
            schedule_text(preferences, catalogue),
            catalogue.gettext(LAYOUT_NAMES[preferences.layout]),
        )
    )
    proposed = catalogue.gettext("I suggest: {what}", what=planned)
    row = actions([button(catalogue.gettext("Set up"), Action.SETTINGS, HELLO, style="primary")])
    return Message(f"{lines}\n{proposed}", (section(lines), context(proposed), *row))


def turned_on(
    *, language: str, next_post: datetime | None, zone: str, newest: int | None = None, members: int = 0
) -> Message:
    """Confirms that the daily papers are on, and when the first post comes.

    ``newest`` is the id of the newest digest, which a button offers to post now. ``members`` is the
    size of the channel: a large one is advised to use the thread layout.
    """
    catalogue = catalogue_for(language)
    lines = [catalogue.gettext("Daily papers are on.")]
    if next_post:
        moment = catalogue.moment(next_post, zone)
        lines.append(
            catalogue.gettext("First post: {moment} ({zone})", moment=moment, zone=catalogue.zone_name(zone))
        )
    if members > 50:
        lines.append(
            catalogue.gettext("This channel has many members. `/digest layout thread` keeps the post short.")
        )
    offer = (
        button(catalogue.gettext("Post the latest papers now"), Action.POST_NOW, str(newest))
        if newest
        else None
    )
    settings = button(catalogue.gettext("Settings"), Action.SETTINGS)
    return Message("\n".join(lines), (section("\n".join(lines)), *actions([offer, settings])))


def turned_off(*, language: str) -> Message:
    """Confirms that the daily papers are off."""
    catalogue = catalogue_for(language)
    text = catalogue.gettext(
        "Daily papers are off. I've kept the settings, so `/digest on` is enough to start again."
    )
    return Message(text, (section(text),))


def which_zone(typed: str, hour: time | None, zones: Sequence[str], *, language: str) -> Message:
    """Asks which of several time zones was meant, with a button for each. Nothing is changed before."""
    catalogue = catalogue_for(language)
    text = catalogue.gettext("‘{typed}’ can mean several time zones. Which one?", typed=brief(typed, 100))
    prefix = f"{hour:%H:%M} " if hour is not None else ""
    row = actions(
        [
            button(f"{catalogue.zone_name(zone)} · {zone}", Action.ZONE, f"{prefix}{zone}", key=str(place))
            for place, zone in enumerate(zones)
        ]
    )
    names = ", ".join(zones)
    return Message(f"{text} {names}", (section(text), *row))


def zone_is(zone: str, *, language: str) -> Message:
    """Says which time zone the channel has, and how to change it."""
    catalogue = catalogue_for(language)
    text = catalogue.gettext(
        "The time zone is {name} (`{zone}`). `/digest timezone Berlin` changes it.",
        name=catalogue.zone_name(zone),
        zone=zone,
    )
    return Message(text, (section(text),))


def nothing_to_undo(*, language: str) -> Message:
    """Says that no change of this channel's settings is left to undo."""
    text = catalogue_for(language).gettext("There is no change to undo here.")
    return Message(text, (section(text),))


def already_posted(*, language: str, url: str | None, value: str) -> Message:
    """Says that the channel already has this digest.

    ``url`` links to the post; ``value`` is the value of the button that posts it again.
    """
    catalogue = catalogue_for(language)
    text = catalogue.gettext("I've already posted these papers in this channel.")
    if url:
        seen = link(url, catalogue.gettext("View post"))
        text = f"{text} {seen}"
    row = actions([button(catalogue.gettext("Post again"), Action.POST_AGAIN, value)])
    return Message(text, (section(text), *row))


def workspace_paused(code: str, *, language: str) -> Message:
    """Says that nothing is posted in the whole workspace, and why."""
    catalogue = catalogue_for(language)
    text = catalogue.gettext("*Paused.* {why}", why=reason_text(code, catalogue))
    return Message(text, (section(text),))


def posting_now(*, language: str) -> Message:
    """Confirms `/digest post`."""
    catalogue = catalogue_for(language)
    text = catalogue.gettext("The papers are on their way.")
    return Message(text, (section(text),))


def nothing_to_post(*, language: str) -> Message:
    """Says that there is no digest to post or to preview."""
    catalogue = catalogue_for(language)
    text = catalogue.gettext("I have no papers to show yet.")
    return Message(text, (section(text),))


def filter_leaves_nothing(tags: TagFilter, *, language: str) -> Message:
    """Says that the channel's tag filter leaves nothing of the papers there are, and names the filter."""
    catalogue = catalogue_for(language)
    text = catalogue.gettext(
        "None of the papers I'd post next pass this channel's tag filter ({tags}). "
        "`/digest tags all` removes it.",
        tags=filter_text(tags, catalogue),
    )
    return Message(text, (section(text),))


def preview(messages: Sequence[Message], *, language: str) -> Message:
    """Shows the first of the messages to one person, and says how many there would be."""
    catalogue = catalogue_for(language)
    text = catalogue.gettext("Preview. Only you can see this.")
    if len(messages) > 1:
        replies = sum(message.thread for message in messages)
        count = catalogue.ngettext("{n} message in all", "{n} messages in all", len(messages))
        text = f"{text} {count}"
        if replies:
            threaded = catalogue.ngettext("{n} of them a thread reply", "{n} of them thread replies", replies)
            text = f"{text}, {threaded}"
    first = messages[0]
    blocks = (context(text), *first.blocks)[: limits.MESSAGE_BLOCKS]
    return Message(f"{text}\n{first.text}", blocks)


def out_of_date(*, language: str) -> Message:
    """Answers a button or modal that is older than the settings it acts on."""
    catalogue = catalogue_for(language)
    text = catalogue.gettext("This is out of date. `/digest` shows the current settings.")
    return Message(text, (section(text),))


def channel_stopped(channel_id: str, code: str, *, language: str) -> Message:
    """Tells a channel's last admin that posting was paused automatically, and how to resume it."""
    catalogue = catalogue_for(language)
    text = catalogue.gettext("I stopped posting in {channel}.", channel=f"<#{channel_id}>")
    how = catalogue.gettext("Once that is fixed, use `/digest on` in the channel to start again.")
    text = f"{text} {reason_text(code, catalogue)} {how}"
    return Message(text, (section(text),))
