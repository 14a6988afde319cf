"""No breaking of a design passes, and no honest rewriting of its rows is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from tests.breaking.breakings import Breaking, beside, row_by_row, together, weights
from tests.breaking.designs import BESIDE, ROW_BY_ROW, TOGETHER, Kept, kept
from tests.breaking.rewritings import REWRITINGS
from trimtab.core.delivery.receipt import verify
from trimtab.core.errors import InputError

DESIGNS: dict[str, tuple[str, Callable[[], Iterator[Breaking]]]] = {
    "row by row": (ROW_BY_ROW, row_by_row),
    "together": (TOGETHER, together),
    "beside": (BESIDE, beside),
}


@pytest.fixture(scope="module", params=DESIGNS)
def case(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Kept, list[Breaking]]:
    """A design whose rows keep it, and all the breakings of it."""
    design, breakings = DESIGNS[request.param]
    return kept(design, tmp_path_factory.mktemp("kept")), [*breakings(), *weights()]


def test_no_breaking_passes(case: tuple[Kept, list[Breaking]], tmp_path: Path, one_in: int) -> None:
    """The promise that is broken is not kept, or the file can't be read at all."""
    sample, breakings = case
    tried = np.random.default_rng(4).permutation(len(breakings))[: -(-len(breakings) // one_in)]
    passed = []
    for i in sorted(tried.tolist()):
        one = breakings[i]
        rows = one.change(sample.rows, np.random.default_rng(i))
        assert not rows.equals(sample.rows), one
        pq.write_table(rows, tmp_path / "rows.parquet")
        try:
            broken = [
                promise.promise for promise in verify(tmp_path / "rows.parquet", sample.study) if not promise.kept
            ]
        except InputError as error:
            broken = [one.promise] if "column" in str(error) else []
        if one.promise not in broken:
            passed.append((one.promise, one.way, broken))
    assert passed == []


def test_every_promise_is_broken_in_five_ways_at_least(case: tuple[Kept, list[Breaking]], tmp_path: Path) -> None:
    sample, breakings = case
    pq.write_table(sample.rows, tmp_path / "rows.parquet")
    promises = [one.promise for one in verify(tmp_path / "rows.parquet", sample.study)]
    ways = {name: sum(one.promise == name for one in breakings) for name in promises}
    assert {name: count for name, count in ways.items() if count < 5 and name != "columns"} == {}


def test_honest_rewritings_keep_everything(case: tuple[Kept, list[Breaking]], tmp_path: Path, one_in: int) -> None:
    sample, _ = case
    names = list(REWRITINGS)[:: max(1, one_in // 2)]
    refused = {}
    for i, name in enumerate(names):
        (folder := tmp_path / str(i)).mkdir()
        broken = [one.promise for one in verify(REWRITINGS[name](sample.rows, folder), sample.study) if not one.kept]
        refused |= {name: broken} if broken else {}
    assert refused == {}
