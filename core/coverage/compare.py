"""Data sets side by side: for each factor the rows in every bin, and how far each set is from the first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from trimtab.core.counting.codes import ABOVE, BELOW, MISSING, UNSEEN, axis_code, count_codes, mean_values
from trimtab.core.counting.datasets import open_data, reading_of, reading_of_kind
from trimtab.core.coverage.measures import Distances, distances
from trimtab.core.errors import Progress
from trimtab.core.source.axes import Axis
from trimtab.core.source.columns import Column
from trimtab.core.source.kinds import Kind
from trimtab.core.source.labels import moment_texts, number_texts
from trimtab.core.source.spool import Source

CODES_BEYOND = 4
MICROSECONDS = 1e6

Counts = Mapping[str, np.ndarray]
"""Per factor (size + 1,) rows or shares of the bins of its axis, the last one missing."""


@dataclass(frozen=True, eq=False)
class FactorComparison:
    """One factor in every data set.

    `labels` (L,) name the bins in order: those of the axis, before and after them "below …" and "above …" for numbers
    outside of it, "unseen levels" for levels it does not have (each only if some set has such rows), last "missing".
    `counts` holds (L,) rows for each set, and `distances` how far each is from the first, by the name of the measure
    (see `trimtab.core.coverage.measures`); None where a set lacks the factor or has no rows to compare, and where a
    measure does not apply to the kind. A bin counts at its middle, or at its value if it holds one; values that the
    axis does not have count at their mean.

    `places` has, for each set, (L - 1,) where the bins of numbers and dates count, missing not; None for categories.
    `outside` (L,) tells the bins that the axis does not have.
    """

    name: str
    kind: Kind
    labels: tuple[str, ...]
    counts: Mapping[str, np.ndarray | None]
    distances: Mapping[str, Distances]
    places: Mapping[str, np.ndarray] | None
    outside: np.ndarray

    def between(self, one: str, other: str) -> Distances:
        """The distances of two sets, by their names."""
        places = self.places or {}
        return distances(self.counts[one], self.counts[other], places.get(one), places.get(other))


def compare(
    sets: Mapping[str, Path | Source | Counts],
    axes: Mapping[str, Axis],
    columns: Mapping[str, Column] | None = None,
    *,
    progress: Progress | None = None,
) -> tuple[FactorComparison, ...]:
    """Compare data sets over the factors of `axes`: each a file or a source, which takes one query, or counts at hand.

    `columns`, those of the source the axes were made of, tell levels that share a bin from levels never seen. Raises
    InputError for a data set that can't be read.
    """
    known = columns or {}
    readings = {
        name: reading_of(known[name]) if name in known else reading_of_kind(axis.kind) for name, axis in axes.items()
    }
    counted: dict[str, dict[str, np.ndarray]] = {}
    lies: dict[tuple[str, str], dict[int, float]] = {}
    for done, (label, data) in enumerate(sets.items()):
        if progress:
            progress(done, len(sets), f"counting {label}")
        if isinstance(data, Mapping):
            counted[label] = {name: np.append(data[name], np.zeros(CODES_BEYOND - 1)) for name in axes if name in data}
            continue
        with open_data(data, readings) as opened:
            codes = {name: axis_code(axis, known.get(name)) for name, axis in axes.items() if name in opened.types}
            _, found = count_codes(opened, list(codes.values()))
            counted[label] = {
                name: _as_array(counts, axes[name].size) for name, counts in zip(codes, found, strict=True)
            }
            for name, counts in counted[label].items():
                if axes[name].numeric and counts[axes[name].size + 1 :].any():
                    lies[label, name] = mean_values(opened, axes[name], codes[name])
    if progress:
        progress(len(sets), len(sets), "counted")
    return tuple(
        _factor(
            axis,
            {label: counts.get(name) for label, counts in counted.items()},
            {label: lies.get((label, name), {}) for label in counted},
        )
        for name, axis in axes.items()
    )


def _as_array(counts: Mapping[int, int], size: int) -> np.ndarray:
    array = np.zeros(size + CODES_BEYOND, dtype=np.int64)
    array[list(counts)] = list(counts.values())
    return array


def _factor(
    axis: Axis, raw: Mapping[str, np.ndarray | None], lies: Mapping[str, Mapping[int, float]]
) -> FactorComparison:
    codes, labels = _layout(axis, [found for found in raw.values() if found is not None])
    counts = {label: None if found is None else found[codes] for label, found in raw.items()}
    places = {label: _places(axis, codes, lies[label]) for label in raw} if axis.numeric else None
    begun, first = next(iter(counts.items()), ("", None))
    at = places or {}
    far = {label: distances(first, found, at.get(begun), at.get(label)) for label, found in counts.items()}
    outside = np.asarray(codes) > axis.size
    return FactorComparison(axis.factor, axis.kind, labels, counts, far, places, outside)


def _layout(axis: Axis, found: Sequence[np.ndarray]) -> tuple[list[int], tuple[str, ...]]:
    """The codes in the order they are shown, and a label for each; codes beyond the axis only where they occur."""
    size = axis.size
    occurs = np.sum(found, axis=0) > 0 if found else np.zeros(size + CODES_BEYOND, dtype=bool)
    shown = [(size + BELOW, "below {}"), *((i, label) for i, label in enumerate(axis.labels))]
    shown += [(size + ABOVE, "above {}"), (size + UNSEEN, "unseen values" if axis.numeric else "unseen levels")]
    kept = [(code, label) for code, label in shown if code < size or occurs[code]] + [(size + MISSING, "missing")]
    ends = {size + BELOW: axis.edges[:1], size + ABOVE: axis.edges[-1:]}
    edge_texts = moment_texts if axis.kind == "datetime" else number_texts
    labels = [label.format(*edge_texts(ends[code])) if code in ends else label for code, label in kept]
    return [code for code, _ in kept], tuple(labels)


def _places(axis: Axis, codes: Sequence[int], lies: Mapping[int, float]) -> np.ndarray:
    """Where each shown bin of a numeric axis counts, missing not; dates in seconds. Rows that the axis has no bin for
    lie where `lies` says, infinite ones at its ends."""
    middles = axis.lows if axis.points else (axis.lows + axis.highs) / 2
    ends = {axis.size + BELOW: sum(axis.edges[:1]), axis.size + ABOVE: sum(axis.edges[-1:]), **lies}
    places = [middles[code] if code < axis.size else ends.get(code, 0.0) for code in codes[:-1]]
    return np.asarray(places, dtype=np.float64) / (MICROSECONDS if axis.kind == "datetime" else 1.0)
