"""A design against the source it stands on: names, kinds, levels and values, every fault at once."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

from trimtab.core.design.combinations import combination_faults, table_faults
from trimtab.core.design.controls.relation import relation_faults
from trimtab.core.design.definitions import Language, event_predicate, rule_predicates
from trimtab.core.design.design import Design
from trimtab.core.design.factors import NO_FACTOR, Factor
from trimtab.core.design.naming import naming_faults
from trimtab.core.design.targets import Target
from trimtab.core.design.values import held_codes
from trimtab.core.errors import InputError, nearest
from trimtab.core.source.axes import Axis, default_axis, level_texts
from trimtab.core.source.columns import Column

__all__ = [
    "check_against",
    "check_tables",
    "event_predicate",
    "factor_axis",
    "held_codes",
    "rule_predicates",
    "target_axis",
]


def check_against(design: Design, columns: Mapping[str, Column]) -> None:
    """Raise one InputError with a line for every fault of `design` on a source with these columns.

    Checked are the names that the design gives and uses, that each target's family, levels and number of weights fit
    its factor, that edges cover the data, that held values occur, that each expression can be read and gives what it
    should, and that pairs, sweeps and floors fit the factors they name; with the exception of derived factors, levels
    and labels, whose bins are known once they are computed (`check_tables`).
    """
    language = Language(design, columns)
    checks: list[Callable[[], object]] = [
        *(partial(_check_factor, name, factor, columns) for name, factor in design.factors.items()),
        language.define_all,
        *(partial(language.event, name) for name in design.events),
        *(partial(language.rule, rule) for rule in design.rules),
    ]
    faults = [str(fault) for fault in naming_faults(design, columns)]
    for check in checks:
        try:
            check()
        except InputError as error:
            faults.append(str(error))
    faults += map(str, combination_faults(language))
    derived = [name for name, factor in design.factors.items() if factor.role == "derive"]
    faults += map(str, relation_faults(design.relations or (), columns, derived))
    if all(design.factor(name).role in NO_FACTOR for name in columns):
        faults.append(
            f"Design `{design.name}`: every column has role drop, carry or derive; at least one must be a factor."
        )
    faults += map(str, table_faults(design, _named_axes(design, columns)))
    if faults:
        # What names a broken definition has that one's fault: it is told once.
        raise InputError("\n".join(dict.fromkeys("\n".join(faults).split("\n"))))


def check_tables(design: Design, axes: Mapping[str, Axis]) -> None:
    """Raise one InputError with a line for each pair whose table of weights does not fit the display `axes` of its
    factors, and each floor of too many cells. What names a factor without an axis here is passed over."""
    faults = [str(fault) for fault in table_faults(design, axes)]
    if faults:
        raise InputError("\n".join(faults))


def factor_axis(name: str, factor: Factor, column: Column) -> Axis:
    """The axis on which a factor is shown and targeted.

    It is the source's default axis or the one with the design's edges, with a bin for each level the target names,
    edges where the target is cut or begins, and bins outwards where it reaches beyond the source. Raises InputError,
    naming the factor.
    """
    factor.check_edges(name, column.kind)
    axis = default_axis(column, factor.edge_numbers, factor.order)
    return axis if factor.target is None else target_axis(factor.target, axis, column)


def _check_factor(name: str, factor: Factor, columns: Mapping[str, Column]) -> None:
    if factor.role == "derive":
        return
    if name not in columns:
        raise InputError(f"Factor `{name}`: the source has no such column.{nearest(name, columns)}")
    column = columns[name]
    axis = factor_axis(name, factor, column)
    held_codes(name, factor, column)
    if factor.target is not None:
        display = default_axis(column, factor.edge_numbers, factor.order)
        factor.target.fitted(column, display).masses(axis, axis.histogram(column)[:-1])


def _named_axes(design: Design, columns: Mapping[str, Column]) -> dict[str, Axis]:
    """The display axes of the source's columns that pairs and floors name, but for those whose edges are wrong."""
    axes = {}
    for name in {name for control in design.listed for name in control.on_axes}:
        factor = design.factor(name)
        if name in columns and factor.role != "derive":
            try:
                axes[name] = default_axis(columns[name], factor.edge_numbers, factor.order)
            except InputError:
                continue  # a fault of the factor, told there
    return axes


def target_axis(target: Target, axis: Axis, column: Column) -> Axis:
    """`axis` with a bin for each level a target names, edges where it needs them, and bins as far out as it reaches.

    A target that is not fitted yet is fitted, with drawn parts of a mixture on the bins of `axis`. Raises InputError,
    naming the factor, if the target does not suit it.
    """
    target.check(axis)
    target = target.fitted(column, axis)
    if not axis.numeric:
        known = set(level_texts(column.values).to_pylist())
        shown = set(axis.levels)
        named = [level for level in target.levels_needed() if level in known and level not in shown]
        hidden = axis.hidden - len(named)
        return replace(axis, levels=(*axis.levels, *named), hidden=hidden, rest=hidden > 0)
    # An edge that is the last one again makes a bin of that value alone.
    needed = {edge for edge in target.edges_needed(axis) if axis.edges[0] < edge <= axis.edges[-1]}
    # A cut between two values where each has its bin: the upper one's bin begins at the cut, so that none is empty.
    between = {axis.edges[bisect_right(axis.edges, edge)] for edge in needed - {*axis.edges}} if axis.points else set()
    edges = (*sorted({*axis.edges[:-1]} - between | needed), axis.edges[-1])
    cut = axis if edges == axis.edges else replace(axis, edges=edges, points=False)
    extended = target.extended_edges(cut, touched=bool(column.numbers[-1] == axis.edges[-1]))
    return cut if extended == cut.edges else replace(cut, edges=extended, points=False)
