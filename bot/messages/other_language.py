"""A whole post in the other language, as a modal with pages. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from bot.language.catalogue import catalogue_for
from bot.messages import entry
from bot.messages.action_ids import Action
from bot.messages.blocks import actions, button, context, modal
from bot.messages.message import View
from bot.messages.pagination import MODAL_CAPACITY, paginate
from digests.model import ArchivedDigest


def digest_modal(digests: Sequence[ArchivedDigest], language: str, page: int = 0) -> View:
    """One page of the digests in ``language``, oldest first, with buttons to the pages around it."""
    catalogue = catalogue_for(language)
    entries = [archived for digest in digests for archived in digest.entries]
    numbered = len(entries) > 1
    groups = [
        entry.entry_blocks(archived, catalogue, place + 1 if numbered else None)
        for place, archived in enumerate(entries)
    ]
    days = sorted({digest.date for digest in digests if digest.date})
    about = [catalogue.ngettext("{n} paper", "{n} papers", len(entries))]
    if days:
        about.insert(0, catalogue.date_range(days[0], days[-1]) if len(days) > 1 else catalogue.date(days[0]))
    top = context(" · ".join(about))
    ids = ",".join(str(digest.id) for digest in digests)
    turning = [
        button(
            catalogue.gettext("Previous"), Action.READ_DIGEST, f"{language}:{ids}:{page - 1}", key="previous"
        ),
        button(catalogue.gettext("Next"), Action.READ_DIGEST, f"{language}:{ids}:{page + 1}", key="next"),
    ]
    room = MODAL_CAPACITY.minus([top, *actions(turning)])
    pages = paginate(groups, room, room)
    page = min(max(page, 0), len(pages) - 1)
    offered = (turning[0] if page else None, turning[1] if page + 1 < len(pages) else None)
    blocks = [top, *pages[page].blocks, *actions(offered)]
    return modal(catalogue.gettext("Papers"), blocks, close=catalogue.gettext("Close"))


def parse_button_value(value: str) -> tuple[str, tuple[int, ...], int]:
    """The language, digest ids and page in a READ_DIGEST button's value. ValueError if it is malformed."""
    language, _, rest = value.partition(":")
    ids, _, page = rest.partition(":")
    return language, tuple(int(digest_id) for digest_id in ids.split(",")), int(page or 0)
