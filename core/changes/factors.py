"""What is set of one factor: shares that are drawn, another role, other bins; each begins with what is there."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any, Literal

import numpy as np

from trimtab.core.design.design import Design
from trimtab.core.design.factors import LEFT_OUT, Factor
from trimtab.core.design.parts.source_ref import SourceRef
from trimtab.core.design.targets import FAMILIES, starting
from trimtab.core.design.targets.tables import DIGITS, weight_of
from trimtab.core.errors import InputError
from trimtab.core.projection.asked import asked_shares
from trimtab.core.projection.controls.marginal import MarginalControl, marginals_of
from trimtab.core.projection.projection import Projection
from trimtab.core.projection.shifts import present
from trimtab.core.source.axes import Axis, default_axis, level_texts, plain_value
from trimtab.core.source.columns import Column
from trimtab.core.source.labels import moment_texts
from trimtab.core.study.study import Study, open_study

ManyRole = Literal["follow", "carry", "drop"]
"""Roles that many columns can take at once: they ask for nothing more."""


def after_of(projection: Projection | None, name: str) -> np.ndarray | None:
    """(size + 1,) the shares of a factor's bins that will come out, missing last; None if that is not known."""
    shifts = projection.shifts if projection else ()
    return next((one.after for one in shifts if one.factor == name), None)


def sculpted(study: Study, name: str, shares: Sequence[float], locks: Collection[int] = ()) -> Design:
    """The design with a factor as a target of these shares (size,) on its display axis.

    The edges are written too, so that the file says what its weights are weights of. The bins of `locks` keep their
    weight to the last digit, however often the others are set: what rounding leaves goes to the largest other bin.
    """
    axis = study.axes[name]
    if len(shares) != axis.size:
        raise InputError(f"Factor `{name}`: it has {axis.size} bins now, and {len(shares)} shares came. Draw it again.")
    changes: dict[str, Any]
    if axis.numeric:
        weights = _closed([weight_of(share) for share in shares], locks)
        changes = {"edges": edge_bounds(axis), "target": {"family": "histogram", "weights": weights}}
    else:
        changes = {"target": _level_target(study, axis, name, shares, locks)}
    return study.design.with_factor(name, role="target", value=None, values=None, **changes, **_kind(study, name))


def _closed(weights: list[float], locks: Collection[int]) -> list[float]:
    """Weights in percent; with `locks` they sum to 100, so that each is the share itself and stays so."""
    free = [bin_ for bin_ in range(len(weights)) if bin_ not in locks]
    if not locks or not free:
        return weights
    largest = max(free, key=weights.__getitem__)
    others = math.fsum(weight for bin_, weight in enumerate(weights) if bin_ != largest)
    return [max(0.0, round(100 - others, 12)) if bin_ == largest else weight for bin_, weight in enumerate(weights)]


def _kind(study: Study, name: str) -> dict[str, Any]:
    """Without data nothing but the design tells the kind of a factor, and a drawn target would not."""
    return {"kind": study.columns[name].kind} if study.declared else {}


def _level_target(
    study: Study, axis: Axis, name: str, shares: Sequence[float], locks: Collection[int]
) -> dict[str, Any]:
    named = dict(zip(axis.levels, map(float, shares), strict=False))
    if study.declared and axis.rest:
        # Without data there are no other levels: those that the picture has together are named too.
        column = study.columns[name]
        counts = dict(zip(level_texts(column.values).to_pylist(), column.counts.tolist(), strict=False))
        others = {level: count for level, count in counts.items() if level not in named}
        named |= {level: float(shares[-1]) * count / sum(others.values()) for level, count in others.items()}
    if study.declared or not axis.rest:
        weights = _closed([weight_of(share) for share in named.values()], locks)
        return {"family": "categorical", "weights": dict(zip(named, weights, strict=True))}
    rest = float(shares[-1])
    # Levels that the design names and the picture has among the others keep their part of them.
    before, control = asked_shares(study, name), _target(study, name)
    if before and before[-1] > 0 and control and control.axis:
        for level, share in zip(control.axis.levels, control.requested, strict=False):
            if level not in named:
                named[level] = float(share) / float(control.requested[:-1].sum()) * shares[-1] / before[-1]
                rest -= named[level]
    rest = float(f"{min(1.0, max(0.0, rest)):.{DIGITS}g}")
    # The rest is the last bar; levels that the picture has within it stand behind the others.
    size, every = len(axis.levels), [weight_of(share) for share in named.values()]
    closed = _closed([*every[:size], weight_of(rest + math.fsum(every[size:]) / 100)], locks)
    weights = [*closed[:size], *every[size:]]
    if locks:
        rest = min(1.0, max(0.0, round(closed[-1] / 100 - math.fsum(every[size:]) / 100, 14)))
    return {"family": "categorical", "weights": dict(zip(named, weights, strict=True)), "rest": rest}


def edge_bounds(axis: Axis) -> list[float | str]:
    """The edges of an axis as a design writes them: numbers, or ISO texts for dates."""
    return list(moment_texts(axis.edges)) if axis.kind == "datetime" else list(axis.edges)


def with_family(study: Study, projection: Projection | None, name: str, family: str) -> Design:
    """The design with a factor as a target of another family: a drawn one keeps the shares that come out now, any other
    begins with what resembles the source; where relations speak of the factor it does not reach beyond the source.

    Raises InputError, naming the factor, for a family that there is not.
    """
    axis, column = study.axes[name], study.columns[name]
    target = {**starting(family, column, axis), **_ends(study, name, family)}
    if FAMILIES[family].drawn:
        after = after_of(projection, name)
        shares = present(study.real_shares(name) if after is None else after)
        if family != "categorical" or not axis.numeric:
            return sculpted(study, name, shares)
        weights = {label: weight_of(share) for label, share in zip(axis.labels, shares, strict=True)}
        target = {"family": family, "weights": weights}
    return study.design.with_factor(name, role="target", value=None, values=None, target=target, **_kind(study, name))


def _ends(study: Study, name: str, family: str) -> dict[str, float]:
    """The smallest and the largest value, where relations tell nothing beyond them; nothing else is cut."""
    column, bound = study.columns[name], any(name in one.factors for one in study.relations)
    if not bound or column.kind not in ("continuous", "count") or "low" not in FAMILIES[family].model_fields:
        return {}
    return {"low": float(column.numbers[0]), "high": float(column.numbers[-1])}


def with_role(study: Study, projection: Projection | None, name: str, role: str) -> Design:
    """The design with another role of a factor, which begins with what is there now."""
    if study.role(name) == "derive":
        study, projection = _not_derived(study, name), None
    design, column = study.design, study.columns[name]
    if role == "target":
        after = after_of(projection, name)
        shares = present(study.real_shares(name) if after is None else after)
        if not shares or not sum(shares):
            raise InputError(f"Factor `{name}`: all its values are missing, so there is nothing to target.")
        return sculpted(study, name, shares)
    changes: dict[str, Any] = {"role": role, "target": None, "value": None, "values": None, **_kind(study, name)}
    if role in ("keep", *LEFT_OUT):
        changes["missing"] = None
    if role == "hold":
        if not column.distinct:
            raise InputError(f"Factor `{name}`: all its values are missing, so there is none to hold.")
        changes["value"] = plain_value(column, int(np.argmax(column.counts[:-1])))
    after_change = design.with_factor(name, **changes)
    return after_change.without_factor(name) if after_change.factor(name) == Factor() else after_change


def with_roles(study: Study, names: Sequence[str], role: ManyRole) -> Design:
    """The design with the same role of many columns of the source, in one step. Raises InputError."""
    for name in names:
        study = replace(study, design=with_role(study, None, name, role))
    return study.design


def _not_derived(study: Study, name: str) -> Study:
    """The study in which a column of the source is what it was before the design replaced it."""
    plain = study.design.with_factor(name, role="follow", expression=None, kind=None, edges=None)
    return open_study(plain, study.source, previous=study)


def with_edges(study: Study, name: str, edges: Sequence[float | str] | None) -> Design:
    """The design with other bins of a factor; a drawn target keeps its shape on the new ones.

    Inside an old bin its share is divided as the real rows are. None: the bins the source suggests.
    """
    design, column = study.design, study.known(name)
    asked = design.factor(name)
    if asked.role == "derive":
        return design.with_factor(name, edges=edges)
    # As a factor that follows first: with the weights of the old bins the new ones can't be right yet.
    source = design.source or SourceRef(path=study.source.name)
    plain = design.changed(source=source).with_factor(
        name, edges=edges, role="follow", target=None, value=None, values=None
    )
    axis = default_axis(column, plain.factor(name).edge_numbers)
    shares = asked_shares(study, name)
    if shares is None or asked.target is None or asked.target.family != "histogram":
        return design.with_factor(name, edges=edges)
    weights = rebinned(study.axes[name], axis, column, shares)
    # Weights must have edges to stand on, also where they are the suggested ones.
    target = {"family": "histogram", "weights": [weight_of(weight) for weight in weights]}
    return design.with_factor(name, edges=edge_bounds(axis), target=target)


def rebinned(old: Axis, new: Axis, column: Column, shares: Sequence[float]) -> list[float]:
    """Shares (old.size,) on the bins of another axis (new.size,)."""
    counts = column.counts[:-1].astype(float)
    bins = old.bins_of(column)[:-1]
    rows = np.bincount(bins, weights=counts, minlength=old.size)
    wanted = np.asarray(shares, dtype=float)
    each = np.divide(wanted, rows, out=np.zeros_like(wanted), where=rows > 0)[bins] * counts
    moved = np.bincount(new.bins_of(column)[:-1], weights=each, minlength=new.size)
    empty = np.flatnonzero((rows == 0) & (wanted > 0))
    middle = np.clip((old.lows[empty] + old.highs[empty]) / 2, new.edges[0], new.edges[-1])
    np.add.at(moved, new.bin_of_numbers(middle), wanted[empty])
    return [float(share) for share in moved]


def _target(study: Study, name: str) -> MarginalControl | None:
    return next((one for one in marginals_of(study) if one.of == name and one.kind == "target"), None)
