"""A design as a whole in words: what its rows are made of, and what moves along with what it sets."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath

from trimtab.core.design.controls.kind import KINDS
from trimtab.core.design.design import Design
from trimtab.core.projection.shifts import Shift
from trimtab.core.review.sentences import sentences
from trimtab.core.study.study import Study
from trimtab.core.words.numbers import counted, rounded_percent
from trimtab.core.words.plain import listed
from trimtab.core.words.rates import SAME, most_moved

NOTICED = 0.005
"""A factor that moves by less is not told by its name."""
MOST_TOLD = 12
"""Factors that are told by their names."""


def summary(study: Study) -> str:
    """What the rows are, and how much is asked of them, in two sentences."""
    design, source = study.design, study.source
    rows = counted(study.size, "row")
    if study.declared:
        made = f"{rows}, made without real data from {counted(len(study.columns), 'declared factor')}."
    else:
        real = f"{counted(source.rows, 'real row')} of {PurePath(source.name).name}"
        made = f"{rows}, made from the {real}."
        if design.mode == "supplement":
            made = f"{rows} to add to the {real}: together they are to be what is asked for."
        if design.mode == "select":
            made = f"{rows}, each a whole row of the {real}, none of them twice."
        if design.mode == "blend":
            made = f"{rows}: whole rows of the {real} first, none of them twice, and made ones where these run out."
    factors = [_of_role(study, role, word) for role, word in (("target", "set"), ("hold", "held"))]
    factors += [
        _of_role(study, "keep", "kept as in reality"),
        _of_role(study, "drop", "left out"),
        _of_role(study, "carry", "carried along"),
    ]
    counts = [counted(number, word) for word, number in _others(design) if number]
    said = [one for one in factors if one]
    if counts:
        said.append(f"{listed(counts, most=len(counts))} {_are(counts)} asked for")
    if study.declared:
        return f"{made} {'; '.join(said)}." if counts else made
    if not said:
        return f"{made} Nothing is set: they are as real rows are."
    return f"{made} {'; '.join(said)}. Everything else stays as real as it can be."


def covers(study: Study) -> str:
    """What an approval of this design is of, and what ends it."""
    design = study.design
    parts = [f"{counted(len(sentences(study)), 'control')} above"]
    parts += [counted(study.size, "row"), f"seed {design.seed}", f"the mode {design.mode}"]
    if design.source is not None:
        name = PurePath(study.source.name).name
        parts.append(f"{name} by its content (SHA-256 {study.source.sha256[:12]}…)")
    return (
        f"An approval covers what decides the rows: the {listed(parts, most=len(parts))}. Any change of these ends it; "
        "the name, the description and units may change. It is of the design: rows have their receipt."
    )


def moved_along(shifts: Sequence[Shift]) -> tuple[tuple[Shift, ...], str]:
    """The factors that nobody set and that move, the farthest first, and a line on all the others."""
    carried = sorted((one for one in shifts if not one.asked), key=lambda one: -one.tv)
    told = tuple(one for one in carried[:MOST_TOLD] if one.tv >= NOTICED)
    rest = carried[len(told) :]
    if not rest:
        return told, ""
    most = rest[0].tv
    if most < SAME and not told:
        return told, "No other factor moves."
    how = f"less than {rounded_percent(NOTICED)}" if most < NOTICED else f"at most {rounded_percent(most, 2)}"
    many = f"{len(rest):,} {'other ' if told else ''}factor{'' if len(rest) == 1 else 's'}"
    return told, f"{many} {'moves' if len(rest) == 1 else 'move'} by {how}."


def moved(study: Study, shift: Shift) -> str:
    """How a factor that was carried along moves, in words."""
    return most_moved(
        study.axes[shift.factor], shift.before, shift.after, study.design.factor(shift.factor).unit or "", digits=2
    ).text


def _others(design: Design) -> tuple[tuple[str, int], ...]:
    """How many of each kind of control there are beside the factors."""
    missing = sum(factor.missing is not None for factor in design.factors.values())
    # Events are what people ask for first.
    kinds = sorted((kind for kind in KINDS.values() if kind.part), key=lambda kind: kind.part != "events")
    first, *others = ((kind.noun, len(getattr(design, kind.part) or ())) for kind in kinds)
    return (first, ("missing share", missing), *others)


def _are(counts: Sequence[str]) -> str:
    return "is" if len(counts) == 1 and counts[0].startswith("1 ") else "are"


def _of_role(study: Study, role: str, word: str) -> str:
    number = sum(factor.role == role for factor in study.design.factors.values())
    return f"{counted(number, 'factor')} {'is' if number == 1 else 'are'} {word}" if number else ""
