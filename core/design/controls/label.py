"""Labels: columns computed last, by a rule or drawn with a probability, and the noise put on them."""

from __future__ import annotations

from pydantic import Field, model_validator

from trimtab.core.design.controls.kind import Kind, Listed
from trimtab.core.design.fields import Share, Text, broken


class Label(Listed):
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


class LabelKind(Kind):
    """Labels: columns computed last."""

    word, part, noun, place = "label", "labels", "label", 60
    gives_way = "Remove the label {}"
    identifiers = True
