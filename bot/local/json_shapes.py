"""Shapes that JSON values must have. A mismatch is described in Slack's own wording.

Each shape's ``problems`` yields messages such as ``[ERROR] must be less than 151 characters
[json-pointer:/blocks/0/text/text]``. The shapes of blocks and views are in ``block_kit_rules``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from bot.local.state import Json


class Shape(Protocol):
    """A rule for a JSON value."""

    def problems(self, value: object, pointer: str) -> Iterator[str]:
        """What is wrong with a value, which stands at a JSON pointer."""
        ...


@dataclass(frozen=True)
class Text:
    """A string. Lengths are counted in UTF-16 units, as Slack's clients count them."""

    max_length: int | None = None
    min_length: int = 1
    one_of: tuple[str, ...] = ()
    matches: Callable[[str], bool] | None = None

    def problems(self, value: object, pointer: str) -> Iterator[str]:
        if not isinstance(value, str):
            yield _problem("must provide a string", pointer)
            return
        length = utf16_length(value)
        if length < self.min_length:
            yield _problem(f"must be more than {self.min_length - 1} characters", pointer)
        if self.max_length is not None and length > self.max_length:
            yield _problem(f"must be less than {self.max_length + 1} characters", pointer)
        if self.one_of and value not in self.one_of:
            yield _problem(f"must be one of: {', '.join(self.one_of)}", pointer)
        elif self.matches is not None and not self.matches(value):
            yield _problem("does not match the required format", pointer)


@dataclass(frozen=True)
class Boolean:
    """``true`` or ``false``."""

    def problems(self, value: object, pointer: str) -> Iterator[str]:
        if not isinstance(value, bool):
            yield _problem("must provide a boolean", pointer)


@dataclass(frozen=True)
class Integer:
    """A whole number within bounds."""

    minimum: int = 0
    maximum: int | None = None

    def problems(self, value: object, pointer: str) -> Iterator[str]:
        if isinstance(value, bool) or not isinstance(value, int):
            yield _problem("must provide an integer", pointer)
        elif value < self.minimum or (self.maximum is not None and value > self.maximum):
            yield _problem("number is out of range", pointer)


@dataclass(frozen=True)
class Anything:
    """Any value, unchecked."""

    def problems(self, value: object, pointer: str) -> Iterator[str]:
        yield from ()


@dataclass(frozen=True)
class Array:
    """An array whose items all have one shape."""

    item: Shape
    max_items: int
    min_items: int = 1

    def problems(self, value: object, pointer: str) -> Iterator[str]:
        if not isinstance(value, list):
            yield _problem("must provide an array", pointer)
            return
        if len(value) < self.min_items:
            yield _problem(f"no fewer than {self.min_items} items allowed", pointer)
        if len(value) > self.max_items:
            yield _problem(f"no more than {self.max_items} items allowed", pointer)
        for index, item in enumerate(value):
            yield from self.item.problems(item, f"{pointer}/{index}")


@dataclass(frozen=True)
class Object:
    """An object with known keys only. ``check`` adds a rule that concerns several keys at once."""

    required: Mapping[str, Shape]
    optional: Mapping[str, Shape] = field(default_factory=dict)
    check: Callable[[Json, str], Iterator[str]] | None = None

    def problems(self, value: object, pointer: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield _problem("must provide an object", pointer)
            return
        for name in self.required:
            if value.get(name) is None:
                yield _problem(f"missing required field: {name}", pointer)
        for name, part in value.items():
            shape = self.required.get(name) or self.optional.get(name)
            if shape is None:
                yield _problem(f"invalid additional property: {name}", pointer)
            elif part is not None:
                yield from shape.problems(part, f"{pointer}/{name}")
        if self.check is not None:
            yield from self.check(value, pointer)


class TaggedUnion:
    """Objects told apart by their ``type``. Types are added after it is made, so that unions can nest."""

    def __init__(self, *allowed: str) -> None:
        self._allowed: frozenset[str] | None = frozenset(allowed) or None
        self.types: dict[str, Object] = {}

    def only(self, *types: str) -> TaggedUnion:
        """The same union, limited to some of its types."""
        limited = TaggedUnion(*types)
        limited.types = self.types
        return limited

    def problems(self, value: object, pointer: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield _problem("must provide an object", pointer)
            return
        name = value.get("type")
        if name is None:
            yield _problem("missing required field: type", pointer)
        elif name not in self.types or (self._allowed is not None and name not in self._allowed):
            yield _problem(f"unsupported type: {name}", f"{pointer}/type")
        else:
            yield from self.types[name].problems({k: v for k, v in value.items() if k != "type"}, pointer)


@dataclass(frozen=True)
class AnyOf:
    """A value that has one of several shapes. If none fits, the problems are those of the first."""

    shapes: Sequence[Shape]

    def problems(self, value: object, pointer: str) -> Iterator[str]:
        problems = [list(shape.problems(value, pointer)) for shape in self.shapes]
        if all(problems):
            yield from problems[0]


def utf16_length(text: str) -> int:
    """The length of a text in UTF-16 units, in which Slack's limits are counted."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _problem(what: str, pointer: str) -> str:
    return f"[ERROR] {what} [json-pointer:{pointer}]"
