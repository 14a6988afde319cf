"""Quantiles: the values of a factor cut where they lie, and the share that each part must have."""

from __future__ import annotations

import numpy as np

from trimtab.core.design.controls.quantiles import Quantiles
from trimtab.core.design.values import as_number
from trimtab.core.projection.controls.control import controls_at
from trimtab.core.projection.controls.marginal import MarginalControl
from trimtab.core.source.axes import Axis
from trimtab.core.source.labels import number_texts
from trimtab.core.study.study import Study

FARTHEST = 1e300
"""Beyond every value: the first and the last part are open."""


class QuantilesControl(MarginalControl):
    """Quantiles: the codes are the values up to the first one, then up to the next, those above the last, missing."""

    kind = "quantiles"
    eased = True


@controls_at(35)
def quantiles_of(study: Study) -> tuple[QuantilesControl, ...]:
    """The quantiles that a study's design asks for."""
    return tuple(_control(study, asked) for asked in study.design.quantiles)


def cut_at(study: Study, asked: Quantiles) -> np.ndarray:
    """(Q,) where the quantiles lie, as the axes count, ascending."""
    column = study.columns[asked.factor]
    return np.array([as_number(f"Quantiles of `{asked.factor}`", value, column) for _, value in asked.points])


def _control(study: Study, asked: Quantiles) -> QuantilesControl:
    name = asked.factor
    column, cuts = study.columns[name], cut_at(study, asked)
    shares = np.diff([0.0, *(share for share, _ in asked.points), 1.0])
    own = study.design.factor(name).missing
    missing = column.missing_share if own is None else own
    # "At most" is a closed end, and bins are open above: a part ends just after its last value.
    edges = (-FARTHEST, *np.nextafter(cuts, np.inf).tolist(), FARTHEST)
    axis = Axis(name, "continuous", edges)
    texts = number_texts(cuts.tolist())
    labels = (f"up to {texts[0]}", *(f"up to {text}" for text in texts[1:]), f"above {texts[-1]}", "missing")
    requested = np.append(shares * (1 - missing), missing)
    return QuantilesControl(requested, labels, name, axis.bins_of(column), axis)
