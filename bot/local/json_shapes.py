"""A small language for the shapes of JSON, with Slack's own words for what is wrong with a value.

Each shape's ``problems`` yields messages such as ``must be less than 151 characters
[json-pointer:/blocks/0/text/text]``. Knows no block.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from bot.local.state import Json


class Shape(Protocol):
    """What a value has to look like."""

    def problems(self, value: object, at: str) -> Iterator[str]: ...


@dataclass(frozen=True)
class Text:
    """A string; lengths in UTF-16 units, as Slack's clients count."""

    most: int | None = None
    least: int = 1
    one_of: tuple[str, ...] = ()
    form: Callable[[str], bool] | None = None

    def problems(self, value: object, at: str) -> Iterator[str]:
        if not isinstance(value, str):
            yield _said("must provide a string", at)
            return
        size = len(value.encode("utf-16-le", "surrogatepass")) // 2
        if size < self.least:
            yield _said(f"must be more than {self.least - 1} characters", at)
        if self.most is not None and size > self.most:
            yield _said(f"must be less than {self.most + 1} characters", at)
        if self.one_of and value not in self.one_of:
            yield _said(f"must be one of: {', '.join(self.one_of)}", at)
        elif self.form is not None and not self.form(value):
            yield _said("does not match the required format", at)


@dataclass(frozen=True)
class Flag:
    """true or false."""

    def problems(self, value: object, at: str) -> Iterator[str]:
        if not isinstance(value, bool):
            yield _said("must provide a boolean", at)


@dataclass(frozen=True)
class Number:
    """A whole number within bounds."""

    least: int = 0
    most: int | None = None

    def problems(self, value: object, at: str) -> Iterator[str]:
        if isinstance(value, bool) or not isinstance(value, int):
            yield _said("must provide an integer", at)
        elif value < self.least or (self.most is not None and value > self.most):
            yield _said("number is out of range", at)


@dataclass(frozen=True)
class Anything:
    """Not looked into."""

    def problems(self, value: object, at: str) -> Iterator[str]:
        yield from ()


@dataclass(frozen=True)
class Many:
    """An array of one shape."""

    item: Shape
    most: int
    least: int = 1

    def problems(self, value: object, at: str) -> Iterator[str]:
        if not isinstance(value, list):
            yield _said("must provide an array", at)
            return
        if len(value) < self.least:
            yield _said(f"no fewer than {self.least} items allowed", at)
        if len(value) > self.most:
            yield _said(f"no more than {self.most} items allowed", at)
        for place, item in enumerate(value):
            yield from self.item.problems(item, f"{at}/{place}")


@dataclass(frozen=True)
class Fields:
    """An object: every key known, the needed ones there. ``also`` checks what spans several keys."""

    needed: Mapping[str, Shape]
    optional: Mapping[str, Shape] = field(default_factory=dict)
    also: Callable[[Json, str], Iterator[str]] | None = None

    def problems(self, value: object, at: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield _said("must provide an object", at)
            return
        for name in self.needed:
            if name not in value:
                yield _said(f"missing required field: {name}", at)
        for name, part in value.items():
            shape = self.needed.get(name) or self.optional.get(name)
            if shape is None:
                yield _said(f"invalid additional property: {name}", at)
            elif part is not None:
                yield from shape.problems(part, f"{at}/{name}")
            elif name in self.needed:
                yield _said(f"missing required field: {name}", at)
        if self.also is not None:
            yield from self.also(value, at)


class Family:
    """Objects told apart by their ``type``. Filled after it is made, so that families can nest."""

    def __init__(self, *names: str) -> None:
        self.allowed: frozenset[str] | None = frozenset(names) or None
        self.kinds: dict[str, Fields] = {}

    def only(self, *names: str) -> Family:
        """The same kinds, of which just these may stand here."""
        limited = Family(*names)
        limited.kinds = self.kinds
        return limited

    def problems(self, value: object, at: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield _said("must provide an object", at)
            return
        kind = value.get("type")
        if kind is None:
            yield _said("missing required field: type", at)
        elif kind not in self.kinds or (self.allowed is not None and kind not in self.allowed):
            yield _said(f"unsupported type: {kind}", f"{at}/type")
        else:
            yield from self.kinds[kind].problems({k: v for k, v in value.items() if k != "type"}, at)


@dataclass(frozen=True)
class Either:
    """One of several shapes; when none fits, the complaints of the first are given."""

    shapes: Sequence[Shape]

    def problems(self, value: object, at: str) -> Iterator[str]:
        every = [list(shape.problems(value, at)) for shape in self.shapes]
        if all(every):
            yield from every[0]


def _said(what: str, at: str) -> str:
    return f"[ERROR] {what} [json-pointer:{at}]"
