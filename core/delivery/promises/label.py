"""Promises of labels: what the rule or the probability says, and exactly as much noise as was asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from trimtab.core.counting.datasets import ROWS
from trimtab.core.database import quote_name
from trimtab.core.delivery.measuring.opening import expected, lacking
from trimtab.core.delivery.measuring.promise import (
    Found,
    Measure,
    Measuring,
    Promise,
    exactly,
    promises_at,
    unmeasured,
)
from trimtab.core.delivery.promises.derive import computed_measure
from trimtab.core.delivery.promises.drawn import drawn_measures
from trimtab.core.design.controls.kind import ControlName
from trimtab.core.design.naming import CLEAN
from trimtab.core.maths.rounding import event_rows


@promises_at(60)
def label_measures(asked: Measuring) -> Iterator[Measure]:
    """*label* with a rule: in every row the column, or with noise the clean one, has what the rule gives.

    *label* with a probability: see `drawn_measures`.
    *label … noise*: the rows in which the label and the clean one differ are exactly the whole number nearest to the
    noise's share of all, and what stands there is some other thing that the rule can give.
    """
    for name, label in asked.study.design.labels.items():
        control = ControlName("label", name)
        clean = CLEAN.format(name) if label.noise else name
        if label.rule is not None:
            yield computed_measure(asked, clean, control)
        else:
            yield from drawn_measures(asked, control, clean)
        if label.noise:
            yield _noise(asked, control, label.noise, lacking(asked.data.types, [name, clean]))


def _noise(asked: Measuring, control: ControlName, noise: float, lacks: str | None) -> Measure:
    name, clean = quote_name(control.of), quote_name(CLEAN.format(control.of))

    def judge(found: Found) -> Iterable[Promise]:
        wanted = event_rows(noise, found.rows)
        if lacks:
            yield unmeasured(control, wanted, lacks, "rows").of("noise")
            return
        wrong = f"SELECT {name}, count(*) FROM {ROWS} WHERE {name} IS DISTINCT FROM {clean} GROUP BY 1"
        words = dict(asked.data.con.execute(wrong).fetchall())
        strange = set(words) - _given(asked, control.of, words)
        rows = sum(words[word] for word in strange)
        told = exactly(control, wanted, sum(words.values()))
        said = f"{told.delivered:,} rows, in {rows:,} of them what the label never is"
        yield (replace(told, delivered=said, kept=False) if strange else told).of("noise")

    return Measure(judge)


def _given(asked: Measuring, name: str, words: Mapping[Any, int]) -> set[Any]:
    """What a label can be: what its rule gives in the source or, if that is not all of `words`, in some row."""
    if asked.study.design.labels[name].rule is None:
        return {True, False}
    found = set(asked.study.known(name).values.to_pylist())
    if not found.issuperset(words):
        own = quote_name(expected(name))
        rows = asked.data.con.execute(f"SELECT DISTINCT {own} FROM {ROWS} WHERE {own} IS NOT NULL").fetchall()
        found |= {one for (one,) in rows}
    return found
