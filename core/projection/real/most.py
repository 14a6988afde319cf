"""`rows: most`: the largest set that whole real rows can fill, as a number of rows."""

from __future__ import annotations

from trimtab.core.design.parts.blend import Blend
from trimtab.core.projection.conflict import ConflictsError
from trimtab.core.projection.fitted import fitted, task_of
from trimtab.core.projection.real.first import MOST_CELLS, most_by_fits
from trimtab.core.study.study import Study, counts_most, open_study


@counts_most
def most_rows(study: Study) -> int:
    """The most rows that can all be whole real ones, each another one; where no number can, or the design can't be met,
    as many as the source has, so that the conflict is told."""
    rows = as_in_the_source(study)
    plain = open_study(study.design.changed(mode="standalone", blend=Blend(), rows=rows), study.source, previous=study)
    key = (plain.grounding, plain.design.content)
    return study.memo.of("most real rows", key, lambda: _most(plain, rows)) or rows


def as_in_the_source(study: Study) -> int:
    """The rows of the source, or those of an event that asks for more."""
    counted = [event.rows for event in study.design.events.values() if event.rows is not None]
    return max(study.source.rows, *counted, 1)


def _most(plain: Study, rows: int) -> int:
    try:
        task = task_of(plain, fitted(plain, rows))
    except ConflictsError:
        return 0
    return task.program().most() if task.cells.count <= MOST_CELLS else most_by_fits(task)
