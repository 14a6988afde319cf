"""`_weight` undoes a design: the weighted rows have the source's means and shares again, in every factor.

The standard error of a weighted mean Σ w x / Σ w is sqrt(Σ w² (x − mean)²) / Σ w, by the linearisation of the ratio.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pyarrow as pa
import pytest

from trimtab.core.projection.projection import project
from trimtab.core.sampling.run import generate
from trimtab.core.source.columns import encode
from trimtab.core.source.spool import Source
from trimtab.core.study.study import Study

Open = Callable[..., Study]

DESIGNS = {
    "events and a target": """
rows: 60000
factors:
  month: {role: target, target: {family: histogram, weights: [3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 3]}}
events:
  windy: {when: "wind_speed > 15", rate: 0.4}
  late: {when: "arr_delay > dep_delay + 5", rate: 0.5}
""",
    "a pair, levels and a keep": """
rows: 60000
factors: {carrier: {role: keep}}
pairs: [{factors: [origin, month], weights: [[1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2], [2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1],
  [1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2]]}]
levels: {view: {score: visib, cuts: [6, 10], shares: {poor: 0.2, fair: 0.3, good: 0.5}}}
""",
    "a missing share and a rank correlation": """
rows: 60000
factors: {wind_gust: {missing: 0.5}}
pairs: [{factors: [temp, wind_speed], rank_correlation: 0.2}]
""",
}


def numbers_of(study: Study, name: str, table: pa.Table) -> Iterator[tuple[str, float, np.ndarray]]:
    """(what, that of the source, that of each row): a factor's share of missing values, and its number, or the share of
    each of its ten commonest levels."""
    column = study.columns[name]
    made = encode(name, table.column(name), column.kind)
    lost = made.codes == made.distinct
    yield f"missing {name}", column.missing_share, lost.astype(float)
    if len(column.numbers):
        there = column.counts[:-1]
        mean = float(there @ column.numbers / there.sum())
        values = np.append(made.numbers, np.nan)[made.codes]
        yield f"mean of {name}", mean, values
    else:
        shares = dict(zip(column.values.to_pylist(), column.counts / column.counts.sum(), strict=False))
        for level in list(shares)[:10]:
            place = made.values.to_pylist().index(level)
            yield f"{name} = {level}", float(shares[level]), (made.codes == place).astype(float)


@pytest.mark.parametrize("name", DESIGNS)
def test_weighted_rows_have_the_means_and_shares_of_the_source(flights: Source, open_: Open, name: str) -> None:
    study = open_(flights, DESIGNS[name])
    table = pa.concat_tables(list(generate(study)))
    weight = table.column("_weight").to_numpy()
    assert np.ptp(weight) > 0.5
    plain = []
    for factor in study.columns:
        for what, real, values in numbers_of(study, factor, table):
            known = ~np.isnan(values)
            x, w = values[known], weight[known]
            mean = float(w @ x / w.sum())
            # Of what is in all rows or in none, a row may be missed.
            error = max(float(np.sqrt(w**2 @ (x - mean) ** 2) / w.sum()), 1.0 / len(x))
            assert abs(mean - real) < 3 * error, f"{what}: {mean:.5f}, not {real:.5f}; error {error:.5f}"
            plain.append(abs(float(x.mean()) - real) / error)
    # Without the weights the design is plain to see.
    assert max(plain) > 30


@pytest.mark.parametrize("name", DESIGNS)
def test_the_effective_sample_size_is_told(flights: Source, open_: Open, name: str) -> None:
    study = open_(flights, DESIGNS[name])
    weight = pa.concat_tables(list(generate(study))).column("_weight").to_numpy()
    share = project(study).effective_share
    # 1 / Σ q² / n over the source's rows; the same as (Σ p²/q)⁻¹ is for the weights p / q of the rows made.
    assert 0 < share < 1
    assert weight.sum() == pytest.approx(len(weight), rel=1e-3)
    assert 0 < weight.sum() ** 2 / (weight**2).sum() / len(weight) < 1


def test_rows_without_a_place_in_the_source_have_no_weight(flights: Source, open_: Open) -> None:
    text = 'rows: 20000\nfactors: {distance: {missing: 0.25}}\nevents: {windy: {when: "wind_speed > 15", rate: 0.3}}'
    table = pa.concat_tables(list(generate(open_(flights, text))))
    weight = table.column("_weight").to_numpy()
    lost = np.asarray(table.column("distance").is_null())
    assert (weight[lost] == 0).all()
    wind = table.column("wind_speed").to_numpy()
    windy = np.nan_to_num(wind, nan=0.0) > 15
    real = open_(flights).columns["wind_speed"]
    share = float(real.counts[:-1][real.numbers > 15].sum() / real.counts.sum())
    found = float(weight @ windy / weight.sum())
    error = float(np.sqrt(weight**2 @ (windy - found) ** 2) / weight.sum())
    assert abs(found - share) < 3 * error
