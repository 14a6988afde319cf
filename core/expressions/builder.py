"""Conditions as rows of a form and back: the plain part of the language, for people who don't write SQL."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from sqlglot import exp

from trimtab.core.database import quote_name, quote_text
from trimtab.core.errors import InputError, nearest
from trimtab.core.expressions.reading import is_plain_name

Scalar = bool | int | float | str
Value = Scalar | tuple[Scalar, ...] | None

_COMPARED: dict[type[exp.Expr], tuple[str, str]] = {
    # the operator as typed, and seen from the other side
    exp.EQ: ("=", "="),
    exp.NEQ: ("!=", "!="),
    exp.LT: ("<", ">"),
    exp.LTE: ("<=", ">="),
    exp.GT: (">", "<"),
    exp.GTE: (">=", "<="),
}
OPERATORS = (*(op for op, _ in _COMPARED.values()), "between", "in", "not in", "is null", "is not null")


@dataclass(frozen=True)
class Condition:
    """One row of the form: `column op value`.

    `value` is one number, text or truth for a comparison; two for `between`; one or more for `in` and `not in`;
    None for `is null` and `is not null`. Dates are ISO texts.
    """

    column: str
    op: str
    value: Value = None

    def __post_init__(self) -> None:
        if self.op not in OPERATORS:
            known = nearest(self.op, OPERATORS, shown=len(OPERATORS))
            raise InputError(f"Condition on `{self.column}`: unknown operator `{self.op}`.{known}")
        if self.value is None:
            fits = self.op in ("is null", "is not null")
        elif isinstance(self.value, tuple):
            fits = len(self.value) == 2 if self.op == "between" else self.op in ("in", "not in") and bool(self.value)
        else:
            fits = self.op in {op for op, _ in _COMPARED.values()}
        if not fits:
            raise InputError(f"Condition on `{self.column}`: `{self.op}` does not take the value {self.value!r}.")


def build_predicate(conditions: Sequence[Condition]) -> str:
    """The conditions joined by AND, as SQL; the inverse of `Predicate.builder_rows`.

    >>> build_predicate([Condition("visib", "<", 2), Condition("origin", "in", ("LGA", "O'Hare"))])
    "visib < 2 AND origin IN ('LGA', 'O''Hare')"
    """
    if not conditions:
        raise InputError("A predicate needs at least one condition.")
    return " AND ".join(_sql(condition) for condition in conditions)


def rows_of(tree: exp.Expr) -> tuple[Condition, ...] | None:
    """The rows of a checked tree, or None when it is more than an AND of plain conditions."""
    tree = tree.unnest()
    parts = list(tree.flatten()) if isinstance(tree, exp.And) else [tree]
    rows = [_row(part.unnest()) for part in parts]
    return tuple(row for row in rows if row is not None) if None not in rows else None


def literal_value(node: exp.Expr | None) -> Scalar | None:
    """The value of a literal, with its sign, in parentheses or cast to a date; None for anything else."""
    node = node.unnest() if node is not None else None
    if isinstance(node, exp.Neg):
        value = literal_value(node.this)
        return -value if isinstance(value, int | float) and not isinstance(value, bool) else None
    if isinstance(node, exp.Cast) and node.args["to"].this.name in {"DATE", "TIMESTAMP", "TIMESTAMPNTZ"}:
        value = literal_value(node.this)
        return value if isinstance(value, str) else None
    if isinstance(node, exp.Boolean):
        return bool(node.this)
    if not isinstance(node, exp.Literal):
        return None
    if node.is_string:
        return str(node.this)
    return int(node.this) if node.is_int else float(node.this)


def _row(node: exp.Expr) -> Condition | None:
    negated = isinstance(node, exp.Not)
    node = node.this.unnest() if negated else node
    if isinstance(node, exp.Column):
        return Condition(node.name, "=", not negated)
    left = node.this.unnest() if isinstance(node.this, exp.Expr) else None
    if type(node) in _COMPARED and not negated:
        right = node.expression.unnest()
        op, flipped = _COMPARED[type(node)]
        column, other, op = (left, right, op) if isinstance(left, exp.Column) else (right, left, flipped)
        value = literal_value(other)
        return Condition(column.name, op, value) if isinstance(column, exp.Column) and value is not None else None
    if not isinstance(left, exp.Column):
        return None
    if isinstance(node, exp.Is) and isinstance(node.expression, exp.Null):
        return Condition(left.name, "is not null" if negated else "is null")
    if isinstance(node, exp.Between) and not negated:
        return _row_of_many(left.name, "between", [node.args["low"], node.args["high"]])
    if isinstance(node, exp.In):
        return _row_of_many(left.name, "not in" if negated else "in", node.expressions)
    return None


def _row_of_many(column: str, op: str, nodes: Sequence[exp.Expr]) -> Condition | None:
    values = [literal_value(node) for node in nodes]
    return Condition(column, op, tuple(value for value in values if value is not None)) if None not in values else None


def _sql(condition: Condition) -> str:
    name = condition.column if is_plain_name(condition.column) else quote_name(condition.column)
    op, value = condition.op, condition.value
    if not isinstance(value, tuple):
        return f"{name} {op.upper()}" if value is None else f"{name} {op} {_literal(value)}"
    listed = [_literal(item) for item in value]
    if op == "between":
        return f"{name} BETWEEN {listed[0]} AND {listed[1]}"
    return f"{name} {op.upper()} ({', '.join(listed)})"


def _literal(value: Scalar) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return quote_text(value)
    if not math.isfinite(value):
        raise InputError(f"A condition can't compare with {value}; it needs a finite number.")
    return repr(value)
