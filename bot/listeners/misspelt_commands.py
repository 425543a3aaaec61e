"""Guesses what a misspelt `/digest` command meant: its subcommand, its value, or the tags in it."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.channels import setting_parser, subcommands, tag_filter_parser
from bot.channels.preferences import Channel
from bot.channels.tag_filter import TagFilter
from bot.channels.time_and_zone import parse_time_and_zone
from bot.listeners.request import Request
from bot.messages.message import Message
from bot.messages.refusals import Mistyped, mistyped, unknown_tags
from digests.search.guesses import similar_tags
from digests.search.tag_names import tag_of_other_name

_ALL_TAGS = 10_000
"""Tags to compare with; more than any archive has."""

_TAGS_NAMED = 5
"""Tags that are named where a filter cannot match."""

_SHORTEST_ZONE = 6
"""Letters a time zone must have to be corrected."""

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
    """The answer to a tag filter with tags that no paper has: with the whole command that was probably meant
    where they resemble known ones, else with tags that papers have. None if the filter can match.
    """
    language = await request.language()
    if suggestion := await near_tags(request, channel, typed):
        names, meant = suggestion
        near = _command(request.services.prefix, "tags", str(meant))
        return mistyped(Mistyped.UNKNOWN_TAG, names, language=language, suggestion=near)
    wanted = tag_filter_parser.parse(typed)
    counts = {count.tag.name: count.papers for count in await (await request.archive()).tags(limit=_ALL_TAGS)}
    if wanted is None or not counts:
        return None
    taken = tag_filter_parser.quoted_names(typed) | set(channel.preferences.tags.names)
    unknown = [
        name
        for group in wanted.include
        if not any(name in counts or name in taken or tag_of_other_name(name, counts) for name in group)
        for name in group
    ]
    if not unknown:
        return None
    near_names = [near for name in unknown for near in similar_tags(name, counts)]
    return unknown_tags(unknown, (near_names or list(counts))[:_TAGS_NAMED], language=language)


async def with_known_tags(request: Request, channel: Channel, typed: str, wanted: TagFilter) -> TagFilter:
    """The filter with tags that have another name in the archive replaced by that name (``강화학습`` by
    ``rl``). Tags in quotes, and those that the channel's filter has already, stay.
    """
    counts = {count.tag.name: count.papers for count in await (await request.archive()).tags(limit=_ALL_TAGS)}
    taken = tag_filter_parser.quoted_names(typed) | set(channel.preferences.tags.names) | set(counts)
    names = {name: tag_of_other_name(name, counts) for name in wanted.names if name not in taken}
    return wanted.with_names({name: known for name, known in names.items() if known})


def near_subcommand(word: str) -> str | None:
    """The subcommand that a misspelt word most likely means, or None."""
    return _nearest(word.casefold(), subcommands.SUBCOMMANDS_BY_WORD)


def near_value(subcommand: str, value: str) -> str | None:
    """What a misspelt value of a subcommand most likely means, as it can be typed; None if nothing is near.

    For ``time`` only the time zone is corrected, and the hour stays as it was typed.
    """
    words = setting_parser.value_words(subcommand)
    if subcommand not in ("time", "timezone"):
        return _nearest("".join(value.split()).casefold(), words)
    typed = parse_time_and_zone(value)
    # A short name of a city resembles many others.
    near = _nearest(typed.rest.strip().casefold(), words) if len(typed.rest) >= _SHORTEST_ZONE else None
    return f"{typed.hour:%H:%M} {near}" if typed.hour and near else near


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
    known = {count.tag.name: count.papers for count in counts}
    names = {name for name in wanted.names if name not in taken_as_they_are}
    near = tag_filter_parser.similar_names(
        {name for name in names if tag_of_other_name(name, known) is None}, list(known)
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
