"""SQL expressions typed by people: read, checked against the known columns, split into conditions, never trusted."""

from core.expressions.builder import Condition, Value, build_predicate
from core.expressions.language import FUNCTIONS, Type
from core.expressions.moments import microseconds
from core.expressions.predicate import Leaf, Predicate, Scalar, parse_predicate, parse_scalar

__all__ = [
    "FUNCTIONS",
    "Condition",
    "Leaf",
    "Predicate",
    "Scalar",
    "Type",
    "Value",
    "build_predicate",
    "microseconds",
    "parse_predicate",
    "parse_scalar",
]
