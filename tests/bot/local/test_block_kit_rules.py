"""What the local workspace refuses as blocks and views, by Slack's documentation."""

from __future__ import annotations

from typing import Any

import pytest

from bot.local.block_kit_rules import BLOCKS, ELEMENTS, VIEWS, message_problems, text_length, view_problems
from bot.local.json_shapes import TaggedUnion
from tests.bot.messages.slack_types import fields

PLAIN = {"type": "plain_text", "text": "x"}
BUTTON = {"type": "button", "action_id": "b", "text": PLAIN}
OPTION = {"text": PLAIN, "value": "1"}


def section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def modal(*blocks: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "modal", "title": PLAIN, "blocks": list(blocks), **more}


@pytest.mark.parametrize(
    "block",
    [
        section("x" * 3_000),
        {"type": "divider"},
        {"type": "header", "text": {"type": "plain_text", "text": "x" * 150}},
        {"type": "context", "elements": [{"type": "mrkdwn", "text": "x", "verbatim": True}]},
        {"type": "actions", "elements": [BUTTON | {"action_id": str(n)} for n in range(25)]},
        section("x") | {"accessory": {"type": "overflow", "options": [OPTION] * 5}},
        {"type": "section", "fields": [PLAIN] * 10},
    ],
)
def test_what_is_documented_passes(block: dict[str, Any]) -> None:
    """Blocks up to the documented limits are accepted."""
    assert message_problems([block]) == []


@pytest.mark.parametrize(
    ("block", "complaint"),
    [
        (section("x" * 3_001), "must be less than 3001 characters [json-pointer:/blocks/0/text/text]"),
        (section("\U0001f600" * 1_501), "must be less than 3001 characters"),
        (section(""), "must be more than 0 characters"),
        ({"type": "nothing"}, "unsupported type: nothing [json-pointer:/blocks/0/type]"),
        ({"text": PLAIN}, "missing required field: type"),
        ({"type": "section"}, "must provide either `text` or `fields`"),
        ({"type": "divider", "colour": "red"}, "invalid additional property: colour"),
        ({"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}, "less than 151"),
        ({"type": "header", "text": {"type": "mrkdwn", "text": "x"}}, "unsupported type: mrkdwn"),
        ({"type": "context", "elements": [PLAIN] * 11}, "no more than 10 items allowed"),
        ({"type": "context", "elements": []}, "no fewer than 1 items allowed"),
        ({"type": "actions", "elements": [BUTTON, BUTTON]}, "`action_id` already exists"),
        ({"type": "actions", "elements": [BUTTON | {"value": "v" * 2_001}]}, "less than 2001"),
        ({"type": "actions", "elements": [BUTTON | {"style": "blue"}]}, "must be one of"),
        ({"type": "actions", "elements": [BUTTON | {"url": "javascript:alert(1)"}]}, "required format"),
        ({"type": "actions", "elements": [{"type": "plain_text_input"}]}, "unsupported type"),
        (section("x") | {"accessory": {"type": "overflow", "options": [OPTION] * 6}}, "no more than 5"),
        (
            section("x")
            | {
                "accessory": {
                    "type": "static_select",
                    "options": [OPTION],
                    "initial_option": OPTION | {"value": "2"},
                }
            },
            "must match one of the options",
        ),
    ],
)
def test_what_breaks_a_rule_is_refused_where_it_stands(block: dict[str, Any], complaint: str) -> None:
    """Each broken rule is named, with a pointer to its place."""
    problems = message_problems([block])
    assert any(complaint in problem for problem in problems), problems


def test_fifty_one_blocks_and_repeated_ids_are_refused() -> None:
    """A message takes 50 blocks, each with an id of its own."""
    assert message_problems([{"type": "divider"}] * 50) == []
    assert "no more than 50 items" in message_problems([{"type": "divider"}] * 51)[0]
    assert "`block_id` already exists" in message_problems([{"type": "divider", "block_id": "a"}] * 2)[0]


def test_views_take_a_hundred_blocks_and_inputs_need_a_submit_button() -> None:
    """A modal's own rules: its title, its number of blocks, and a submit button where there is an input."""
    field = {"type": "input", "label": PLAIN, "element": {"type": "plain_text_input"}}
    assert view_problems(modal(*[{"type": "divider"}] * 100)) == []
    assert "no more than 100 items" in view_problems(modal(*[{"type": "divider"}] * 101))[0]
    assert "missing required field: submit" in view_problems(modal(field))[0]
    assert view_problems(modal(field, submit=PLAIN)) == []
    long = {"type": "plain_text", "text": "x" * 25}
    assert "less than 25" in view_problems({"type": "modal", "title": long, "blocks": []})[0]


def test_the_text_of_all_blocks_is_counted_together() -> None:
    """What msg_blocks_too_long counts is every text of every block."""
    assert text_length([section("abc"), {"type": "context", "elements": [PLAIN]}]) == 4


@pytest.mark.parametrize("family", [ELEMENTS, BLOCKS, VIEWS], ids=["elements", "blocks", "views"])
def test_fields_are_those_that_slack_publishes(family: TaggedUnion) -> None:
    """Every kind has the fields of Slack's own types, the same ones needed, and no other."""
    compared = 0
    for kind, ours in family.types.items():
        theirs = fields(kind)
        if theirs is None:  # "image" is published as two types, by where the picture comes from.
            continue
        needed, known = theirs
        assert set(ours.required) == needed - {"type"}, kind
        # submit_disabled is in the reference of modals and not in the types.
        assert {"type", "block_id", *ours.required, *ours.optional} - {"submit_disabled"} == known | {
            "block_id"
        }
        compared += 1
    assert compared >= 2
