"""Promises of level mixes: exact whole rows of each level, and its column."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from trimtab.core.counting.codes import listed_code
from trimtab.core.delivery.measuring.opening import lacking_for, measured_column
from trimtab.core.delivery.measuring.promise import (
    Found,
    Measure,
    Measuring,
    Promise,
    promises_at,
    unmeasured,
    within,
)
from trimtab.core.delivery.promises.derive import computed_measure
from trimtab.core.projection.controls.level import LevelControl, levels_of
from trimtab.core.study.study import Study


@promises_at(30)
def level_measures(asked: Measuring) -> Iterator[Measure]:
    """*level*: the rows of each level, by its score, are exact whole numbers; and its column holds that level."""
    for control in levels_of(asked.study):
        yield _level(asked.study, control, lacking_for(asked.study, asked.data.types, control.level))
        yield computed_measure(asked, control.level, control.name, "column")


def _level(study: Study, control: LevelControl, lacks: str | None) -> Measure:
    levels = list(study.design.levels[control.level].shares)

    def judge(found: Found) -> Iterable[Promise]:
        if lacks:
            yield unmeasured(control.name, 0.0, lacks, "elsewhere")
            return
        rows = np.array([found.counts[0].get(code, 0) for code in (*range(len(levels)), -1)])
        off = 0.5 * int(np.abs(rows - control.whole(found.rows)).sum()) / max(1, found.rows)
        yield within(control.name, 0.0, off, 0.0, "elsewhere")

    code = () if lacks else (listed_code(measured_column(study, control.level), levels),)
    return Measure(judge, code, with_source=True)
