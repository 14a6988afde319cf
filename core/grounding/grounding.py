"""The grounding: the learning rows of a source as codes, and what each factor depends on. It knows no design."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from trimtab.core.errors import Progress
from trimtab.core.grounding.coding import Coding, code_factor
from trimtab.core.grounding.neighbours import Codes, Neighbour, Neighbourhood, learn_neighbours
from trimtab.core.grounding.ties import Ties
from trimtab.core.source.columns import Column

STRUCTURE_ROWS = 20_000
"""Neighbours are chosen on a sample of this many rows; donors are taken from all learning rows."""


@dataclass(frozen=True, eq=False)
class Grounding:
    """What was learned from a source.

    `coarse` and `bins` are (n,) codes of every learning row at the two scales of `codings`. `neighbourhoods` tell which
    factors are redrawn together and from what, in the order of redrawing. Of every `step`-th learning row alone.
    """

    columns: Mapping[str, Column]
    codings: Mapping[str, Coding]
    coarse: Mapping[str, np.ndarray]
    bins: Mapping[str, np.ndarray]
    neighbourhoods: tuple[Neighbourhood, ...]
    rows: int
    ties: Ties | None = None
    step: int = 1

    def code(self, neighbour: Neighbour) -> np.ndarray:
        """(n,) the codes of one neighbour at its scale."""
        return (self.bins if neighbour.fine else self.coarse)[neighbour.factor]

    def size(self, neighbour: Neighbour) -> int:
        """Number of codes of one neighbour at its scale."""
        return self.codings[neighbour.factor].sizes[neighbour.fine]

    def tied(self, factors: Sequence[str]) -> tuple[str, ...]:
        """Some factors and all that one donor gives with them."""
        blocks = self.ties.blocks if self.ties else ()
        beside = (name for block in blocks if not set(block).isdisjoint(factors) for name in block)
        return tuple(dict.fromkeys((*factors, *beside)))


def learn(columns: Mapping[str, Column], *, ties: Ties | None = None, progress: Progress | None = None) -> Grounding:
    """Learn the dependence between `columns` (one source's, at least one, all of the same n learning rows).

    `ties` are those of the relations that always hold, if a design speaks of them.
    """
    rows = len(next(iter(columns.values())).codes)
    codings, coarse, bins = {}, {}, {}
    for done, (name, column) in enumerate(columns.items()):
        if progress:
            progress(done, len(columns) + 1, f"learning {name}")
        codings[name] = code_factor(column)
        coarse[name] = codings[name].coarse_of_value[column.codes]
        bins[name] = codings[name].bin_of_value[column.codes]
    if progress:
        progress(len(columns), len(columns) + 1, "learning which factors depend on each other")
    ordered = [name for name, column in columns.items() if len(column.numbers)]
    found = learn_neighbours(_sample(codings, coarse, bins, rows), rows=rows, ordered=ordered, ties=ties)
    if progress:
        progress(len(columns) + 1, len(columns) + 1, "learned")
    return Grounding(
        columns=dict(columns),
        codings=codings,
        coarse=coarse,
        bins=bins,
        neighbourhoods=found,
        rows=rows,
        ties=ties,
    )


def _sample(
    codings: Mapping[str, Coding], coarse: Mapping[str, np.ndarray], bins: Mapping[str, np.ndarray], rows: int
) -> Codes:
    # A fixed stream: the same source gives the same grounding, whatever the design's seed.
    generator = np.random.Generator(np.random.Philox(0))
    chosen = (
        np.arange(rows) if rows <= STRUCTURE_ROWS else np.sort(generator.choice(rows, STRUCTURE_ROWS, replace=False))
    )
    of, sizes = {}, {}
    for name, coding in codings.items():
        for fine, codes in ((False, coarse[name]), (True, bins[name])):
            of[Neighbour(name, fine)] = codes[chosen].astype(np.int64)
            sizes[Neighbour(name, fine)] = coding.sizes[fine]
    return Codes(of, sizes)
