"""Every promise is measured on the rows: kept by what the study makes, broken by what breaks it and nothing else."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from tests.controls import figures
from trimtab.core.delivery.measuring.promise import Promise
from trimtab.core.delivery.receipt import verify
from trimtab.core.delivery.tolerance import marginal_tolerance
from trimtab.core.delivery.writers import write
from trimtab.core.errors import InputError
from trimtab.core.sampling.run import generate
from trimtab.core.study.study import Study

NAMES = [
    "rows",
    "event unbelted",
    "event old",
    "hold dvcat",
    "keep sex",
    "target ageOFocc",
    "missing ageOFocc",
    "missing yearVeh",
    "weight",
    "columns",
    "drop weight",
]


@pytest.fixture(scope="module")
def rows(study: Study) -> pa.Table:
    return pa.concat_tables(generate(study)).combine_chunks()


def measured(study: Study, table: pa.Table, folder: Path, *, rows: int | None = 4000) -> dict[str, Promise]:
    pq.write_table(table, folder / "a.parquet")
    return {promise.promise: promise for promise in verify(folder / "a.parquet", study, rows=rows)}


def changed(table: pa.Table, name: str, values: pa.Array) -> pa.Table:
    return table.set_column(table.column_names.index(name), name, values)


@pytest.mark.parametrize("name", ["a.parquet", "a.csv", "a.csv.gz", "parts"])
def test_what_the_study_makes_keeps_every_promise_in_every_format(
    study: Study, rows: pa.Table, tmp_path: Path, name: str
) -> None:
    write([rows], tmp_path / name, schema=rows.schema)
    promises = verify(tmp_path / name, study, rows=4000)
    assert sorted(promise.promise for promise in promises) == sorted(NAMES)
    assert [promise for promise in promises if not promise.kept] == []


def test_the_figures_are_those_of_the_rows(study: Study, rows: pa.Table, tmp_path: Path) -> None:
    found = measured(study, rows, tmp_path)
    age = rows["ageOFocc"].to_numpy(zero_copy_only=False)
    bins = np.array([((age >= low) & (age < high)).sum() for low, high in ((16, 25), (25, 45), (45, 65), (65, 98))])
    shares = np.append(bins, np.isnan(age).sum()) / 4000
    asked = np.append(np.array([1, 2, 2, 1]) / 6 * 0.9, 0.1)
    assert found["target ageOFocc"].delivered == pytest.approx(0.5 * np.abs(shares - asked).sum(), abs=1e-12)
    assert figures(found["missing ageOFocc"]) == (
        "missing ageOFocc",
        0.1,
        0.1,
        pytest.approx(0.5 * np.sqrt(0.18 / np.pi / 4000)),
        True,
    )
    assert figures(found["event unbelted"]) == ("event unbelted", 1000, 1000, 0.0, True)
    assert figures(found["event old"]) == ("event old", 33, 33, 0.0, True)
    assert figures(found["hold dvcat"]) == ("hold dvcat", 1.0, 1.0, 0.0, True)
    assert figures(found["drop weight"]) == ("drop weight", "absent", "absent", 0.0, True)
    assert figures(found["columns"]) == ("columns", "13 columns", "13 columns", 0.0, True)


def test_one_row_more_or_less_breaks_the_count(study: Study, rows: pa.Table, tmp_path: Path) -> None:
    found = measured(study, rows.slice(0, 3999), tmp_path)
    assert figures(found["rows"]) == ("rows", 4000, 3999, 0.0, False)
    assert "rows" not in measured(study, rows.slice(0, 3999), tmp_path, rows=None)


def test_a_number_of_rows_is_that_number_unless_another_size_is_asked_for(
    study: Study, rows: pa.Table, tmp_path: Path
) -> None:
    twice = pa.concat_tables([rows, rows])
    found = measured(study, twice, tmp_path, rows=None)
    assert [found[name].requested for name in ("event unbelted", "event old")] == [2000, 33]
    assert [name for name, promise in found.items() if not promise.kept] == ["event old"]
    found = measured(study, twice, tmp_path, rows=8000)
    assert [found[name].requested for name in ("event unbelted", "event old")] == [2000, 66]
    assert all(promise.kept for promise in found.values())


def test_one_row_breaks_an_event(study: Study, rows: pa.Table, tmp_path: Path) -> None:
    both = pc.and_(pc.equal(rows["seatbelt"], "none"), pc.equal(rows["airbag"], "none"))
    first = int(pc.index(both, True).as_py())
    belts = rows["seatbelt"].to_pylist()
    belts[first] = "belted"
    found = measured(study, changed(rows, "seatbelt", pa.array(belts)), tmp_path)
    # Its row weighs what one with the event does, and is none now.
    assert [name for name, promise in found.items() if not promise.kept] == ["event unbelted", "weight"]
    assert found["event unbelted"].delivered == 999


def test_a_condition_on_a_missing_value_is_not_true(study: Study, rows: pa.Table, tmp_path: Path) -> None:
    found = measured(study, changed(rows, "seatbelt", pa.nulls(4000, pa.string())), tmp_path)
    assert (found["event unbelted"].delivered, found["event unbelted"].kept) == (0, False)


def test_a_row_outside_breaks_a_hold(study: Study, rows: pa.Table, tmp_path: Path) -> None:
    speeds = ["55+", *rows["dvcat"].to_pylist()[1:]]
    found = measured(study, changed(rows, "dvcat", pa.array(speeds)), tmp_path)
    assert figures(found["hold dvcat"]) == ("hold dvcat", 1.0, 3999 / 4000, 0.0, False)
    new = changed(rows, "dvcat", pa.array(["never seen", None, *speeds[2:]]))
    assert measured(study, new, tmp_path)["hold dvcat"].delivered == 3998 / 4000


def test_values_outside_every_bin_count_against_a_target(study: Study, rows: pa.Table, tmp_path: Path) -> None:
    ages = rows["ageOFocc"].to_pylist()
    few = changed(rows, "ageOFocc", pa.array([*[None] * 400, *[150] * 400, *ages[800:]]))
    assert not measured(study, few, tmp_path)["target ageOFocc"].kept
    far = changed(rows, "ageOFocc", pa.array([-1] * 4000))
    assert measured(study, far, tmp_path)["target ageOFocc"].delivered == 1.0


def test_a_marginal_just_inside_and_just_outside_its_tolerance(study: Study, rows: pa.Table, tmp_path: Path) -> None:
    found = measured(study, rows, tmp_path)["keep sex"]
    assert isinstance(found.delivered, float)
    slack = int((found.tolerance - found.delivered) * 4000)  # rows whose sex may still be turned around
    women = (rows["sex"].to_numpy(zero_copy_only=False) == "f").sum() / 4000
    real = study.real_shares("sex")[list(study.axes["sex"].levels).index("f")]
    turned, from_ = ("m", "f") if women < real else ("f", "m")  # away from the requested share

    def after(count: int) -> bool:
        sexes = np.array(rows["sex"].to_pylist(), dtype=object)
        sexes[np.flatnonzero(sexes == from_)[:count]] = turned
        return measured(study, changed(rows, "sex", pa.array(sexes)), tmp_path)["keep sex"].kept

    assert after(slack)
    assert not after(slack + 1)


def test_a_column_that_is_missing_is_the_reason(study: Study, rows: pa.Table, tmp_path: Path) -> None:
    found = measured(study, rows.drop_columns(["ageOFocc", "dvcat"]), tmp_path)
    for name, column in (
        ("event old", "ageOFocc"),
        ("target ageOFocc", "ageOFocc"),
        ("missing ageOFocc", "ageOFocc"),
        ("hold dvcat", "dvcat"),
    ):
        assert found[name].delivered == f"there is no column `{column}` to measure it on"
        assert not found[name].kept
    assert found["columns"].delivered == "no column `dvcat`, no column `ageOFocc`"
    assert [name for name, promise in found.items() if promise.kept] == [
        "rows",
        "event unbelted",
        "keep sex",
        "missing yearVeh",
        "drop weight",
    ]


def test_a_dropped_column_that_is_there_is_told(study: Study, rows: pa.Table, tmp_path: Path) -> None:
    found = measured(study, rows.append_column("weight", pa.array([1.0] * 4000)), tmp_path)
    assert figures(found["drop weight"]) == ("drop weight", "absent", "present", 0.0, False)


def test_the_source_itself_does_not_keep_the_design(study: Study) -> None:
    found = {promise.promise: promise for promise in verify(study.source, study)}
    assert [name for name, promise in found.items() if promise.kept] == ["keep sex", "columns"]
    assert found["keep sex"].delivered == 0.0


def test_no_rows_keep_no_marginal(study: Study, rows: pa.Table, tmp_path: Path) -> None:
    found = measured(study, rows.slice(0, 0), tmp_path, rows=None)
    assert (found["event old"].requested, found["event old"].kept) == (33, False)
    assert not any(found[name].kept for name in ("target ageOFocc", "keep sex", "hold dvcat"))


def test_a_data_set_that_can_not_be_read_is_an_error(study: Study, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("ageOFocc\nold\n")
    with pytest.raises(InputError, match=r"a\.csv: column `ageOFocc`: 'old' is not a whole number"):
        verify(tmp_path / "a.csv", study)


@pytest.mark.parametrize("shares", [(0.5, 0.5), (0.7, 0.2, 0.1, 0.0), (0.02,) * 50])
def test_the_tolerance_is_half_of_what_independent_draws_show(shares: tuple[float, ...]) -> None:
    generator, n, repeats = np.random.default_rng(11), 20_000, 4000
    drawn = generator.multinomial(n, shares, size=repeats) / n
    off = 0.5 * np.abs(drawn - np.array(shares)).sum(axis=1)
    # The mean of `repeats` trials is normal around the expectation: five standard errors leave 6 in 10 million.
    error = 5 * off.std() / np.sqrt(repeats)
    assert 2 * marginal_tolerance(np.array(shares), n) == pytest.approx(off.mean(), abs=error)


def test_the_tolerance_of_few_rows_is_one_row_per_bin() -> None:
    assert marginal_tolerance(np.full(40, 0.025), 100) == pytest.approx(0.2)
    assert marginal_tolerance(np.full(40, 0.025), 10) == 1.0
    assert marginal_tolerance(np.array([1.0, 0.0]), 10) == 0.0
    assert marginal_tolerance(np.array([0.5, 0.5]), 0) == 0.0
