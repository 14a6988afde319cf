"""What an expression may contain, and the type of each part: everything not listed here is refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NoReturn

from sqlglot import exp

from trimtab.core.errors import InputError, nearest
from trimtab.core.expressions.expanding import is_whole
from trimtab.core.expressions.language import (
    CASTS,
    DATE_PARTS,
    FUNCTIONS,
    KINDS,
    SAME,
    SIGNATURES,
    WHOLE_CASTS,
    WORDS,
    Type,
)
from trimtab.core.expressions.moments import microseconds
from trimtab.core.expressions.reading import Typed, is_plain_name, known_name
from trimtab.core.expressions.rendering import FRACTION
from trimtab.core.expressions.scalar import Scalar

_COMPARISONS = (exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE, exp.NullSafeEQ, exp.NullSafeNEQ)
_ARITHMETIC = (exp.Add, exp.Sub, exp.Mul, exp.Div, exp.IntDiv, exp.Mod, exp.Pow)


@dataclass
class Checker:
    """Walks a tree once: resolves columns to their known names in place, and raises InputError at the first fault.

    `kinds` are the columns; `definitions`, looked up only if they are named, stand for expressions and go before a
    column.
    """

    kinds: Mapping[str, str]
    owner: str
    definitions: Mapping[str, Scalar]

    def type_of(self, node: exp.Expr) -> Type:
        """The type of a part."""
        check = _CHECKS.get(type(node))
        if check is None:
            self.refuse(node)
        parts, rule = check
        # Clauses such as ESCAPE, OVER or IN (SELECT ...) hang on a node as further arguments.
        for name, value in node.args.items():
            holds_more = isinstance(value, exp.Expr) or (isinstance(value, list) and value)
            if name not in parts and (holds_more or (name == "symmetric" and value)):
                self.refuse(node, value if isinstance(value, exp.Expr) else node)
        return rule(self, node)

    def need(self, node: exp.Expr, type_: Type, role: str) -> None:
        """Raise unless the part has the type (or is NULL)."""
        found = self.unify([node]) if type_ != "datetime" else self._as_datetime(node)
        if found not in (type_, "null"):
            self.fail(f"{role} must be {WORDS[type_]}, got `{shown(node)}`, {WORDS[found]}.")

    def unify(self, nodes: Sequence[exp.Expr]) -> Type:
        """The one type of several parts that are compared or alternatives of each other.

        A text literal beside a date is read as a date and marked as a TIMESTAMP, because DuckDB would cut its time off
        beside a DATE column.
        """
        types = [self.type_of(node) for node in nodes]
        found = {type_ for type_ in types if type_ != "null"}
        if found == {"datetime", "text"} and all(
            is_text(node) for node, type_ in zip(nodes, types, strict=True) if type_ == "text"
        ):
            for node, type_ in zip(nodes, types, strict=True):
                if type_ == "text":
                    self._as_datetime(node)
            return "datetime"
        if len(found) > 1:
            self._mismatch(nodes, types)
        return found.pop() if found else "null"

    def fail(self, problem: str) -> NoReturn:
        """Raise InputError, naming the owner."""
        raise InputError(f"{self.owner}: {problem}")

    def refuse(self, node: exp.Expr, clause: exp.Expr | None = None) -> NoReturn:
        """Raise InputError for a part, or a clause of it, that is no part of the language."""
        wrong = clause or node
        if isinstance(wrong, exp.Query | exp.Exists) or wrong.find(exp.Query):
            self.fail("a sub-query is not allowed; an expression sees one row at a time.")
        if isinstance(wrong, exp.Window | exp.Filter | exp.Distinct | exp.Order):
            self.fail("window functions and aggregates are not allowed; an expression sees one row at a time.")
        if isinstance(wrong, exp.Placeholder | exp.Parameter):
            self.fail(f"parameters such as `{shown(wrong)}` are not allowed; write the value.")
        self.fail(f"`{shown(node)}` is not allowed in an expression.")

    def _mismatch(self, nodes: Sequence[exp.Expr], types: Sequence[Type]) -> NoReturn:
        pairs = [(node, type_) for node, type_ in zip(nodes, types, strict=True) if type_ != "null"]
        (left, left_type), (right, right_type) = pairs[0], next(pair for pair in pairs if pair[1] != pairs[0][1])
        self.fail(
            f"`{shown(left)}` is {WORDS[left_type]} and `{shown(right)}` is {WORDS[right_type]}; they can't stand "
            f"side by side.{_hint(left, right_type) or _hint(right, left_type)}"
        )

    def _as_datetime(self, node: exp.Expr) -> Type:
        if not is_text(node):
            return self.type_of(node)
        self._check_moment(node)
        node.replace(exp.cast(node.copy(), exp.DataType.Type.TIMESTAMP, dialect=Typed))
        return "datetime"

    def _check_moment(self, node: exp.Expr) -> None:
        try:
            microseconds(node.name)
        except ValueError as error:
            self.fail(f"{shown(node)} is {error}.")

    def column(self, node: exp.Expr) -> Type:
        identifier = node.this
        if not isinstance(identifier, exp.Identifier):
            self.refuse(node)
        typed = identifier.name
        names = dict.fromkeys((*self.kinds, *self.definitions))
        known = known_name(typed, names)
        if known is None:
            text = f" A text goes in single quotes: '{typed}'." if identifier.quoted else ""
            self.fail(f"there is no column `{typed}`.{nearest(typed, names)}{text}")
        node.set("this", exp.to_identifier(known, quoted=not is_plain_name(known)))
        return self.definitions[known].type if known in self.definitions else KINDS[self.kinds[known]]

    def literal(self, node: exp.Expr) -> Type:
        if is_text(node):
            return "text"
        if abs(float(node.name)) == float("inf"):
            self.fail(f"the number {node.name} is too large.")
        return "number"

    def connector(self, node: exp.Expr) -> Type:
        for part in list(node.flatten()) if isinstance(node, exp.Connector) else [node.this]:
            self.need(part, "boolean", f"each side of {node.key.upper()}" if node.key != "not" else "what follows NOT")
        return "boolean"

    def comparison(self, node: exp.Expr) -> Type:
        self.unify([node.this, *[node.args[name] for name in ("expression", "low", "high") if name in node.args]])
        return "boolean"

    def membership(self, node: exp.Expr) -> Type:
        self.unify([node.this, *node.expressions])
        return "boolean"

    def is_(self, node: exp.Expr) -> Type:
        if isinstance(node.expression, exp.Null):
            self.type_of(node.this)
        elif isinstance(node.expression, exp.Boolean):
            self.need(node.this, "boolean", f"what stands before IS {shown(node.expression)}")
        else:
            self.fail(f"IS takes NULL, TRUE or FALSE, got `{shown(node.expression)}`.")
        return "boolean"

    def like(self, node: exp.Expr) -> Type:
        for part in (node.this, node.expression):
            self.need(part, "text", f"each side of {node.key.upper()}")
        return "boolean"

    def arithmetic(self, node: exp.Expr) -> Type:
        for part in (node.this, node.expression) if not isinstance(node, exp.Neg) else (node.this,):
            self.need(part, "number", "what is calculated with")
        if isinstance(node, exp.IntDiv):
            self._whole_division(node)
        elif isinstance(node, exp.Div | exp.Mod):
            self._not_zero(node, node.expression)
        return "number"

    def _not_zero(self, node: exp.Expr, part: exp.Expr) -> None:
        written = part.unnest()
        if isinstance(written, exp.Literal) and float(written.name) == 0:
            self.fail(f"`{shown(node)}` has no value: it is calculated with 0.")

    def _whole_division(self, node: exp.Expr) -> None:
        """Have both sides as whole numbers: of others, whole ones that are stored as floats too, DuckDB's // is /."""
        sides = {name: node.args[name] for name in ("this", "expression")}
        if not all(is_whole(side, self.kinds, self.definitions) for side in sides.values()):
            left, right = map(shown, sides.values())
            self.fail(
                f"`{shown(node)}`: // is for whole numbers; of others it would keep the fraction (38.7 // 10 = 3.87). "
                f"Write floor({left} / {right})."
            )
        for side in sides.values():
            if not (side.is_int or (isinstance(side, exp.Cast) and side.args["to"].this.name == "BIGINT")):
                side.replace(exp.cast(side.copy(), exp.DataType.Type.BIGINT, dialect=Typed))

    def case(self, node: exp.Expr) -> Type:
        branches = node.args["ifs"]
        if node.this is not None:
            self.unify([node.this, *[branch.this for branch in branches]])
        else:
            for branch in branches:
                self.need(branch.this, "boolean", "what follows WHEN")
        default = node.args.get("default")
        return self.unify([*[branch.args["true"] for branch in branches], *([default] if default else [])])

    def cast(self, node: exp.Expr) -> Type:
        target = node.args["to"].this.name
        type_ = CASTS.get(target)
        if type_ is None:
            self.fail(f"`{shown(node)}`: a cast goes to one of {', '.join(t for t in CASTS if t != 'TIMESTAMPNTZ')}.")
        if type_ == "datetime" and is_text(node.this):
            self._check_moment(node.this)
            if target == "DATE" and len(node.this.name) > len("2013-05-31"):
                self.fail(f"`{shown(node)}`: a DATE has no time of day; write TIMESTAMP {shown(node.this)}.")
        else:
            is_number = self.type_of(node.this) == "number"
            whole = is_whole(node.this, self.kinds, self.definitions)
            node.meta[FRACTION] = is_number and target in WHOLE_CASTS and not whole
        return type_

    def call(self, node: exp.Expr) -> Type:
        if not isinstance(node.this, str):
            self.refuse(node)
        name = node.name.lower()
        arguments = node.expressions
        if name in SAME and arguments:
            return self.unify(arguments)
        if name not in SIGNATURES:
            self.fail(f"the function `{name}` is not allowed.{nearest(name, FUNCTIONS, shown=40)}")
        options, result = SIGNATURES[name]
        wanted = next((option for option in options if len(option) == len(arguments)), None)
        if wanted is None:
            counts = " or ".join(str(len(option)) for option in options)
            self.fail(f"`{name}` takes {counts} argument(s), got {len(arguments)}.")
        for argument, type_ in zip(arguments, wanted, strict=True):
            self.need(argument, type_, f"what `{name}` is given")
        # DuckDB binds these only to constants of their own.
        if name in ("date_part", "date_diff", "date_sub") and not (
            is_text(arguments[0]) and arguments[0].name.lower() in DATE_PARTS
        ):
            known = nearest(arguments[0].name, DATE_PARTS, shown=20)
            self.fail(f"the part in `{shown(node)}` must be written out.{known}")
        if name == "round" and len(arguments) == 2 and not arguments[1].is_int:
            self.fail(f"the digits in `{shown(node)}` must be a whole number.")
        if name in ("mod", "ln", "log", "log10"):
            self._not_zero(node, arguments[-1])
        return result


def shown(node: exp.Expr) -> str:
    """The SQL of a part as a person would type it, for messages."""
    return node.sql(dialect=Typed, comments=False)


def is_text(node: exp.Expr) -> bool:
    """True for a text in single quotes."""
    return isinstance(node, exp.Literal) and bool(node.is_string)


def _hint(node: exp.Expr, wanted: Type) -> str:
    """How the literal would have to be written to have the type that stands beside it; empty if there is no way."""
    bare = node.unnest()
    if wanted == "text" and bare.is_number:
        return f" Write '{shown(bare)}', in single quotes."
    if wanted == "boolean" and isinstance(bare, exp.Literal):
        return " Write true or false."
    if wanted == "number" and is_text(bare) and bare.name.replace(".", "", 1).lstrip("-").isdigit():
        return f" Write {bare.name}, without quotes."
    return ""


_Rule = Callable[[Checker, exp.Expr], Type]
_CHECKS: dict[type[exp.Expr], tuple[tuple[str, ...], _Rule]] = {
    exp.Column: (("this",), Checker.column),
    exp.Literal: (("this",), Checker.literal),
    exp.Boolean: ((), lambda checker, node: "boolean"),
    exp.Null: ((), lambda checker, node: "null"),
    exp.Paren: (("this",), lambda checker, node: checker.unify([node.this])),
    exp.And: (("this", "expression"), Checker.connector),
    exp.Or: (("this", "expression"), Checker.connector),
    exp.Not: (("this",), Checker.connector),
    **dict.fromkeys(_COMPARISONS, (("this", "expression"), Checker.comparison)),
    exp.Between: (("this", "low", "high"), Checker.comparison),
    exp.In: (("this", "expressions"), Checker.membership),
    exp.Is: (("this", "expression"), Checker.is_),
    exp.Like: (("this", "expression"), Checker.like),
    exp.ILike: (("this", "expression"), Checker.like),
    **dict.fromkeys(_ARITHMETIC, (("this", "expression"), Checker.arithmetic)),
    exp.Neg: (("this",), Checker.arithmetic),
    exp.Case: (("this", "ifs", "default"), Checker.case),
    exp.Cast: (("this", "to"), Checker.cast),
    exp.TryCast: (("this", "to"), Checker.cast),
    exp.Anonymous: (("this", "expressions"), Checker.call),
}
