"""The five calls of the library: each is what a command does, on files and on tables in memory."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import trimtab
from trimtab.core.design.patching import with_part

ROOT = Path(__file__).resolve().parents[2]
CRASHES = ROOT / "sample_data" / "crashes.csv"
BELTS = ROOT / "sample_data" / "designs" / "crashes-without-belts.yaml"
FEW = pa.table({"age": [20, 30, 40, 50, None] * 40, "sex": ["m", "f", "f", "m", "m"] * 40, "fast": [True, False] * 100})


@pytest.fixture(autouse=True)
def folder(folder_and_home: Path) -> Path:
    """An own folder to be in, with the workspace of the session."""
    return folder_and_home


@pytest.fixture(scope="module")
def crashes(home: Path) -> trimtab.Data:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRIMTAB_HOME", str(home))
        return trimtab.data(CRASHES)


@pytest.fixture(scope="module")
def few(home: Path) -> trimtab.Data:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRIMTAB_HOME", str(home))
        return trimtab.data(FEW, name="few")


@pytest.fixture
def command(request: pytest.FixtureRequest) -> Callable[..., Any]:
    """The command line, whose fixture has the name of the package."""
    found: Callable[..., Any] = request.getfixturevalue("trimtab")
    return found


@pytest.fixture
def design(few: trimtab.Data) -> trimtab.Design:
    """A design on the few rows: half of them fast and old."""
    return few.neutral("old").with_event("old", when="age >= 40", rate=0.5)


def test_a_check_has_ways_out_that_work(few: trimtab.Data) -> None:
    asked = few.neutral("old").with_factor("fast", role="keep").with_event("quick", when="fast", rate=0.9)
    found = trimtab.check(asked, few)
    assert not found.feasible
    assert len(found.ways) == len(found.conflicts) > 0
    for way in (way for ways in found.ways for way in ways):
        assert trimtab.check(with_part(asked, way.patch), few).feasible, way.title


def test_data_of_a_file(crashes: trimtab.Data) -> None:
    assert (crashes.name, crashes.rows, len(crashes.columns)) == ("crashes.csv", 26_217, 14)
    assert crashes.sha256 == trimtab.load(BELTS).source.sha256  # type: ignore[union-attr]
    assert crashes.kinds["ageOFocc"] == "count"
    assert crashes.kinds["seatbelt"] == "categorical"


def whole_frame(table: pa.Table) -> pd.DataFrame:
    return table.to_pandas(types_mapper={pa.int64(): pd.Int64Dtype()}.get)


@pytest.mark.parametrize("of", [pa.table, pl.DataFrame, whole_frame, pa.Table.to_reader])
def test_data_of_a_table_is_known_by_its_content(of: Callable[[pa.Table], Any], few: trimtab.Data) -> None:
    found = trimtab.data(of(FEW))
    assert (found.name, found.rows, found.columns) == ("table.parquet", 200, ("age", "sex", "fast"))
    assert found.sha256 == few.sha256
    assert found.to_arrow().equals(FEW)
    assert found.to_json() == few.to_json()


def test_each_call_gives_what_its_command_prints(crashes: trimtab.Data, command: Callable[..., Any]) -> None:
    design = trimtab.load(BELTS)
    assert crashes.to_json() == command("profile", CRASHES, "--json").json
    assert trimtab.check(design, crashes).to_json() == command("check", BELTS, "--json").json
    why = trimtab.check(design, crashes).why("dead")
    assert why.as_json() == command("check", BELTS, "--why", "dead", "--json").json["why"]
    made = trimtab.sample(design, crashes, "made.parquet", rows=2000, seed=5, workers=1)
    printed = command("sample", BELTS, "-o", "printed.parquet", "-n", 2000, "--seed", 5, "--json").json
    assert printed["receipt"] == made.receipt.to_json()["receipt"]
    assert Path("made.parquet").read_bytes() == Path("printed.parquet").read_bytes()
    assert json.loads(Path("made.parquet.receipt.json").read_text()) == made.receipt.to_json()
    verified = trimtab.verify(made, design, crashes, rows=2000)
    assert verified.to_json() == command("verify", "made.parquet", "--design", BELTS, "-n", 2000, "--json").json


def test_a_design_is_matched_with_other_data(crashes: trimtab.Data, command: Callable[..., Any]) -> None:
    logs = pd.DataFrame({"sex": ["f"] * 3 + ["m"] * 7, "dvcat": ["55+"] * 10})
    found = trimtab.match(crashes.neutral(), crashes, logs, ["sex", "dvcat"])
    logs.to_csv("logs.csv", index=False)
    trimtab.save(crashes.neutral(), "neutral.yaml")
    command("apply", "neutral.yaml", "--match", "logs.csv", "--factors", "sex,dvcat", "-o", "matched.yaml")
    assert found.design.factors == trimtab.load("matched.yaml").factors
    assert found.left_out == ()
    rows = trimtab.sample(found.design, crashes, rows=1000).to_pandas()
    assert (rows["sex"] == "f").sum() == 300
    assert set(rows["dvcat"]) == {"55+"}


def test_rows_in_memory_are_those_of_a_file(design: trimtab.Design, few: trimtab.Data) -> None:
    held = trimtab.sample(design, few, rows=500)
    written = trimtab.sample(design, few, "rows.csv", rows=500, workers=3)
    assert (held.path, written.path) == (None, Path("rows.csv"))
    assert held.rows == written.rows == 500
    assert held.to_arrow().equals(written.to_arrow())
    assert held.nbytes == held.to_arrow().nbytes
    assert written.nbytes == Path("rows.csv").stat().st_size
    assert not held.to_arrow().equals(trimtab.sample(design, few, rows=500, seed=9).to_arrow())
    assert held.receipt.document == trimtab.sample(design, few, "rows.parquet", rows=500).receipt.document
    assert pl.DataFrame(held).equals(held.to_polars())
    assert held.to_pandas()["age"].isna().sum() == held.to_arrow()["age"].null_count
    assert repr(written).startswith("<Sample of old: 500 rows, ")


@pytest.mark.parametrize(
    "form",
    [
        lambda made: made,
        lambda made: made.to_pandas(),
        lambda made: made.to_polars(),
        lambda made: made.to_arrow(),
        lambda made: pq.write_table(made.to_arrow(), "other.parquet") or "other.parquet",
    ],
    ids=["sample", "pandas", "polars", "arrow", "path"],
)
def test_rows_of_any_form_are_verified(
    form: Callable[[trimtab.Sample], Any], design: trimtab.Design, few: trimtab.Data
) -> None:
    made = trimtab.sample(design, few, rows=400)
    found = trimtab.verify(form(made), design, few, rows=400)
    assert found.kept
    assert found.require() is found
    assert found.promises == made.receipt.promises


def test_promises_that_are_not_kept_can_be_an_error(design: trimtab.Design, few: trimtab.Data) -> None:
    found = trimtab.verify(few, design, few, rows=100)
    assert [one.promise for one in found.broken] == ["rows", "event old"]
    assert not found.kept
    with pytest.raises(
        trimtab.PromiseError, match=r"^Design `old`: rows: requested 100, delivered 200 \(tolerance 0\)\.\nDesign"
    ):
        found.require()


def test_a_design_made_in_python_serves_the_command_line(
    design: trimtab.Design, few: trimtab.Data, command: Callable[..., Any]
) -> None:
    pq.write_table(FEW, "file.parquet")
    of_file = trimtab.data("file.parquet").neutral("old").with_event("old", when="age >= 40", rate=0.5)
    trimtab.save(of_file, "old.yaml")
    assert trimtab.load("old.yaml") == of_file
    found = trimtab.check(design, few)
    assert command("check", "old.yaml", "--json").json == found.to_json()
    # A design on a table in memory finds it in the workspace.
    trimtab.save(design, "table.yaml")
    assert command("check", "table.yaml", "--json").json == found.to_json()


def test_conflicts_are_a_result_of_check_and_an_error_of_sample(design: trimtab.Design, few: trimtab.Data) -> None:
    asked = design.with_event("young", when="age < 40", rate=0.6)
    found = trimtab.check(asked, few)
    assert (found.feasible, found.cost_bits, found.shifts) == (False, None, ())
    assert {str(name) for one in found.conflicts for name in one.controls} == {"event old", "event young"}
    for call in (found.require, lambda: trimtab.sample(asked, few)):
        with pytest.raises(trimtab.ConflictsError, match=r"^Event `.*` asks for") as caught:
            call()
        assert caught.value.conflicts == found.conflicts
    assert trimtab.check(design, few).require().feasible


def test_what_was_learned_serves_the_next_call(design: trimtab.Design, few: trimtab.Data) -> None:
    first = trimtab.check(design, few).study
    second = trimtab.check(design.with_event("old", rate=0.4), few).study
    assert second.grounding is first.grounding


def test_a_design_without_a_source_takes_no_data(few: trimtab.Data) -> None:
    cold = trimtab.Design(
        name="cold", rows=300, factors={"x": {"role": "target", "target": {"family": "poisson", "mu": 2}}}
    )
    assert trimtab.check(cold).feasible
    made = trimtab.sample(cold)
    assert trimtab.verify(made.to_pandas(), cold).kept
    with pytest.raises(
        trimtab.InputError, match=r"^Design `cold`: it has no `source`, so it stands on what it declares"
    ):
        trimtab.check(cold, few)


def test_data_must_be_those_of_the_design(design: trimtab.Design, few: trimtab.Data) -> None:
    with pytest.raises(trimtab.InputError, match=r"^Design `old`: it stands on few\.parquet, and no data are given\."):
        trimtab.check(design)
    other = FEW.slice(1)
    with pytest.raises(trimtab.InputError, match=r"^Design `old`: source\.sha256: table\.parquet has .*accept_source"):
        trimtab.check(design, other)
    assert trimtab.check(design, other, accept_source=True).feasible


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: trimtab.data("no.csv"), r"^no\.csv: there is no such file"),
        (lambda: trimtab.data(3), r"^data: it is the path of a file, or a table .*, got int\.$"),
        (lambda: trimtab.data({"a": [1]}), r"got dict\.$"),
        (lambda: trimtab.data(FEW, name="a/b"), "^name: `a/b` can't be the name of a table"),
        (lambda: trimtab.data(FEW.slice(0, 0), name="none"), r"^none\.parquet: it has column names but no rows"),
        (lambda: trimtab.data(pl.DataFrame({"_weight": [1.0]})), "`_weight` is a name that Trimtab gives"),
        (lambda: trimtab.Design(name="x", evnts={}), "^Design `x`: evnts: unknown key. Did you mean `events`"),
        (lambda: trimtab.check("d.yaml"), r"^design: it is a trimtab\.Design, .*, got str\.$"),  # type: ignore[arg-type]
        (lambda: trimtab.load("no.yaml"), r"^no\.yaml: the design file can't be read"),
    ],
)  # fmt: skip
def test_errors_are_the_projects_own(call: Callable[[], Any], message: str) -> None:
    with pytest.raises(trimtab.InputError, match=message):
        call()


def test_rows_are_refused_that_are_neither_a_file_nor_a_table(design: trimtab.Design, few: trimtab.Data) -> None:
    with pytest.raises(trimtab.InputError, match=r"^verify: rows are a sample, .*, got list\.$"):
        trimtab.verify([1], design, few)  # type: ignore[arg-type]
    with pytest.raises(trimtab.InputError, match=r"rows\.xlsx: the kind of file is not known"):
        trimtab.sample(design, few, "rows.xlsx")


def test_there_are_the_names_that_it_says() -> None:
    assert set(trimtab.__all__) <= set(dir(trimtab))
    assert all(getattr(trimtab, name) is not None for name in trimtab.__all__)
    assert issubclass(trimtab.ConflictsError, trimtab.TrimtabError)
    with pytest.raises(AttributeError, match="module 'trimtab' has no attribute 'sampel'"):
        trimtab.sampel  # noqa: B018


def test_where_there_is_no_workspace_none_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TRIMTAB_HOME")
    script = """
import pathlib, tempfile, trimtab
tempfile.tempdir = "temporary"
pathlib.Path("temporary").mkdir()
print(trimtab.data(trimtab.data("a.csv").to_arrow()).rows, len(list(pathlib.Path("temporary").iterdir())))
"""
    (tmp_path / "a.csv").write_text("a,b\n1,2\n3,4\n")
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert (ran.stdout, ran.stderr) == ("2 1\n", "")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["a.csv", "temporary"]
    assert not list((tmp_path / "temporary").iterdir())


def test_the_import_is_light() -> None:
    script = (
        "import sys, trimtab; heavy = ('duckdb', 'pyarrow', 'numpy', 'scipy', 'pydantic', 'streamlit');"
        "print([name for name in heavy if name in sys.modules]); trimtab.sample;"
        "print([name for name in ('streamlit', 'typer', 'polars') if name in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ran.stdout.splitlines() == ["[]", "[]"]
