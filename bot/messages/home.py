"""App Home: today's papers in the reader's language, those they keep, the channels they manage. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.channels.preferences import Channel
from bot.language.catalogue import LANGUAGES as SPOKEN
from bot.language.catalogue import Catalogue, catalogue
from bot.messages import entry
from bot.messages.action_ids import Action
from bot.messages.blocks import Element, button, context, header, option, overflow, section
from bot.messages.message import Block, View
from bot.messages.mrkdwn import bold, clip, line, link
from bot.messages.pagination import WINDOW, paginate
from bot.messages.paper import small_print
from bot.messages.reasons import reason
from bot.messages.setting_names import when
from digests.model import ArchivedDigest, ArchivedEntry

AUTO = "auto"
"""The value of "as in the channel" in the language menu."""

SAVED = 20
"""So many of the saved papers are shown, the last saved first."""

_CHANNELS = 20


@dataclass(frozen=True, slots=True)
class Managed:
    """A channel the reader may change, and its next post."""

    channel: Channel
    next_post: datetime | None = None


@dataclass(frozen=True, slots=True)
class Saved:
    """The papers a reader keeps, the last saved first; ``count`` are those not shown too."""

    entries: tuple[ArchivedEntry, ...] = ()
    count: int = 0


def home(
    *,
    language: str,
    chosen: str | None,
    today: ArchivedDigest | None,
    saved: Saved = Saved(),
    channels: Sequence[Managed] = (),
    everyone: bool | None = None,
) -> View:
    """``chosen`` is the reader's own language, None where the channel decides. ``today`` is the newest
    digest the reader may see. ``everyone``: whether the workspace is open to everyone; None for those
    who cannot decide that. What does not fit is counted in a last line.
    """
    words = catalogue(language)
    tail = (
        *_saved(saved, words),
        *_channels(channels, words),
        *_everyone(everyone, words),
        *_language(chosen, words),
        *_help(words),
    )
    top, groups = _papers(today, words)
    more = context(words.gettext("`/paper latest` shows the rest."))
    pages = paginate(groups, WINDOW.less([*top, *tail, more]), WINDOW)
    rest = (more,) if len(pages) > 1 else ()
    return {"type": "home", "blocks": [*top, *pages[0].blocks, *rest, *tail]}


def _papers(today: ArchivedDigest | None, words: Catalogue) -> tuple[list[Block], list[Sequence[Block]]]:
    if today is None or not today.entries:
        none = section(words.gettext("No papers yet. They'll appear here as soon as the first ones come in."))
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


def _saved(saved: Saved, words: Catalogue) -> tuple[Block, ...]:
    if not saved.entries:
        return ()
    blocks: list[Block] = [header(words.gettext("Saved papers"))]
    blocks += [_kept(one, words) for one in saved.entries[:SAVED]]
    rest = saved.count - len(saved.entries[:SAVED])
    if rest > 0:
        blocks.append(context(words.ngettext("and {n} saved earlier", "and {n} saved earlier", rest)))
    return tuple(blocks)


def _kept(one: ArchivedEntry, words: Catalogue) -> Block:
    title = link(one.paper.url, clip(entry.title_text(one.paper), 200))
    options = []
    said = entry.said(one.entry, words)
    code = next((thing.language for thing in said if thing.language), None)
    if code:
        options.append(option(words.gettext("Read"), f"language:{one.id}:{code}"))
    if line(one.paper.abstract or ""):
        options.append(option(words.gettext("Abstract"), f"abstract:{one.id}"))
    options.append(option(words.gettext("Remove"), f"unsave:{one.id}"))
    if len(options) == 1:
        options.append(option(words.gettext("Related papers"), f"related:{one.id}"))
    return section(f"{bold(title)}\n{small_print(one, words)}", overflow(options, Action.ENTRY_MENU))


def _language(chosen: str | None, words: Catalogue) -> tuple[Block, ...]:
    options = [option(words.gettext("Same as the channel"), AUTO)]
    options += [option(_always(code), code) for code in SPOKEN]
    menu: Element = {
        "type": "static_select",
        "action_id": str(Action.READER_LANGUAGE),
        "options": options,
        "initial_option": next((one for one in options if one["value"] == chosen), options[0]),
    }
    return (
        header(words.gettext("Your language")),
        section(words.gettext("The language of everything only you can see."), menu),
    )


def _always(code: str) -> str:
    # Translators: names your own language, in your own language.
    return catalogue(code).pgettext("in the language itself", "Always in English")


def _channels(channels: Sequence[Managed], words: Catalogue) -> tuple[Block, ...]:
    if not channels:
        return ()
    blocks: list[Block] = [header(words.gettext("Channels you manage"))]
    blocks += [
        section(
            _channel(one, words), button(words.gettext("Settings"), Action.SETTINGS, one.channel.channel_id)
        )
        for one in channels[:_CHANNELS]
    ]
    rest = len(channels) - _CHANNELS
    if rest > 0:
        blocks.append(context(words.ngettext("and {n} more channel", "and {n} more channels", rest)))
    return tuple(blocks)


def _channel(one: Managed, words: Catalogue) -> str:
    channel = one.channel
    own = words.gettext("Direct messages")
    name = f"*{own}*" if channel.is_direct else f"*<#{channel.channel_id}>*"
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


def _everyone(everyone: bool | None, words: Catalogue) -> tuple[Block, ...]:
    if everyone is None:
        return ()
    options = [
        option(words.gettext("Each channel's managers"), "chosen"),
        option(words.gettext("Everyone except guests"), "everyone"),
    ]
    menu: Element = {
        "type": "static_select",
        "action_id": str(Action.WHO_MAY_CHANGE),
        "options": options,
        "initial_option": options[everyone],
    }
    said = words.gettext("Who can change the channel settings in this workspace. Admins always can.")
    return (header(words.gettext("For admins")), section(said, menu))


def _help(words: Catalogue) -> tuple[Block, ...]:
    said = words.gettext("`/paper help` to find papers, `/digest help` to set up a channel")
    return (context(said),)
