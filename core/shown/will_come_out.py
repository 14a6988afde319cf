"""What a design is going to give, in sentences: the rows, and a line for each of its controls."""

from __future__ import annotations

from collections.abc import Iterator, Set

import htpy as h

from trimtab.core.design.controls.kind import KINDS
from trimtab.core.projection.projection import Projection
from trimtab.core.projection.shifts import STILL
from trimtab.core.review.controls.sentence import Sentence
from trimtab.core.review.sentences import sentences
from trimtab.core.study.study import Study
from trimtab.core.words.numbers import counted, one_in, percent
from trimtab.core.words.plain import words

AS_REAL = "every factor as real as it can be"
AS_DECLARED = "every factor as it is declared"
CARRIED = 0.01
"""A shift from which a factor that nobody set is told."""
MOST = 5
"""Sentences of one kind, such as relations, that are told one by one."""


def will_come_out(study: Study, outcome: Projection) -> h.Element:
    """A line for each promise that is going to be made."""
    lines: list[h.Node] = [_rows(study, outcome), *_events(study, outcome), *_marginals(study, outcome)]
    lines += _others(study, {"event", "mode", *(control.kind for control in outcome.controls if control.factor)})
    as_it_is = AS_DECLARED if study.declared else AS_REAL
    if len(lines) == 1:
        lines.append(f"{as_it_is}: the design asks for nothing else yet")
    elif all(shift.tv < STILL for shift in outcome.shifts):
        lines.append(as_it_is)
    lines += _carried(study, outcome)
    return h.ul(".td-promised")[[h.li[line] for line in lines]]


def _rows(study: Study, outcome: Projection) -> h.Fragment:
    rows = h.fragment[h.b[f"{outcome.rows:,} rows"], ", exactly"]
    if study.design.takes_real_rows:
        made = outcome.made
        other = h.fragment[" and ", h.b[f"{made:,}"], " made ones"] if made else ""
        return (
            h.fragment[rows, ": ", h.b[f"{outcome.rows - made:,}"], " whole real ones, each another one,", other]
            if made
            else h.fragment[rows, ": whole real ones, each another one"]
        )
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


def _others(study: Study, told: Set[str]) -> Iterator[h.Fragment]:
    """What is asked beside kinds that are `told` already: the first sentences of each kind, and how many are more."""
    by_kind: dict[str, list[Sentence]] = {}
    for sentence in sentences(study):
        if sentence.kind not in told:
            by_kind.setdefault(sentence.kind, []).append(sentence)
    for kind, of_kind in by_kind.items():
        yield from (_sentence(sentence) for sentence in of_kind[:MOST])
        if len(of_kind) > MOST:
            yield h.fragment[_quiet(f"{counted(len(of_kind) - MOST, f'more {KINDS[kind].noun}')}: see the page Review")]


def _sentence(sentence: Sentence) -> h.Fragment:
    detail = [" ", _quiet(sentence.detail)] if sentence.detail else None
    return h.fragment[h.b[sentence.subject], detail, ": ", sentence.text]


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
