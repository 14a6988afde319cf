"""Levels of difficulty by a model's own probability: its measured error rises with them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from trimtab.core.sampling.run import generate
from trimtab.core.source.spool import Source, spool
from trimtab.core.study.study import Study

Open = Callable[..., Study]

PREDICTIONS = Path(__file__).resolve().parents[3] / "sample_data" / "flights_predictions.parquet"
SHARES = {"hard": 0.5, "medium": 0.3, "easy": 0.2}
# The probabilities have four digits, so none lies on a cut.
DESIGN = """
rows: 40000
levels:
  difficulty:
    score: abs(probability - 0.5)
    cuts: [0.20005, 0.40005]
    shares: {hard: 0.5, medium: 0.3, easy: 0.2}
"""


@pytest.fixture
def predictions(home: Path) -> Source:
    return spool(PREDICTIONS, home)


def test_the_measured_error_of_a_model_rises_with_the_level(predictions: Source, open_: Open) -> None:
    table = pa.concat_tables(list(generate(open_(predictions, DESIGN))))
    level = np.array(table.column("difficulty").to_pylist())
    probability, late = table.column("probability").to_numpy(), np.asarray(table.column("late"))
    score = np.abs(probability.astype(float) - 0.5)
    assert {name: int((level == name).sum()) for name in SHARES} == {"hard": 20_000, "medium": 12_000, "easy": 8_000}
    assert (level == np.select([score < 0.20005, score < 0.40005], ["hard", "medium"], "easy")).all()

    wrong = (probability > 0.5) != late
    rates = {name: wrong[level == name].mean() for name in SHARES}
    for harder, easier in (("hard", "medium"), ("medium", "easy")):
        error = np.sqrt(sum(rates[n] * (1 - rates[n]) / (level == n).sum() for n in (harder, easier)))
        assert rates[harder] - rates[easier] > 5 * error
    # The rate of each level is the source's there: what nobody set stays real.
    real = pq.read_table(PREDICTIONS, columns=["probability", "late"])
    there = np.abs(real.column("probability").to_numpy().astype(float) - 0.5)
    missed = (real.column("probability").to_numpy() > 0.5) != np.asarray(real.column("late"))
    group = np.select([there < 0.20005, there < 0.40005], ["hard", "medium"], "easy")
    for name, rate in rates.items():
        expected = missed[group == name].mean()
        error = np.sqrt(expected * (1 - expected) / min((level == name).sum(), (group == name).sum()))
        assert abs(rate - expected) < 3 * error + 0.01, name
    # A set with more hard rows is harder: by the shares, not by chance.
    assert wrong.mean() > missed.mean() + 0.05
