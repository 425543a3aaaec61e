"""Help that fits one screen. Every example in it can be typed as it stands; a test does. Pure."""

from __future__ import annotations

from enum import StrEnum

from bot.language.catalogue import catalogue, deferred
from bot.language.command_names import as_called
from bot.messages.blocks import context, section
from bot.messages.message import Message


class Topic(StrEnum):
    """What help is asked about, by the command's own name."""

    PAPER = "paper"
    TAG = "tag"
    DIGEST = "digest"
    HARU = "haru"


_LOOKUP = (
    ("/paper looped", deferred("words, in Korean or English; typos are fine")),
    ("/paper 2502.17416", deferred("an arXiv id or a link")),
    ("/paper by:saunshi", deferred("an author")),
    ("/paper #scaling-law quantization", deferred("a tag, with words if you like")),
    ("/paper since:2025-01 optimizer", deferred("only since a date")),
    ('/paper "latent thoughts" -gan', deferred("exact words, and words to leave out")),
    ("/paper 2025-02-25", deferred("the papers of a day; also `today`, `latest`, `random`")),
)

_TAGS = (
    ("/tag", deferred("the tags used most")),
    ("/tag scaling-law", deferred("the papers of a tag, newest first")),
)

_SETTINGS = (
    ("/digest", deferred("this channel at a glance, with a button to change it")),
    ("/digest on", deferred("start; `off` stops")),
    ("/digest language ko", deferred("also `en`, or `both`")),
    ("/digest time 09:00 Asia/Seoul", deferred("when the papers come")),
    ("/digest days weekdays", deferred("also `daily`, or `mon,wed`")),
    ("/digest layout thread", deferred("also `digest`, or `stream`")),
    (
        "/digest tags +scaling-law -gan",
        deferred("only some papers; also `nlp and (robotics or planning)`, or `all`"),
    ),
    ("/digest preview", deferred("see the next post, alone")),
    ("/digest post", deferred("post the newest now")),
    ("/digest add", deferred("give me papers of your own, as text or a file")),
    ("/digest managers add @minji", deferred("who else may change this; also `remove`, or `everyone`")),
    ("/digest log", deferred("who changed what, and a button to undo it")),
)

_HARU = (
    ("/paper looped", deferred("find a paper")),
    ("/tag scaling-law", deferred("the papers of a tag, newest first")),
    ("/digest", deferred("this channel at a glance, with a button to change it")),
    ("/paper help", deferred("more about finding")),
    ("/digest help", deferred("more about settings")),
)

_HEADINGS = {
    Topic.PAPER: deferred("*Finding papers.* Only you see the answer, until you share it."),
    Topic.TAG: deferred("*Tags.* Only you see the answer, until you share it."),
    Topic.DIGEST: deferred("*The daily papers of this channel*"),
    Topic.HARU: deferred("*Haru* brings the day's papers, and finds the ones you half remember."),
}

_CLOSINGS = {
    Topic.PAPER: deferred("Mentioning me or writing to me finds papers too."),
    Topic.TAG: deferred("`/paper #scaling-law` does the same, and takes more words."),
    Topic.DIGEST: deferred(
        "Workspace admins, the channel's creator, whoever invited me and managers may change these."
    ),
    Topic.HARU: deferred(
        "If another app took a name, put `/haru` before it: `/haru paper looped`. Mentioning me works too."
    ),
}

_EXAMPLES = {
    Topic.PAPER: _LOOKUP,
    Topic.TAG: _TAGS,
    Topic.DIGEST: _SETTINGS,
    Topic.HARU: _HARU,
}


def help_message(topic: Topic, *, language: str) -> Message:
    """The topic's examples, each with what it does."""
    words = catalogue(language)
    lines = [f"{as_called(f'`{example}`')}  {words.gettext(what)}" for example, what in _EXAMPLES[topic]]
    heading = words.gettext(_HEADINGS[topic])
    closing = words.gettext(_CLOSINGS[topic])
    blocks = (section(heading), section("\n".join(lines)), context(closing))
    return Message("\n".join([heading, *lines, closing]), blocks)
