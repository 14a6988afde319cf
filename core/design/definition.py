"""A column that a design computes, and what the controls that compute one need to read their expressions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from trimtab.core.expressions import Scalar
from trimtab.core.source.kinds import Kind

KIND_OF_TYPE: dict[str, Kind] = {"text": "categorical", "boolean": "boolean", "datetime": "datetime"}


@dataclass(frozen=True)
class Definition:
    """A column that the design computes.

    `scalar` is its expression over columns of the source only: names of other definitions are written out. A level
    mix is its level as text, NULL without a score; a label with a rule is the clean one; of a label with a probability
    it is the probability, and no condition may name it.
    """

    name: str
    role: Literal["derive", "level", "label", "probability"]
    kind: Kind
    scalar: Scalar


class Expressions(Protocol):
    """Reads the expressions of a design, each on behalf of its owner. Raises InputError for what is not understood."""

    def number(self, text: str, owner: str) -> Scalar:
        """An expression that gives a number for each row."""

    def varying(self, text: str, owner: str) -> Scalar:
        """An expression that is not the same for every row."""


def kind_of(scalar: Scalar) -> Kind:
    """The kind that a factor of this expression has by itself."""
    if scalar.type == "number":
        return "count" if scalar.whole else "continuous"
    return KIND_OF_TYPE.get(scalar.type, "categorical")
