"""Cells that what always holds forbids: a code beside a name that it does not decide."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from trimtab.core.counting.levels import Levels
from trimtab.core.relations.determines import Determines
from trimtab.core.study.study import Study


def forbidden_by_relations(study: Study, levels: Sequence[Levels]) -> Iterator[tuple[str, tuple[int, int], np.ndarray]]:
    """For each relation by which one factor of `levels` decides another and leaves out cells of both: its text, the
    positions of the two, ascending, and (size of one, size of the other) bool, whether a cell can't be.

    A level of which only rows beyond the learning ones have values is left open.
    """
    position = {one.factor: i for i, one in enumerate(levels)}
    for relation in study.relations:
        if isinstance(relation, Determines) and len(relation.factors) == 2 and set(relation.factors) <= position.keys():
            root, decided = (position[name] for name in relation.factors)
            never = _never(study, levels[root], levels[decided])
            if never.any():
                pair = (root, decided) if root < decided else (decided, root)
                yield relation.text, pair, never if root < decided else never.T


def _never(study: Study, root: Levels, decided: Levels) -> np.ndarray:
    """(size of the root, size of the other) the cells that no learning row shows, where all values of a level of the
    root are known."""
    column, other = study.known(root.factor), study.known(decided.factor)
    of_value = root.codes_of(column.values)
    seen = np.zeros((root.size + 1, decided.size + 1), dtype=bool)
    seen[of_value[column.codes], decided.codes_of(other.values)[other.codes]] = True
    learned = np.bincount(column.codes, minlength=len(of_value)) > 0
    known = np.asarray(seen.any(axis=1))
    known[of_value[~learned & (column.counts > 0)]] = False
    return np.asarray(~seen & known.reshape(-1, 1))[:-1, :-1]
