"""App Home: today's papers in the reader's language, their own language, the channels they manage. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.channels.preferences import Channel
from bot.language.catalogue import LANGUAGES as SPOKEN
from bot.language.catalogue import Catalogue, catalogue
from bot.messages import entry
from bot.messages.actions import Action
from bot.messages.blocks import Element, context, header, option, section
from bot.messages.choices import when
from bot.messages.message import Block, View
from bot.messages.pages import WINDOW, paginate
from bot.messages.reasons import reason
from digests.model import ArchivedDigest

AUTO = "auto"
"""The value of "as in the channel" in the language menu."""

_CHANNELS = 20


@dataclass(frozen=True, slots=True)
class Managed:
    """A channel the reader may change, and its next post."""

    channel: Channel
    next_post: datetime | None = None


def home(
    *,
    language: str,
    chosen: str | None,
    today: ArchivedDigest | None,
    channels: Sequence[Managed] = (),
) -> View:
    """``chosen`` is the reader's own language, None where the channel decides. ``today`` is the newest
    digest the reader may see. What does not fit is counted in a last line.
    """
    words = catalogue(language)
    tail = (*_language(chosen, words), *_channels(channels, words), *_help(words))
    top, groups = _papers(today, words)
    more = context(words.gettext("`/paper latest` shows the rest."))
    pages = paginate(groups, WINDOW.less([*top, *tail, more]), WINDOW)
    rest = (more,) if len(pages) > 1 else ()
    return {"type": "home", "blocks": [*top, *pages[0].blocks, *rest, *tail]}


def _papers(today: ArchivedDigest | None, words: Catalogue) -> tuple[list[Block], list[Sequence[Block]]]:
    if today is None or not today.entries:
        none = section(words.gettext("No papers yet. They appear here as soon as the first ones come in."))
        return [header(words.gettext("Papers")), none], []
    title = words.gettext("Papers")
    if today.date:
        title = words.gettext("Papers · {date}", date=words.date(today.date))
    count = words.ngettext("{n} paper", "{n} papers", len(today.entries))
    numbered = len(today.entries) > 1
    groups: list[Sequence[Block]] = [
        entry.sections(one, words, place + 1 if numbered else None) for place, one in enumerate(today.entries)
    ]
    return [header(title), context(count)], groups


def _language(chosen: str | None, words: Catalogue) -> tuple[Block, ...]:
    options = [option(words.gettext("As in the channel"), AUTO)]
    options += [option(_always(code), code) for code in SPOKEN]
    menu: Element = {
        "type": "static_select",
        "action_id": str(Action.READER_LANGUAGE),
        "options": options,
        "initial_option": next((one for one in options if one["value"] == chosen), options[0]),
    }
    return (header(words.gettext("Your language")), section(words.gettext("What I show only you."), menu))


def _always(code: str) -> str:
    # Translators: names your own language, in your own language.
    return catalogue(code).pgettext("in the language itself", "Always in English")


def _channels(channels: Sequence[Managed], words: Catalogue) -> tuple[Block, ...]:
    if not channels:
        return ()
    blocks: list[Block] = [header(words.gettext("Channels you manage"))]
    blocks += [section(_channel(one, words)) for one in channels[:_CHANNELS]]
    rest = len(channels) - _CHANNELS
    if rest > 0:
        blocks.append(context(words.ngettext("and {n} more channel", "and {n} more channels", rest)))
    return tuple(blocks)


def _channel(one: Managed, words: Catalogue) -> str:
    channel = one.channel
    name = f"*<#{channel.channel_id}>*"
    if channel.paused_reason:
        return f"{name}\n{reason(channel.paused_reason, words)}"
    if not channel.preferences.enabled:
        off = words.pgettext("daily papers", "off")
        return f"{name}\n{off}"
    lines = [name, when(channel.preferences, words)]
    if one.next_post:
        moment = words.moment(one.next_post, channel.preferences.zone)
        lines.append(words.gettext("Next post: {moment}", moment=moment))
    return "\n".join(lines)


def _help(words: Catalogue) -> tuple[Block, ...]:
    said = words.gettext("`/paper help` to find papers, `/digest help` to set up a channel")
    return (context(said),)
