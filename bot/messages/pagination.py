"""Distributes blocks over messages so that none exceeds a limit and no block is lost. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.messages import limits
from bot.messages.message import Block


@dataclass(frozen=True, slots=True)
class Capacity:
    """How much one message or view can hold. ``groups`` limits the entries, not the blocks."""

    groups: int = 15
    # Two less than the limit, for a line above (in a preview) and one below (who shared it).
    blocks: int = limits.MESSAGE_BLOCKS - 2
    text: int = limits.MESSAGE_BLOCKS_TEXT

    def minus(self, blocks: Sequence[Block]) -> Capacity:
        """The capacity that is left beside these blocks."""
        return Capacity(self.groups, self.blocks - len(blocks), self.text - limits.texts(blocks))

    def fits(self, blocks: int, text: int) -> bool:
        """Whether this many blocks with this much text fit."""
        return self.groups > 0 and blocks <= self.blocks and text <= self.text


MODAL_CAPACITY = Capacity(groups=limits.VIEW_BLOCKS, blocks=limits.VIEW_BLOCKS, text=limits.VIEW_TEXT)
"""The capacity of a modal or of App Home."""


@dataclass(slots=True)
class Page:
    """The blocks of one message or view. ``starts`` are the indexes of the groups that start on it."""

    starts: list[int]
    parts: list[tuple[int, Block]]
    """Each block, with the index of its group."""

    @property
    def blocks(self) -> list[Block]:
        """All blocks of the page, in order."""
        return [block for _, block in self.parts]


def paginate(groups: Sequence[Sequence[Block]], first: Capacity, then: Capacity) -> list[Page]:
    """The groups in order, on a first page of one capacity and further pages of another.

    A group stays on one page unless it is larger than a page: then it is split between blocks.
    There is always a first page; it is empty only if there are no groups.
    """
    pages = [Page([], [])]
    left = first
    for place, group in enumerate(groups):
        # Measures each block once, because measuring takes most of the time.
        texts = [limits.texts(block) for block in group]
        if pages[-1].parts and not left.fits(len(group), sum(texts)):
            pages.append(Page([], []))
            left = then
        pages[-1].starts.append(place)
        for block, text in zip(group, texts, strict=True):
            if pages[-1].parts and not left.fits(1, text):
                pages.append(Page([], []))
                left = then
            pages[-1].parts.append((place, block))
            left = Capacity(left.groups, left.blocks - 1, left.text - text)
        left = Capacity(left.groups - 1, left.blocks, left.text)
    return pages
