"""`rows: most`: the largest set that whole real rows can fill, as a number of rows."""

from __future__ import annotations

from dataclasses import replace

from trimtab.core.design.parts.blend import Blend
from trimtab.core.projection.conflict import ConflictsError
from trimtab.core.projection.fitted import fitted, task_of
from trimtab.core.projection.real.first import MOST_CELLS, most_by_fits
from trimtab.core.study.study import Study, open_study


def with_number(study: Study) -> Study:
    """The study whose design asks for a number of rows: where it asks for the most, that many; where no number of rows
    can be real, as many as the source has, so that the conflict is told."""
    if study.design.rows != "most":
        return study
    rows, changes = most_real_rows(study) or as_in_the_source(study), {}
    if study.design.mode == "blend":  # all of them are to be real
        changes = {"blend": {**dict(study.design.blend), "made_at_most": 0.0}}
    return replace(study, design=study.design.changed(rows=rows, **changes))


def most_real_rows(study: Study) -> int:
    """The most rows that can all be whole real ones, each another one; 0 if no number can, or the design can't be
    met."""
    rows = as_in_the_source(study)
    plain = open_study(study.design.changed(mode="standalone", blend=Blend(), rows=rows), study.source, previous=study)
    key = (plain.grounding, plain.design.content)
    return study.memo.of("most real rows", key, lambda: _most(plain, rows))


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
