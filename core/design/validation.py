"""A design against the source it stands on: names, kinds, levels and values, every fault at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from core.design.design import Design
from core.design.factors import Factor
from core.design.faults import not_built
from core.design.targets import Target
from core.design.targets.tables import level_text
from core.errors import InputError, nearest
from core.expressions import Predicate, microseconds, parse_predicate
from core.source.axes import Axis, default_axis, level_texts
from core.source.columns import Column


def check_against(design: Design, columns: Mapping[str, Column]) -> None:
    """Raise one InputError with a line for every fault of `design` on a source with these columns.

    Checked are the names of factors and in events, that each target's family, levels and number of weights fit its
    factor, that edges cover the data, that the values of role hold occur, and that each event can be read.
    """
    faults: list[str] = []
    for name, factor in design.factors.items():
        try:
            if name not in columns:
                raise InputError(f"Factor `{name}`: the source has no such column.{nearest(name, columns)}")
            _check_factor(name, factor, columns[name])
        except InputError as error:
            faults.append(str(error))
    for name in design.events:
        try:
            event_predicate(design, name, columns)
        except InputError as error:
            faults.append(str(error))
    if faults:
        raise InputError("\n".join(faults))


def event_predicate(design: Design, name: str, columns: Mapping[str, Column]) -> Predicate:
    """The condition of an event. Raises InputError, naming the event, for all that `parse_predicate` refuses, a
    condition over several columns, and a column that the design drops."""
    owner = f"Event `{name}`"
    kinds = {column: known.kind for column, known in columns.items()}
    predicate = parse_predicate(design.events[name].when, kinds, owner=owner)
    for leaf in predicate.leaves:
        if len(leaf.columns) > 1:
            what = not_built(f"`{leaf.sql}`, one condition over several columns,", "compare each column with constants")
            raise InputError(f"{owner}: {what}.")
    for column in predicate.columns:
        if design.factor(column).role == "drop":
            raise InputError(f"{owner}: `{column}` has role drop, so no row could show that the event is true.")
    return predicate


def factor_axis(name: str, factor: Factor, column: Column) -> Axis:
    """The axis on which a factor is shown and targeted.

    It is the source's default axis or the one with the design's edges, with a bin for each level the target names,
    edges where an empirical target is cut, and bins outwards where the target reaches beyond the source. Raises
    InputError, naming the factor.
    """
    if factor.edges is not None and isinstance(factor.edges[0], str) != (column.kind == "datetime"):
        wanted = "dates" if column.kind == "datetime" else "numbers"
        raise InputError(
            f"Factor `{name}`: edges must be {wanted} for a {column.kind} factor, got {factor.edges[0]!r}."
        )
    axis = default_axis(column, factor.edge_numbers)
    return axis if factor.target is None else target_axis(factor.target, axis, column)


def held_codes(name: str, factor: Factor, column: Column) -> tuple[int, ...]:
    """Positions in `column.values` of the values that role hold leaves. Raises InputError for one that never occurs."""
    return tuple(_code(name, value, column) for value in factor.held)


def _check_factor(name: str, factor: Factor, column: Column) -> None:
    axis = factor_axis(name, factor, column)
    held_codes(name, factor, column)
    if factor.target is not None:
        factor.target.masses(axis, axis.histogram(column)[:-1])


def target_axis(target: Target, axis: Axis, column: Column) -> Axis:
    """`axis` with a bin for each level a target names, edges where it needs them, and bins as far out as it reaches.

    Raises InputError, naming the factor, if the target does not suit it.
    """
    target.check(axis)
    if not axis.numeric:
        known = set(level_texts(column.values).to_pylist())
        shown = set(axis.levels)
        named = [level for level in target.levels_needed() if level in known and level not in shown]
        hidden = axis.hidden - len(named)
        return replace(axis, levels=(*axis.levels, *named), hidden=hidden, rest=hidden > 0)
    # An edge that is the last one again makes a bin of that value alone.
    needed = [edge for edge in target.edges_needed(axis) if axis.edges[0] < edge <= axis.edges[-1]]
    edges = (*sorted({*axis.edges[:-1], *needed}), axis.edges[-1])
    cut = axis if edges == axis.edges else replace(axis, edges=edges, points=False)
    extended = target.extended_edges(cut, touched=bool(column.numbers[-1] == axis.edges[-1]))
    return cut if extended == cut.edges else replace(cut, edges=extended, points=False)


def _code(name: str, value: bool | int | float | str, column: Column) -> int:
    if column.kind in ("categorical", "boolean"):
        texts: list[str] = level_texts(column.values).to_pylist()
        if level_text(value) in texts:
            return texts.index(level_text(value))
        hint = nearest(level_text(value), texts)
    else:
        number = _number(name, value, column)
        at = int(np.searchsorted(column.numbers, number))
        if at < column.distinct and column.numbers[at] == number:
            return at
        around = level_texts(column.values.slice(max(at - 1, 0), 2)).to_pylist()
        hint = f" The nearest: {' and '.join(around)}." if around else ""
    raise InputError(f"Factor `{name}`: the value {value!r} never occurs in the source, so it can't be held.{hint}")


def _number(name: str, value: bool | int | float | str, column: Column) -> float:
    dates = column.kind == "datetime"
    try:
        if isinstance(value, str) and dates:
            return microseconds(value)
    except ValueError as error:
        raise InputError(f"Factor `{name}`: the held value {value!r} is {error}.") from error
    if dates or isinstance(value, bool | str):
        wanted = "a date such as 2013-05-31" if dates else "a number"
        raise InputError(f"Factor `{name}`: a held value must be {wanted} for a {column.kind} factor, got {value!r}.")
    return float(value)
