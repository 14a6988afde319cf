"""The tail of the Danish fire losses above 10 million kroner, as McNeil's package evir fits it.

`gpd(danish, 10)` of evir: 109 losses above the threshold, xi = 0.497, beta = 6.98. The analysis is that of McNeil,
"Estimating the tails of loss severity distributions using extreme value theory", ASTIN Bulletin 27, 1997. The data are
those of evir, supplied by Mette Rytgaard of Copenhagen Re; data/README.md tells their licence.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from pyarrow import csv
from scipy import stats

from trimtab.core.design.targets import Mixture, Tail
from trimtab.core.design.validation import target_axis
from trimtab.core.source.axes import default_axis
from trimtab.core.source.columns import Column, encode

LOSSES = Path(__file__).parent / "data" / "danish_losses.csv"


@pytest.fixture(scope="module")
def losses() -> Column:
    return encode("loss", csv.read_csv(LOSSES).column("loss"), None)


def test_the_tail_of_the_danish_fire_losses(losses: Column) -> None:
    assert losses.counts[:-1][losses.numbers > 10].sum() == 109
    fitted = Tail(above=10).fitted(losses)
    assert fitted.shape == pytest.approx(0.497, abs=0.0005)
    assert fitted.scale == pytest.approx(6.98, abs=0.005)


def test_no_other_parameters_are_likelier(losses: Column) -> None:
    beyond = losses.numbers.repeat(losses.counts[:-1])
    beyond = beyond[beyond > 10]
    fitted = Tail(above=10).fitted(losses)

    def cost(shape: float, scale: float) -> float:
        return float(stats.genpareto.nnlf((shape, 10, scale), beyond))

    least = cost(fitted.shape or 0, fitted.scale or 0)
    scipys, _, scale = stats.genpareto.fit(beyond, floc=10)
    # scipy's search ends within its tolerance of 1e-4 of the best.
    assert least <= cost(scipys, scale)
    assert fitted.shape == pytest.approx(scipys, abs=1e-4)
    for shape, other in ((0.01, 0), (-0.01, 0), (0, 0.05), (0, -0.05)):
        assert least < cost((fitted.shape or 0) + shape, (fitted.scale or 0) + other)


def test_a_body_with_this_tail_reaches_beyond_the_largest_loss(losses: Column) -> None:
    """With the tail's real weight the share of losses beyond 100 million is that of McNeil's tail estimator,
    (Nu / n) (1 + xi (x - u) / beta) ** (-1 / xi)."""
    whole = len(losses.codes)
    parts = [
        {"weight": whole - 109, "family": "empirical", "high": 10},
        {"weight": 109, "family": "tail", "above": 10},
    ]
    mixture = Mixture(parts=parts).fitted(losses)  # type: ignore[arg-type]
    axis = target_axis(mixture, default_axis(losses, [5, 10, 20, 50, 100, 300]), losses)
    assert axis.edges[-1] > 100 * losses.numbers[-1]
    masses = mixture.masses(axis, axis.histogram(losses)[:-1])
    estimate = 109 / whole * (1 + 0.497 * 90 / 6.98) ** (-1 / 0.497)
    assert masses[axis.lows >= 100].sum() == pytest.approx(estimate, rel=0.005)
