"""The help messages. Each fits one screen, and a test runs every example in them. Pure."""

from __future__ import annotations

from enum import StrEnum

from bot.language.catalogue import catalogue_for, deferred
from bot.language.command_names import with_prefix
from bot.messages.blocks import context, section
from bot.messages.message import Message


class Topic(StrEnum):
    """The topics of help, each named after its command."""

    PAPER = "paper"
    TAG = "tag"
    DIGEST = "digest"
    HARU = "haru"


_LOOKUP = (
    ("/paper looped", deferred("find by words, in Korean or English; typos are fine")),
    ("/paper 2502.17416", deferred("find by arXiv id or link")),
    ("/paper by:saunshi", deferred("find by author")),
    ("/paper #scaling-law quantization", deferred("find by tag, with words if you like")),
    ("/paper since:2025-01 optimizer", deferred("find only papers since a date")),
    ('/paper "latent thoughts" -gan', deferred("find an exact phrase, and leave words out")),
    ("/paper 2025-02-25", deferred("see a day's papers; also `today`, `latest` or `random`")),
)

_TAGS = (
    ("/tag", deferred("see the most used tags")),
    ("/tag scaling-law", deferred("see a tag's papers, newest first")),
)

_SETTINGS = (
    ("/digest", deferred("see this channel's settings, with a button to change them")),
    ("/digest on", deferred("turn the daily papers on; `off` turns them off")),
    ("/digest language ko", deferred("choose the language; also `en` or `both`")),
    (
        "/digest time 09:00 Asia/Seoul",
        deferred("choose the time and time zone; also `9am Berlin` or `UTC+9`"),
    ),
    ("/digest days weekdays", deferred("choose the days; also `daily` or `mon,wed`")),
    ("/digest layout thread", deferred("choose how posts look: `thread`, `digest` or `stream`")),
    (
        "/digest tags +scaling-law -gan",
        deferred("choose papers by tag; also `nlp and (robotics or planning)` or `all`"),
    ),
    ("/digest pause until monday", deferred("stop for a while; also `tomorrow` or `3 days`")),
    ("/digest preview", deferred("preview the next post; `post` posts the latest papers now")),
    ("/digest add", deferred("add papers of your own, as text or a file")),
    (
        "/digest managers add @minji",
        deferred("let others change these settings; also `remove` or `everyone`"),
    ),
    ("/digest links off", deferred("don't show papers under links to them; `on` shows them again")),
    (
        "/digest history",
        deferred("see what was posted lately, or why not; `log` shows who changed what, `undo` undoes it"),
    ),
)

_HARU = (
    ("/paper looped", deferred("find a paper")),
    ("/tag scaling-law", deferred("see a tag's papers, newest first")),
    ("/digest", deferred("see this channel's settings, with a button to change them")),
    ("/paper help", deferred("see more ways to find papers")),
    ("/digest help", deferred("see more about the settings")),
)

_HEADINGS = {
    Topic.PAPER: deferred("*Finding papers.* Only you see the answer until you share it."),
    Topic.TAG: deferred("*Tags.* Only you see the answer until you share it."),
    Topic.DIGEST: deferred("*Daily papers in this channel*"),
    Topic.HARU: deferred("I'm Haru. I post the day's papers and find the ones you half remember."),
}

_CLOSINGS = {
    Topic.PAPER: deferred("You can also mention me or message me to find papers."),
    Topic.TAG: deferred("`/paper #scaling-law` does the same, and you can add words to it."),
    Topic.DIGEST: deferred(
        "Workspace admins, the channel's creator, the person who invited me and managers can change these."
    ),
    Topic.HARU: deferred(
        "If another app already uses one of these commands, put `/haru` before it: `/haru paper "
        "looped`. Mentioning me works too."
    ),
}

_EXAMPLES = {
    Topic.PAPER: _LOOKUP,
    Topic.TAG: _TAGS,
    Topic.DIGEST: _SETTINGS,
    Topic.HARU: _HARU,
}


def help_message(topic: Topic, *, language: str) -> Message:
    """The topic's commands, each with what it does."""
    catalogue = catalogue_for(language)
    lines = [
        f"{with_prefix(f'`{example}`')}  {catalogue.gettext(what)}" for example, what in _EXAMPLES[topic]
    ]
    heading = catalogue.gettext(_HEADINGS[topic])
    closing = catalogue.gettext(_CLOSINGS[topic])
    blocks = (section(heading), section("\n".join(lines)), context(closing))
    return Message("\n".join([heading, *lines, closing]), blocks)
