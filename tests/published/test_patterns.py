"""Maximal uncovered patterns of Asudeh, Jin and Jagadish, "Assessing and Remedying Coverage", ICDE 2019.

The recidivism cells are those of the authors' repository CoverageICDE, see data/README.md.
"""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from trimtab.core.cli import main
from trimtab.core.counting.levels import declared_levels, occurring_levels
from trimtab.core.coverage.gaps import patterns
from trimtab.core.coverage.gaps.patterns import find_gaps
from trimtab.core.source.axes import Axis
from trimtab.core.source.columns import read_columns
from trimtab.core.source.spool import Source, spool

CELLS = Path(__file__).parent / "data" / "recidivism_cells.csv"
FACTORS = ["sex", "age", "race", "marital_status"]
BY_LEVEL = {2: 19, 3: 24, 4: 22}


@pytest.fixture
def recidivism(tmp_path: Path) -> Path:
    cells = pd.read_csv(CELLS)
    rows = cells.loc[cells.index.repeat(cells["rows"]), FACTORS]
    assert len(rows) == 6_889
    rows.to_csv(tmp_path / "recidivism.csv", index=False)
    return tmp_path / "recidivism.csv"


@pytest.fixture
def source(recidivism: Path, tmp_path: Path) -> Source:
    return spool(recidivism, tmp_path / "home")


@pytest.mark.parametrize(("threshold", "total"), [(10, 65), (30, 78)])
def test_recidivism(source: Source, threshold: int, total: int) -> None:
    columns = read_columns(source)
    gaps = find_gaps(source, [occurring_levels(columns[name]) for name in FACTORS], threshold)
    assert (len(gaps), gaps.rows, gaps.complete) == (total, 6_889, True)
    if threshold == 10:
        assert gaps.by_level == BY_LEVEL


def test_level_by_level_finds_the_same(source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    columns = read_columns(source)
    levels = [occurring_levels(columns[name]) for name in FACTORS]
    whole = find_gaps(source, levels, 10)
    monkeypatch.setattr(patterns, "MAX_CELLS", 300)  # the cube has 3 · 5 · 5 · 8 = 600 cells, no level more than 224
    searched = find_gaps(source, levels, 10)
    assert [one.levels for one in searched] == [one.levels for one in whole]
    assert searched.counts.tolist() == whole.counts.tolist()
    assert len(find_gaps(source, levels, 10, max_level=2)) == 19


def test_recidivism_on_the_command_line(recidivism: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["gaps", str(recidivism), "--factors", ",".join(FACTORS), "--threshold", "10", "--json"])
    found = json.loads(capsys.readouterr().out)
    assert ended.value.code == 0
    assert found["total"] == len(found["patterns"]) == 65
    assert found["by_level"] == {"2": 19, "3": 24, "4": 22}
    assert all(one["count"] + one["rows_to_close"] == 10 for one in found["patterns"])
    assert all(one["level"] == len(one["pattern"]) for one in found["patterns"])
    # Integer codes keep their values as labels.
    assert {level for one in found["patterns"] for level in one["pattern"].values()} <= set("0123456")
    costs = [one["rows_to_close"] for one in found["patterns"]]
    assert costs == sorted(costs)


def test_toy(tmp_path: Path) -> None:
    """Five rows of three binary attributes: 1XX is the only maximal uncovered pattern for a threshold of 1."""
    (tmp_path / "toy.csv").write_text("a,b,c\n0,1,0\n0,0,1\n0,0,0\n0,1,1\n0,0,1\n")
    source = spool(tmp_path / "toy.csv", tmp_path / "home")
    columns = read_columns(source)
    levels = [
        declared_levels(Axis(name, "count", edges=(0.0, 1.0, 1.0), points=True), columns[name]) for name in columns
    ]
    gaps = find_gaps(source, levels, 1)
    assert [one.levels for one in gaps] == [{"a": "1"}]
    # Taking the levels that occur, nothing is missing: no row says that `a` can be 1.
    assert len(find_gaps(source, [occurring_levels(column) for column in columns.values()], 1)) == 0
