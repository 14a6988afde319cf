"""SQL expressions typed by people: read, checked against the known columns, split into conditions, never trusted."""

from trimtab.core.expressions.builder import Condition, Value, build_predicate
from trimtab.core.expressions.language import FUNCTIONS, Type
from trimtab.core.expressions.moments import microseconds
from trimtab.core.expressions.predicate import Leaf, Predicate, parse_predicate, parse_scalar
from trimtab.core.expressions.reading import known_name
from trimtab.core.expressions.scalar import Scalar

__all__ = [
    "FUNCTIONS",
    "Condition",
    "Leaf",
    "Predicate",
    "Scalar",
    "Type",
    "Value",
    "build_predicate",
    "known_name",
    "microseconds",
    "parse_predicate",
    "parse_scalar",
]
