"""What papers are called. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath


def document_name(link: str) -> str:
    """The key of a document by a name that another one links to: ``[[250102 Numbats.md]]``."""
    return link.strip().removesuffix(".md").strip().casefold()


def document_names(path: str) -> tuple[str, ...]:
    """The keys by which other documents may link to a document: its path, its name, and its name without
    the date it begins with (``[[CLIP]]`` is ``210105 CLIP.md``, and not ``EVA-CLIP.md``).
    """
    whole = document_name(path)
    name = PurePosixPath(whole).name
    date, space, rest = name.partition(" ")
    dateless = (rest,) if space and date.replace("-", "").isdigit() else ()
    return tuple(dict.fromkeys([whole, name, *dateless]))


def called(fields: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """What a paper calls itself."""
    return ()
