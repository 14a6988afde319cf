"""Independence of two factors that depend strongly on each other in the source: a crash's speed and the injury."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pytest
from scipy.stats import chi2

from trimtab.core.maths.rounding import whole_rows
from trimtab.core.sampling.run import generate
from trimtab.core.source.columns import encode
from trimtab.core.source.spool import Source
from trimtab.core.study.study import Study

Open = Callable[..., Study]

ROWS = 50_000
PAIR = ("dvcat", "injSeverity")


def information(table: np.ndarray) -> float:
    """Mutual information of a joint table, in nats."""
    shares = table / table.sum()
    apart = np.outer(shares.sum(axis=1), shares.sum(axis=0))
    some = shares > 0
    return float((shares[some] * np.log(shares[some] / apart[some])).sum())


def joint(one: np.ndarray, other: np.ndarray, shape: tuple[int, int], weight: np.ndarray | None = None) -> np.ndarray:
    key = one.astype(np.int64) * shape[1] + other
    return np.bincount(key, weights=weight, minlength=shape[0] * shape[1]).reshape(shape).astype(float)


@pytest.fixture
def study(crashes: Source, open_: Open) -> Study:
    return open_(crashes, f"rows: {ROWS}\npairs: [{{factors: [{', '.join(PAIR)}], target: independent}}]")


@pytest.fixture
def made(study: Study) -> dict[str, np.ndarray]:
    """The display bin of every generated row."""
    table = pa.concat_tables(list(generate(study)))
    bins = {}
    for name, column in study.columns.items():
        found = encode(name, table.column(name), column.kind)
        bins[name] = study.axes[name].bins_of(found)[found.codes]
    return bins


def test_both_are_independent_keep_their_shares_and_depend_on_all_others_as_before(
    study: Study, made: dict[str, np.ndarray]
) -> None:
    sizes = {name: study.axes[name].size + 1 for name in study.columns}
    real = {name: study.display_codes(name) for name in study.columns}
    shape = (sizes[PAIR[0]], sizes[PAIR[1]])
    source, found = joint(real[PAIR[0]], real[PAIR[1]], shape), joint(made[PAIR[0]], made[PAIR[1]], shape)

    # G = 2 n I is chi-squared under independence; the source's is 5,500.
    bins = np.count_nonzero(found.sum(axis=1)), np.count_nonzero(found.sum(axis=0))
    noise = chi2.ppf(0.999, (bins[0] - 1) * (bins[1] - 1))
    assert 2 * len(real[PAIR[0]]) * information(source) > 50 * noise
    assert 2 * ROWS * information(found) < noise

    for axis in (0, 1):
        wanted = whole_rows(source.sum(axis=axis) / source.sum(), ROWS)
        assert np.abs(found.sum(axis=axis) - wanted).max() <= 2  # 37 cells are rounded to whole rows

    # Beside it real rows are raked to the same table: what the design asks for, without making a row.
    margins = source.sum(axis=1) / source.sum(), source.sum(axis=0) / source.sum()
    apart = np.outer(*margins)
    weight = np.divide(apart, source, out=np.zeros(shape), where=source > 0)[real[PAIR[0]], real[PAIR[1]]]
    weight /= weight.sum()
    moved = 0.0
    for one in PAIR:
        for name in set(study.columns) - set(PAIR):
            both = (sizes[one], sizes[name])
            there = joint(real[one], real[name], both, weight)
            here = joint(made[one], made[name], both) / ROWS
            # As far apart as rows drawn from the raked ones would be on average, twice.
            drawn = 0.5 * np.sqrt(2 * there * (1 - there) / (np.pi * ROWS)).sum()
            assert 0.5 * np.abs(there - here).sum() < 2 * drawn, f"{one} and {name}"
            before = joint(real[one], real[name], both) / len(real[one])
            moved = max(moved, 0.5 * np.abs(there - before).sum() / drawn)
    assert moved > 8, "the raked rows are no better than those of the source: the test can't tell"
