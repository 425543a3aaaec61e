"""Checks against the types that Slack publishes; slack_types.json names their source.

Types hold no lengths and no counts: those are in ``slack_schema``. A block is checked only against
its own kind, so that the error says what is wrong with it.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft7Validator

DEFINITIONS: dict[str, Any] = json.loads(Path(__file__).with_name("slack_types.json").read_text())[
    "definitions"
]


def fields(kind: str) -> tuple[frozenset[str], frozenset[str]] | None:
    """The required and optional fields of a kind of block, element or view; None for an unknown kind."""
    for name in _KINDS.get(kind, ()):
        made = DEFINITIONS[name]
        return frozenset(made["required"]), frozenset(made["properties"])
    return None


def check_blocks(blocks: Any) -> None:
    """Fails if a block is not one of Slack's."""
    for block in blocks:
        (name,) = _KINDS[block["type"]]
        _validator(name).validate(block)


def check_metadata(metadata: Any) -> None:
    """Fails if a message's metadata is not what Slack publishes."""
    _validator("MessageMetadata").validate(metadata)


def check_view_around(view: Any) -> None:
    """Fails if a view, apart from its blocks, is not one of Slack's."""
    _validator({"modal": "ModalView", "home": "HomeView"}[view["type"]]).validate(view | {"blocks": []})


@cache
def _validator(name: str) -> Draft7Validator:
    return Draft7Validator({"$ref": f"#/definitions/{name}", "definitions": DEFINITIONS})


def _kinds() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, made in DEFINITIONS.items():
        kind = made.get("properties", {}).get("type", {}).get("const")
        if kind:
            found.setdefault(kind, []).append(name)
    return found


_KINDS = _kinds()
