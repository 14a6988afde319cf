"""Floors in words."""

from __future__ import annotations

from collections.abc import Iterator

from trimtab.core.design.controls.floor import Floor
from trimtab.core.design.controls.kind import ControlName
from trimtab.core.review.controls.sentence import Sentence, sentences_at
from trimtab.core.study.study import Study
from trimtab.core.words.numbers import counted
from trimtab.core.words.plain import listed


@sentences_at(90)
def floor_sentences(study: Study) -> Iterator[Sentence]:
    """A sentence for each floor."""
    for floor in study.design.floors:
        yield _floor(floor)


def _floor(floor: Floor) -> Sentence:
    what = "every value" if floor.strength == 1 else f"every combination of {floor.strength} of them"
    if floor.strength == len(floor.factors) > 1:
        what = "every combination"
    times = f"at least {counted(floor.at_least, 'row')}"
    return Sentence(
        ControlName("floor", floor.name), listed(list(floor.factors)), f"{times} of {what} there can be", asked=times
    )
