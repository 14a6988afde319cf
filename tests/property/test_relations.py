"""What is planted is found, whatever stands beside it; and of noise nothing is claimed."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from benchmarks.relations import noise
from tests.property.planted import PLANTS
from trimtab.core.relations.at_hand import KINDS
from trimtab.core.relations.finding import find_relations
from trimtab.core.source.columns import read_columns
from trimtab.core.source.spool import spool


def test_every_kind_is_planted() -> None:
    assert set(PLANTS) == set(KINDS)


@pytest.mark.parametrize("kind", PLANTS)
@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), rows=st.integers(1500, 4000))
@example(seed=0, rows=1500)
@example(seed=1, rows=3000)
def test_what_is_planted_is_found(kind: str, seed: int, rows: int) -> None:
    generator = np.random.default_rng(seed)
    planted, factors = PLANTS[kind](generator, rows)
    noise = {
        "n_fine": generator.normal(size=rows),
        "n_count": generator.poisson(4, rows),
        "n_level": np.array([f"L{i}" for i in generator.integers(0, 6, rows)]),
    }
    with tempfile.TemporaryDirectory() as place:
        file = Path(place) / "table.parquet"
        pa.parquet.write_table(
            pa.table({name: pa.array(v, from_pandas=True) for name, v in (noise | planted).items()}), file
        )
        source = spool(file, Path(place) / "home")
        found = find_relations(read_columns(source), source)
    assert any(factors <= set(one.relation.factors) for one in found), [one.relation.text for one in found]
    assert not [one.relation.text for one in found if set(one.relation.factors) & set(noise)]


def test_of_noise_nothing_is_claimed(tmp_path: Path) -> None:
    assert noise(25, tmp_path) == []
