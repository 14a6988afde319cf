"""Sweeps in words."""

from __future__ import annotations

from collections.abc import Iterator

from trimtab.core.design.controls.kind import ControlName
from trimtab.core.design.controls.sweep import Sweep
from trimtab.core.review.controls.sentence import Sentence, sentences_at
from trimtab.core.study.study import Study
from trimtab.core.words.numbers import counted
from trimtab.core.words.plain import listed, value_text


@sentences_at(80)
def sweep_sentences(study: Study) -> Iterator[Sentence]:
    """A sentence for each sweep."""
    for sweep in study.design.sweeps:
        yield _sweep(sweep)


def _sweep(sweep: Sweep) -> Sentence:
    values = listed([value_text(value) for value in sweep.values])
    what = "nothing but it differs" if sweep.others == "intervene" else "what goes with it differs too"
    groups = counted(sweep.groups, "group")
    text = f"{groups} of {len(sweep.values)} rows, with {values} in turn; {what}"
    return Sentence(ControlName("sweep", sweep.factor), sweep.factor, text, asked=groups)
