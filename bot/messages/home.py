"""App Home: today's papers in the reader's language, saved papers, and managed channels. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.channels.preferences import Channel
from bot.language.catalogue import LANGUAGES as SPOKEN
from bot.language.catalogue import Catalogue, catalogue_for
from bot.language.command_names import with_prefix
from bot.messages import entry
from bot.messages.action_ids import Action
from bot.messages.blocks import Element, button, context, header, option, overflow, section
from bot.messages.delivery_reasons import reason_text
from bot.messages.message import Block, View
from bot.messages.mrkdwn import bold, clip, link, one_line
from bot.messages.pagination import MODAL_CAPACITY, paginate
from bot.messages.paper import small_print
from bot.messages.search_results import export_buttons
from bot.messages.setting_names import schedule_text
from digests.model import ArchivedDigest, ArchivedEntry

AUTO = "auto"
"""Value of "same as the channel" in the language menu."""

SAVED = 20
"""The most saved papers shown, newest first."""

_CHANNELS = 20


@dataclass(frozen=True, slots=True)
class ManagedChannel:
    """A channel whose settings the reader may change, and its next post."""

    channel: Channel
    next_post: datetime | None = None


@dataclass(frozen=True, slots=True)
class SavedPapers:
    """The reader's saved papers to show, newest first.

    ``count`` is the number of all of them, and ``unread`` of those not read. ``read`` holds the ids of the
    entries that were read, and ``today`` those of today's papers that are saved.
    """

    entries: tuple[ArchivedEntry, ...] = ()
    count: int = 0
    unread: int = 0
    read: frozenset[int] = frozenset()
    today: frozenset[int] = frozenset()


def home(
    *,
    language: str,
    chosen: str | None,
    today: ArchivedDigest | None,
    saved: SavedPapers = SavedPapers(),
    channels: Sequence[ManagedChannel] = (),
    everyone: bool | None = None,
    is_checked: bool = True,
) -> View:
    """The view.

    ``chosen`` is the language the reader chose, None if the channel decides. ``today`` is the newest
    digest visible to the reader. ``everyone`` says whether everyone may change channels; None hides
    that menu from people who are not admins. ``is_checked`` is False where Slack did not tell who the reader
    is, which the view says. A last line counts papers that do not fit.
    """
    catalogue = catalogue_for(language)
    tail = (
        *(() if is_checked else (context(_not_checked(catalogue)),)),
        *_saved(saved, catalogue),
        *_channels(channels, catalogue),
        *_who_may_change(everyone, catalogue),
        *_language(chosen, catalogue),
        *_help(catalogue),
    )
    top, groups = _papers(today, saved.today, catalogue)
    more = context(catalogue.gettext("`/paper latest` shows the rest."))
    pages = paginate(groups, MODAL_CAPACITY.minus([*top, *tail, more]), MODAL_CAPACITY)
    rest = (more,) if len(pages) > 1 else ()
    return {"type": "home", "blocks": [*top, *pages[0].blocks, *rest, *tail]}


def _papers(
    today: ArchivedDigest | None, saved: frozenset[int], catalogue: Catalogue
) -> tuple[list[Block], list[Sequence[Block]]]:
    if today is None or not today.entries:
        text = section(
            catalogue.gettext("No papers yet. They'll appear here as soon as the first ones come in.")
        )
        return [header(catalogue.gettext("Papers")), text], []
    title = catalogue.gettext("Papers")
    if today.date:
        title = catalogue.gettext("Papers · {date}", date=catalogue.date(today.date))
    count = catalogue.ngettext("{n} paper", "{n} papers", len(today.entries))
    numbered = len(today.entries) > 1
    groups: list[Sequence[Block]] = [
        entry.entry_blocks(
            archived, catalogue, place + 1 if numbered else None, is_saved=archived.id in saved
        )
        for place, archived in enumerate(today.entries)
    ]
    return [header(title), context(count)], groups


def _not_checked(catalogue: Catalogue) -> str:
    return catalogue.gettext(
        "I couldn't check with Slack who you are, so this leaves out what only some people may see. "
        "Please open it again in a moment."
    )


def _saved(saved: SavedPapers, catalogue: Catalogue) -> tuple[Block, ...]:
    title = header(catalogue.gettext("Saved papers"))
    if not saved.entries:
        text = catalogue.gettext("*Save* in a paper's menu keeps it here.")
        return (title, context(text))
    about = [
        catalogue.ngettext("{n} paper", "{n} papers", saved.count),
        catalogue.ngettext("{n} unread", "{n} unread", saved.unread),
        catalogue.gettext("`/paper saved: looped` searches them"),
    ]
    blocks: list[Block] = [title, context(" · ".join(about))]
    blocks += [
        _saved_paper(archived, catalogue, is_read=archived.id in saved.read)
        for archived in saved.entries[:SAVED]
    ]
    rest = saved.count - len(saved.entries[:SAVED])
    if rest > 0:
        text = catalogue.ngettext("and {n} saved earlier", "and {n} saved earlier", rest)
        blocks.append(context(f"{text} · `{with_prefix('/paper saved:')}`"))
    return (*blocks, *export_buttons(catalogue))


def _saved_paper(archived: ArchivedEntry, catalogue: Catalogue, *, is_read: bool) -> Block:
    """A saved paper, with a mark before its title while it is not read."""
    title = bold(link(archived.paper.url, clip(entry.title_text(archived.paper), 200)))
    options = []
    descriptions = entry.descriptions(archived.entry, catalogue)
    code = next((description.language for description in descriptions if description.language), None)
    if code:
        options.append(option(catalogue.gettext("Read"), f"language:{archived.id}:{code}"))
    if one_line(archived.paper.abstract or ""):
        options.append(option(catalogue.gettext("Abstract"), f"abstract:{archived.id}"))
    options.append(option(catalogue.gettext("Cite"), f"cite:{archived.id}"))
    if is_read:
        options.append(option(catalogue.gettext("Mark as unread"), f"unread:{archived.id}"))
    else:
        options.append(option(catalogue.gettext("Mark as read"), f"read:{archived.id}"))
    options.append(option(catalogue.gettext("Remove"), f"unsave:{archived.id}"))
    mark = "" if is_read else "● "
    return section(f"{mark}{title}\n{small_print(archived, catalogue)}", overflow(options, Action.ENTRY_MENU))


def _language(chosen: str | None, catalogue: Catalogue) -> tuple[Block, ...]:
    options = [option(catalogue.gettext("Same as the channel"), AUTO)]
    options += [option(_always(code), code) for code in SPOKEN]
    menu: Element = {
        "type": "static_select",
        "action_id": str(Action.READER_LANGUAGE),
        "options": options,
        "initial_option": next((choice for choice in options if choice["value"] == chosen), options[0]),
    }
    return (
        header(catalogue.gettext("Your language")),
        section(catalogue.gettext("The language of messages only you can see."), menu),
    )


def _always(code: str) -> str:
    # Translators: name your own language, in your own language.
    return catalogue_for(code).pgettext("in the language itself", "Always in English")


def _channels(channels: Sequence[ManagedChannel], catalogue: Catalogue) -> tuple[Block, ...]:
    if not channels:
        return ()
    blocks: list[Block] = [header(catalogue.gettext("Channels you manage"))]
    blocks += [
        section(
            _channel(managed, catalogue),
            button(catalogue.gettext("Settings"), Action.SETTINGS, managed.channel.channel_id),
        )
        for managed in channels[:_CHANNELS]
    ]
    rest = len(channels) - _CHANNELS
    if rest > 0:
        blocks.append(context(catalogue.ngettext("and {n} more channel", "and {n} more channels", rest)))
    return tuple(blocks)


def _channel(managed: ManagedChannel, catalogue: Catalogue) -> str:
    channel = managed.channel
    own = catalogue.gettext("Direct messages")
    name = f"*{own}*" if channel.is_direct else f"*<#{channel.channel_id}>*"
    if channel.paused_reason:
        return f"{name}\n{reason_text(channel.paused_reason, catalogue)}"
    if not channel.preferences.enabled:
        off = catalogue.pgettext("daily papers", "off")
        return f"{name}\n{off}"
    lines = [name, schedule_text(channel.preferences, catalogue)]
    if managed.next_post:
        moment = catalogue.moment(managed.next_post, channel.preferences.zone)
        lines.append(catalogue.gettext("Next post: {moment}", moment=moment))
    return "\n".join(lines)


def _who_may_change(everyone: bool | None, catalogue: Catalogue) -> tuple[Block, ...]:
    if everyone is None:
        return ()
    options = [
        option(catalogue.gettext("Channel managers"), "chosen"),
        option(catalogue.gettext("Everyone except guests"), "everyone"),
    ]
    menu: Element = {
        "type": "static_select",
        "action_id": str(Action.WHO_MAY_CHANGE),
        "options": options,
        "initial_option": options[everyone],
    }
    text = catalogue.gettext("Who can change the channel settings in this workspace. Admins always can.")
    return (header(catalogue.gettext("For admins")), section(text, menu))


def _help(catalogue: Catalogue) -> tuple[Block, ...]:
    text = catalogue.gettext("Use `/paper help` to find papers and `/digest help` to set up a channel.")
    return (context(text),)
