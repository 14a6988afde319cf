"""The remedy of the recidivism cells (Asudeh, Jin and Jagadish, ICDE 2019), and that no smaller one exists.

For a threshold of 10 every pattern of two attributes is covered by 11 combinations and 88 rows: as many as the optimum
of the integer programme, which is solved here too.
"""

from __future__ import annotations

from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from scipy.optimize import Bounds, LinearConstraint, milp

from trimtab.core.counting.levels import Coded, Levels, code_rows, occurring_levels
from trimtab.core.coverage.gaps.patterns import OPEN, find_gaps
from trimtab.core.coverage.gaps.remedy import hitting_set, remedy_of, uncovered
from trimtab.core.source.columns import read_columns
from trimtab.core.source.spool import spool

CELLS = Path(__file__).parent / "data" / "recidivism_cells.csv"
FACTORS = ["sex", "age", "race", "marital_status"]


def recidivism(folder: Path) -> tuple[pd.DataFrame, Coded, list[Levels]]:
    cells = pd.read_csv(CELLS)
    rows = cells.loc[cells.index.repeat(cells["rows"]), FACTORS]
    pq.write_table(pa.Table.from_pandas(rows, preserve_index=False), folder / "rows.parquet")
    source = spool(folder / "rows.parquet", folder / "home")
    columns = read_columns(source)
    levels = [occurring_levels(columns[name]) for name in FACTORS]
    return rows, code_rows(source, levels), levels


def fewest(patterns: np.ndarray, sizes: list[int]) -> int:
    """The optimum: which of all combinations are taken, such that every pattern agrees with one."""
    cells = np.array(list(product(*(range(size) for size in sizes))))
    agrees = ((patterns[:, None] == OPEN) | (patterns[:, None] == cells[None])).all(axis=2).astype(float)
    solved = milp(np.ones(len(cells)), constraints=LinearConstraint(agrees, lb=1), integrality=1, bounds=Bounds(0, 1))
    assert solved.success
    return round(solved.fun)


def test_recidivism(tmp_path: Path) -> None:
    rows, coded, levels = recidivism(tmp_path)
    remedy = remedy_of(coded, levels, 10, 2)
    assert (remedy.patterns, len(remedy.combinations), remedy.rows) == (19, 11, 88)
    assert sum(one.closes for one in remedy.combinations) == 19
    patterns, _ = uncovered(coded, levels, 10, 2)
    assert fewest(patterns, [one.size for one in levels]) == 11

    # Factors that a combination leaves open may have any level.
    usual = rows.mode().iloc[0].astype(str).to_dict()
    listed = [{**usual, **one.levels} for one in remedy.combinations for _ in range(one.rows)]
    added = pd.DataFrame(listed).astype(rows.dtypes)
    pq.write_table(pa.Table.from_pandas(pd.concat([rows, added]), preserve_index=False), tmp_path / "closed.parquet")
    after = find_gaps(tmp_path / "closed.parquet", levels, 10)
    assert min(after.by_level) == 3


def test_greedy_is_close_to_the_optimum_on_small_cases() -> None:
    draw = np.random.Generator(np.random.Philox(5))
    sizes, worse = [2, 3, 3, 2], 0
    for _ in range(40):
        patterns = np.stack([draw.integers(0, size, 12) for size in sizes], axis=1)
        patterns[draw.random(patterns.shape) < 0.5] = OPEN
        patterns = np.unique(patterns[(patterns != OPEN).any(axis=1)], axis=0)
        chosen = np.array(hitting_set(patterns, [np.ones(size) for size in sizes]))
        agrees = (patterns[:, None] == OPEN) | (patterns[:, None] == chosen[None])
        assert agrees.all(axis=2).any(axis=1).all()
        best = fewest(patterns, sizes)
        assert best <= len(chosen) <= best + 2
        worse += len(chosen) > best
    print(f"greedy took more combinations than needed in {worse} of 40 cases")
    assert worse <= 20
