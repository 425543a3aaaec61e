"""Coverage-guided fuzzing of what people type: every command, the values of modals and of buttons.

python -m tests.fuzz.typed --runs 250000 --seed 1
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import atheris

with atheris.instrument_imports(
    include=[
        "bot.channels",
        "bot.listeners.setting_values",
        "digests.search.question",
        "digests.search.expression",
    ]
):
    from bot.channels import setting_parser, subcommands
    from bot.language.small_talk import small_talk
    from bot.listeners import setting_values
    from bot.listeners.button_press import value_number, value_numbers, value_parts
    from bot.messages.mrkdwn import escape, unescape
    from bot.messages.refusals import Mistyped
    from bot.messages.settings_modal import ModalMetadata
    from digests.search.question import parse

from bot.channels.preferences import Language, Preferences
from tests.fuzz.engine import fuzz

SLOWEST = 5
"""Seconds one text of at most LONGEST bytes may take; libFuzzer stops there."""

LONGEST = 4000

TODAY = date(2026, 1, 5)

SEEDS = [
    "time 9:30pm Asia/Seoul", "time 아침 9시 반 서울", "days mon-thu", "days 평일 공휴일 제외 독일",
    "tags +nlp -gan", "tags nlp and (robotics or planning) not \"a b\"", "pause until monday", "skip 3일",
    "language both", "layout thread", "managers add <@U1|a> <@U2>", "holidays KR", "timezone GMT+9",
    "links off", "looped -gan by:saunshi since:2025-01 tag:rl", "어텐션 말고 강화학습 지난주", "hey!",
    "https://arxiv.org/abs/2502.17416v3?context=cs 10.1000/x.y", '{"channel": "C1"}', "12:0:looped", "1,2,3",
]  # fmt: skip


def test_one_input(data: bytes) -> None:
    """Give a text to everything that reads typed text; whatever it raises is a finding."""
    text = data.decode("utf-8", "replace")
    word, _, value = text.partition(" ")
    subcommands.find_subcommand(word)
    small_talk(text)
    for typed in (text, value):
        for read in setting_values.PARSERS.values():
            _apply(read(typed))
        _apply(setting_values.pause(typed, today=TODAY))
        _apply(setting_values.schedule(typed))
        setting_parser.parse_managers(typed)
        parse(typed, today=TODAY)
    assert unescape(escape(text)) == unescape(unescape(escape(text))) or "&" in text
    value_number(text)
    value_numbers(text)
    value_parts(text, 3)
    ModalMetadata.read(text)


def _apply(change: setting_values.Value) -> None:
    """A change can be made; anything else is a reason or a choice."""
    if isinstance(change, Mistyped | setting_values.ZoneChoice):
        return
    change(Preferences(Language.KO, zone="Asia/Seoul"))


def write_corpus(folder: Path, _: int) -> None:
    """One text for each thing that is typed."""
    for number, seed in enumerate(SEEDS):
        (folder / f"{number:04d}").write_text(seed, encoding="utf-8")


if __name__ == "__main__":
    fuzz(test_one_input, write_corpus, description=__doc__, longest=LONGEST, slowest=SLOWEST)
