"""Controls that can't be met together: which ones, and the nearest value that works.

The elastic linear program min Σ(u + v), A·w + u − v = b over the cells' shares w ≥ 0 (J. W. Chinneck, *Feasibility and
Infeasibility in Optimization*, 2008): controls whose rows have nonzero dual prices are the conflict. Then each of
them in turn is let go, the others stay exact, and the value nearest to the asked one is found.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.errors import ConflictError
from core.projection.fit import Constraint

SECONDS = 30.0
"""A linear program is given up after this long."""


@dataclass(frozen=True)
class Conflict:
    """Controls that pull against each other. `control` is the one to change and `nearest` its nearest working share."""

    controls: tuple[str, ...]
    message: str
    control: str
    nearest: float | None


class ConflictsError(ConflictError):
    """The design's controls conflict; `conflicts` has one entry for each control that could give way."""

    def __init__(self, conflicts: Sequence[Conflict]) -> None:
        self.conflicts = tuple(conflicts)
        super().__init__("\n".join(one.message for one in self.conflicts))


def find_conflicts(mass: np.ndarray, constraints: Sequence[Constraint], *, allowed: float) -> tuple[Conflict, ...]:
    """The conflicts among `constraints` on cells of `mass` (C,); empty if all can be met together.

    `allowed` is the share by which a code may be off and still count as met.
    """
    usable = np.flatnonzero(mass > 0)
    narrowed = [Constraint(one.name, one.codes[usable], one.requested) for one in constraints]
    slack, prices = _elastic(len(usable), narrowed, dict.fromkeys(range(len(narrowed)), 1.0))
    if np.abs(slack).max(initial=0.0) <= allowed:
        return ()
    bounds = np.cumsum([0, *(len(one.requested) for one in narrowed)])
    involved = [i for i in range(len(narrowed)) if np.abs(prices[bounds[i] : bounds[i + 1]]).max() > 1e-7]
    # A price of zero for one code and not for others counts too; a constant price within one control is no pull at all.
    involved = [i for i in involved if np.ptp(prices[bounds[i] : bounds[i + 1]]) > 1e-7] or involved
    names = tuple(narrowed[i].name for i in involved)
    found = [_conflict(len(usable), narrowed, i, names, bounds) for i in involved]
    return tuple(one for one in found if one is not None) or (
        Conflict(names, f"{_listed(names)} can't be met together.", names[0], None),
    )


def _conflict(
    cells: int, constraints: Sequence[Constraint], loose: int, names: tuple[str, ...], bounds: np.ndarray
) -> Conflict | None:
    """Let one control give way as little as possible, the others staying exact; None if that alone does not help."""
    penalty = {i: 1.0 if i == loose else 1e6 for i in range(len(constraints))}
    slack, _ = _elastic(cells, constraints, penalty)
    others = np.delete(slack, np.arange(bounds[loose], bounds[loose + 1]))
    if others.max(initial=0.0) > 1e-6:
        return None
    one = constraints[loose]
    off = slack[bounds[loose] : bounds[loose + 1]]
    rest = [name for name in names if name != one.name]
    against = (
        f"{_listed(rest)} {'leaves' if len(rest) == 1 else 'leave'} no room: "
        if rest
        else "the source has no rows for it: "
    )
    worst = int(np.abs(off).argmax()) if len(one.requested) > 2 else 1
    nearest = float(np.clip(one.requested[worst] - off[worst], 0.0, 1.0))
    asked = float(one.requested[worst])
    what = "" if len(one.requested) == 2 else f" in bin {worst + 1}"
    limit = "most" if nearest < asked else "least"
    message = f"{one.name} asks for {asked:.4%}{what}, but {against}the {limit} that works is {nearest:.4%}."
    return Conflict(names, message, one.name, nearest)


def _listed(names: Sequence[str]) -> str:
    quoted = [f"`{name}`" for name in names]
    return quoted[0] if len(quoted) == 1 else ", ".join(quoted[:-1]) + f" and {quoted[-1]}"


def _elastic(cells: int, constraints: Sequence[Constraint], penalty: dict[int, float]) -> tuple[np.ndarray, np.ndarray]:
    """Solve the elastic program. Returns per code: requested − reached, and the dual price."""
    from scipy.optimize import linprog
    from scipy.sparse import csc_matrix, hstack, identity

    bounds = np.cumsum([0, *(len(one.requested) for one in constraints)])
    rows = np.concatenate([one.codes + bounds[i] for i, one in enumerate(constraints)])
    columns = np.tile(np.arange(cells), len(constraints))
    shares = csc_matrix((np.ones(len(rows)), (rows, columns)), shape=(int(bounds[-1]), cells))
    spare = identity(int(bounds[-1]), format="csc")
    weight = np.concatenate([np.full(len(one.requested), penalty[i]) for i, one in enumerate(constraints)])
    result = linprog(
        np.concatenate([np.zeros(cells), weight, weight]),
        A_eq=hstack([shares, spare, -spare], format="csc"),
        b_eq=np.concatenate([one.requested for one in constraints]),
        bounds=(0, None),
        method="highs",
        options={"time_limit": SECONDS},
    )
    if result.x is None:
        raise ConflictError(
            f"The controls can't be met together, and which ones conflict was not found within {SECONDS:.0f} seconds. "
            "Remove the control you added last."
        )
    over, under = np.split(result.x[cells:], 2)
    return over - under, np.asarray(result.eqlin.marginals)
