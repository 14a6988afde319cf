"""What a design is going to give, in sentences: the rows, and a line for each of its controls."""

from __future__ import annotations

from collections.abc import Iterator

import htpy as h

from trimtab.core.design.controls.kind import KINDS
from trimtab.core.design.controls.label import Label
from trimtab.core.design.controls.level import LevelMix
from trimtab.core.design.controls.pair import Pair
from trimtab.core.design.design import Design
from trimtab.core.projection.projection import Projection
from trimtab.core.projection.shifts import STILL
from trimtab.core.study.study import Study
from trimtab.core.words.numbers import counted, one_in, percent
from trimtab.core.words.plain import words

CARRIED = 0.01
"""A shift from which a factor that nobody set is told."""


def promised(study: Study, outcome: Projection) -> h.Element:
    """A line for each promise that is going to be made."""
    lines: list[h.Node] = [_rows(study, outcome), *_events(study, outcome), *_marginals(study, outcome)]
    lines += _others(study.design)
    if len(lines) == 1:
        lines.append("every factor as real as it can be: the design asks for nothing else yet")
    lines += _carried(study, outcome)
    return h.ul(".td-promised")[[h.li[line] for line in lines]]


def _rows(study: Study, outcome: Projection) -> h.Fragment:
    rows = h.fragment[h.b[f"{outcome.rows:,} rows"], ", exactly"]
    if study.design.mode != "supplement":
        return rows
    return h.fragment[
        rows, "; all shares are of the ", h.b[f"{outcome.total:,}"], " that they and the source are together"
    ]


def _events(study: Study, outcome: Projection) -> Iterator[h.Fragment]:
    together = f" of all {outcome.total:,}" if study.design.mode == "supplement" else ""
    for event in outcome.events:
        really, never = ("declared", "never as declared") if study.declared else ("really", "never in the real data")
        real = f"{really} {one_in(event.real)}" if event.real_rows else never
        rows = f"exactly {event.rows:,}{together} rows, {one_in(event.rate)}"
        yield h.fragment[h.b[words(event.name)], f" in {rows} ", _quiet(real)]


def _marginals(study: Study, outcome: Projection) -> Iterator[h.Fragment]:
    shifts = {shift.factor: shift.tv for shift in outcome.shifts}
    for control in outcome.controls:
        if control.factor is not None:
            moved = shifts.get(control.factor, 0.0)
            note = [" ", _quiet(f"{percent(moved)} of the rows move")] if moved >= STILL else None
            said = "as declared" if study.declared and control.kind == "target" else KINDS[control.kind].as_asked
            yield h.fragment[h.b[control.factor], f" {said}", note]


def _others(design: Design) -> Iterator[h.Fragment]:
    """What is asked beside the events and the shares of single factors."""
    yield from (h.fragment[h.b[pair.name], f" {pair_text(pair)}"] for pair in design.pairs)
    yield from (h.fragment[h.b[words(name)], f": {_mix(mix)}"] for name, mix in design.levels.items())
    yield from (h.fragment[h.code[rule], " in every row"] for rule in design.rules)
    dropped = {name for name, factor in design.factors.items() if factor.role == "drop"}
    held = sum(dropped.isdisjoint(relation.factors) for relation in design.relations or ())
    if held:
        yield h.fragment[h.b[counted(held, "relation")], " in every row, as in reality"]
    for name, factor in design.factors.items():
        if factor.role == "derive":
            yield h.fragment[h.b[name], " computed in every row"]
    yield from (h.fragment[h.b[words(name)], f" {_label(label)}"] for name, label in design.labels.items())
    for sweep in design.sweeps:
        rows = sweep.groups * len(sweep.values)
        what = "nothing else differs" if sweep.others == "intervene" else "the others follow"
        swept = f" swept over {len(sweep.values)} values in {sweep.groups:,} groups "
        yield h.fragment[h.b[sweep.factor], swept, _quiet(f"{rows:,} of the rows; {what}")]
    for floor in design.floors:
        many = "level" if floor.strength == 1 else f"combination of {floor.strength}"
        times = "once" if floor.at_least == 1 else f"{floor.at_least:,} times"
        yield h.fragment[f"every {many} of ", h.b[floor.name], f" at least {times}"]


def pair_text(pair: Pair) -> str:
    """What a pair is asked to be.

    >>> pair_text(Pair(factors=("carrier", "late"), target="independent"))
    'independent of each other'
    """
    if pair.rank_correlation is not None:
        return f"with a rank correlation of {pair.rank_correlation:g}"
    return "independent of each other" if pair.target else "as in the table of weights"


def _mix(mix: LevelMix) -> str:
    return ", ".join(f"{percent(share)} {level}" for level, share in mix.shares.items())


def _label(label: Label) -> str:
    how = "computed in every row" if label.rule is not None else "drawn with its probability in every row"
    return how if not label.noise else f"{how}, and wrong in exactly {percent(label.noise)} of them"


def _carried(study: Study, outcome: Projection) -> Iterator[h.Fragment]:
    carried = [shift for shift in outcome.shifts if not shift.asked and shift.tv >= CARRIED]
    if carried:
        most = max(carried, key=lambda shift: shift.tv)
        word = "factor is" if len(carried) == 1 else "factors are"
        together = ", source and rows together" if study.design.mode == "supplement" else ""
        told = f"{len(carried)} {word} carried along{together}, most of all "
        yield h.fragment[told, h.b[most.factor], " ", _quiet(percent(most.tv))]


def _quiet(text: str) -> h.Element:
    return h.span(".tt-quiet")[f"({text})"]
