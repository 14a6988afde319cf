"""Rows on their way out: other libraries get the same values."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime, time
from decimal import Decimal

import pandas as pd
import pyarrow as pa
import pytest

from trimtab.core.errors import InputError
from trimtab.core.tables.outgoing import to_pandas, to_polars

TABLE = pa.table(
    {
        "code": ["007", "", None, 'a "quoted"\nline'],
        "whole": pa.array([2**53 + 1, None, -1, 0], pa.int64()),
        "small": pa.array([1, 2, 3, 4], pa.int8()),
        "part": pa.array([0.1, None, 1e300, -0.5]),
        "single": pa.array([0.1, None, 1.5, 2.0], pa.float32()),
        "truth": [True, None, False, True],
        "day": [date(2013, 1, 2), None, date(1, 1, 1), date(9999, 12, 31)],
        "moment": pa.array([datetime(2013, 1, 2, 3, 4, 5, 6), None, None, None], pa.timestamp("us")),
        "zoned": pa.array([datetime(2013, 1, 2, 3, tzinfo=UTC), None, None, None], pa.timestamp("ms", "UTC")),
        "clock": pa.array([time(1, 2, 3), None, None, None], pa.time64("us")),
        "exact": pa.array([Decimal("1.50"), None, Decimal("-2.25"), Decimal(0)], pa.decimal128(8, 2)),
    }
)


def test_pandas_gets_every_value_as_it_is() -> None:
    frame = to_pandas(TABLE)
    assert frame["whole"].tolist()[0] == 2**53 + 1
    assert frame["whole"].isna().tolist() == [False, True, False, False]
    assert frame["small"].dtype == "int8"
    assert frame["truth"].dtype == "boolean"
    assert frame["code"].tolist()[:2] == ["007", ""]
    assert pd.isna(frame["code"][2])
    assert list(frame) == TABLE.column_names


def test_polars_gets_every_value_as_it_is() -> None:
    assert to_polars(TABLE).to_dict(as_series=False) == TABLE.to_pydict()


def test_that_polars_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "polars", None)
    with pytest.raises(InputError, match=r"^polars is not installed: pip install polars\."):
        to_polars(TABLE)
