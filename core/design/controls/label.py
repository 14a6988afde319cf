"""Labels: columns computed last, by a rule or drawn with a probability, and the noise put on them."""

from __future__ import annotations

from pydantic import Field, model_validator

from trimtab.core.design.controls.kind import Defining, Kind
from trimtab.core.design.definition import Definition, Expressions, kind_of
from trimtab.core.design.fields import Share, Text, broken
from trimtab.core.errors import InputError


class Label(Defining):
    """A column computed last: by a rule, or drawn with a probability; with noise, the clean label stands beside it.

    A label with a rule may be named in conditions and pairs: there it means the clean one.
    """

    rule: Text | None = Field(default=None, description="SQL expression that gives the label.")
    probability: Text | None = Field(default=None, description="SQL expression for the probability of `true`, 0 to 1.")
    noise: Share = Field(default=0.0, description="Share of rows whose label is replaced by another one.")

    @model_validator(mode="after")
    def _one_source(self) -> Label:
        if (self.rule is None) == (self.probability is None):
            both = self.rule is not None
            broken("needs a `rule` or a `probability`" + (", not both" if both else ""))
        return self

    @property
    def nameable(self) -> bool:
        """A label with a probability is drawn once all conditions are decided, so none can name it."""
        return self.probability is None

    def define(self, name: str, read: Expressions) -> Definition:
        """The clean label, or the probability that it is drawn with."""
        owner = f"Label `{name}`"
        if self.probability is not None:
            return Definition(name, "probability", "continuous", read.number(self.probability, f"{owner}, probability"))
        scalar = read.varying(self.rule or "", owner)
        if scalar.type == "datetime":
            raise InputError(f"{owner}: a label must be a text, a number, true or false, not a date.")
        return Definition(name, "label", kind_of(scalar), scalar)


class LabelKind(Kind):
    """Labels: columns computed last."""

    word, part, noun, place = "label", "labels", "label", 60
    gives_way = "Remove the label {}"
    identifiers = True
