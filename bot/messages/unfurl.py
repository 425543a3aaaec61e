"""What is shown under a link to a paper that somebody wrote. Pure."""

from __future__ import annotations

from dataclasses import replace

from bot.language.catalogue import catalogue_for
from bot.messages import entry
from bot.messages.blocks import section
from bot.messages.message import Block
from bot.messages.mrkdwn import clip, escape, italic
from digests.model import ArchivedEntry

COMMENTARY = 600
"""Characters of commentary: a link stands in the middle of a conversation."""


def unfurl(archived: ArchivedEntry, *, language: str) -> list[Block]:
    """The paper's title and authors, and what its digest says of it, in the language if it has it."""
    catalogue = catalogue_for(language)
    lines = [*entry.title_lines(archived.paper), italic(escape(entry.authors(archived.paper, catalogue)))]
    for said in entry.descriptions(archived.entry, catalogue)[:1]:
        lines += entry.description_lines(replace(said, text=clip(said.text, COMMENTARY)))
    return [section(text) for text in entry.packed([line for line in lines if line.strip("_ ")])]
