"""An expression with any result: what a name in other expressions can stand for."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlglot import exp

from trimtab.core.expressions.language import Type


@dataclass(frozen=True)
class Scalar:
    """A checked expression with any result: `sql` is what DuckDB may evaluate, `type` what comes out.

    `whole`: the result is a number without a fraction, as far as the expression and the kinds of its columns tell.
    """

    text: str
    sql: str
    columns: tuple[str, ...]
    type: Type
    whole: bool
    tree: exp.Expr = field(repr=False, compare=False)
