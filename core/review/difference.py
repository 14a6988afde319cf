"""Two designs side by side: what differs control by control, and the distributions they give, factor by factor."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from trimtab.core.coverage.measures import total_variation
from trimtab.core.design.controls.kind import KINDS, ControlName
from trimtab.core.design.controls.marginal import factor_parts
from trimtab.core.design.factors import LEFT_OUT
from trimtab.core.design.files import dumps
from trimtab.core.projection.asked import asked_shares
from trimtab.core.projection.conflict import Conflict, ConflictsError
from trimtab.core.projection.projection import project
from trimtab.core.projection.shifts import present
from trimtab.core.source.axes import Axis
from trimtab.core.source.kinds import Kind
from trimtab.core.study.study import Study
from trimtab.core.yaml.reading import read
from trimtab.core.yaml.writing import on_one_line

OUTSIDE = "beyond these"
"""How what lies outside of an axis is called among its bins."""

_Shifts = dict[str, tuple[float, np.ndarray]]
"""Factor -> how far it moves, and the shares (size + 1,) that come out, missing last."""


@dataclass(frozen=True)
class ControlChange:
    """One control that differs: its name, and its text in the file before and after, in YAML on one line.

    A control that was `added` has no text before, one that was `removed` none after.
    """

    name: str
    change: Literal["added", "removed", "changed"]
    before: str | None
    after: str | None


@dataclass(frozen=True)
class BinChange:
    """One bin of a factor in both designs, and in the source of the first: shares of all rows, 0 to 1."""

    label: str
    real: float
    before: float
    after: float


@dataclass(frozen=True)
class FactorChange:
    """How far apart two designs are in one factor: `tv` is the total variation (0 to 1) between what they give.

    `before_tv` and `after_tv` are how far each moves the factor from its own source. None where a design does not
    deliver the factor or can't be met, and `tv` where its kinds are not the same. `bins` are those of the first design
    with the shares of both, what lies outside of them if anything does, and missing last; none where `tv` is None.
    `kind` is how the first one reads it, or the second, if the first has it not.
    """

    name: str
    tv: float | None
    before_tv: float | None
    after_tv: float | None
    kind: Kind
    bins: tuple[BinChange, ...] = ()


@dataclass(frozen=True)
class Difference:
    """What differs between two designs. With conflicts a design gives no distribution."""

    controls: tuple[ControlChange, ...]
    factors: tuple[FactorChange, ...]
    same_source: bool
    before_conflicts: tuple[Conflict, ...]
    after_conflicts: tuple[Conflict, ...]


def difference(first: Study, second: Study) -> Difference:
    """What differs between two opened designs.

    Compared is all that decides the rows: not names, descriptions, units, or where a source of the same content lies.
    Distributions are compared on the first design's display axes. Where the second one's differ, its shares are spread
    over them as the source's rows are spread inside each of its bins; each design stands on its own source. Raises
    InputError for a control that is wrong.
    """
    before, before_conflicts = _shifts(first)
    after, after_conflicts = _shifts(second)
    return Difference(
        controls=tuple(control_changes(first, second)),
        factors=tuple(_factor(name, first, second, before, after) for name in _shown(first, second)),
        same_source=first.source.key == second.source.key,
        before_conflicts=before_conflicts,
        after_conflicts=after_conflicts,
    )


def laid_over(axis: Axis, study: Study, name: str) -> list[float] | None:
    """(axis.size,) the shares, summing to 1, that a design has for a factor, on the bins of another design's `axis`.

    What a target asks for, else what comes out. None where it has no such factor, or not of this kind, or can't be met.
    """
    if name not in study.axes or _scale(study.axes[name]) != _scale(axis):
        return None
    asked = asked_shares(study, name)
    found = None if asked is not None else _shifts(study)[0].get(name)
    if asked is None and found is None:
        return None
    shares = np.append(np.array(asked), 0.0) if found is None else found[1]
    return present(_on_axis(axis, study, name, shares)[:-1])


def _shifts(study: Study) -> tuple[_Shifts, tuple[Conflict, ...]]:
    """How far a design moves each factor, and the shares (size + 1,) it gives on the study's axis; or its conflicts."""
    try:
        return {shift.factor: (shift.tv, shift.after) for shift in project(study).shifts}, ()
    except ConflictsError as error:
        return {}, error.conflicts


def _shown(first: Study, second: Study) -> list[str]:
    """The factors that either design delivers, and what it computes from them."""
    return list(dict.fromkeys(name for one in (first, second) for name in one.axes if one.role(name) not in LEFT_OUT))


def _factor(name: str, first: Study, second: Study, before: _Shifts, after: _Shifts) -> FactorChange:
    kind = (first if name in first.axes else second).axes[name].kind
    moved, moves = (found[name][0] if name in found else None for found in (before, after))
    if moved is None or moves is None or _scale(first.axes[name]) != _scale(second.axes[name]):
        return FactorChange(name, None, moved, moves, kind)
    was = np.append(before[name][1], 0.0)
    now = _on_axis(first.axes[name], second, name, after[name][1])
    return FactorChange(name, total_variation(was, now), moved, moves, kind, _bins(first, name, was, now))


def _bins(first: Study, name: str, was: np.ndarray, now: np.ndarray) -> tuple[BinChange, ...]:
    """Each bin with the shares (size + 2,) of both designs."""
    axis, real = first.axes[name], np.append(first.real_shares(name), 0.0)
    labels = [*axis.labels, axis.missing_label, OUTSIDE]
    places = [*range(axis.size), *([axis.size + 1] if was[-1] + now[-1] > 0 else []), axis.size]
    return tuple(BinChange(labels[at], float(real[at]), float(was[at]), float(now[at])) for at in places)


def _scale(axis: Axis) -> str:
    """What the bins of an axis are: levels, dates or numbers."""
    return ("date" if axis.kind == "datetime" else "number") if axis.numeric else "level"


def _on_axis(axis: Axis, study: Study, name: str, shares: np.ndarray) -> np.ndarray:
    """(axis.size + 2,) shares of a factor on another `axis`: its bins, missing, and outside of it.

    `shares` (size + 1,) are those on the study's own axis.
    """
    own = study.axes[name]
    if own == axis:
        return np.append(shares, 0.0)
    column = study.known(name)
    rows = np.zeros((own.size + 1, axis.size + 2))
    np.add.at(rows, (own.bins_of(column), axis.bins_of(column)), column.counts)  # -1, outside, is the last one
    for empty in np.flatnonzero(rows.sum(axis=1) == 0):
        rows[empty, _place(axis, own, int(empty))] = 1.0
    return np.asarray(shares @ (rows / rows.sum(axis=1, keepdims=True)))


def _place(axis: Axis, own: Axis, code: int) -> int:
    """Where a bin that no real row shows lies on another axis: at its middle."""
    if code == own.size:
        return axis.size
    if own.numeric:
        return int(axis.bin_of_numbers((own.lows[[code]] + own.highs[[code]]) / 2)[0])
    return int(axis.bin_of_levels([own.labels[code]])[0])


def control_changes(first: Study, second: Study) -> Iterator[ControlChange]:
    """The controls that differ, those of the first design first, in the order of its file."""
    before, after = _controls(first), _controls(second)
    yield from _settings(first, second)
    for name in dict.fromkeys([*before, *after]):
        # More than one control may have a name, as two sweeps of a factor: alike ones belong together.
        was, now = list(before.get(name, ())), list(after.get(name, ()))
        for text in before.get(name, ()):
            if text in now:
                was.remove(text)
                now.remove(text)
        for i in range(max(len(was), len(now))):
            if i >= len(now):
                yield ControlChange(name, "removed", was[i], None)
            elif i >= len(was):
                yield ControlChange(name, "added", None, now[i])
            else:
                yield ControlChange(name, "changed", was[i], now[i])


def _settings(first: Study, second: Study) -> Iterator[ControlChange]:
    """What a design has once, and how both read their factors."""
    before, after = first.design, second.design
    declared = before.source is None and after.source is None
    if first.source.key != second.source.key and not declared:
        yield _changed("source", _source(first), _source(second))
    for name in ("mode", "rows", "seed"):
        if getattr(before, name) != getattr(after, name):
            yield _changed(name, on_one_line(getattr(before, name)), on_one_line(getattr(after, name)))
    if before.output != after.output:
        yield _changed("output", on_one_line(before.output.model_dump()), on_one_line(after.output.model_dump()))
    for name, axis in first.axes.items():
        if name in second.axes and axis.kind != second.axes[name].kind:
            yield _changed(f"kind {name}", axis.kind, second.axes[name].kind)


def _changed(name: str, before: str | None, after: str | None) -> ControlChange:
    return ControlChange(name, "added" if before is None else "removed" if after is None else "changed", before, after)


def _source(study: Study) -> str | None:
    named = study.design.source
    return None if named is None else on_one_line({"path": named.path, "sha256": study.source.sha256})


def _controls(study: Study) -> dict[str, list[str]]:
    """The texts of a design's controls by their names, in the order of the file."""
    data = read(dumps(study.design), owner=study.design.name)
    found: dict[str, list[str]] = {}
    for name, part in _named_controls(data):
        found.setdefault(str(name), []).append(on_one_line(part))
    return found


def _named_controls(data: Mapping[str, Any]) -> Iterator[tuple[ControlName, Any]]:
    """The controls of a design file's content, each with its part of it."""
    yield from factor_parts(data)
    for kind in KINDS.values():
        if kind.part:
            yield from kind.parts(data)
