"""Shapes that are one click, or one call: each gives the shares of a factor's bins from those there are.

The sculptor has the same arithmetic beside it in `sculptor_model.js`, so that bars move at once; a test in the browser
holds the two together.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from trimtab.core.changes.factors import after_of, sculpted
from trimtab.core.design.design import Design
from trimtab.core.errors import InputError, nearest
from trimtab.core.projection.asked import asked_shares
from trimtab.core.projection.projection import Projection
from trimtab.core.projection.shifts import present
from trimtab.core.study.study import Study

RAREST = 0.1
"""The bins of a tail hold at most this share of the real rows together."""
BOOST = 3
"""How many times as frequent they become."""

Preset = Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]
"""(shares (size,), real shares (size,), even shares of the bins with real rows (size,)) -> weights (size,)."""


def with_preset(study: Study, projection: Projection | None, name: str, preset: str) -> Design:
    """The design with a factor as a target of a preset of the shares it has now: of its target, else those that come
    out, else the real ones. Raises InputError for a preset that there is not, or one that the factor can't have."""
    axis = study.axes[name]
    if preset not in PRESETS:
        raise InputError(f"Factor `{name}`: there is no preset `{preset}`.{nearest(preset, PRESETS)}")
    if preset == "smooth" and not axis.in_order:
        raise InputError(f"Factor `{name}`: its levels have no neighbours, so they can't be smoothed.")
    real, after = present(study.real_shares(name)), after_of(projection, name)
    now = asked_shares(study, name) or (real if after is None else present(after))
    if not now:
        raise InputError(f"Factor `{name}`: all its values are missing, so there is nothing to target.")
    return sculpted(study, name, preset_shares(preset, np.array(now), np.array(real)).tolist())


def preset_shares(preset: str, shares: np.ndarray, real: np.ndarray) -> np.ndarray:
    """(size,) the shares, summing to 1, that a preset makes of `shares` (size,) where the real ones are `real` (size,).

    >>> preset_shares("flatten", np.array([0.9, 0.1, 0.0]), np.array([0.9, 0.1, 0.0]))
    array([0.7, 0.3, 0. ])
    """
    grounded = real > 0 if (real > 0).any() else np.ones(len(real), dtype=bool)
    even = grounded / grounded.sum()
    weights = PRESETS[preset](shares, real, even)
    return np.asarray(weights / weights.sum() if weights.sum() > 0 else even)


def _tail(shares: np.ndarray, real: np.ndarray, even: np.ndarray) -> np.ndarray:
    """The rarest bins, at least the rarest one that occurs, boosted."""
    occurring = np.flatnonzero(real > 0)
    order = occurring[np.argsort(real[occurring], kind="stable")]
    rare = order[(np.cumsum(real[order]) <= RAREST) | (np.arange(len(order)) == 0)]
    return shares * np.where(np.isin(np.arange(len(real)), rare), BOOST, 1)


def _smooth(shares: np.ndarray, real: np.ndarray, even: np.ndarray) -> np.ndarray:
    around = np.concatenate([shares[:1], shares, shares[-1:]])
    return np.asarray((around[:-2] + 2 * shares + around[2:]) / 4)


PRESETS: dict[str, Preset] = {
    "match": lambda shares, real, even: real,
    "flatten": lambda shares, real, even: (shares + even) / 2,
    "tail": _tail,
    "uniform": lambda shares, real, even: even,
    "smooth": _smooth,
}
"""By name: as real, halfway to equal shares, the rare bins three times as frequent, equal shares for all bins with real
rows, every bin drawn towards its neighbours."""
