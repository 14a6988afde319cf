"""The grounding of whole tables, down to one row and one column."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from trimtab.core.errors import CancelledError
from trimtab.core.grounding.grounding import STRUCTURE_ROWS, learn
from trimtab.core.grounding.neighbours import Neighbour
from trimtab.core.source.columns import Column, encode


def columns(table: dict[str, Any]) -> dict[str, Column]:
    return {name: encode(name, pa.chunked_array([pa.array(values)]), None) for name, values in table.items()}


def test_codes_of_every_row_at_both_scales() -> None:
    known = columns({"speed": [float(i) for i in range(600)], "road": ["wet", "dry", None] * 200})
    found = learn(known)
    assert found.rows == 600
    for name, column in known.items():
        for fine in (False, True):
            one = Neighbour(name, fine)
            assert len(found.code(one)) == 600
            assert found.code(one).max() + 1 == found.size(one) or column.counts[-1] == 0
    assert found.code(Neighbour("road", True))[:3].tolist() == [1, 0, 2]
    assert found.size(Neighbour("road", False)) == 3
    speed = found.code(Neighbour("speed", False))
    assert (np.diff(speed.astype(int)) >= 0).all()


@pytest.mark.parametrize(
    "table",
    [
        {"a": [1]},
        {"a": [None]},
        {"a": [1, 2], "b": ["x", "x"], "c": [None, None]},
        {"a": [True, False, None], "b": [1.5, None, 2.5]},
    ],
)
def test_the_smallest_tables(table: dict[str, list[Any]]) -> None:
    found = learn(columns(table))
    assert found.rows == len(table["a"])
    assert sorted(name for one in found.neighbourhoods for name in one.factors) == sorted(table)


def test_the_same_source_gives_the_same_grounding_though_only_a_sample_is_looked_at() -> None:
    rng = np.random.default_rng(0)
    rows = 2 * STRUCTURE_ROWS
    a = rng.integers(0, 50, rows)
    known = columns({"a": a, "b": a + rng.integers(0, 3, rows), "c": rng.integers(0, 9, rows)})
    assert learn(known).neighbourhoods == learn(known).neighbourhoods
    found = {one.factors[0]: one for one in learn(known).neighbourhoods}
    assert {v.factor for v in found["b"].neighbours} == {"a"}
    assert found["c"].neighbours == ()


def test_progress_is_told_and_can_stop_it() -> None:
    known = columns({"a": [1, 2], "b": [1, 2]})
    told: list[tuple[int, int, str]] = []
    learn(known, progress=lambda *step: told.append(step))
    assert [done for done, _, _ in told] == [0, 1, 2, 3]
    assert told[-1] == (3, 3, "learned")

    def stop(done: int, total: int, message: str) -> None:
        if done == 1:
            raise CancelledError("stopped")

    with pytest.raises(CancelledError, match="stopped"):
        learn(known, progress=stop)
