"""A checked tree as the SQL that DuckDB evaluates: where there is no number nothing comes out.

DuckDB gives infinity or *not a number* for `x / 0`, a remainder of fractions by 0, `ln(0)` and `sqrt(-1)`. No row can
hold these, yet a condition such as `x / y > 3` is true of them. The tree stays as it was typed, for messages and
thresholds.
"""

from __future__ import annotations

from sqlglot import exp

from trimtab.core.expressions.reading import Typed

FRACTION = "fraction"
"""The mark of a cast to a whole number that is given one with a fraction."""

_NAN = exp.cast(exp.Literal.string("nan"), exp.DataType.Type.DOUBLE, dialect=Typed)
_LOGARITHMS = ("ln", "log", "log10")
_MAY_BE_NAN = ("mod", "sqrt")


def sql_of(node: exp.Expr) -> str:
    """The SQL of a part as DuckDB reads it, identifiers quoted."""
    root = exp.Paren(this=node.copy())
    for part in reversed(list(root.this.walk())):  # what stands inside comes first
        _render(part)
    return str(root.this.sql(dialect=Typed, identify=True, comments=False))


def _render(node: exp.Expr) -> None:
    name = node.name.lower() if isinstance(node, exp.Anonymous) else ""
    if isinstance(node, exp.Div):
        _only(node.expression, exp.Literal.number(0))
    elif name in _LOGARITHMS:
        argument = node.expressions[-1]
        if not isinstance(argument, exp.Literal):
            above = exp.Anonymous(this="greatest", expressions=[argument.copy(), exp.Literal.number(0)])
            argument.replace(above)
            _only(above, exp.Literal.number(0))
    elif isinstance(node, exp.Mod) or name in _MAY_BE_NAN:
        last = node.expression if isinstance(node, exp.Mod) else node.expressions[-1]
        if not isinstance(last, exp.Literal):
            _only(node, _NAN)
    elif isinstance(node, exp.Cast) and node.meta.get(FRACTION):
        # DuckDB casts 2.5 to 3, but to 2 where it is stored in binary: halves go away from zero.
        node.set("this", exp.Anonymous(this="round", expressions=[node.this.copy()]))


def _only(node: exp.Expr, but: exp.Expr) -> None:
    """Have a part missing where it is a certain value; named once, for what is written twice doubles at each level."""
    if not isinstance(node, exp.Literal):
        node.replace(exp.Anonymous(this="nullif", expressions=[node.copy(), but.copy()]))
