"""Texts that a design says are dates or numbers are read so, from the file to the rows; or refused with a value."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from trimtab.core.changes.matching import matched
from trimtab.core.design.design import Design
from trimtab.core.design.files import loads
from trimtab.core.design.parts.source_ref import SourceRef
from trimtab.core.errors import InputError
from trimtab.core.projection.asked import asked_shares
from trimtab.core.source.spool import Source, spool
from trimtab.core.study.study import Study, open_study
from trimtab.core.study.texts import readings

ROWS = 60


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Source:
    """Texts of a Parquet file, as which no rule takes them for anything else."""
    folder: Path = tmp_path_factory.mktemp("texts")
    days = pd.date_range("2024-01-20", periods=ROWS)
    table = {
        "day": [f"{day:%d/%m/%Y}" for day in days[:-1]] + ["n/a"],
        "price": [f"1.{x:03},50 €" for x in range(ROWS)],
        "part": [f"{x} %" for x in range(ROWS)],
        "zip": [f"{x:05}" for x in range(ROWS)],
        "x": range(ROWS),
        "y": [x / 7 for x in range(ROWS)],
    }
    pd.DataFrame(table).to_parquet(folder / "texts.parquet")
    return spool(folder / "texts.parquet", folder / "home")


def opened(source: Source, previous: Study | None = None, **factors: Any) -> Study:
    design = Design(name="texts", source=SourceRef(path=source.name, sha256=source.sha256))
    for name, said in factors.items():
        design = design.with_factor(name, **said)
    return open_study(design, source, previous=previous)


DAY = {"kind": "datetime", "format": "%d/%m/%Y"}


def test_texts_are_what_the_design_says(source: Source) -> None:
    price, part = {"kind": "continuous", "format": ","}, {"kind": "count", "format": "."}
    study = opened(source, day=DAY, price=price, part=part)
    assert [study.columns[name].kind for name in ("day", "price", "part", "zip")] == [
        "datetime",
        "continuous",
        "count",
        "categorical",
    ]
    day = study.columns["day"]
    assert (str(day.values[0].as_py()), day.distinct, day.counts[-1]) == ("2024-01-20", ROWS - 1, 1)
    assert study.columns["price"].numbers[[0, -1]].tolist() == [1000.5, 1059.5]
    assert study.columns["part"].numbers.tolist() == list(range(ROWS))
    assert study.source.key != source.key
    assert "`day` is read as dates of the form %d/%m/%Y" in study.source.notes


def test_what_is_said_no_more_is_text_again(source: Source) -> None:
    first = opened(source, day=DAY)
    again = opened(first.source, previous=first, day=DAY)
    assert again.source is first.source
    assert again.columns is first.columns
    plain = opened(first.source, previous=first)
    assert plain.source == source
    assert plain.columns["day"].kind == "categorical"


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"kind": "datetime", "format": "%m/%d/%Y"}, "every value must be a date of the form %m/%d/%Y; .* rows have"),
        ({"kind": "continuous", "format": "."}, "every value must be a number with a decimal `.`; 59 rows have others"),
        ({"kind": "datetime"}, "can be categorical, not datetime. Say in `format` how its dates"),
    ],
)
def test_what_a_text_is_not_is_refused_with_a_value(source: Source, said: dict[str, str], message: str) -> None:
    with pytest.raises(InputError, match=message):
        opened(source, day=said)


def test_a_number_that_is_none_in_a_file_of_numbers_is_told(source: Source) -> None:
    with pytest.raises(InputError, match="every value must be a whole number with a decimal `,`; 60 rows have others"):
        opened(source, price={"kind": "count", "format": ","})
    with pytest.raises(InputError, match="`format` is for columns of text, and this one has the type DOUBLE"):
        opened(source, y={"kind": "continuous", "format": "."})


def test_another_data_set_is_read_alike(source: Source, tmp_path: Path) -> None:
    study = opened(source, day=DAY)
    other = tmp_path / "logs.parquet"
    pd.DataFrame({"day": ["21/01/2024", "29/02/2024"] * 10}).to_parquet(other)
    found = matched(study, spool(other, tmp_path / "home"), ["day"])
    asked = asked_shares(opened(source, day=dict(found.design.factor("day"))), "day")
    assert asked is not None
    assert sorted(asked)[-2:] == pytest.approx([0.5, 0.5])
    assert found.left_out == ()


@pytest.mark.parametrize(
    ("factor", "message"),
    [
        ("{kind: datetime, format: '%d'}", "format: it must name a day, a month and a year"),
        ("{kind: continuous, format: ';'}", "format: it must be `.` or `,`, got ';'"),
        ("{format: '%d/%m/%Y'}", "`format` goes with kind datetime, continuous or count, not with no kind"),
    ],
)
def test_a_format_that_can_t_be(factor: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        loads(f"trimtab: 1\nname: a\nsource: {{path: a.csv}}\nfactors:\n  day: {factor}\n", owner="a.yaml")


def test_readings_that_fit_are_offered(source: Source) -> None:
    columns = opened(source).columns
    assert [(one.kind, one.format) for one in readings(columns["day"])] == [("datetime", "%d/%m/%Y")]
    assert [(one.kind, one.format) for one in readings(columns["price"])] == [("continuous", ",")]
    assert [one.format for one in readings(columns["part"])] == ["."]
    assert readings(columns["zip"]) == []
    assert readings(columns["x"]) == []
