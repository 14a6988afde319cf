"""Rules: conditions that are true in every generated row."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trimtab.core.design.validation import rule_predicates
from trimtab.core.projection.controls.condition import Condition, truths_of
from trimtab.core.projection.controls.control import controls_at
from trimtab.core.study.study import Study


@dataclass(frozen=True, eq=False)
class RuleControl(Condition):
    """A rule."""

    kind = "rule"
    generated_only = True


@controls_at(20)
def rules_of(study: Study) -> tuple[RuleControl, ...]:
    """The rules of a study's design, in its order. Raises InputError for a condition that is not understood."""
    predicates = rule_predicates(study.design, study.columns)
    return tuple(
        RuleControl(np.array([0.0, 1.0]), (), one.text, one, truths_of(one, f"Rule `{one.text}`")) for one in predicates
    )
