"""A predicate split into its conditions, so that each can be decided on its own and put together again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from sqlglot import exp

from trimtab.core.expressions.builder import Condition, literal_value, rows_of
from trimtab.core.expressions.checking import Checker, shown
from trimtab.core.expressions.expanding import expanded, is_whole
from trimtab.core.expressions.language import Type
from trimtab.core.expressions.moments import microseconds
from trimtab.core.expressions.reading import read
from trimtab.core.expressions.rendering import sql_of
from trimtab.core.expressions.scalar import Scalar

_Tree = int | tuple[str, tuple["_Tree", ...]]
"""A leaf's position, or ("and" | "or" | "not", parts)."""


@dataclass(frozen=True)
class Leaf:
    """A condition below AND, OR, NOT and parentheses: SQL with quoted names, and the columns it uses."""

    sql: str
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Predicate:
    """A checked SQL condition.

    `text` is what was typed, `sql` what DuckDB may evaluate; a NULL of either counts as false. `thresholds` are, per
    column, the numbers it is compared with directly (datetimes: microseconds since 1970 UTC), ascending.
    """

    text: str
    sql: str
    columns: tuple[str, ...]
    leaves: tuple[Leaf, ...]
    thresholds: dict[str, tuple[float, ...]]
    _tree: _Tree = field(repr=False)
    _rows: tuple[Condition, ...] | None = field(repr=False)

    @property
    def single_factor(self) -> bool:
        """True if every leaf uses one column only, so that the columns' bins decide the predicate."""
        return all(len(leaf.columns) == 1 for leaf in self.leaves)

    def combine(self, truths: Sequence[np.ndarray]) -> np.ndarray:
        """Where the predicate holds, given where each leaf does.

        `truths`: per leaf an array of 1 (true), 0 (false) and nan (NULL), all broadcastable together. The result is a
        boolean array of their common shape. AND, OR and NOT follow SQL's three-valued logic (Kleene); NULL at the end
        counts as false.
        """
        if len(truths) != len(self.leaves):
            raise ValueError(f"{len(self.leaves)} leaves need as many arrays, got {len(truths)}")
        return np.asarray(_combine(self._tree, [np.asarray(truth, dtype=float) for truth in truths]) == 1.0)

    def builder_rows(self) -> list[Condition] | None:
        """The rows a form can show, or None when the predicate is more than an AND of plain conditions."""
        return None if self._rows is None else list(self._rows)


def parse_predicate(
    text: str, kinds: Mapping[str, str], *, owner: str, definitions: Mapping[str, Scalar] | None = None
) -> Predicate:
    """Read a condition over the columns of `kinds` (name -> kind).

    A name of `definitions` stands for its expression, which is written out before the condition is split: leaves,
    columns and SQL speak of columns only. It goes before a column of this name. Raises InputError, naming `owner`, for
    everything that is not one boolean SQL expression over known names built from the operators and functions of
    `trimtab.core.expressions.language`.
    """
    tree, checker, type_ = _checked(text, kinds, owner, definitions or {})
    if type_ != "boolean":
        checker.fail(f"`{text}` must be true or false for each row, such as `{_example(kinds)}`.")
    rows = rows_of(tree)
    tree = expanded(tree, definitions or {}, owner=owner)
    leaves: dict[str, Leaf] = {}
    logic = _split(tree, leaves, checker)
    return Predicate(
        text=text,
        sql=sql_of(tree),
        columns=_columns(tree),
        leaves=tuple(leaves.values()),
        thresholds=_thresholds(tree, kinds),
        _tree=logic,
        _rows=rows,
    )


def parse_scalar(
    text: str, kinds: Mapping[str, str], *, owner: str, definitions: Mapping[str, Scalar] | None = None
) -> Scalar:
    """Read an expression with any result, under the same checks as a predicate."""
    tree, _, type_ = _checked(text, kinds, owner, definitions or {})
    whole = type_ == "number" and is_whole(tree, kinds, definitions or {})
    tree = expanded(tree, definitions or {}, owner=owner)
    return Scalar(text=text, sql=sql_of(tree), columns=_columns(tree), type=type_, whole=whole, tree=tree)


def _checked(
    text: str, kinds: Mapping[str, str], owner: str, definitions: Mapping[str, Scalar]
) -> tuple[exp.Expr, Checker, Type]:
    # The parenthesis gives every part a parent, so that a part can be replaced in place.
    root = exp.Paren(this=read(text, owner=owner))
    checker = Checker(kinds, owner, definitions)
    type_ = checker.type_of(root)
    return root.this, checker, type_


def _columns(node: exp.Expr) -> tuple[str, ...]:
    return tuple(dict.fromkeys(column.name for column in node.find_all(exp.Column, bfs=False)))


def _example(kinds: Mapping[str, str]) -> str:
    name = next(iter(kinds), "x")
    return f"{name} IS NOT NULL"


def _split(node: exp.Expr, leaves: dict[str, Leaf], checker: Checker) -> _Tree:
    node = node.unnest()
    if isinstance(node, exp.And | exp.Or):
        return node.key, tuple(_split(part, leaves, checker) for part in list(node.flatten()))
    if isinstance(node, exp.Not):
        return "not", (_split(node.this, leaves, checker),)
    sql = sql_of(node)
    columns = _columns(node)
    if not columns:
        checker.fail(f"`{shown(node)}` names no column: it is the same for every row.")
    leaves.setdefault(sql, Leaf(sql, columns))
    return list(leaves).index(sql)


def _combine(tree: _Tree, truths: Sequence[np.ndarray]) -> np.ndarray:
    if isinstance(tree, int):
        return truths[tree]
    word, parts = tree
    result, *others = [_combine(part, truths) for part in parts]
    if word == "not":
        return np.asarray(1.0 - result)
    for other in others:
        # One false makes an AND false and one true makes an OR true, whatever is unknown beside it; the product and
        # the maximum are the rest of the truth table, and both carry nan on.
        if word == "and":
            result = np.where((result == 0) | (other == 0), 0.0, result * other)
        else:
            result = np.where((result == 1) | (other == 1), 1.0, np.maximum(result, other))
    return result


def _thresholds(tree: exp.Expr, kinds: Mapping[str, str]) -> dict[str, tuple[float, ...]]:
    found: dict[str, set[float]] = {}
    for column, literal in _comparisons(tree):
        value = literal_value(literal)
        if isinstance(value, int | float) and not isinstance(value, bool):
            found.setdefault(column, set()).add(float(value))
        elif isinstance(value, str) and kinds[column] == "datetime":
            found.setdefault(column, set()).add(microseconds(value))
    return {column: tuple(sorted(values)) for column, values in found.items()}


def _comparisons(tree: exp.Expr) -> Iterator[tuple[str, exp.Expr]]:
    """Every (column, part it is compared with) where the column stands alone on its side."""
    for node in tree.find_all(exp.Binary, exp.Between, exp.In):
        if isinstance(node, exp.Binary) and not isinstance(node, exp.Predicate | exp.NullSafeEQ | exp.NullSafeNEQ):
            continue
        sides = [node.this, *node.expressions]
        sides += [node.args[name] for name in ("expression", "low", "high") if node.args.get(name) is not None]
        for column, others in ((sides[0], sides[1:]), *((side, sides[:1]) for side in sides[1:])):
            if isinstance(column.unnest(), exp.Column):
                yield from ((column.unnest().name, other) for other in others)
