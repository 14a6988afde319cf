"""The share between two values, counted by hand."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from trimtab.core.design.design import Design
from trimtab.core.design.parts.source_ref import SourceRef
from trimtab.core.errors import InputError
from trimtab.core.projection.projection import project
from trimtab.core.shown.between import shares_between
from trimtab.core.source.spool import spool
from trimtab.core.study.study import Study, open_study


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """Speeds 0 to 99, each once, of which the lower half shall be a fifth; ten days; two roads."""
    folder: Path = tmp_path_factory.mktemp("between")
    days = pd.date_range("2024-01-01", periods=10).repeat(10)
    table = pd.DataFrame({"speed": [float(x) for x in range(100)], "day": days, "road": ["a", "b"] * 50})
    table.to_parquet(folder / "roads.parquet")
    source = spool(folder / "roads.parquet", folder / "home")
    design = Design(name="roads", source=SourceRef(path=source.name, sha256=source.sha256), rows=100)
    target = {"family": "histogram", "weights": [1, 4, 0]}
    return open_study(design.with_factor("speed", role="target", edges=[0, 50, 100, 120], target=target), source)


def test_real_rows_are_counted_and_a_target_is_spread_inside_its_bins_as_they_are(study: Study) -> None:
    found = shares_between(study, project(study), "speed", "40", "59")
    assert found.real == pytest.approx(0.2)
    assert found.target == pytest.approx(0.2 * 10 / 50 + 0.8 * 10 / 50)
    assert found.after == pytest.approx(found.target, abs=1e-6)
    assert (found.first, found.last) == (0, 1)


def test_both_ends_count_and_a_bin_without_rows_is_spread_evenly(study: Study) -> None:
    assert shares_between(study, None, "speed", "7", "7").real == pytest.approx(0.01)
    whole = shares_between(study, None, "speed", "0", "120")
    assert (whole.real, whole.target, whole.after) == (1, pytest.approx(1), None)


def test_dates_and_a_decimal_comma_are_read(study: Study) -> None:
    assert shares_between(study, None, "day", "2024-01-03", "2024-01-05").real == pytest.approx(0.3)
    assert shares_between(study, None, "speed", "0,5", "2,5").real == pytest.approx(0.02)


@pytest.mark.parametrize(
    ("name", "low", "high", "said"),
    [
        ("speed", "fast", "9", "Factor `speed`: must be a number, got `fast`"),
        ("day", "7", "9", "Factor `day`: must be a date such as 2013-05-31, got `7`"),
        ("speed", "9", "7", "from 9 to 7 there is nothing; swap the two"),
        ("road", "a", "b", "Factor `road`: it is categorical, and has no values in an order"),
    ],
)
def test_what_is_no_range_is_refused(study: Study, name: str, low: str, high: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        shares_between(study, None, name, low, high)
