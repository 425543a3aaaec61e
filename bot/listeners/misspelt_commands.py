"""Guesses what a misspelt `/digest` command meant: its subcommand, its value, or the tags in it."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.channels import setting_parser, subcommands, tag_filter_parser
from bot.channels.preferences import Channel
from bot.channels.tag_filter import TagFilter
from bot.listeners.request import Request
from bot.messages.message import Message
from bot.messages.refusals import Mistyped, mistyped

_ALL_TAGS = 10_000
"""Tags to compare with; more than any archive has."""

_SHORTEST = 3
"""Letters a word must have to be compared: shorter ones resemble too many."""


def wrong_subcommand(prefix: str, word: str, value: str, *, language: str) -> Message:
    """The answer to a subcommand that does not exist, with the whole command that was probably meant."""
    near = near_subcommand(word)
    return mistyped(
        Mistyped.COMMAND, word, language=language, suggestion=_command(prefix, near, value) if near else None
    )


def wrong_value(prefix: str, subcommand: str, value: str, kind: Mistyped, *, language: str) -> Message:
    """The answer to a value that a subcommand cannot read, with the whole command that was probably meant."""
    near = near_value(subcommand, value)
    return mistyped(
        kind, value, language=language, suggestion=_command(prefix, subcommand, near) if near else None
    )


async def wrong_tags(request: Request, channel: Channel, typed: str) -> Message | None:
    """The answer to a tag filter with misspelt tags, with the whole command that was probably meant; None if
    no tag looks misspelt.
    """
    suggestion = await near_tags(request, channel, typed)
    if suggestion is None:
        return None
    names, meant = suggestion
    near = _command(request.services.prefix, "tags", str(meant))
    return mistyped(Mistyped.UNKNOWN_TAG, names, language=await request.language(), suggestion=near)


def near_subcommand(word: str) -> str | None:
    """The subcommand that a misspelt word most likely means, or None."""
    return _nearest(word.casefold(), subcommands.SUBCOMMANDS_BY_WORD)


def near_value(subcommand: str, value: str) -> str | None:
    """What a misspelt value of a subcommand most likely means, as it can be typed; None if nothing is near.

    For ``time`` only the time zone is corrected, and the hour stays as it was typed.
    """
    words = setting_parser.value_words(subcommand)
    if subcommand != "time":
        return _nearest("".join(value.split()).casefold(), words)
    hour, _, zone = setting_parser.parse_time_and_zone(value)
    near = _nearest(zone.strip().casefold(), words)
    return f"{hour:%H:%M} {near}" if hour and near else near


async def near_tags(request: Request, channel: Channel, typed: str) -> tuple[str, TagFilter] | None:
    """The tags of a filter that no paper has but that resemble one, and the filter with those corrected.

    None if there are none, or if the filter cannot be read. Tags in quotes, and those that the channel's
    filter already has, are taken as they are.
    """
    wanted = tag_filter_parser.parse(typed)
    if wanted is None:
        return None
    taken_as_they_are = tag_filter_parser.quoted_names(typed) | set(channel.preferences.tags.names)
    counts = await (await request.archive()).tags(limit=_ALL_TAGS)
    near = tag_filter_parser.similar_names(
        set(wanted.names) - taken_as_they_are, [count.tag.name for count in counts]
    )
    return (", ".join(sorted(near)), wanted.with_names(near)) if near else None


def _command(prefix: str, subcommand: str, value: str) -> str:
    return f"/{prefix}digest {subcommand} {value}".rstrip()


def _nearest(typed: str, words: Mapping[str, str]) -> str | None:
    """What the nearest of the words stands for, or None if none is within two slips (one for short words).

    Hangul is compared letter by letter, not by syllable: a misspelt syllable mostly has one wrong letter.
    """
    letters = unicodedata.normalize("NFD", typed)
    if len(letters) < _SHORTEST:
        return None
    names = {word: unicodedata.normalize("NFD", word) for word in sorted(words)}
    slips = 2 if typed.isascii() or len(letters) > 5 else 1
    found = process.extractOne(letters, names, scorer=OSA.distance, score_cutoff=slips)
    return words[found[2]] if found else None
