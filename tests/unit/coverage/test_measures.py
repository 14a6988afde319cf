"""One contract for every measure; a new one is in the JSON and in the tables of the command line and of the app."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trimtab.core.coverage.measures import MEASURES, Measure, distances, measure
from trimtab.core.design.design import Design
from trimtab.core.design.parts.source_ref import SourceRef
from trimtab.core.source.spool import spool
from trimtab.core.study.study import open_study
from trimtab.ui.coverage.comparing import covered, distances_csv, distances_table

PLACES = np.array([0.0, 1.0, 3.0, 7.0])
counts = st.lists(st.integers(0, 1000), min_size=5, max_size=5).filter(lambda rows: sum(rows[:-1]) > 0)


@given(one=counts, other=counts)
def test_a_measure_is_0_for_what_is_alike_and_the_same_both_ways(one: list[int], other: list[int]) -> None:
    p, q = np.array(one), np.array(other)
    there, back = distances(p, q, PLACES, PLACES), distances(q, p, PLACES, PLACES)
    assert list(there) == list(MEASURES)
    for name, found in MEASURES.items():
        far = there[name]
        assert far is not None
        assert far == pytest.approx(back[name], abs=1e-12)
        assert 0 <= far <= (PLACES[-1] if found.in_unit else 1) + 1e-12
        assert distances(p, 3 * p, PLACES, PLACES)[name] == pytest.approx(0, abs=1e-7)


def test_a_measure_that_needs_an_order_is_not_told_of_levels() -> None:
    found = distances(np.array([1, 2, 0]), np.array([2, 1, 0]))
    assert {name for name, far in found.items() if far is None} == {"ks", "wasserstein"}
    assert set(distances(None, np.array([1, 0])).values()) == {None}


@pytest.fixture
def hellinger() -> Iterator[Measure]:
    """A measure as somebody would add it."""

    @measure("hellinger", "Hellinger <H>", "distance of the roots")
    def hellinger(p: np.ndarray, q: np.ndarray) -> float:
        return float(np.sqrt(((np.sqrt(p) - np.sqrt(q)) ** 2).sum() / 2))

    yield MEASURES["hellinger"]
    del MEASURES["hellinger"]


def test_a_new_measure_is_told_everywhere(
    hellinger: Measure, folder: Path, home: Path, trimtab: Callable[..., Any]
) -> None:
    pq.write_table(pa.table({"x": ["a", "b"] * 50}), "one.parquet")
    pq.write_table(pa.table({"x": ["a"] * 100}), "other.parquet")
    far = float(np.sqrt(1 - np.sqrt(0.5)))
    told = trimtab("coverage", "one.parquet", "other.parquet", "--json").json
    assert told["factors"][0]["hellinger"] == pytest.approx(far)
    assert "hellinger" in trimtab("coverage", "one.parquet", "other.parquet").out

    source = spool(Path("one.parquet"), home)
    study = open_study(Design(name="x", source=SourceRef(path="one.parquet", sha256=source.sha256)), source)
    factors = covered(study, None, {"other": Path("other.parquet")})
    assert "Hellinger &lt;H&gt;" in str(distances_table(factors))
    (row,) = csv.DictReader(io.StringIO(distances_csv(factors)))
    assert float(row["hellinger other from real"]) == pytest.approx(far)
