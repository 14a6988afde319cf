"""Where rows come from: made, added to real ones, or whole real ones."""

from __future__ import annotations

from collections.abc import Iterator

from trimtab.core.design.controls.kind import ControlName
from trimtab.core.projection.conflict import ConflictsError
from trimtab.core.projection.projection import project
from trimtab.core.review.controls.sentence import Sentence, sentences_at
from trimtab.core.study.study import Study, whole_size
from trimtab.core.words.numbers import counted, rounded_percent

NAME = ControlName("mode", "")


@sentences_at(10)
def mode_sentences(study: Study) -> Iterator[Sentence]:
    design = study.design
    if design.mode == "supplement":
        total = whole_size(study, study.size)
        said = f"all shares are of the {total:,} rows that {study.source.rows:,} real ones and these are together"
        yield Sentence(NAME, "A supplement", said, asked=f"{total:,} rows")
    if design.mode == "select":
        yield Sentence(NAME, "Whole real rows", "every row is a real one as it stands, and none comes twice")
    if design.mode == "blend":
        yield Sentence(NAME, "Whole real rows first", _blended(study), asked=_bound(study))


def _blended(study: Study) -> str:
    most = study.design.blend.made_at_most
    bound = f"; at most {rounded_percent(most)} of the rows may be made" if most < 1 else ""
    try:
        outcome = project(study)
    except ConflictsError:
        return f"none comes twice, and rows are made where they run out{bound}"
    if not outcome.made:
        return f"all {outcome.rows:,} rows are real ones, and none comes twice{bound}"
    real = rounded_percent(1 - outcome.made / outcome.rows)
    made = counted(outcome.made, "row")
    return f"{real} of the rows are real ones, none of them twice, and {made} where they run out are made{bound}"


def _bound(study: Study) -> str:
    most = study.design.blend.made_at_most
    return f"at most {rounded_percent(most)} made" if most < 1 else ""
