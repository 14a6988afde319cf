"""Events: conditions that are true in an exact number of rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from trimtab.core.design.validation import event_predicate
from trimtab.core.maths.streams import ONE_FOR_ALL, stream
from trimtab.core.projection.controls.condition import Condition, truths_of
from trimtab.core.projection.controls.control import Control, controls_at
from trimtab.core.projection.pool.pool import At, Pool, table_at
from trimtab.core.projection.reserved.following import with_following
from trimtab.core.projection.reserved.reserved import kept
from trimtab.core.study.study import Study, whole_size

HALF = 0.5
"""What is asked for less than half a row is not constructed."""

TRIES = 100_000
"""Candidates that are tried for an event."""

MOST_ROWS = 2_000
"""Rows that are constructed for one event."""


@dataclass(frozen=True, eq=False)
class EventControl(Condition):
    """An event; `in_rows`: the design asks for a number of rows."""

    in_rows: bool = False

    kind = "event"
    yields = True

    @property
    def counted(self) -> bool:
        return self.in_rows

    def never_shown(self, pool: Pool, total: int) -> bool:
        if self.rate * total < HALF:
            return False
        key = (pool.study.grounding, pool.key, self.predicate.sql)
        return not pool.study.memo.of("whether it happens", key, lambda: bool(self.codes(pool).any()))

    def rows_of_it(self, study: Study, usable: np.ndarray, guards: Sequence[Control]) -> At | None:
        return event_rows_of(study, self, usable, guards)


@controls_at(10)
def events_of(study: Study) -> tuple[EventControl, ...]:
    """The events of a study's design, in its order. Raises InputError for a condition that is not understood."""
    total = whole_size(study, study.size)
    found = []
    for name, event in study.design.events.items():
        rate = float(event.rate if event.rate is not None else (event.rows or 0) / total)
        predicate = event_predicate(study.design, name, study.columns)
        shares = np.array([1.0 - rate, rate])
        truths = truths_of(predicate, f"Event `{name}`")
        found.append(EventControl(shares, (), name, predicate, truths, in_rows=event.rows is not None))
    return tuple(found)


def event_rows_of(study: Study, event: EventControl, usable: np.ndarray, guards: Sequence[Control] = ()) -> At | None:
    """Rows in which an event is true that is true in no real one; None if none was found.

    `usable` are the learning rows to begin with. The factors of its conditions take their values from other rows, by
    chance or from those that fulfil one of them. Rows in which fewer factors were changed come first, and if some are
    such as the `guards` allow, only those come.
    """
    generator = stream(ONE_FOR_ALL, f"event {event.of}")
    base = usable[generator.integers(0, len(usable), TRIES)]
    taken = {}
    changed = np.zeros(TRIES, dtype=np.int64)
    for name in event.predicate.columns:
        lenders = _lenders(study, event, name)
        choice = generator.integers(0, len(lenders) + 1, TRIES)
        taken[name] = base.copy()
        for i, rows in enumerate(lenders, start=1):
            here = np.flatnonzero(choice == i)
            taken[name][here] = rows[generator.integers(0, len(rows), len(here))]
        changed += choice > 0
    begun = _with_tied(study, base, taken) if guards else [{**dict.fromkeys(study.columns, base), **taken}]
    # All others look at nothing but what the real row has.
    tied = study.grounding.tied(event.predicate.columns)
    guards = [guard for guard in guards if not set(tied).isdisjoint(guard.columns)]
    tried = [_hits(study, event, at, changed) for at in begun]
    tried[1:] = [with_following(study, guards, at, taken) for at in tried[1:]]
    found = {name: np.concatenate([at[name] for at in tried]) for name in study.columns}
    if not len(base := next(iter(found.values()))):
        return None
    allowed = kept(study, guards, found)
    chosen = np.flatnonzero(allowed == len(guards)) if guards else np.arange(len(base))
    if not len(chosen):  # none can be: so that it can be told what is in the way
        chosen = np.argsort(-allowed, kind="stable")
    return {name: rows[chosen[:MOST_ROWS]] for name, rows in found.items()}


def _with_tied(study: Study, base: np.ndarray, taken: At) -> Iterator[At]:
    """Rows (TRIES,) begun with `base` in which some factors are `taken` from others: each with all that is tied to it,
    then where several are tied together each by itself."""
    whole = dict.fromkeys(study.columns, base)
    for name, rows in taken.items():
        whole |= dict.fromkeys(study.grounding.tied([name]), rows)
    yield whole
    if any(whole[name] is not rows for name, rows in taken.items()):
        yield {**whole, **taken}


def _hits(study: Study, event: EventControl, at: At, changed: np.ndarray) -> At:
    """The rows among `at` (TRIES,) in which an event is true, those in which fewer factors were `changed` first."""
    table = table_at(study, event.predicate.columns, at)
    hits = np.flatnonzero(event.from_features([feature.of_table(table) for feature in event.features]))
    hits = hits[np.argsort(changed[hits], kind="stable")]
    return {name: rows[hits] for name, rows in at.items()}


def _lenders(study: Study, event: EventControl, name: str) -> list[np.ndarray]:
    """Rows that may lend their value of a factor: all, and those in which one of its conditions is true, or false."""
    found = [np.arange(study.grounding.rows)]
    for feature in event.features:
        if feature.columns == (name,):
            codes = feature.of_learning_rows(study)
            found += [rows for truth in (1, 0) if len(rows := np.flatnonzero(codes == truth))]
    return found
