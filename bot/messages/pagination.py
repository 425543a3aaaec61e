"""Blocks dealt out to messages so that none passes a limit and none is lost. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.messages import limits
from bot.messages.message import Block


@dataclass(frozen=True, slots=True)
class Capacity:
    """How much one message or view takes. ``groups`` bounds the entries, not the blocks."""

    groups: int = 15
    # A line above (a preview) and one below (who shared it) always find room.
    blocks: int = limits.MESSAGE_BLOCKS - 2
    text: int = limits.MESSAGE_BLOCKS_TEXT

    def minus(self, blocks: Sequence[Block]) -> Capacity:
        """The room that is left beside these blocks."""
        return Capacity(self.groups, self.blocks - len(blocks), self.text - limits.texts(blocks))

    def fits(self, blocks: int, text: int) -> bool:
        """Whether so many blocks with so much text find room."""
        return self.groups > 0 and blocks <= self.blocks and text <= self.text


MODAL_CAPACITY = Capacity(groups=limits.VIEW_BLOCKS, blocks=limits.VIEW_BLOCKS, text=limits.VIEW_TEXT)
"""The room of a modal or of App Home."""


@dataclass(slots=True)
class Page:
    """Some whole groups, by their place in the sequence, and their blocks."""

    starts: list[int]
    parts: list[tuple[int, Block]]
    """Each block, with the place of the group it is of."""

    @property
    def blocks(self) -> list[Block]:
        """All its blocks, in order."""
        return [block for _, block in self.parts]


def paginate(groups: Sequence[Sequence[Block]], first: Capacity, then: Capacity) -> list[Page]:
    """Groups in order, each kept whole unless it alone is too much for a page, which parts it between
    blocks. There is always a first page, empty only where there are no groups.
    """
    pages = [Page([], [])]
    left = first
    for place, group in enumerate(groups):
        # Each block is measured once: that takes most of the time.
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
