"""SPSS, Stata and SAS: labels of values, declared missing values, and what is told of both."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pyreadstat
import pytest

from trimtab.core.errors import InputError
from trimtab.core.source.delimited.dialect import Dialect
from trimtab.core.source.spool import Source, spool

FRAME = pd.DataFrame(
    {
        "sex": [1.0, 2.0, 1.0, 2.0, 1.0],
        "age": [18.0, 44.0, 98.0, 99.0, 44.0],
        "grade": [1.0, 2.0, 3.0, 3.0, 1.0],
        "reason": [1.0, 2.0, 3.0, 1.0, 1.0],
    }
)
LABELS = {
    "sex": {1: "male", 2: "female", 3: "other"},
    "age": {98: "don't know", 99: "refused"},
    "grade": {1: "good", 3: "bad"},
    "reason": {1: "work", 2: "other", 3: "other"},
}


@pytest.fixture
def survey(tmp_path: Path) -> Path:
    file = tmp_path / "survey.sav"
    pyreadstat.write_sav(
        FRAME,
        str(file),
        variable_value_labels=LABELS,
        missing_ranges={"age": [{"lo": 98, "hi": 99}]},
        column_labels={"age": "Age in years"},
    )
    return file


def bring_in(file: Path, **said: Any) -> Source:
    return spool(file, file.parent / "home", dialect=Dialect(**said))


def values(source: Source) -> dict[str, list[Any]]:
    return dict(pq.read_table(source.path).to_pydict())


def test_labels_gaps_and_declared_missing_values(survey: Path) -> None:
    source = bring_in(survey)
    assert values(source) == {
        "sex": ["male", "female", "male", "female", "male"],
        "age": [18, 44, None, None, 44],
        "grade": [1, 2, 3, 3, 1],
        "reason": ["work", "other (2)", "other (3)", "work", "work"],
    }
    assert source.notes == (
        "labels of columns in the file: `age`: Age in years",
        "`age` is missing by declaration in 2 rows (98 = don't know: 1, 99 = refused: 1), and the reasons are not kept "
        "(--missing '' keeps these as values)",
        "`grade` stays codes: of its values some have a label (1 = good, 3 = bad), and others have none (2) "
        "(--labels text takes the labels there are)",
        "`reason` has one label for several values, told apart by these: other (2), other (3)",
    )
    assert source.found == {"labels": "text"}


def test_what_a_person_says_of_labels_and_missing_values(survey: Path) -> None:
    text = bring_in(survey, labels="text")
    assert values(text)["grade"] == ["good", "2", "bad", "bad", "good"]
    assert any("`grade` has values without a label, which stand as they are: 2" in note for note in text.notes)
    codes = bring_in(survey, labels="codes")
    assert values(codes)["sex"] == [1, 2, 1, 2, 1]
    assert values(bring_in(survey, missing=("",)))["age"] == [18, 44, 98, 99, 44]
    assert values(bring_in(survey, missing=("",), labels="text"))["age"] == ["18", "44", "don't know", "refused", "44"]


def test_letters_of_stata(tmp_path: Path) -> None:
    frame = pd.DataFrame({"income": pd.Series([10.5, "a", "b", "a"], dtype=object), "code": ["007", "8", "", "9"]})
    pyreadstat.write_dta(
        frame,
        str(tmp_path / "survey.dta"),
        variable_value_labels={"income": {"a": "refused"}},
        missing_user_values={"income": ["a", "b"]},
    )
    source = bring_in(tmp_path / "survey.dta")
    assert values(source) == {"income": [10.5, None, None, None], "code": ["007", "8", None, "9"]}
    assert any("missing by declaration in 3 rows (a = refused: 2, b: 1)" in note for note in source.notes)


def test_rows_of_several_batches(survey: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = values(bring_in(survey))
    monkeypatch.setattr("trimtab.core.source.statistical.reading.BATCH_CELLS", 0)
    monkeypatch.setattr("trimtab.core.source.statistical.reading.LEAST_ROWS", 2)
    assert values(spool(survey, survey.parent / "another")) == whole


def test_what_is_refused(tmp_path: Path) -> None:
    (tmp_path / "bad.dta").write_bytes(b"garbage" * 50)
    with pytest.raises(InputError, match=r"bad.dta: it can't be read .* save it again"):
        bring_in(tmp_path / "bad.dta")
    pyreadstat.write_sav(pd.DataFrame({"id": [1.0, 2.0**53 + 2]}), str(tmp_path / "ids.sav"))
    with pytest.raises(InputError, match=r"ids.sav: `id` has whole numbers beyond 2\*\*53"):
        bring_in(tmp_path / "ids.sav")


def test_without_the_package(survey: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "trimtab.core.source.statistical.reading", None)
    with pytest.raises(InputError, match=r"survey.sav: .* pyreadstat .* pip install 'trimtab\[stat\]'"):
        bring_in(survey)
