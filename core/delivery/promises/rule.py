"""Promises of rules: true in every row."""

from __future__ import annotations

from collections.abc import Iterator

from trimtab.core.delivery.promises.every_row import every_row
from trimtab.core.delivery.promises.opening import lacking
from trimtab.core.delivery.promises.promise import Measure, Measuring, promises_at
from trimtab.core.projection.controls.rule import rules_of


@promises_at(40)
def rule_measures(asked: Measuring) -> Iterator[Measure]:
    """*rule*: it is true in every row; NULL is not true."""
    for rule in rules_of(asked.study):
        yield every_row(rule.name, rule.predicate.sql, lacking(asked.data.types, rule.columns))
