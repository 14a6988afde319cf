"""Rows of every sample design, made once and few; and a small table with names and values that look like markup."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

from tests.conftest import ROOT
from trimtab.core.delivery.receipt import deliver
from trimtab.core.design.design import Design
from trimtab.core.design.files import load
from trimtab.core.papers.said import Said
from trimtab.core.source.spool import Source, spool
from trimtab.core.study.study import Study, open_study

DESIGNS = sorted((ROOT / "sample_data" / "designs").glob("*.yaml"))
DAY = datetime.date(2026, 5, 31)
SAID = Said(license="CC0-1.0", creator="The {house}", url="https://example.org/rows", day=DAY)


@dataclass(frozen=True)
class Made:
    """Rows of a design, as they were written."""

    study: Study
    data: Path

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The rows as plain Python values."""
        return pq.read_table(self.data).to_pylist()


Make = Callable[[str], Made]


def few(design: Design) -> Design:
    """The same kinds of controls, in fewer rows."""
    for name, event in design.events.items():
        if event.rows is not None:
            design = design.with_event(name, rate=event.rows / int(design.rows))
    if not design.sweeps:
        return design.changed(rows=90)
    return (
        design.with_sweep(0, groups=1)
        .with_floor(0, factors=["origin", "hour"], strength=1, at_least=1)
        .changed(rows=99)
    )


@pytest.fixture(scope="session")
def thin(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Source]:
    """`thin("flights.parquet")`: every 80th row of a file of the sample data, so that learning takes no time."""
    folder = tmp_path_factory.mktemp("thin")

    def read(name: str) -> Source:
        file = ROOT / "sample_data" / name
        table = pq.read_table(file) if file.suffix == ".parquet" else pyarrow.csv.read_csv(file)
        place = folder / f"{file.stem}.parquet"
        pq.write_table(table.take(pa.array(range(0, len(table), 80))), place)
        return spool(place, folder / "home")

    return read


@pytest.fixture(scope="session")
def sample(thin: Callable[[str], Source], tmp_path_factory: pytest.TempPathFactory) -> Make:
    """`sample("fog-and-wind")`: few rows of a sample design, made once."""
    known: dict[str, Made] = {}
    last: dict[str, Study] = {}

    def make(name: str) -> Made:
        if name not in known:
            design = few(load(ROOT / "sample_data" / "designs" / f"{name}.yaml"))
            assert design.source
            file = Path(design.source.path).name
            before = last.get(file)
            last[file] = study = open_study(design, before.source if before else thin(file), previous=before)
            place = tmp_path_factory.mktemp(name) / "rows.parquet"
            known[name] = Made(study, deliver(study, place).path)
        return known[name]

    return make


HOSTILE = ["<b>bold</b>", "a | b", "[x](javascript:alert(1))", "**loud**", "# head\n- item", "$x^2$ :smile: `code`"]


@pytest.fixture(scope="session")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Rows of every type, under names that look like markup, some of them missing."""
    folder = tmp_path_factory.mktemp("odd")
    n = 120
    table = pa.table(
        {
            "level <i>": pa.array([HOSTILE[i % 6] if i % 10 else None for i in range(n)]),
            "whole|number": pa.array([2**60 + i % 7 for i in range(n)], pa.int64()),
            "small": pa.array([i % 5 if i % 3 else None for i in range(n)], pa.int8()),
            "float %": pa.array([i / 7 for i in range(n)], pa.float64()),
            "single": pa.array([i / 3 for i in range(n)], pa.float32()),
            "truth": pa.array([i % 2 == 0 if i % 9 else None for i in range(n)]),
            "day": pa.array([datetime.date(2024, 1, 1 + i % 28) for i in range(n)]),
            "moment": pa.array([datetime.datetime(2024, 1, 1, i % 24, i % 60, 1, i) for i in range(n)]),
            "price/€": pa.array([Decimal(i % 11) / 4 for i in range(n)], pa.decimal128(6, 2)),
        }
    )
    pq.write_table(table, folder / "odd.parquet")
    source = spool(folder / "odd.parquet", folder / "home")
    design = Design(
        name="<script>odd</script> | *design*",
        description="[click](http://x) <img>",
        seed=1,
        rows=60,
        source={"path": "odd.parquet", "sha256": source.sha256},
    )
    study = open_study(design, source)
    return Made(study, deliver(study, folder / "rows.parquet").path)
