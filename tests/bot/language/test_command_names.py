"""Messages name the commands with the prefix that is set."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from babel.messages.pofile import read_po

from bot.language.catalogue import LANGUAGES, catalogue_for
from bot.language.command_names import use_prefix, with_prefix
from bot.language.extract import path
from bot.messages.channel_notices import turned_off
from bot.messages.help import Topic, help_message
from bot.messages.refusals import Mistyped, mistyped
from bot.messages.search_results import no_results
from digests.model import Results


@pytest.fixture
def prefixed() -> Iterator[None]:
    """Sets the prefix ``lab-``."""
    use_prefix("lab-")
    yield
    use_prefix("")


def test_every_command_in_a_sentence_stands_where_it_is_found() -> None:
    """Every command in a message is in backticks, where the prefix is added."""
    with path("ko").open("rb") as po:
        said = [text for one in read_po(po, locale="ko") for text in (one.id, one.string)]
    texts = [text for one in said for text in ([one] if isinstance(one, str) else one)]
    commands = [text for text in texts if re.search(r"/(paper|tag|digest|haru)\b", text)]
    assert len(commands) > 40
    for text in commands:
        assert not re.search(r"(?<!`)/(paper|tag|digest|haru)\b", text), text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.usefixtures("prefixed")
def test_sentences_carry_the_prefix(language: str) -> None:
    """With a prefix, help, refusals and hints name the commands as Slack knows them, in both languages."""
    messages = [
        *(help_message(topic, language=language) for topic in Topic),
        *(mistyped(kind, "x", language=language) for kind in Mistyped),
        turned_off(language=language),
        no_results(Results("x"), language=language),
    ]
    named = [name for one in messages for name in re.findall(r"`/([\w-]+)", one.text)]
    assert {"lab-paper", "lab-tag", "lab-digest", "lab-haru"} == set(named)


@pytest.mark.usefixtures("prefixed")
def test_what_people_wrote_stays() -> None:
    """The prefix is never added to text that people wrote."""
    assert "`/digest x`" in catalogue_for("en").gettext(
        "‘{typed}’? {expected}", typed="`/digest x`", expected=""
    )
    assert with_prefix("`/tags` and /paper") == "`/tags` and /paper"
