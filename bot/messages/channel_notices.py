"""What Haru says around a channel's posts: hello, on and off, posted now or already. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.channels.preferences import Preferences
from bot.language.catalogue import catalogue
from bot.messages import limits
from bot.messages.action_ids import HELLO, Action
from bot.messages.blocks import actions, button, context, section
from bot.messages.message import Message
from bot.messages.mrkdwn import link
from bot.messages.problems import Problem, problem
from bot.messages.reasons import reason
from bot.messages.setting_names import LANGUAGES, LAYOUTS, when


def hello(preferences: Preferences, *, language: str, inviter_id: str | None = None) -> Message:
    """What Haru says once when it is invited. Posts nothing else before somebody turns it on."""
    words = catalogue(language)
    said = words.gettext(
        "Hello, I'm Haru. I post the day's machine-learning papers, each with a short "
        "commentary. I won't post anything here until someone turns the daily papers on."
    )
    by = words.gettext("{user} can set this up.", user=f"<@{inviter_id}>") if inviter_id else ""
    lines = "\n".join(filter(None, (said, by)))
    planned = " · ".join(
        (
            words.gettext(LANGUAGES[preferences.language]),
            when(preferences, words),
            words.gettext(LAYOUTS[preferences.layout]),
        )
    )
    proposed = words.gettext("I suggest: {what}", what=planned)
    row = actions([button(words.gettext("Set up"), Action.SETTINGS, HELLO, style="primary")])
    return Message(f"{lines}\n{proposed}", (section(lines), context(proposed), *row))


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
            words.gettext("This channel has many members. `/digest layout thread` keeps the post short.")
        )
    offer = button(words.gettext("Post the latest now"), Action.POST_NOW, str(newest)) if newest else None
    settings = button(words.gettext("Settings"), Action.SETTINGS)
    return Message("\n".join(lines), (section("\n".join(lines)), *actions([offer, settings])))


def turned_off(*, language: str) -> Message:
    """It is off; what was set stays."""
    words = catalogue(language)
    said = words.gettext(
        "Daily papers are off. I've kept the settings, so `/digest on` is enough to start again."
    )
    return Message(said, (section(said),))


def not_a_member(*, language: str, is_direct: bool = False) -> Message:
    """Haru cannot post where it has not been invited, and cannot be invited between two people."""
    words = catalogue(language)
    if is_direct:
        return problem(Problem.NOT_HERE, language=language)
    said = words.gettext("I'm not in this channel yet. Invite me with `/invite @Haru`, then try again.")
    return Message(said, (section(said),))


def already_posted(*, language: str, url: str | None, value: str) -> Message:
    """The channel has had this digest: where, and whether to post it again (``value`` of POST_AGAIN)."""
    words = catalogue(language)
    said = words.gettext("I've already posted these papers in this channel.")
    if url:
        seen = link(url, words.gettext("View post"))
        said = f"{said} {seen}"
    row = actions([button(words.gettext("Post again"), Action.POST_AGAIN, value)])
    return Message(said, (section(said), *row))


def paused(code: str, *, language: str) -> Message:
    """Nothing is posted in the whole workspace just now, and why."""
    words = catalogue(language)
    said = words.gettext("*Paused.* {why}", why=reason(code, words))
    return Message(said, (section(said),))


def posting(*, language: str) -> Message:
    """`/digest post` was taken; the papers follow."""
    words = catalogue(language)
    said = words.gettext("The papers are on their way.")
    return Message(said, (section(said),))


def nothing_to_post(*, language: str) -> Message:
    """There is no digest to post or to preview."""
    words = catalogue(language)
    said = words.gettext("I have no papers to show yet.")
    return Message(said, (section(said),))


def preview(messages: Sequence[Message], *, language: str) -> Message:
    """The first of the messages as only the asker sees it, and how many there would be."""
    words = catalogue(language)
    said = words.gettext("Preview. Only you can see this.")
    if len(messages) > 1:
        replies = sum(message.thread for message in messages)
        count = words.ngettext("{n} message in all", "{n} messages in all", len(messages))
        said = f"{said} {count}"
        if replies:
            threaded = words.ngettext("{n} of them a thread reply", "{n} of them thread replies", replies)
            said = f"{said}, {threaded}"
    first = messages[0]
    blocks = (context(said), *first.blocks)[: limits.MESSAGE_BLOCKS]
    return Message(f"{said}\n{first.text}", blocks)


def expired(*, language: str) -> Message:
    """A button older than what it acts on."""
    words = catalogue(language)
    said = words.gettext("This is out of date. `/digest` shows the current settings.")
    return Message(said, (section(said),))


def admin_note(channel_id: str, code: str, *, language: str) -> Message:
    """Told to a channel's last admin when Haru paused it by itself."""
    words = catalogue(language)
    said = words.gettext("I stopped posting in {channel}.", channel=f"<#{channel_id}>")
    how = words.gettext("Once that is fixed, use `/digest on` in the channel to start again.")
    text = f"{said} {reason(code, words)} {how}"
    return Message(text, (section(text),))
