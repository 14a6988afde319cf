"""The shares of another data set as targets: exact where the source has values, told where it has none."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from trimtab.core.changes.matching import Matched, matched
from trimtab.core.design.design import Design
from trimtab.core.design.parts.source_ref import SourceRef
from trimtab.core.errors import InputError
from trimtab.core.projection.projection import project
from trimtab.core.source.spool import Source
from trimtab.core.study.study import Study, open_study

Table = Callable[[dict[str, list[object]]], Source]


@pytest.fixture
def study(table_source: Table) -> Study:
    source = table_source(
        {
            "kind": [["car", "bus", "bike", "car", "car"][i // 60 % 5] for i in range(600)],
            "speed": [float(i % 60) for i in range(600)],
            "wet": [None if i % 10 == 0 else i % 3 == 0 for i in range(600)],
        }
    )
    return open_study(Design(name="d", source=SourceRef(path=source.name, sha256=source.sha256)), source)


def logs(tmp_path: Path, **columns: list[object]) -> Path:
    pq.write_table(pa.table(columns), tmp_path / "logs.parquet")
    return tmp_path / "logs.parquet"


def shares(study: Study, found: Matched, name: str) -> dict[str, float]:
    """The shares of a factor in the rows of the matched design, by the names of its bins."""
    outcome = project(open_study(found.design, study.source, previous=study))
    shift = next(one for one in outcome.shifts if one.factor == name)
    return {label: float(share) for label, share in zip(study.axes[name].labels, shift.after, strict=False) if share}


def test_the_rows_have_the_shares_of_the_other_data(study: Study, tmp_path: Path) -> None:
    other = logs(tmp_path, kind=["bus"] * 30 + ["bike"] * 70, speed=[5.0] * 50 + [59.0] * 50)
    found = matched(study, other, ["kind", "speed"])
    assert (found.factors, found.left_out) == (("kind", "speed"), ())
    assert shares(study, found, "kind") == pytest.approx({"bus": 0.3, "bike": 0.7})
    assert sorted(shares(study, found, "speed").values()) == pytest.approx([0.5, 0.5])


def test_missing_shares_are_matched_too(study: Study, tmp_path: Path) -> None:
    other = logs(tmp_path, wet=[None] * 25 + [True] * 60 + [False] * 15, kind=["car"] * 99 + [None])
    found = matched(study, other, ["wet", "kind"])
    assert (found.design.factor("wet").missing, found.design.factor("kind").missing) == (0.25, 0.01)
    assert shares(study, found, "wet") == pytest.approx({"true": 0.6, "false": 0.15})


def test_without_names_all_that_both_have_are_matched(study: Study, tmp_path: Path) -> None:
    held = open_study(study.design.with_factor("kind", role="hold", value="car"), study.source, previous=study)
    found = matched(held, logs(tmp_path, speed=[1.0] * 9, kind=["bus"] * 9, other=[1] * 9))
    assert found.factors == ("speed",)
    assert found.design.factor("kind").role == "hold"


def test_rows_where_the_source_has_nothing_are_told(study: Study, tmp_path: Path) -> None:
    other = logs(tmp_path, kind=["bus"] * 90 + ["tram"] * 10, speed=[-5.0] * 4 + [10.0] * 90 + [900.0] * 6)
    found = matched(study, other)
    assert [(one.factor, one.rows, one.of, one.where) for one in found.left_out] == [
        ("kind", 10, 100, ("unseen levels",)),
        ("speed", 10, 100, ("below 0", "above 59")),
    ]
    assert found.left_out[0].text == (
        "`kind`: 10 rows of 100 (10.0 %) lie where the source has no value (unseen levels): left out, the shares are "
        "those of all other rows."
    )
    assert shares(study, found, "kind") == pytest.approx({"bus": 1.0})


@pytest.mark.parametrize(
    ("columns", "factors", "message"),
    [
        ({"kind": ["bus"]}, ["speed"], r"logs.parquet: there is no factor `speed`."),
        ({"kind": ["bus"]}, ["kynd"], r"Factor `kynd`: there is none. Did you mean `kind`\?"),
        ({"kind": ["tram"]}, ["kind"], r"none of its values of `kind` is one that the source has"),
        ({"other": [1]}, None, r"logs.parquet: it has none of the factors: kind, speed, wet"),
    ],
)
def test_what_can_not_be_matched_is_refused(
    study: Study, tmp_path: Path, columns: dict[str, list[object]], factors: list[str] | None, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        matched(study, logs(tmp_path, **columns), factors)


def test_a_computed_factor_is_not_matched(study: Study, tmp_path: Path) -> None:
    design = study.design.with_factor("twice", role="derive", expression="speed * 2")
    derived = open_study(design, study.source, previous=study)
    with pytest.raises(InputError, match="Factor `twice`: it is computed"):
        matched(derived, logs(tmp_path, twice=[1.0]), ["twice"])
