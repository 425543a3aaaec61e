"""Looking papers up with commands, mentions and direct messages."""

from __future__ import annotations

import re

import pytest

from bot.local.seed import EMMA, JUNHO
from bot.messages.help import Topic, help_message
from bot.messages.refusals import Mistyped, mistyped
from tests.bot.listeners.conftest import Desk, found, text_of

LOOPED = "Reasoning with Latent Thoughts"


async def test_a_single_hit_is_shown_in_full_to_its_asker_only(desk: Desk) -> None:
    """`/paper looped` shows the person who asks the whole paper, and nobody else sees anything."""
    answer = await desk.write("/paper looped", JUNHO)
    assert LOOPED in text_of(answer)
    assert found(answer, "share")
    assert LOOPED not in text_of({"blocks": await desk.seen("U0MINJI")})


async def test_a_shared_paper_is_in_the_channel_s_language(desk: Desk) -> None:
    """A paper found in English is shared in Korean in a Korean channel."""
    await desk.write("/digest language ko")
    answer = await desk.write("/paper looped", EMMA)
    await desk.press(answer, "share", EMMA)
    shown = await desk.until(LOOPED, JUNHO)
    assert EMMA in text_of(shown)
    assert any("가" <= letter <= "힣" for letter in text_of(shown))


async def test_a_list_opens_a_hit_in_place_and_leads_back(desk: Desk) -> None:
    """A paper of a list opens in place of the list, and its back button brings the list again."""
    listed = await desk.write("/tag efficiency", JUNHO)
    await desk.press(listed, "open_hit", JUNHO)
    opened = await desk.until('"share"', JUNHO)
    assert opened["ts"] == listed["ts"]
    await desk.press(opened, "page", JUNHO)
    again = await desk.until("open_hit", JUNHO)
    assert text_of(again).count("open_hit") == text_of(listed).count("open_hit")


async def test_a_question_without_results_is_answered_in_words(desk: Desk) -> None:
    """A question that finds nothing is repeated in an answer in words."""
    answer = await desk.write("/paper zzzzqqqq xxxxvvvv", JUNHO)
    assert "zzzzqqqq" in text_of(answer)


async def test_admins_see_how_a_question_is_read(desk: Desk) -> None:
    """`/paper why: …` tells an admin what was understood and what each score is the sum of; others are told
    who may ask."""
    answer = text_of(await desk.write("/paper why: hey the loopd paper"))
    assert "chatter: hey the paper" in answer
    assert LOOPED in answer
    assert "its words" in answer
    refused = text_of(await desk.write("/paper 왜: hey the loopd paper", JUNHO))
    assert "chatter" not in refused
    assert LOOPED not in refused


@pytest.mark.parametrize("typed", ["&#" + "9" * 5000 + ";", "&hellip; &eacute;", "<>&amp;lt;"])
async def test_html_entities_in_a_question_stay_as_they_were_typed(desk: Desk, typed: str) -> None:
    """Only the three characters that Slack escapes are unescaped in a question."""
    answer = await desk.write(f"/paper {typed}", JUNHO)
    assert typed[:100].replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;") in text_of(answer)


async def test_a_time_without_papers_is_said(desk: Desk) -> None:
    """Where no paper of the time fits, those of any time are shown, with a line that says so."""
    answer = await desk.write("/paper looped before 2001", JUNHO)
    assert LOOPED in text_of(answer)
    assert "‘before 2001’" in text_of(answer)


@pytest.mark.parametrize("typed", ["looped since:9999-99", "zzzzqqqq since:9999-99"])
async def test_a_filter_that_cannot_be_read_is_said(desk: Desk, typed: str) -> None:
    """The search leaves it out, whether it finds something or not, and the answer says so."""
    answer = await desk.write(f"/paper {typed}", JUNHO)
    assert "‘since:9999-99’" in text_of(answer)
    assert (LOOPED in text_of(answer)) is typed.startswith("looped")


async def test_papers_of_later_days_are_not_found(desk: Desk) -> None:
    """A paper of a digest dated after today cannot be found."""
    answer = await desk.write("/paper 2025-02-26", JUNHO)
    assert "open_hit" not in text_of(answer)


async def test_a_relative_time_refers_to_the_channel_s_day(desk: Desk) -> None:
    """`this month` in a question is the month of the channel's today, also in Korean."""
    assert LOOPED in text_of(await desk.write("/paper looped this month", JUNHO))
    assert LOOPED in text_of(await desk.write("/paper looped 이번 달", JUNHO))
    assert "2025-02" not in text_of(await desk.write("/paper 작년", JUNHO))


@pytest.mark.parametrize("asked", ["haru paper looped", "paper looped", "looped"])
async def test_a_direct_message_is_a_question(desk: Desk, asked: str) -> None:
    """A direct message finds papers, with or without the command's name."""
    room = f"D{JUNHO[1:]}"
    await desk.write(asked, JUNHO, room)
    await desk.until(LOOPED, JUNHO, room)


def _commands(topic: Topic) -> list[str]:
    """Every command that a topic's help shows, with each of the other words it names for it."""
    text = help_message(topic, language="en").text
    commands = []
    for line in text.splitlines():
        example, *others = re.findall(r"`([^`]+)`", line) or [""]
        # The last line of a help may name a command in the middle of a sentence.
        commands += [example] if line.startswith("`") else []
        words = example.split()
        stem = words[:2] if len(words) > 2 and words[0].endswith("digest") else words[:1]
        commands += [one if one.startswith("/") else " ".join([*stem, one]) for one in others]
    return commands


def test_the_help_s_commands_are_all_found() -> None:
    """The commands read from the help include the other words beside an example."""
    shown = [command for topic in Topic for command in _commands(topic)]
    assert {"/digest off", "/digest language both", "/paper latest", "/digest tags all"} <= set(shown)


@pytest.mark.parametrize("prefix", ["", "lab-"])
@pytest.mark.parametrize("topic", list(Topic))
async def test_every_example_in_the_help_works(desk: Desk, topic: Topic, prefix: str) -> None:
    """Every command in the help is understood as it stands, also under a prefix."""
    await desk.haru.user_languages.set(desk.workspace.workspace, EMMA, "en")
    expected = [mistyped(kind, "", language="en").text for kind in Mistyped]
    for example in _commands(topic):
        assert example.startswith(f"/{prefix}")
        typed = example.replace("@minji", "<@U0MINJI>").replace(" remove", " remove <@U0MINJI>")
        answer = text_of(await desk.write(typed, EMMA))
        assert not any(one[:40] in answer for one in expected), example
        for refusal in ("Did you mean", "don't know", "went wrong", "only a workspace admin"):
            assert refusal not in answer, example


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("topic", list(Topic))
def test_help_fits_one_screen(topic: Topic, language: str) -> None:
    """A help has at most sixteen lines, and none is much wider than a channel."""
    lines = help_message(topic, language="en").text.splitlines()
    assert len(lines) <= 16
    assert max(map(len, lines)) <= 120


async def test_a_reader_s_own_language_comes_first(desk: Desk) -> None:
    """A person who chose English in App Home is answered in English in a Korean channel."""
    await desk.write("/digest language ko")
    assert "Finding papers" not in text_of(await desk.write("/paper help", JUNHO))
    await desk.haru.user_languages.set(desk.workspace.workspace, JUNHO, "en")
    assert "Finding papers" in text_of(await desk.write("/paper help", JUNHO))
