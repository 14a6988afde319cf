"""Formulas as they stand in a design file: which columns they name, and how numbers are written in them."""

from __future__ import annotations

from collections.abc import Mapping

from sqlglot import exp

from trimtab.core.errors import InputError
from trimtab.core.expressions.reading import Typed, read


def columns_in(expression: str) -> tuple[str, ...]:
    """The names in an expression as they are written, each once; none if it can't be read, which is told elsewhere."""
    try:
        tree = read(expression, owner="")
    except InputError:
        return ()
    return tuple(dict.fromkeys(column.name for column in tree.find_all(exp.Column, bfs=False)))


def sides(equation: str) -> tuple[str, str] | None:
    """The column on the left and the expression on the right of an equation; None if it is none.

    >>> sides("total = yes + no")
    ('total', 'yes + no')
    """
    try:
        tree = read(equation, owner="")
    except InputError:
        return None
    if not isinstance(tree, exp.EQ) or not isinstance(tree.this, exp.Column):
        return None
    return tree.this.name, tree.expression.sql(dialect=Typed)


def filled(expression: str, values: Mapping[str, str]) -> str:
    """An expression with values, as texts, in the place of its columns.

    >>> filled('yes + "no"', {"yes": "3", "no": "-4"})
    '3 + -4'
    """
    root = exp.Paren(this=read(expression, owner=""))
    for column in list(root.find_all(exp.Column)):
        column.replace(exp.var(values[column.name]))
    return str(root.this.sql(dialect=Typed))


def number(value: float) -> str:
    """A number as short as it can be written.

    >>> number(32.0), number(1.8)
    ('32', '1.8')
    """
    return str(int(value)) if float(value).is_integer() and abs(value) < 1e15 else repr(float(value))
