"""What is shown is what is promised: a target by a law has the asked rows in each bin of the factor's axis."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pytest

from trimtab.core.design.files import loads
from trimtab.core.maths.rounding import running_rows
from trimtab.core.projection.features.target_axis import target_of
from trimtab.core.sampling.run import generate
from trimtab.core.source.spool import Source
from trimtab.core.study.study import open_study

ROWS = 4_000
DESIGN = (
    "trimtab: 1\nname: t\nrows: 4000\nsource: {{path: t.parquet}}\nfactors: {{claim: {{role: target, target: {}}}}}\n"
)
LAWS = {
    "full of zeros": "{family: mixture, parts: [{family: constant, weight: 0.8, value: 0}, "
    "{family: lognormal, weight: 0.2, s: 1.5, scale: 200}]}",
    "one law": "{family: exponential, scale: 400}",
}


@pytest.mark.parametrize("law", LAWS)
def test_each_bin_that_is_shown_has_the_rows_that_the_law_asks(table_source: Callable[..., Source], law: str) -> None:
    generator = np.random.default_rng(4)
    claims = np.where(generator.random(3_000) < 0.8, 0.0, np.round(generator.lognormal(5.3, 1.5, 3_000), 2))
    study = open_study(loads(DESIGN.format(LAWS[law])), table_source({"claim": claims.tolist(), "b": [0, 1] * 1_500}))
    axis, column = study.axes["claim"], study.columns["claim"]
    asked = target_of(study, "claim").masses(axis, axis.histogram(column)[:-1]) * ROWS
    values = pa.concat_tables(generate(study)).column("claim").to_numpy()
    inside = values <= axis.edges[-1]
    got = np.histogram(values[inside], axis.edges)[0]
    # The last bin is closed and what the law has beyond it lies in bins that are not shown.
    assert np.abs(got - asked)[:-1].max() <= 1.0


def test_neighbours_together_are_within_a_row() -> None:
    shares = np.random.default_rng(1).dirichlet(np.full(60, 0.3))
    rows = running_rows(shares, 1_000)
    assert rows.sum() == 1_000
    off = np.cumsum(rows) - np.cumsum(shares) * 1_000
    assert np.ptp(np.append(0.0, off)) <= 1.0 + 1e-6
    assert rows.min() >= 0
