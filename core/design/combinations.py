"""Pairs, sweeps and floors against the factors they name: which may be named, their values, tables and cells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from trimtab.core.design.controls import Floor, Pair, Sweep
from trimtab.core.design.definitions import Language
from trimtab.core.design.design import Design
from trimtab.core.design.values import swept_values
from trimtab.core.errors import InputError, nearest
from trimtab.core.source.axes import Axis

MOST_CELLS = 2_000_000
"""Cells that one floor may look after."""


def combination_faults(language: Language) -> Iterator[InputError]:
    """A fault for each pair, sweep and floor that names what it can't, or asks for values that there can't be."""
    design = language.design
    controls: tuple[Pair | Sweep | Floor, ...] = (*design.pairs, *design.sweeps, *design.floors)
    for control in controls:
        try:
            if isinstance(control, Pair):
                _check_pair(control, language)
            elif isinstance(control, Sweep):
                _check_sweep(control, language)
            else:
                for name in control.factors:
                    language.kind_of(name, owner=f"Floor `{control.name}`")
        except InputError as error:
            yield error


def table_faults(design: Design, axes: Mapping[str, Axis]) -> Iterator[InputError]:
    """A fault for each pair whose table of weights does not fit the display axes of its factors, and for each floor of
    more than `MOST_CELLS` cells.

    Nothing is said of what names a factor without an axis here, as a derived one has none before it is computed.
    """
    controls: tuple[Pair | Floor, ...] = (*design.pairs, *design.floors)
    for control in controls:
        if not all(name in axes for name in control.factors):
            continue
        own = [axes[name] for name in control.factors]
        try:
            if isinstance(control, Pair):
                _check_weights(control, own)
            else:
                _check_cells(control, own)
        except InputError as error:
            yield error


def _check_pair(pair: Pair, language: Language) -> None:
    owner = f"Pair `{pair.name}`"
    for name in pair.factors:
        if language.kind_of(name, owner=owner) == "categorical" and pair.rank_correlation is not None:
            raise InputError(
                f"{owner}: a rank correlation needs an order, and the levels of `{name}` have none. Give a table of "
                "`weights`."
            )


def _check_sweep(sweep: Sweep, language: Language) -> None:
    owner = f"Sweep `{sweep.factor}`"
    language.kind_of(sweep.factor, owner=owner)
    if sweep.factor in language.names:
        raise InputError(f"{owner}: `{sweep.factor}` is computed from others and can't vary alone; vary one of them.")
    if language.design.factor(sweep.factor).role == "hold":
        raise InputError(f"{owner}: `{sweep.factor}` has role hold, so it can't vary. Give it another role.")
    swept_values(sweep, language.columns[sweep.factor])


def _check_weights(pair: Pair, axes: Sequence[Axis]) -> None:
    owner = f"Pair `{pair.name}`"
    if isinstance(pair.weights, dict):
        named = (tuple(pair.weights), tuple(level for row in pair.weights.values() for level in row))
        for axis, levels in zip(axes, named, strict=True):
            known = (*axis.labels, axis.missing_label)
            unknown = [level for level in levels if level not in known]
            if unknown:
                hint = nearest(unknown[0], known)
                raise InputError(f"{owner}: `{axis.factor}` has no bin `{unknown[0]}` of its own.{hint}")
    elif pair.weights is not None:
        shape = (len(pair.weights), len(pair.weights[0]))
        for axis, found, what in zip(axes, shape, ("rows", "numbers in a row"), strict=True):
            if found not in (axis.size, axis.size + 1):
                raise InputError(
                    f"{owner}: `weights` must have {axis.size} {what}, one for each bin of `{axis.factor}`, or "
                    f"{axis.size + 1} with missing; got {found}."
                )


def _check_cells(floor: Floor, axes: Sequence[Axis]) -> None:
    # The sum over all choices of factors of the product of their bins, one factor after the other.
    cells = [1, *[0] * floor.strength]
    for axis in axes:
        for some in range(floor.strength, 0, -1):
            cells[some] += cells[some - 1] * axis.size
    if cells[-1] > MOST_CELLS:
        raise InputError(
            f"Floor `{floor.name}`: {floor.strength} of its factors at a time make {cells[-1]:,} combinations of bins, "
            f"and {MOST_CELLS:,} can be looked after. Name fewer factors, give them fewer bins, or lower `strength`."
        )
