"""What Slack takes, by the types it publishes itself: slack_types.json says where they come from.

Types know no lengths and no numbers of things: those are in ``slack_schema``. A block is
held against its own kind only, so that what is wrong with it can be read.
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
    """The names of what a block, element or view of this kind needs and may have; None if there is none."""
    for name in _KINDS.get(kind, ()):
        made = DEFINITIONS[name]
        return frozenset(made["required"]), frozenset(made["properties"])
    return None


def check_blocks(blocks: Any) -> None:
    """Fail where a block is none of Slack's."""
    for block in blocks:
        (name,) = _KINDS[block["type"]]
        _validator(name).validate(block)


def check_metadata(metadata: Any) -> None:
    """Fail where a message's metadata is not what Slack publishes."""
    _validator("MessageMetadata").validate(metadata)


def check_view_around(view: Any) -> None:
    """Fail where a view is none of Slack's, its blocks left aside."""
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
