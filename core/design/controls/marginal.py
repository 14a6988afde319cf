"""What a factor itself says: its role, and the share of its values that are missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from trimtab.core.design.controls.kind import ControlName, Kind

NO_CONTROL = ("kind", "format", "order", "unit", "edges", "missing", "role")
"""What a design says of a factor beside its role and what the role needs."""


class TargetKind(Kind):
    """Role target: a marginal that is designed."""

    word, noun, place = "target", "target", 1
    gives_way = "Let {} follow"


class KeepKind(Kind):
    """Role keep: a marginal that stays as in the source."""

    word, noun, place = "keep", "keep", 2
    as_asked = "as in the source"
    gives_way = "Let {} follow"


class HoldKind(Kind):
    """Role hold: one value, or a set of them."""

    word, noun, place = "hold", "hold", 3
    as_asked = "held"
    gives_way = "Let {} follow"

    @classmethod
    def limit(cls, limit: str, *, most: bool, certain: bool) -> str:
        return f"at most {limit} of the rows can have a held value"


class DeriveKind(Kind):
    """Role derive: an expression over other factors."""

    word, noun, place = "derive", "derived factor", 4
    gives_way = "Remove {}"

    @classmethod
    def called(cls, of: str) -> str:
        return f"the derived factor `{of}`"


class DropKind(Kind):
    """Role drop: left out."""

    word, noun, place = "drop", "dropped factor", 5


class CarryKind(Kind):
    """Role carry: real rows bring their own value."""

    word, noun, place = "carry", "carried column", 9


class MissingKind(Kind):
    """The share of missing values of a factor."""

    word, noun, place = "missing", "missing share", 6
    as_asked = "with the missing share asked for"
    gives_way = "Let gaps of {} be"

    @classmethod
    def called(cls, of: str) -> str:
        return f"the missing share of `{of}`"


class EdgesKind(Kind):
    """The bins that a factor is shown and targeted on."""

    word, noun, place = "edges", "bins", 7


class RowsKind(Kind):
    """The number of rows, of a design or a supplement."""

    word, noun, place = "rows", "number of rows", 8

    @classmethod
    def called(cls, of: str) -> str:
        return "the number of rows"


class ModeKind(Kind):
    """Where rows may come from."""

    word, noun, place = "mode", "mode", 10
    gives_way = "Make rows where real ones run out"


def factor_parts(data: Mapping[str, Any]) -> Iterator[tuple[ControlName, Any]]:
    """What the factors say in the content of a design file, factor by factor, each with its part of it."""
    for name, factor in data.get("factors", {}).items():
        role = factor.get("role", "follow")
        if role != "follow":
            needs = {key: value for key, value in factor.items() if key not in NO_CONTROL}
            yield ControlName(role, name), {"role": role, **needs}
        for key in ("missing", "edges"):
            if key in factor:
                yield ControlName(key, name), factor[key]
