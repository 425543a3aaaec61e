"""Which entries a channel wants, by their tags. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

AND = frozenset({"and", "&", "&&", "그리고", "및", "이면서", "이고"})
OR = frozenset({"or", "|", "||", "또는", "혹은", "이나", "거나"})
NOT = frozenset({"not", "without", "except", "no"})
"""Exclude the tag after them."""
NOT_AFTER = frozenset({"빼고", "제외", "말고", "없이"})
"""Exclude the tag before them, as in Korean word order."""
ALL = frozenset({
    "all", "any", "none", "off", "reset", "clear", "everything", "no filter",
    "전체", "모두", "전부", "다", "모든", "초기화", "해제", "끄기", "없음",
})  # fmt: skip
"""Remove the filter, or stand before the tags that are left out: ``all -optimizer``."""

OPERATORS = AND | OR | NOT | NOT_AFTER
"""A tag of one of these names has to be written in quotes. The same goes for ``ALL``."""


@dataclass(frozen=True, slots=True)
class TagFilter:
    """A condition on an entry's tags: at least one tag of each group in ``include``, none of ``exclude``.

    Tag names are canonical. An empty filter accepts every entry.
    """

    include: tuple[tuple[str, ...], ...] = ()
    exclude: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Every tag that the filter mentions, without repeats."""
        return tuple(dict.fromkeys((*(name for group in self.include for name in group), *self.exclude)))

    def accepts(self, tags: frozenset[str]) -> bool:
        """Whether an entry with these tags passes the filter."""
        included = all(any(name in tags for name in group) for group in self.include)
        return included and not any(name in tags for name in self.exclude)

    def with_names(self, names: Mapping[str, str]) -> TagFilter:
        """The filter with some tag names replaced by others."""

        def replaced(group: tuple[str, ...]) -> tuple[str, ...]:
            return tuple(dict.fromkeys(names.get(name, name) for name in group))

        return TagFilter(tuple(map(replaced, self.include)), replaced(self.exclude))

    def __str__(self) -> str:
        """The filter as people type it; ``tag_filter_parser.parse`` turns it back into the same filter."""
        excluded = [f"-{_quoted(name)}" for name in self.exclude]
        if len(self.include) == 1:
            return " ".join([*(f"+{_quoted(name)}" for name in self.include[0]), *excluded])
        groups = [" or ".join(map(_quoted, group)) for group in self.include]
        included = " and ".join(
            f"({text})" if len(group) > 1 else text for text, group in zip(groups, self.include, strict=True)
        )
        return " ".join(filter(None, [included, *excluded]))


def _quoted(name: str) -> str:
    """The name, in quotes if the parser would otherwise take it for an operator."""
    needs_quotes = name in OPERATORS | ALL or name.startswith("+")
    return f'"{name}"' if needs_quotes else name
