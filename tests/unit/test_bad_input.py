"""Bad files, the whole way to rows: refused with a message that says what is wrong, or handled; and nothing else in the
workspace is touched."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from trimtab.core.delivery.receipt import deliver
from trimtab.core.design.design import Design
from trimtab.core.design.files import loads
from trimtab.core.design.parts.source_ref import SourceRef
from trimtab.core.errors import InputError, TrimtabError
from trimtab.core.projection.controls.kinds import controls_of
from trimtab.core.projection.projection import project
from trimtab.core.sampling.run import generate
from trimtab.core.source.columns import encode
from trimtab.core.study.study import Study, open_study
from trimtab.core.workspace.workspace import Workspace

GOOD = "speed,road\n10,dry\n20,wet\n30,dry\n40,dry\n"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A workspace in which someone has a source, a design with a version, and an output."""
    home = Workspace(tmp_path / "home")
    source = home.spool(written(tmp_path, "roads.csv", GOOD))
    id_ = home.save_design(Design(name="roads", source=SourceRef(path="roads.csv", sha256=source.sha256)))
    home.save_version(id_)
    home.output(id_, "rows.csv").write_text("speed,road\n10,dry\n", encoding="utf-8")
    return home


def written(folder: Path, name: str, content: str | bytes | pa.Table) -> Path:
    file = folder / name
    if isinstance(content, pa.Table):
        pq.write_table(content, file)
    else:
        file.write_bytes(content.encode() if isinstance(content, str) else content)
    return file


def listing(home: Path) -> dict[str, bytes | None]:
    return {str(p.relative_to(home)): p.read_bytes() if p.is_file() else None for p in sorted(home.rglob("*"))}


def opened(workspace: Workspace, file: Path, text: str = "") -> Study:
    source = workspace.spool(file)
    head = f"trimtab: 1\nname: test\nsource: {{path: {file.name}, sha256: {source.sha256}}}\n"
    return open_study(loads(head + text, owner="test.yaml"), source)


def rows_of(study: Study, rows: int) -> pa.Table:
    table = pa.concat_tables(list(generate(study, rows=rows)))
    assert table.num_rows == rows
    return table


# --- files that are refused ------------------------------------------------------------------------------------------


def half_a_parquet() -> bytes:
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table({"speed": np.arange(1000.0)}), sink)
    whole: bytes = sink.getvalue().to_pybytes()
    return whole[: len(whole) // 2]


REFUSED: dict[str, tuple[str, Callable[[], str | bytes | pa.Table], tuple[str, ...]]] = {
    "empty": ("data.csv", lambda: "", ("it is empty",)),
    "header only": ("data.csv", lambda: "speed,road\n", ("column names but no rows",)),
    "duplicate names": ("data.csv", lambda: "speed,speed\n1,2\n", ("more than one column is called `speed`",)),
    "blank name": ("data.csv", lambda: "speed,\n1,2\n", ("column 2 has no name",)),
    "ragged": ("data.csv", lambda: "speed,road\n10,dry\n20\n30,wet\n", ("line 3",)),
    "wrong encoding": ("data.csv", lambda: "ort\nMünchen\n".encode("latin-1"), ("UTF-8",)),
    "all missing": ("data.csv", lambda: "speed,road\n,\n,\n", ("every value is missing",)),
    "infinite": ("data.csv", lambda: "speed\n1.5\ninf\n", ("infinite values in `speed` (1 of 2 rows)",)),
    "infinite in Parquet": (
        "data.parquet",
        lambda: pa.table({"speed": [1.0, float("-inf")]}),
        ("infinite values in `speed`",),
    ),
    "half a Parquet file": ("data.parquet", half_a_parquet, ("damaged", "cut off")),
    "nested": ("data.parquet", lambda: pa.table({"speed": [[1, 2], [3]]}), ("`speed` (list<", "columns of their own")),
    "dates no calendar holds": (
        "data.parquet",
        lambda: pa.table({"day": pa.array([253_402_300_800], pa.timestamp("s"))}),
        ("dates beyond the years 1 to 9999 in `day`",),
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_file_that_can_t_be_a_source(tmp_path: Path, workspace: Workspace, case: str) -> None:
    name, content, said = REFUSED[case]
    file = written(tmp_path, name, content())
    before = listing(workspace.home)
    with pytest.raises(TrimtabError, match=name) as caught:
        opened(workspace, file)
    for words in said:
        assert words in str(caught.value)
    assert caught.value.exit_code == 2
    assert listing(workspace.home) == before


# --- files that are handled ------------------------------------------------------------------------------------------

LATE = dt.datetime(9999, 12, 31, 23, 59, 59)

HANDLED: dict[str, dict[str, Any]] = {
    "one column": {"speed": [10.5, 20.5, 30.5, 30.5]},
    "one row": {"speed": [10], "road": ["dry"], "wet": [False], "day": [dt.date(2013, 5, 1)]},
    "one cell": {"speed": [10]},
    "two rows": {"speed": [10, None], "road": ["dry", "wet"]},
    "a column without values": {"speed": [1.5, 2.5, 3.5], "gust": pa.array([None] * 3, pa.float64()), "x": [None] * 3},
    "constant columns": {"speed": [7] * 50, "road": ["dry"] * 50, "wet": [True] * 50},
    "one level and one number": {"road": ["dry", None] * 20, "speed": [1.5, None] * 20},
    "every value another one": {"speed": np.arange(300) * 1.5, "id": [f"row {i}" for i in range(300)]},
    "dates outside what pandas holds": {
        "day": pa.array([dt.date(1, 1, 1), dt.date(1066, 10, 14), dt.date(9999, 12, 31)] * 30, pa.date32()),
        "moment": pa.array([dt.datetime(1, 1, 1), dt.datetime(2013, 5, 1, 12, 30), LATE] * 30, pa.timestamp("us")),
    },
    "numbers at the ends": {
        "whole": pa.array([-(2**63), 0, 2**63 - 1] * 10, pa.int64()),
        "large": pa.array([0, 2**64 - 1, 2**63] * 10, pa.uint64()),
        "real": pa.array([-8e307, 5e-324, 8e307] * 10, pa.float64()),
        "exact": pa.array([Decimal("0.01"), Decimal("99999999999999999999.99"), None] * 10, pa.decimal128(22, 2)),
    },
    "texts of all kinds": {"text": ["", " ", "'", '"', "a\nb", "é", "NULL", "x" * 5000, "<b>", None]},
    "names of all kinds": {"select": [1, 2], "a b": ["x", "y"], 'quo"te': [1.5, 2.5], "naïve; --": [True, False]},
}


@pytest.mark.parametrize("case", HANDLED)
def test_whatever_else_is_real_comes_back_as_it_is(tmp_path: Path, workspace: Workspace, case: str) -> None:
    table = pa.table(HANDLED[case])
    study = opened(workspace, written(tmp_path, "data.parquet", table))
    assert project(study).cost_bits == pytest.approx(0.0, abs=1e-12)
    made = rows_of(study, 90)
    for name in table.column_names:
        real, known = study.columns[name], set(table.column(name).to_pylist())
        values = made.column(name).to_pylist()
        assert made.schema.field(name).type == real.type
        assert set(values) <= known
        # Every row starts from a real one in turn, so shares of missing values stay to the row or nearly so.
        share = table.column(name).null_count / table.num_rows
        assert values.count(None) == pytest.approx(90 * share, abs=0 if share in (0, 1) else 9)


@pytest.mark.parametrize("case", sorted(HANDLED.keys() - {"a column without values"}))
def test_and_every_factor_can_be_kept_and_held(tmp_path: Path, workspace: Workspace, case: str) -> None:
    table = pa.table(HANDLED[case])
    study = opened(workspace, written(tmp_path, "data.parquet", table))
    kept = study.design.changed(factors={name: {"role": "keep"} for name in table.column_names})
    made = rows_of(open_study(kept, study.source, previous=study), 60)
    for name in table.column_names:
        share = table.column(name).null_count / table.num_rows
        assert made.column(name).null_count == pytest.approx(60 * share, abs=1)
    first = table.column_names[0]
    share_missing = study.design.with_factor(first, missing=0.5)
    assert rows_of(open_study(share_missing, study.source, previous=study), 10).column(first).null_count == 5


@pytest.mark.parametrize("case", HANDLED)
def test_and_every_number_can_be_targeted_or_says_why_not(tmp_path: Path, workspace: Workspace, case: str) -> None:
    study = opened(workspace, written(tmp_path, "data.parquet", pa.table(HANDLED[case])))
    for name, column in study.columns.items():
        axis = study.axes[name]
        if not axis.numeric or not axis.size:
            continue
        flat = {"family": "histogram", "weights": [1.0] * axis.size}
        low, high = float(column.numbers[0]), float(column.numbers[-1])
        wide = {"family": "normal", "mean": high, "sd": abs(high) / 10 + 1, "low": low - 1, "high": high + 3}
        for target in (flat, *([wide] if column.kind != "datetime" else [])):
            try:
                design = study.design.with_factor(name, role="target", target=target, missing=0.25)
                again = open_study(design, study.source, previous=study)
                made = rows_of(again, 400)
            except TrimtabError as error:
                refused = str(error)
            else:
                (control,) = controls_of(again)
                assert control.axis is not None
                counts = control.axis.histogram(encode(name, made.column(name), column.kind))
                assert np.abs(counts - control.requested * 400).max() < 1
                continue
            assert refused.startswith(f"Target of `{name}`: ")


def test_a_column_without_values_can_be_dropped_but_not_filled(tmp_path: Path, workspace: Workspace) -> None:
    table = pa.table(HANDLED["a column without values"])
    study = opened(workspace, written(tmp_path, "data.parquet", table))

    def changed(**factor: Any) -> Study:
        return open_study(study.design.with_factor("gust", **factor), study.source, previous=study)

    assert rows_of(changed(role="keep"), 6).column("gust").null_count == 6
    assert rows_of(changed(missing=1.0), 6).column("gust").null_count == 6
    assert "gust" not in rows_of(changed(role="drop"), 6).column_names
    with pytest.raises(InputError, match="Missing gust: every value of this factor is missing in the source"):
        project(changed(missing=0.5))
    with pytest.raises(InputError, match="Target of `gust`: the source has no value of this factor"):
        changed(role="target", target={"family": "uniform", "low": 0, "high": 1})
    with pytest.raises(InputError, match=r"Factor `gust`: the value 3 never occurs in the source"):
        changed(role="hold", value=3)


def test_a_hundred_thousand_texts(tmp_path: Path, workspace: Workspace) -> None:
    text = [f"text {i}" for i in range(100_000)]
    table = pa.table({"text": text, "speed": np.arange(100_000) % 50})
    study = opened(
        workspace,
        written(tmp_path, "data.parquet", table),
        "factors: {speed: {role: keep}}\nevents: {one: {when: \"text = 'text 77777'\", rate: 0.02}}\n",
    )
    made = rows_of(study, 400)
    assert made.column("text").to_pylist().count("text 77777") == 8
    assert set(made.column("text").to_pylist()) <= set(text)


def test_what_was_handled_can_be_delivered_and_its_promises_measured(tmp_path: Path, workspace: Workspace) -> None:
    table = pa.table(HANDLED["dates outside what pandas holds"])
    text = """
rows: 300
factors: {day: {role: hold, values: [0001-01-01, 9999-12-31]}}
events: {end: {when: "moment > '9000-01-01'", rate: 0.5}}
"""
    study = opened(workspace, written(tmp_path, "data.parquet", table), text)
    for name in ("rows.parquet", "rows.csv"):
        assert deliver(study, tmp_path / name).kept


def test_names_that_queries_of_our_own_might_use(tmp_path: Path, workspace: Workspace) -> None:
    names = ["__row", "__c0", "__v0", "__value", "__code", "value", "data_set", "levels_0", "c0", "__expected a"]
    columns = {name: [i % 2, *range(9)] for i, name in enumerate(names)}
    file = written(tmp_path, "own.parquet", pa.table({**columns, "a": list("xyxyxyxyxy")}))
    factors = ", ".join(f"'{name}': {{role: keep}}" for name in names)
    rule = " + ".join(f'"{name}"' for name in names) + " >= 0"
    study = opened(workspace, file, f"rows: 100\nfactors: {{{factors}}}\nrules: ['{rule}']\n")
    assert deliver(study, tmp_path / "rows.parquet").kept


def test_a_name_that_only_trimtab_gives(tmp_path: Path, workspace: Workspace) -> None:
    with pytest.raises(InputError, match="Trimtab's own columns begin with __trimtab_"):
        workspace.spool(written(tmp_path, "own.csv", "__Trimtab_row\n1\n"))
