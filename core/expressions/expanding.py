"""Names that stand for expressions, written out; and whether an expression gives whole numbers."""

from __future__ import annotations

from collections.abc import Mapping

from sqlglot import exp

from trimtab.core.errors import InputError
from trimtab.core.expressions.language import DATE_PARTS, WHOLE_CASTS
from trimtab.core.expressions.reading import height
from trimtab.core.expressions.scalar import Scalar

LARGEST = 20_000
"""Parts of an expression once its names are written out: each name may stand for an expression with names in it."""

TALLEST = 80
"""Levels of its tree then; what walks it recurses."""

_KEEP_WHOLE = (exp.Add, exp.Sub, exp.Mul, exp.Mod, exp.IntDiv, exp.Neg, exp.Paren)
_WHOLE_CALLS = {"floor", "ceil", "ceiling", "sign", "length", "date_part", "date_diff", "date_sub", *DATE_PARTS}
_WHOLE_IF_GIVEN = {"abs", "mod", "coalesce", "least", "greatest"}


def expanded(tree: exp.Expr, definitions: Mapping[str, Scalar], *, owner: str) -> exp.Expr:
    """`tree` with every name of `definitions` replaced, in place, by its expression in parentheses.

    Raises InputError, naming `owner`, beyond `LARGEST` parts or `TALLEST` levels.
    """
    root = exp.Paren(this=tree)
    named = [column for column in root.find_all(exp.Column) if column.name in definitions]
    sizes = {column.name: sum(1 for _ in definitions[column.name].tree.walk()) for column in named}
    if sum(sizes[column.name] for column in named) > LARGEST:
        raise InputError(f"{owner}: with the names in it written out, it has more than {LARGEST:,} parts.")
    for column in named:
        column.replace(exp.Paren(this=definitions[column.name].tree.copy()))
    if height(root) > TALLEST:
        raise InputError(f"{owner}: with the names in it written out, it nests deeper than {TALLEST} levels.")
    result: exp.Expr = root.this
    return result


def is_whole(node: exp.Expr, kinds: Mapping[str, str], definitions: Mapping[str, Scalar]) -> bool:
    """True if a checked expression gives numbers without a fraction whenever its columns of kind count do."""

    def every(*nodes: exp.Expr) -> bool:
        return all(is_whole(one, kinds, definitions) for one in nodes)

    if isinstance(node, exp.Column):
        return definitions[node.name].whole if node.name in definitions else kinds[node.name] == "count"
    if isinstance(node, exp.Literal):
        return bool(node.is_int)
    if isinstance(node, exp.Case):
        default = node.args.get("default")
        return every(*[branch.args["true"] for branch in node.args["ifs"]], *([default] if default else []))
    if isinstance(node, exp.Cast):
        return node.args["to"].this.name in WHOLE_CASTS
    if isinstance(node, exp.Anonymous):
        name = node.name.lower()
        one_digit = name == "round" and len(node.expressions) == 1
        return one_digit or name in _WHOLE_CALLS or (name in _WHOLE_IF_GIVEN and every(*node.expressions))
    if isinstance(node, exp.Null):
        return True
    return isinstance(node, _KEEP_WHOLE) and every(*node.iter_expressions())
