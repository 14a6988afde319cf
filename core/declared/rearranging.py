"""Putting declared values into rows, so that the factors depend on each other as declared.

A row's place is the position of its value among its factor's values, -1 for none. Each value has one place, so whatever
the dependence, every marginal stays what it is.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from trimtab.core.maths.streams import ONE_FOR_ALL, stream

CLOSE = 1e-9


def scattered(name: str, present: int, missing: int) -> np.ndarray:
    """(present + missing,) places in no order."""
    places = np.append(np.arange(present), np.full(missing, -1))
    return np.asarray(stream(ONE_FOR_ALL, f"places {name}").permutation(places))


def normal_places(
    members: Mapping[str, tuple[int, int]], correlation: np.ndarray, given: np.ndarray | None
) -> list[np.ndarray]:
    """Places (n,) for each of the members, name -> (present, missing), with the ranks of a normal law.

    `correlation` (k, k) is in their order; `given` (n,) are places that the first one has already. The scores are made
    to have the correlation themselves, not only on average (R. L. Iman and W. J. Conover, "A distribution-free approach
    to inducing rank correlation among input variables", Communications in Statistics 11, 1982).
    """
    from scipy.special import ndtri

    rows = sum(next(iter(members.values())))
    scores = np.stack([stream(ONE_FOR_ALL, f"scores {name}").standard_normal(rows) for name in members], axis=1)
    if given is not None:
        there = given >= 0
        scores[there, 0] = ndtri((given[there] + 0.5) / there.sum())
    base, scale = np.linalg.qr(scores - scores.mean(axis=0))  # the first column keeps its direction
    whole = (base * np.sign(np.diag(scale))) @ np.linalg.cholesky(correlation).T
    found = []
    for column, (name, (_, missing)) in enumerate(members.items()):
        if column == 0 and given is not None:
            found.append(given)
            continue
        filled = np.flatnonzero(scattered(name, rows - missing, missing) >= 0) if missing else np.arange(rows)
        places = np.full(rows, -1)
        places[filled[np.argsort(whole[filled, column], kind="stable")]] = np.arange(len(filled))
        found.append(places)
    return found


def table_places(name: str, parent: np.ndarray, child: np.ndarray, table: np.ndarray) -> np.ndarray:
    """(n,) places of a factor, of which table[i, j] rows have their value in bin j where `parent` (n,) has bin i.

    `child` (n,) are the bins of its values in their order, the last bin for the missing ones at the end. Whole numbers
    in `table`, with the margins of both.
    """
    generator = stream(ONE_FOR_ALL, f"table {name}")
    rows, values = generator.permutation(len(parent)), generator.permutation(len(child))
    rows = rows[np.argsort(parent[rows], kind="stable")]
    # The rows stand by the parent's bins; this is the child's bin for each of them.
    wanted = np.repeat(np.tile(np.arange(table.shape[1]), len(table)), table.ravel())
    places = np.empty(len(parent), dtype=np.int64)
    places[rows[np.argsort(wanted, kind="stable")]] = values[np.argsort(child[values], kind="stable")]
    return np.where(child[places] == table.shape[1] - 1, -1, places)


def whole_table(table: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray | None:
    """The whole numbers nearest to `table` (I, J) with the whole margins `rows` and `columns`, and zeros where it has
    zeros; None if there are none.

    A transport problem: rows are added to the whole part of each cell, or taken from it.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import csr_array, hstack

    i, j = np.nonzero(table > 0)
    base = np.floor(table[i, j] + CLOSE)
    part = np.maximum(table[i, j] - base, 0.0)
    cell = np.arange(len(i))
    places = (np.append(i, len(rows) + j), np.append(cell, cell))
    margins = csr_array((np.ones(2 * len(i)), places), (len(rows) + len(columns), len(i)))
    goals = np.append(rows, columns) - margins @ base
    # Rounding each cell up or down is enough if `table` has the margins; more than that only if it is off.
    far = np.full(len(i), len(i) + 1.0)
    found = milp(
        np.concatenate([1 - part, far, far]),
        integrality=np.ones(3 * len(i), dtype=np.int64),
        bounds=Bounds(np.zeros(3 * len(i)), np.concatenate([np.ones(len(i)), np.full(len(i), np.inf), base])),
        constraints=LinearConstraint(hstack([margins, margins, -margins]), goals, goals),
    )
    if found.x is None:
        return None
    up, more, fewer = np.rint(found.x).reshape(3, -1)
    whole = np.zeros(table.shape, dtype=np.int64)
    whole[i, j] = base + up + more - fewer
    return whole
