"""SQL expressions typed by people: read, checked against the known columns, split into conditions, never trusted."""

from core.expressions.builder import Condition, Value, build_predicate
from core.expressions.language import FUNCTIONS, Type
from core.expressions.moments import microseconds
from core.expressions.predicate import Leaf, Predicate, parse_predicate, parse_scalar
from core.expressions.reading import known_name
from core.expressions.scalar import Scalar

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
