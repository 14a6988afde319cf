"""Scores are those of the package sliceline and divergences those of DivExplorer, see data/README.md for both."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from trimtab.core.counting.datasets import reading_of
from trimtab.core.counting.levels import Levels, code_rows, occurring_levels
from trimtab.core.source.columns import read_columns
from trimtab.core.source.spool import spool
from trimtab.core.weaknesses import candidates as search

DATA = Path(__file__).parent / "data"
PREDICTIONS = Path(__file__).parents[2] / "sample_data" / "flights_predictions.parquet"
FACTORS = ["carrier", "origin", "month", "visib"]

Slices = dict[tuple[str | None, ...], tuple[int, float, float, float]]
"""Levels of FACTORS, None where open -> (rows, summed errors, score, mean error less that of all rows)."""


@pytest.fixture(scope="module")
def coded(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Levels], list[np.ndarray], np.ndarray]:
    source = spool(PREDICTIONS, tmp_path_factory.mktemp("home"))
    columns = read_columns(source)
    levels = [occurring_levels(columns[name]) for name in FACTORS]
    found = code_rows(source, levels, {"error": reading_of(columns["error"])})
    return levels, [found.codes[name] for name in FACTORS], found.numbers["error"]


def every_slice(coded: tuple[list[Levels], list[np.ndarray], np.ndarray], alpha: float, least: int) -> Slices:
    levels, rows, errors = coded
    slices: Slices = {}
    for group in search.candidates(rows, [one.size for one in levels], errors, least, None):
        scored = search.tested(group, errors, alpha)
        for i, codes in enumerate(group.codes.tolist()):
            named = {levels[f].factor: levels[f].labels[code] for f, code in zip(group.chosen, codes, strict=True)}
            pattern = tuple(named.get(name) for name in FACTORS)
            slices[pattern] = (
                int(group.rows[i]),
                float(group.sums[i]),
                float(scored.score[i]),
                float(scored.mean[i] - errors.mean()),
            )
    return slices


def published(file: str) -> pd.DataFrame:
    return pd.read_csv(DATA / file, dtype=dict.fromkeys(FACTORS, "str"), keep_default_na=False)


def pattern_of(row: pd.Series) -> tuple[str | None, ...]:
    return tuple(row[name] or None for name in FACTORS)


@pytest.mark.parametrize("alpha", [0.98, 0.995])
def test_the_best_slices_of_sliceline(coded: tuple[list[Levels], list[np.ndarray], np.ndarray], alpha: float) -> None:
    slices = every_slice(coded, alpha, least=600)
    theirs = published("slices_sliceline.csv")
    theirs = theirs[theirs.alpha == alpha]
    assert len(theirs) >= 5
    best = sorted(slices, key=lambda pattern: -slices[pattern][2])[: len(theirs)]
    assert set(best) == {pattern_of(row) for _, row in theirs.iterrows()}
    for _, row in theirs.iterrows():
        rows, errors, score, _ = slices[pattern_of(row)]
        assert rows == row["rows"]
        assert errors == pytest.approx(row["errors"], rel=1e-9)
        assert score == pytest.approx(row["score"], rel=1e-9, abs=1e-12)


def test_every_divergence_of_divexplorer(coded: tuple[list[Levels], list[np.ndarray], np.ndarray]) -> None:
    theirs = published("slices_divexplorer.csv")
    slices = every_slice(coded, 0.95, least=3_000)
    assert set(slices) == {pattern_of(row) for _, row in theirs.iterrows()}
    for _, row in theirs.iterrows():
        rows, _, _, divergence = slices[pattern_of(row)]
        assert rows == row["rows"]
        assert divergence == pytest.approx(row["divergence"], rel=1e-9, abs=1e-12)
