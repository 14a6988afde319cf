"""Ways out of a conflict: which change of the design gives way to it, as a patch that `trimtab apply --patch` takes."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from trimtab.core.design.controls.kind import KINDS, ControlName
from trimtab.core.design.controls.marginal import NO_CONTROL
from trimtab.core.design.design import Design
from trimtab.core.design.files import dumps
from trimtab.core.design.patching import removal, with_part
from trimtab.core.design.targets import Categorical, Histogram
from trimtab.core.errors import ConflictError, InputError
from trimtab.core.projection.conflict import Conflict
from trimtab.core.projection.features.target_axis import met_on, target_of
from trimtab.core.projection.projection import project
from trimtab.core.source.labels import number_texts
from trimtab.core.study.study import Study, open_study, whole_size
from trimtab.core.words.numbers import rounded_percent
from trimtab.core.words.plain import words
from trimtab.core.yaml.reading import read

Patch = Mapping[str, Any]
"""A part of a design, as `with_part` merges it."""

SAME = 1e-9
"""Shares that differ by no more are the same."""

FREED = ("keep", "target", "hold")
"""Kinds that give way by letting the factor follow, which without data none can."""


@dataclass(frozen=True)
class WayOut:
    """A way out of a conflict: what to do as a title, and the part of a design that does it.

    `exact` does it with the very number that works, where `patch` has a rounder one just inside, which does not work
    if only one number does; see `working`.
    """

    title: str
    patch: Patch
    exact: WayOut | None = None


def ways_out(study: Study, conflicts: Sequence[Conflict]) -> list[WayOut]:
    """The ways out of conflicts: first numbers that would work, rates of events before others, then controls that could
    go. Each of them settles a conflict it is of, not all of them if there are several."""
    rates = [one for one in conflicts if one.control.kind == "event"]
    numbers = [way for one in (*rates, *(c for c in conflicts if c not in rates)) if (way := number(study, one))]
    controls = dict.fromkeys(control for one in conflicts for control in (one.control, *one.controls))
    return [*numbers, *(way for control in controls if (way := giving_way(study, control)))]


def going(study: Study, conflict: Conflict, conflicts: Sequence[Conflict]) -> list[WayOut]:
    """The ways out of one of the conflicts by which a control goes: its own, or one of which none is told by itself."""
    told = {one.control for one in conflicts}
    controls = (conflict.control, *(name for name in conflict.controls if name not in told))
    return [way for control in controls if (way := giving_way(study, control)) is not None]


def working(study: Study, way: WayOut, conflicts: Sequence[Conflict]) -> WayOut:
    """The way with the round number if that settles the conflict, else with the exact one.

    `conflicts` are all there are: beside another one no number can be tried.
    """
    if way.exact is None:
        return way
    alone = len({one.controls for one in conflicts}) == 1
    return way if alone and _is_met(study, way.patch) else way.exact


def giving_way(study: Study, name: ControlName) -> WayOut | None:
    """The control taken away, or the factor free again; None for an event, whose rate gives way, for the rows, and for
    a factor's only role in a design without data."""
    kind = KINDS[name.kind]
    if name.kind == "mode" and name.of != "select":
        return None
    if not kind.gives_way or (study.declared and kind.word in FREED):
        return None
    called = words(name.of) if kind.identifiers else name.of
    return WayOut(kind.gives_way.format(called), without(study.design, name))


def without(design: Design, name: ControlName) -> Patch:
    """The patch that takes a control away; of several with one name the first."""
    kind = KINDS[name.kind]
    if name.kind == "mode":
        return {"mode": "blend"}
    if kind.part:
        if not isinstance(getattr(design, kind.part), tuple):
            return {kind.part: {name.of: None}}
        return {kind.part: [removal(_content(design)[kind.part], _parts(design, name)[0])]}
    if name.kind == "derive":
        return {"factors": {name.of: None}}
    if name.kind == "missing":
        return {"factors": {name.of: {"missing": None}}}
    left = _content(design)["factors"][name.of].keys() & set(NO_CONTROL) - {"role"}
    return {"factors": {name.of: {"role": "follow"} if left else None}}


def number(study: Study, conflict: Conflict) -> WayOut | None:
    """Another number for the control of a conflict that would work, where it is known."""
    name = conflict.control
    if name.kind not in _NUMBERS or (conflict.nearest is None and name.kind != "target"):
        return None
    return _NUMBERS[name.kind](study, name, conflict)


def _rate(study: Study, name: ControlName, conflict: Conflict) -> WayOut:
    event, rows = study.design.events[name.of], whole_size(study, study.size)
    asked = event.rate if event.rate is not None else (event.rows or 0) / rows
    nearest = conflict.nearest or 0.0
    # A share that is not even half of one row of the design is none.
    rate = nearest_rate(nearest if nearest * rows >= 0.5 else 0.0, asked)
    exact, way = (
        WayOut(
            f"Use {rounded_percent(share, away_from=asked)} for {words(name.of)}",
            {"events": {name.of: {"rate": share}}},
        )
        for share in (nearest, rate)
    )
    return replace(way, exact=exact)


def _rows(study: Study, name: ControlName, conflict: Conflict) -> WayOut:
    rows = math.ceil(conflict.nearest or 1)
    return WayOut(f"Use {rows:,} rows", {"rows": rows})


def _made(study: Study, name: ControlName, conflict: Conflict) -> WayOut | None:
    if name.of != "blend" or conflict.nearest is None:
        return None
    share = float(f"{conflict.nearest:.6g}")
    share = share if share >= conflict.nearest else min(1.0, share + 1e-6)
    return WayOut(f"Let {rounded_percent(share)} of the rows be made", {"blend": {"made_at_most": share}})


def _groups(study: Study, name: ControlName, conflict: Conflict) -> WayOut | None:
    groups = math.ceil(conflict.nearest or 0)
    first, *others = _parts(study.design, name)
    if groups < 1:
        # What a relation ties to the factor can't stay where that changes, but it can go along.
        patch = {"sweeps": [{**first, "others": "condition"}, *others]}
        tied = any(one.kind == "relation" for one in conflict.controls)
        return WayOut("Draw the other factors anew", patch) if tied and _is_met(study, patch) else None
    return WayOut(f"Use {groups:,} groups", {"sweeps": [{**first, "groups": groups}, *others]})


def _correlation(study: Study, name: ControlName, conflict: Conflict) -> WayOut | None:
    if conflict.controls != (conflict.control,):
        return None
    factors = _parts(study.design, name)[0]["factors"]
    pair = {"factors": factors, "rank_correlation": conflict.nearest}
    return WayOut(f"Use {conflict.nearest:g}", {"pairs": [pair]})


def _missing(study: Study, name: ControlName, conflict: Conflict) -> WayOut:
    share = conflict.nearest or 0.0
    title = f"Let {rounded_percent(share)} of {name.of} be missing"
    return WayOut(title, {"factors": {name.of: {"missing": share}}})


def _levels(study: Study, name: ControlName, conflict: Conflict) -> WayOut | None:
    levels = study.design.levels[name.of].shares
    *shares, none = conflict.shares or (1.0,)
    if none > 0 or len(shares) != len(levels):
        return None
    patch = {"levels": {name.of: {"shares": dict(zip(levels, shares, strict=True))}}}
    return WayOut(f"Use the nearest shares of {words(name.of)} that work", patch)


def _target(study: Study, name: ControlName, conflict: Conflict) -> WayOut | None:
    return _weights(study, name, conflict) if conflict.nearest is not None else _cut(study, name)


def _weights(study: Study, name: ControlName, conflict: Conflict) -> WayOut | None:
    """The nearest shares of the bins or levels that work, if the target says those one by one."""
    factor, column = study.design.factor(name.of), study.columns[name.of]
    if not isinstance(factor.target, Histogram | Categorical):
        return None
    axis = met_on(study.axes[name.of], column, target_of(study, name.of))
    *shares, missing = conflict.shares or (0.0,)
    if len(shares) != axis.size or not sum(shares) > 0:
        return None
    weights = [100.0 * share / sum(shares) for share in shares]
    target: dict[str, Any] = {"weights": weights, "low": None, "high": None}
    if isinstance(factor.target, Categorical):
        rest = weights[-1] / 100.0 if axis.rest and weights[-1] > 0 else None
        target = {"weights": dict(zip(axis.levels, weights, strict=False)), "rest": rest}
    own = column.missing_share if factor.missing is None else factor.missing
    patch = {"target": target} if abs(missing - own) <= SAME else {"target": target, "missing": missing}
    return WayOut(f"Use the nearest shares of {name.of} that work", {"factors": {name.of: patch}})


def _cut(study: Study, name: ControlName) -> WayOut | None:
    """The target cut to the values that there are, if it reaches where a relation can't be kept."""
    target, column = study.design.factor(name.of).target, study.columns[name.of]
    if column.kind not in ("continuous", "count") or not hasattr(target, "low"):
        return None
    ends = float(column.numbers[0]), float(column.numbers[-1])
    own = (getattr(target, "low", None), getattr(target, "high", None))
    low, high = (end if asked is None else float(asked) for end, asked in zip(ends, own, strict=True))
    low, high = max(low, ends[0]), min(high, ends[1])
    title = "Cut {} to {} and {}".format(name.of, *number_texts([low, high]))
    return WayOut(title, {"factors": {name.of: {"target": {"low": low, "high": high}}}}) if low < high else None


_NUMBERS: dict[str, Callable[[Study, ControlName, Conflict], WayOut | None]] = {
    "event": _rate,
    "rows": _rows,
    "mode": _made,
    "sweep": _groups,
    "pair": _correlation,
    "target": _target,
    "missing": _missing,
    "level": _levels,
}


def nearest_rate(limit: float, asked: float) -> float:
    """A rate just inside what works, in three digits: below the most, above the least.

    >>> nearest_rate(0.0064321, 0.01), nearest_rate(0.0064321, 0.001), nearest_rate(0.0, 0.2)
    (0.00643, 0.00644, 0.0)
    """
    if limit <= 0 or limit >= 1:
        return min(max(limit, 0.0), 1.0)
    unit = 10.0 ** (math.floor(math.log10(limit)) - 2)
    steps = math.floor(limit / unit * (1 - 1e-6)) if limit < asked else math.ceil(limit / unit * (1 + 1e-6))
    return float(f"{min(1.0, steps * unit):.3g}")


def _content(design: Design) -> dict[str, Any]:
    """A design as its file has it."""
    found: dict[str, Any] = read(dumps(design), owner=design.name)
    return found


def _parts(design: Design, name: ControlName) -> list[Any]:
    """The parts of the file that a control of a list has there, in their order."""
    return [part for its, part in KINDS[name.kind].parts(_content(design)) if its == name]


def _is_met(study: Study, patch: Patch) -> bool:
    try:
        project(open_study(with_part(study.design, patch), study.source, previous=study))
    except (ConflictError, InputError):
        return False
    return True
