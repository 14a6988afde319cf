"""Promises of rules, and of any other condition: true in every row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from trimtab.core.counting.codes import truth_code
from trimtab.core.delivery.measuring.opening import lacking
from trimtab.core.delivery.measuring.promise import Found, Measure, Measuring, Promise, exactly, promises_at, unmeasured
from trimtab.core.design.controls.kind import ControlName
from trimtab.core.projection.controls.rule import rules_of


@promises_at(40)
def rule_measures(asked: Measuring) -> Iterator[Measure]:
    """*rule*: it is true in every row; NULL is not true."""
    for rule in rules_of(asked.study):
        yield every_row(rule.name, rule.predicate.sql, lacking(asked.data.types, rule.columns))


def every_row(control: ControlName, condition: str, lacks: str | None, aspect: str = "") -> Measure:
    """A condition is true in every row; unmeasured if a column is lacking."""

    def judge(found: Found) -> Iterable[Promise]:
        if lacks:
            yield unmeasured(control, found.rows, lacks, "rows").of(aspect)
        else:
            yield exactly(control, found.rows, found.true()).of(aspect)

    return Measure(judge, () if lacks else (truth_code(condition),))
