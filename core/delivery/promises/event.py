"""Promises of events: an exact number of rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from trimtab.core.counting.codes import truth_code
from trimtab.core.delivery.measuring.opening import lacking
from trimtab.core.delivery.measuring.promise import (
    Found,
    Measure,
    Measuring,
    Promise,
    exactly,
    promises_at,
    unmeasured,
)
from trimtab.core.maths.rounding import event_rows
from trimtab.core.projection.controls.event import EventControl, events_of


@promises_at(10)
def event_measures(asked: Measuring) -> Iterator[Measure]:
    """*event*: the rows in which it is true are exactly the whole number nearest to its share of all; NULL is false.

    Of an event for which a number of rows is asked it is that number, or its share of as many rows as there must be.
    """
    for event in events_of(asked.study):
        own = asked.study.design.events[event.of].rows
        number = None if asked.rows is not None else own
        yield _event(event, number, lacking(asked.data.types, event.columns))


def _event(event: EventControl, number: int | None, lacks: str | None) -> Measure:
    def judge(found: Found) -> Iterable[Promise]:
        wanted = event_rows(event.rate, found.rows) if number is None else number
        yield unmeasured(event.name, wanted, lacks, "rows") if lacks else exactly(event.name, wanted, found.true())

    return Measure(judge, () if lacks else (truth_code(event.predicate.sql),), with_source=True)
