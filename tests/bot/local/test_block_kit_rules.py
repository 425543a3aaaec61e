"""Tests of the rules for blocks and views, which follow Slack's documentation."""

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
def test_blocks_within_the_documented_limits_are_accepted(block: dict[str, Any]) -> None:
    """A block at a documented limit has no problems."""
    assert message_problems([block]) == []


@pytest.mark.parametrize(
    ("block", "problem"),
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
def test_a_broken_rule_is_reported_with_its_place(block: dict[str, Any], problem: str) -> None:
    """Each broken rule is reported in Slack's wording, with a pointer to its place."""
    problems = message_problems([block])
    assert any(problem in found for found in problems), problems


def test_a_message_has_at_most_50_blocks_and_no_repeated_ids() -> None:
    """A message with 51 blocks, or with two equal block ids, is refused."""
    assert message_problems([{"type": "divider"}] * 50) == []
    assert "no more than 50 items" in message_problems([{"type": "divider"}] * 51)[0]
    assert "`block_id` already exists" in message_problems([{"type": "divider", "block_id": "a"}] * 2)[0]


def test_a_modal_has_at_most_100_blocks_and_needs_submit_for_inputs() -> None:
    """A modal is refused if its title or its blocks are too long, or if an input has no submit button."""
    field = {"type": "input", "label": PLAIN, "element": {"type": "plain_text_input"}}
    assert view_problems(modal(*[{"type": "divider"}] * 100)) == []
    assert "no more than 100 items" in view_problems(modal(*[{"type": "divider"}] * 101))[0]
    assert "missing required field: submit" in view_problems(modal(field))[0]
    assert view_problems(modal(field, submit=PLAIN)) == []
    long = {"type": "plain_text", "text": "x" * 25}
    assert "less than 25" in view_problems({"type": "modal", "title": long, "blocks": []})[0]


def test_text_length_adds_up_the_texts_of_all_blocks() -> None:
    """Every text of every block counts towards the limit behind msg_blocks_too_long."""
    assert text_length([section("abc"), {"type": "context", "elements": [PLAIN]}]) == 4


@pytest.mark.parametrize("family", [ELEMENTS, BLOCKS, VIEWS], ids=["elements", "blocks", "views"])
def test_the_rules_agree_with_the_types_slack_publishes(family: TaggedUnion) -> None:
    """Each block, element and view has the same fields as in Slack's types, and requires the same ones."""
    compared = 0
    for kind, ours in family.types.items():
        theirs = fields(kind)
        if theirs is None:  # Slack publishes "image" as two types, one per source of the picture.
            continue
        needed, known = theirs
        assert set(ours.required) == needed - {"type"}, kind
        # Slack documents submit_disabled for modals, but its types lack it.
        assert {"type", "block_id", *ours.required, *ours.optional} - {"submit_disabled"} == known | {
            "block_id"
        }
        compared += 1
    assert compared >= 2
