"""The command line keeps its contract: keys, exit codes, which stream gets what, and nothing left after a failure."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import ANY
from urllib.error import URLError
from urllib.request import urlopen

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.patience import PATIENCE
from trimtab.core.cli.commands.serve import command
from trimtab.core.design.files import load

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "sample_data"
RUN = [sys.executable, "-c", "from trimtab.core.cli import main; main()"]
PROMISE = ["promise", "requested", "delivered", "tolerance", "kept"]
HEADER = "trimtab: 1\nname: small\nseed: 5\nrows: 2000\nsource: {path: crashes.csv}\n"


Trimtab = Callable[..., Any]


@pytest.fixture(autouse=True)
def folder(folder_and_home: Path) -> Path:
    """An own folder to be in, with the crash records."""
    shutil.copy(SAMPLES / "crashes.csv", folder_and_home)
    return folder_and_home


@pytest.fixture
def no_home(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No workspace: one is made for a command and gone after it."""
    monkeypatch.delenv("TRIMTAB_HOME")


def design(text: str = "", name: str = "d.yaml") -> str:
    Path(name).write_text(HEADER + text, encoding="utf-8")
    return name


EVENT = "events:\n  unbelted: {when: \"seatbelt = 'none' AND airbag = 'none'\", rate: 0.25}\n"
CONFLICT = "events:\n  f: {when: \"sex = 'f'\", rate: 0.7}\n  m: {when: \"sex = 'm'\", rate: 0.6}\n"


@pytest.mark.parametrize("data", ["crashes.csv", SAMPLES / "flights_predictions.parquet"])
def test_profile(trimtab: Trimtab, data: Path) -> None:
    result = trimtab("profile", data, "--json")
    assert result.code == 0
    assert result.json.keys() >= {"rows", "factors"}
    for factor in result.json["factors"]:
        assert factor.keys() >= {"name", "kind", "missing", "distinct", "bins"}
        assert all(list(one) == ["label", "low", "high", "count"] for one in factor["bins"])
        assert sum(one["count"] for one in factor["bins"]) + factor["missing"] == result.json["rows"]
        assert isinstance(factor["identifier"], bool)
    for relation in result.json["relations"]:
        assert relation.keys() >= {"kind", "factors", "text", "rows", "exceptions"}
    assert result.err == ""


def test_profile_tells_what_always_holds(trimtab: Trimtab) -> None:
    told = trimtab("profile", "crashes.csv", "--json").json["relations"]
    assert [(one["kind"], one["factors"], one["text"], one["exceptions"]) for one in told] == [
        ("determines", ["abcat", "airbag"], "abcat decides airbag", 0),
        ("determines", ["abcat", "deploy"], "abcat decides deploy", 0),
        ("determines", ["airbag", "deploy", "abcat"], "airbag and deploy decide abcat", 0),
    ]
    for_people = trimtab("profile", "crashes.csv").out.splitlines()
    assert "What always holds" in for_people
    assert any("airbag and deploy decide abcat" in line for line in for_people)


@pytest.mark.usefixtures("no_home")
def test_profile_for_people(trimtab: Trimtab) -> None:
    result = trimtab("profile", "crashes.csv")
    assert result.code == 0
    lines = result.out.splitlines()
    assert lines[0] == "crashes.csv: 26,217 rows, 14 columns"
    assert lines[2].split() == ["factor", "kind", "missing", "distinct", "from", "to", "histogram"]
    assert [line.split()[0] for line in lines[3:6]] == ["dvcat", "weight", "dead"]
    assert any("█" in line for line in lines)


@pytest.mark.usefixtures("no_home")
def test_init_check_sample_verify(trimtab: Trimtab, folder: Path) -> None:
    Path("sub").mkdir()
    made = trimtab("init", "crashes.csv", "-o", "sub/d.yaml", "--json")
    assert (made.code, made.json) == (0, {"path": "sub/d.yaml"})
    written = load("sub/d.yaml")
    assert written.source is not None
    assert written.source.path == "../crashes.csv"
    assert written.source.sha256 == "8422ddede175cf09294be4b82ead1b50af3d3a672edbf1573dcc88f6e67ad859"
    assert {factor.role for factor in written.factors.values()} == {"follow"}
    assert (written.factors["weight"].kind, written.factors["sex"].kind) == ("continuous", "categorical")

    checked = trimtab("check", "sub/d.yaml", "--json")
    assert checked.code == 0
    assert checked.json.keys() >= {"feasible", "cost_bits", "controls", "shifts", "conflicts"}
    assert (checked.json["feasible"], checked.json["controls"], checked.json["conflicts"]) == (True, [], [])
    assert checked.json["cost_bits"] == pytest.approx(0, abs=1e-9)
    assert [list(shift) for shift in checked.json["shifts"]] == [["factor", "tv", "asked"]] * 14

    sampled = trimtab("sample", "sub/d.yaml", "-o", "out.csv.gz", "-n", "700", "--seed", "1", "--json")
    assert sampled.code == 0
    assert list(sampled.json) == ["rows", "path", "receipt"]
    assert (sampled.json["rows"], sampled.json["path"]) == (700, "out.csv.gz")
    assert [list(promise) for promise in sampled.json["receipt"]] == [
        PROMISE
    ] * 6  # rows, three relations, the weight, columns
    receipt = json.loads(Path("out.csv.gz.receipt.json").read_text())
    assert (receipt["rows"], receipt["seed"], receipt["receipt"]) == (700, 1, sampled.json["receipt"])

    verified = trimtab("verify", "out.csv.gz", "--design", "sub/d.yaml", "--json")
    assert (verified.code, list(verified.json)) == (0, ["receipt", "receipt_matches"])
    assert all(promise["kept"] for promise in verified.json["receipt"])
    assert verified.json["receipt_matches"] is True
    assert sorted(file.name for file in folder.iterdir()) == [
        "crashes.csv",
        "out.csv.gz",
        "out.csv.gz.receipt.json",
        "sub",
    ]


def test_init_drops_what_identifies_rows_and_says_so(trimtab: Trimtab) -> None:
    pq.write_table(pa.table({"id": [f"r{i}" for i in range(100)], "x": [i % 7 for i in range(100)]}), "a.parquet")
    result = trimtab("init", "a.parquet", "-o", "d.yaml")
    assert result.code == 0
    assert "`id` has role carry: it only tells rows apart" in result.err
    assert [factor.role for factor in load("d.yaml").factors.values()] == ["carry", "follow"]


def test_init_does_not_replace_a_design(trimtab: Trimtab) -> None:
    Path("d.yaml").write_text("mine")
    result = trimtab("init", "crashes.csv", "-o", "d.yaml")
    assert result.code == 2
    assert result.err == "error: d.yaml: it is there already. Name another file, or give --force to replace it.\n"
    assert Path("d.yaml").read_text() == "mine"
    assert trimtab("init", "crashes.csv", "-o", "d.yaml", "--force").code == 0


def test_check_tells_events_costs_and_shifts(trimtab: Trimtab) -> None:
    found = trimtab("check", design(EVENT), "--json").json
    assert [list(one) for one in found["controls"]] == [["name", "cost_bits"]]
    assert found["controls"][0]["name"] == "event unbelted"
    assert found["controls"][0]["cost_bits"] == pytest.approx(found["cost_bits"])
    people = trimtab("check", "d.yaml")
    assert people.code == 0
    assert "unbelted  16.7 %  25.0 %   500" in people.out
    shifts = people.out.split("What changes\n")[1].splitlines()[1:]
    figures = [float(line.split()[1]) for line in shifts]
    assert figures == sorted(figures, reverse=True)
    assert people.out.startswith("Feasible: 2,000 rows for 0.0")
    why = trimtab("check", "d.yaml", "--why", "dead").out.split("Why dead moves by ")[1]
    assert why.splitlines()[1].startswith("control")
    assert why.splitlines()[2].startswith("event unbelted")
    assert "To freeze it: " in why
    unknown = trimtab("check", "d.yaml", "--why", "deed")
    assert unknown.code == 2
    assert unknown.err.startswith("error: There is no factor `deed` in the rows. Did you mean `dead`?")


def test_preview_shows_rows_before_and_after_and_what_columns_mean(trimtab: Trimtab, folder: Path) -> None:
    found = trimtab("preview", design(EVENT), "-o", "columns.csv", "--json")
    assert found.json.keys() == {"columns", "rows", "dictionary"}
    assert (len(found.json["rows"]), len(found.json["rows"][0]["after"])) == (10, len(found.json["columns"]))
    assert [line.split(",")[0] for line in Path("columns.csv").read_text().splitlines()[1:]] == [
        one["name"] for one in found.json["dictionary"]
    ]
    assert "becomes" in trimtab("preview", "d.yaml").out
    again = trimtab("preview", "d.yaml", "-o", "columns.csv")
    assert (again.code, "there already" in again.err) == (2, True)
    assert "is there, from which the design is made" in trimtab("preview", "d.yaml", "-o", "d.yaml", "--force").err


@pytest.mark.usefixtures("no_home")
def test_conflicts_are_named_with_exit_code_3(trimtab: Trimtab, folder: Path) -> None:
    result = trimtab("check", design(CONFLICT), "--json")
    assert result.code == 3
    assert result.json.keys() >= {"feasible", "cost_bits", "controls", "shifts", "conflicts"}
    assert result.json["feasible"] is False
    assert {name for one in result.json["conflicts"] for name in one["controls"]} == {"event f", "event m"}
    assert all(one["message"] for one in result.json["conflicts"])
    assert trimtab("check", "d.yaml").out.startswith("Not feasible")
    sampled = trimtab("sample", "d.yaml", "-o", "out.csv", "--json")
    assert (sampled.code, sampled.out) == (3, "")
    assert "error: " in sampled.err
    assert sorted(file.name for file in folder.iterdir()) == ["crashes.csv", "d.yaml"]


def test_a_promise_not_kept_is_exit_code_1(trimtab: Trimtab) -> None:
    result = trimtab("verify", "crashes.csv", "--design", design(EVENT), "--json")
    assert result.code == 1
    (event,) = [promise for promise in result.json["receipt"] if not promise["kept"]]
    assert (event["promise"], event["requested"], event["delivered"]) == ("event unbelted", 6554, 4379)
    people = trimtab("verify", "crashes.csv", "--design", "d.yaml")
    assert people.code == 1
    assert "NOT KEPT" in people.out
    assert people.out.endswith("1 of 2 promises not kept\n")


def test_a_receipt_of_other_bytes_is_told(trimtab: Trimtab) -> None:
    assert trimtab("sample", design(EVENT), "-o", "out.parquet", "-n", "2000").code == 0
    first = trimtab("verify", "out.parquet", "--design", "d.yaml")
    assert (first.code, "no receipt of this file" in first.err) == (0, False)
    rows = pq.read_table("out.parquet")
    pq.write_table(rows.take(pa.array(range(1999, -1, -1))), "out.parquet")
    turned = trimtab("verify", "out.parquet", "--design", "d.yaml")
    assert turned.code == 0  # all that was promised is still so
    assert "out.parquet.receipt.json: it is no receipt of this file, which has other bytes" in turned.err
    assert trimtab("verify", "out.parquet", "--design", "d.yaml", "--json").json["receipt_matches"] is False
    Path("out.parquet.receipt.json").unlink()
    assert trimtab("verify", "out.parquet", "--design", "d.yaml", "--json").json["receipt_matches"] is None


def test_sample_tells_copies_in_print_and_in_the_receipt(trimtab: Trimtab) -> None:
    result = trimtab("sample", design(EVENT), "-o", "out.parquet")
    assert result.code == 0
    told = json.loads(Path("out.parquet.receipt.json").read_text())["copies"]
    assert list(told) == ["rows", "equal", "share", "nearer", "sampled", "standard_error", "reason"]
    assert told["share"] == told["equal"] / 2000
    lines = result.out.splitlines()
    equal = next(line for line in lines if line.startswith("copies: "))
    assert equal.startswith(f"copies: {told['equal']:,} of 2,000 rows (")
    assert equal.endswith(" %) equal a real row in every factor")
    nearer = (
        f"{told['nearer'] * 100:.1f} % (± {told['standard_error'] * 100:.2g} %) of the rows are nearer to that half"
    )
    assert f"made from one half of the real rows, {nearer} than to the other; 50 % is right" in lines
    few = trimtab("sample", "d.yaml", "-o", "few.parquet", "-n", "40")
    assert "nearer to what was learned than to rows held out: not told, fewer than 100 generated rows" in few.out


def test_verify_tells_that_copies_were_not_counted(trimtab: Trimtab, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:  # as if it had been killed between the two
        patched.setattr("trimtab.core.cli.commands.rows.compare", lambda study, delivery, **_: delivery)
        assert trimtab("sample", design(EVENT), "-o", "out.parquet", "-n", "300").code == 0
    told = trimtab("verify", "out.parquet", "--design", "d.yaml")
    assert (told.code, "copies of real rows are not counted" in told.err) == (0, True)
    assert trimtab("sample", "d.yaml", "-o", "out.parquet", "-n", "300").code == 0  # Trimtab's own
    assert "not counted" not in trimtab("verify", "out.parquet", "--design", "d.yaml").err


def test_diff(trimtab: Trimtab) -> None:
    design()
    design(EVENT + "factors: {sex: {role: keep}}\n", "e.yaml")
    result = trimtab("diff", "d.yaml", "e.yaml", "--json")
    assert (result.code, result.err) == (0, "")
    assert result.json.keys() >= {"controls", "factors"}
    assert [list(one) for one in result.json["controls"]] == [["name", "change", "before", "after"]] * 2
    assert [(one["name"], one["change"], one["before"]) for one in result.json["controls"]] == [
        ("keep sex", "added", None),
        ("event unbelted", "added", None),
    ]
    assert result.json["controls"][0]["after"] == "{role: keep}"
    assert [list(one) for one in result.json["factors"]] == [
        ["name", "tv", "before_tv", "after_tv", "kind", "bins"]
    ] * 14
    checked = {shift["factor"]: shift["tv"] for shift in trimtab("check", "e.yaml", "--json").json["shifts"]}
    assert {one["name"]: one["after_tv"] for one in result.json["factors"]} == pytest.approx(checked, abs=1e-12)
    assert {one["name"]: one["tv"] for one in result.json["factors"]} == pytest.approx(checked, abs=1e-12)
    assert (result.json["same_source"], result.json["conflicts"]) == (True, [])


def test_diff_for_people(trimtab: Trimtab) -> None:
    design()
    design(EVENT.replace("airbag = 'none'", "airbag = 'none' AND ageOFocc >= 18 AND yearVeh >= 1950"), "e.yaml")
    result = trimtab("diff", "d.yaml", "e.yaml")
    assert result.code == 0
    lines = result.out.splitlines()
    assert lines[0].split() == ["control", "change", "d.yaml", "e.yaml"]
    name, change, text = re.split(r" {2,}", lines[1], maxsplit=2)
    assert (name, change, len(text)) == ("event unbelted", "added", 60)
    assert text.startswith("{when: seatbelt = 'none' AND airbag = 'none' AND ageOFocc")
    assert text.endswith("…")
    figures = [float(line.split()[1]) for line in lines[lines.index("") + 3 :]]
    assert len(figures) == 14
    assert figures == sorted(figures, reverse=True)
    assert figures[0] > 0.01
    alike = trimtab("diff", "d.yaml", "d.yaml")
    assert (alike.code, alike.out.splitlines()[0]) == (0, "The controls are the same.")


def test_diff_of_designs_that_conflict_is_exit_code_3(trimtab: Trimtab) -> None:
    design(EVENT)
    design(CONFLICT, "e.yaml")
    result = trimtab("diff", "d.yaml", "e.yaml", "--json")
    assert result.code == 3
    assert [list(one)[:3] for one in result.json["conflicts"]] == [["design", "controls", "message"]] * 2
    assert {one["design"] for one in result.json["conflicts"]} == {"e.yaml"}
    assert {name for one in result.json["conflicts"] for name in one["controls"]} == {"event f", "event m"}
    assert {one["after_tv"] for one in result.json["factors"]} == {None}
    people = trimtab("diff", "e.yaml", "d.yaml")
    assert people.code == 3
    assert "e.yaml is not feasible: these controls conflict.\n\n- Event `f` asks for 70 %" in people.out
    assert "What the designs give" in people.out
    assert "What the designs give" not in trimtab("diff", "e.yaml", "e.yaml").out


def test_diff_of_designs_on_two_sources_says_so(trimtab: Trimtab) -> None:
    lines = Path("crashes.csv").read_text().splitlines(keepends=True)
    Path("few.csv").write_text("".join(lines[:2000]))
    design()
    Path("e.yaml").write_text(Path("d.yaml").read_text().replace("crashes.csv", "few.csv"))
    result = trimtab("diff", "d.yaml", "e.yaml", "--json")
    assert result.code == 0
    assert result.err == "The designs stand on two sources: crashes.csv and few.csv.\n"
    assert result.json["same_source"] is False
    assert [one["name"] for one in result.json["controls"]] == ["source"]
    assert max(one["tv"] for one in result.json["factors"]) > 0.01


def test_diff_of_designs_without_a_source(trimtab: Trimtab) -> None:
    text = "trimtab: 1\nname: {0}\nfactors:\n  "
    text += "a: {{role: target, target: {{family: categorical, weights: {{x: {1}, y: 1}}}}}}\n"
    Path("d.yaml").write_text(text.format("even", 1))
    Path("e.yaml").write_text(text.format("uneven", 3))
    result = trimtab("diff", "d.yaml", "e.yaml", "--json")
    assert result.code == 0
    assert result.err == "The designs stand on two sources: what `even` declares and what `uneven` declares.\n"
    assert [one["name"] for one in result.json["controls"]] == ["target a"]
    assert result.json["factors"] == [
        {
            "name": "a",
            **{name: pytest.approx(tv, abs=1e-4) for name, tv in (("tv", 0.25), ("before_tv", 0), ("after_tv", 0))},
            "kind": "categorical",
            "bins": ANY,
        }
    ]
    design("", "small.yaml")
    found = {one["name"]: one for one in trimtab("diff", "d.yaml", "small.yaml", "--json").json["controls"]}
    assert (found["source"]["change"], found["source"]["before"]) == ("added", None)


def test_verify_demands_a_number_of_rows_if_asked(trimtab: Trimtab) -> None:
    design()
    assert trimtab("verify", "crashes.csv", "--design", "d.yaml").code == 0
    assert trimtab("verify", "crashes.csv", "--design", "d.yaml", "-n", "26217").code == 0
    assert trimtab("verify", "crashes.csv", "--design", "d.yaml", "-n", "26218").code == 1


def test_another_source_needs_to_be_accepted(trimtab: Trimtab) -> None:
    trimtab("init", "crashes.csv", "-o", "d.yaml")
    lines = Path("crashes.csv").read_text().splitlines(keepends=True)
    Path("crashes.csv").write_text("".join(lines[:2000]))
    for arguments in (
        ("check", "d.yaml"),
        ("sample", "d.yaml", "-o", "a.csv"),
        ("coverage", "crashes.csv", "--design", "d.yaml"),
    ):
        result = trimtab(*arguments)
        assert result.code == 2
        assert "d.yaml: source.sha256: crashes.csv has the SHA-256" in result.err
        assert "give --accept-source" in result.err
        assert trimtab(*arguments, "--accept-source").code == 0


def test_a_source_of_the_workspace_stands_in_for_a_missing_file(
    trimtab: Trimtab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRIMTAB_HOME", "home")
    trimtab("init", "crashes.csv", "-o", "d.yaml")
    Path("crashes.csv").unlink()
    assert trimtab("sample", "d.yaml", "-n", "100", "-o", "a.csv").code == 0
    monkeypatch.delenv("TRIMTAB_HOME")
    result = trimtab("check", "d.yaml")
    assert result.code == 2
    assert (
        result.err
        == "error: d.yaml: source.path: there is no file crashes.csv. The path is relative to the design file.\n"
    )


@pytest.mark.usefixtures("no_home")
def test_coverage(trimtab: Trimtab) -> None:
    trimtab("sample", design(EVENT), "-o", "out.parquet")
    result = trimtab("coverage", "crashes.csv", "out.parquet", "--json")
    assert result.code == 0
    assert result.json["sets"] == ["crashes.csv", "out.parquet"]
    assert len(result.json["factors"]) == 14
    for factor in result.json["factors"]:
        assert factor.keys() >= {"name", "tv", "ks", "wasserstein", "js"}
        assert (factor["ks"] is None) == (factor["wasserstein"] is None) == (factor["kind"] == "categorical")
        assert 0 <= factor["js"] ** 2 <= factor["tv"] <= 1  # Lin 1991: the divergence in bits is at most the variation
        counts = [one["counts"] for one in factor["bins"]]
        assert [sum(column) for column in zip(*counts, strict=True)] == [26_217, 2000]
    belts = next(factor for factor in result.json["factors"] if factor["name"] == "seatbelt")
    assert [one["label"] for one in belts["bins"]] == ["belted", "none", "missing"]
    assert belts["tv"] == pytest.approx(
        abs(belts["bins"][1]["counts"][1] / 2000 - belts["bins"][1]["counts"][0] / 26_217)
    )
    assert belts["against"] == [
        {"set": "out.parquet", **{name: belts[name] for name in ("tv", "ks", "wasserstein", "js")}}
    ]


def test_coverage_of_some_factors_on_the_bins_of_a_design(trimtab: Trimtab) -> None:
    design("factors:\n  ageOFocc: {edges: [16, 65, 97]}\n")
    result = trimtab(
        "coverage", "crashes.csv", "crashes.csv", "--design", "d.yaml", "--factors", "ageOFocc, sex", "--json"
    )
    assert result.json["sets"] == ["crashes.csv (1)", "crashes.csv (2)"]
    assert [factor["name"] for factor in result.json["factors"]] == ["ageOFocc", "sex"]
    assert [one["label"] for one in result.json["factors"][0]["bins"]] == ["16–64", "65–97", "missing"]
    people = trimtab("coverage", "crashes.csv", SAMPLES / "flights_predictions.parquet", "--factors", "sex")
    assert people.code == 0
    assert "no such column" in people.out


def test_coverage_refuses_what_is_not_there(trimtab: Trimtab) -> None:
    result = trimtab("coverage", "crashes.csv", "--factors", "sexx")
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith("error: --factors: there is no factor `sexx`. Did you mean `sex`?")
    result = trimtab("coverage", "crashes.csv", "--strength", "5")
    assert result.code == 2
    assert "the strength is 2, 3 or 4, got 5" in result.err


def test_review_tells_a_design_in_sentences(trimtab: Trimtab) -> None:
    file = design(EVENT + "factors:\n  sex: {role: keep}\n")
    result = trimtab("review", file)
    assert result.code == 0
    assert "unbelted (seatbelt is none and airbag is none): from 17 % of the rows to 25 % (500 rows)." in result.out
    assert "- sex: as in reality, whatever else moves." in result.out
    assert "2,000 rows, made from the 26,217 real rows of crashes.csv." in result.out
    told = trimtab("review", file, "--json").json
    assert [one["control"] for one in told["sentences"]] == ["event unbelted", "keep sex"]
    assert told["feasible"] is True
    assert told["fingerprint"] == load(Path(file)).fingerprint()
    shifts = {one["factor"]: one for one in told["shifts"]}
    assert shifts["sex"] == {"factor": "sex", "tv": pytest.approx(0, abs=1e-6), "asked": True, "text": "as in reality"}
    assert shifts["seatbelt"]["text"].startswith("36 % of the rows are none")


def test_review_of_a_design_that_can_not_be_met_says_so(trimtab: Trimtab) -> None:
    result = trimtab("review", design(CONFLICT))
    assert result.code == 3
    assert "f (sex is f): from 47 % of the rows to 70 %" in result.out
    assert "It can't be met: these controls conflict." in result.out
    told = trimtab("review", design(CONFLICT), "--json")
    assert (told.code, told.json["feasible"]) == (3, False)
    assert told.json["conflicts"][0]["controls"] == ["event f", "event m"]


def test_schema_accepts_the_sample_designs(trimtab: Trimtab) -> None:
    result = trimtab("schema")
    assert result.code == 0
    assert result.json["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert result.json["properties"].keys() >= {
        "trimtab",
        "name",
        "seed",
        "rows",
        "mode",
        "source",
        "factors",
        "events",
    }
    assert trimtab("schema", "--json").json == result.json


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["profile", "none.csv"], "none.csv: there is no such file"),
        (["check", "none.yaml"], "none.yaml: the design file can't be read: No such file or directory"),
        (
            ["sample", "d.yaml", "-o", "out.xlsx"],
            "out.xlsx: the kind of file is not known. Known: .arrow, .csv, .csv.gz",
        ),
        (["sample", "d.yaml", "-o", "none/out.csv"], "none/out.csv: there is no folder none"),
        (["sample", "d.yaml", "-o", "a.csv", "--engine", "spork"], "no engine `spork`. Did you mean `spark`?"),
        (["diff", "d.yaml", "none.yaml"], "none.yaml: the design file can't be read: No such file or directory"),
        (["verify", "none.csv", "--design", "d.yaml"], "none.csv: there is no such file"),
        (["init", "crashes.csv", "-o", "none/d.yaml"], "none/d.yaml: it can't be written: No such file"),
    ],
)
def test_wrong_input_is_exit_code_2(trimtab: Trimtab, folder: Path, arguments: list[str], message: str) -> None:
    design()
    result = trimtab(*arguments, "--json")
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith("error: ")
    assert message in result.err
    assert sorted(file.name for file in folder.iterdir()) == ["crashes.csv", "d.yaml"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["sampel"],
        ["sample"],
        ["sample", "d.yaml"],
        ["diff", "d.yaml"],
        ["sample", "d.yaml", "-o", "a.csv", "-n", "0"],
        ["sample", "d.yaml", "-o", "a.csv", "--seed", "-1"],
        ["sample", "d.yaml", "-o", "a.csv", "--workers", "0"],
        ["app", "--port", "99999"],
        ["gaps", "crashes.csv"],
        [],
    ],
)
def test_wrong_usage_is_exit_code_2(trimtab: Trimtab, arguments: list[str]) -> None:
    result = trimtab(*arguments)
    assert (result.code, result.out) == (2, "") if arguments else result.code == 2
    assert "Usage: trimtab" in result.err + result.out


def test_every_fault_of_a_design_is_an_error_line(trimtab: Trimtab) -> None:
    result = trimtab("check", design("factors:\n  sexx: {role: keep}\nevents:\n  e: {when: belt = 1, rate: 0.1}\n"))
    assert result.code == 2
    lines = result.err.splitlines()
    assert len(lines) == 2
    assert "error: Factor `sexx`: the source has no such column. Did you mean `sex`?" in lines[0]
    assert lines[1].startswith("error: Event `e`: there is no column `belt`.")


def test_what_should_not_happen_is_one_line_and_exit_code_70(trimtab: Trimtab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "trimtab.core.cli.commands.data", None)  # a broken installation
    result = trimtab("profile", "crashes.csv")
    assert (result.code, result.out) == (70, "")
    assert result.err.startswith(
        "error: unexpected ModuleNotFoundError: import of trimtab.core.cli.commands.data halted"
    )
    assert result.err.endswith("(set TRIMTAB_DEBUG=1 to see where)\n")
    monkeypatch.setenv("TRIMTAB_DEBUG", "1")
    assert "Traceback" in trimtab("profile", "crashes.csv").err


@pytest.mark.usefixtures("no_home")
def test_a_process_of_its_own_prints_json_only_and_leaves_no_workspace(folder: Path) -> None:
    design(EVENT)
    ran = subprocess.run(
        [*RUN, "sample", "d.yaml", "-o", "parts/", "--json"],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    assert json.loads(ran.stdout)["path"] == "parts"
    made = ["parts", "parts.manifest.json", "parts.receipt.json"]
    assert sorted(file.name for file in folder.iterdir()) == ["crashes.csv", "d.yaml", *made]


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_outside_of_the_work_is_no_traceback(
    trimtab: Trimtab, monkeypatch: pytest.MonkeyPatch, sent: signal.Signals, code: int
) -> None:
    monkeypatch.setattr(sys.modules["trimtab.core.cli.main"], "_run", lambda _: os.kill(os.getpid(), sent))
    result = trimtab("profile", "crashes.csv")
    assert (result.code, result.out, result.err) == (code, "", "")


@pytest.mark.usefixtures("no_home")
@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_stopped_sample_leaves_nothing(folder: Path, sent: signal.Signals, code: int) -> None:
    design()
    run = [*RUN, "sample", "d.yaml", "-o", "out.csv", "-n", "200000000"]
    process = subprocess.Popen(
        run,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        # A job in the background of a shell ignores Ctrl-C, and what it starts would too.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    try:
        until = time.monotonic() + PATIENCE
        while not any(file.name.startswith(".trimtab-partial-") for file in folder.iterdir()):
            assert time.monotonic() < until
            assert process.poll() is None
            time.sleep(0.05)
        process.send_signal(sent)
        out, err = process.communicate(timeout=PATIENCE)
        assert (process.returncode, out, err) == (code, "", "")
    finally:
        process.kill()
    assert sorted(file.name for file in folder.iterdir()) == ["crashes.csv", "d.yaml"]


@pytest.mark.parametrize("arguments", [["--help"], ["sample", "--help"], ["--version"]])
def test_help_is_quick(arguments: list[str]) -> None:
    # What takes long to start: none of it may be imported to print a page of help.
    script = (
        "import sys; from trimtab.core.cli.main import app\n"
        f"try: app({arguments!r})\nexcept SystemExit: pass\n"
        "print([name for name in ('duckdb', 'pyarrow', 'numpy', 'scipy', 'sqlglot') if name in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ran.stdout.splitlines()[-1] == "[]"


def test_the_schema_does_not_load_scipy() -> None:
    script = (
        "import sys; from trimtab.core.cli.main import app\ntry: app(['schema'])\nexcept SystemExit: pass\n"
        "print([name for name in ('scipy', 'pandas', 'streamlit') if name in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ran.stdout.splitlines()[-1] == "[]"


def test_the_app_listens_on_this_machine_only() -> None:
    line = command(Path("/x/app.py"), 8600, browser=False)
    assert line[1:6] == ["-P", "-m", "streamlit", "run", "/x/app.py"]
    assert "--server.address=localhost" in line
    assert "--server.port=8600" in line
    assert "--server.headless=true" in line
    assert "--server.showEmailPrompt=false" in line  # a fresh machine would wait for an answer


@pytest.mark.usefixtures("no_home")
def test_the_app_answers_until_it_is_stopped(folder: Path) -> None:
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [*RUN, "app", "--port", str(port), "--no-browser", "--json"],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )

    def answers() -> bool:
        try:
            with urlopen(f"http://localhost:{port}/_stcore/health", timeout=5) as health:
                return bool(health.read() == b"ok")
        except URLError:
            return False

    until = time.monotonic() + PATIENCE
    while not answers():
        assert process.poll() is None
        assert time.monotonic() < until
        time.sleep(0.1)
    process.terminate()
    out, _ = process.communicate(timeout=PATIENCE)
    assert (process.returncode, json.loads(out)) == (143, {"url": f"http://localhost:{port}"})
    assert not answers()
    assert [file.name for file in folder.iterdir()] == ["crashes.csv"]


def test_how_a_text_file_is_written_is_said_and_stays_in_the_design(trimtab: Trimtab, folder: Path) -> None:
    text = "Extract\nname~amount\n" + "".join(f"{'ab'[i % 2]}~1,{i:03}\n" for i in range(200))
    (folder / "odd.csv").write_text(text, encoding="utf-8")
    said = ("--delimiter", "~", "--header", "2", "--decimal", ",")
    refused = trimtab("profile", "odd.csv")
    assert (refused.code, "it looks like a row" in refused.err) == (2, True)
    assert trimtab("init", "odd.csv", "-o", "odd.yaml", *said).code == 0
    assert "delimiter: '~'" in (folder / "odd.yaml").read_text(encoding="utf-8").replace("delimiter: ~", "")
    made = trimtab("sample", "odd.yaml", "-o", "odd.parquet", "-n", "100")
    assert (made.code, "such as '1,000' (--decimal" in made.err) == (0, True)
    assert max(pq.read_table(folder / "odd.parquet")["amount"].to_pylist()) < 2
    assert trimtab("verify", "odd.csv", "--design", "odd.yaml", *said, "--json").code == 0
    wrong = trimtab("profile", "odd.csv", "--decimal", "x")
    assert (wrong.code, "--decimal: it must be `.` or `,`, got 'x'." in wrong.err) == (2, True)


def test_nothing_is_written_over_the_source(trimtab: Trimtab, folder: Path) -> None:
    before = (folder / "crashes.csv").read_bytes()
    name = design()
    (folder / "link.csv").symlink_to("crashes.csv")
    (folder / "sub").mkdir()
    for output in ("crashes.csv", "./sub/../crashes.csv", str(folder / "crashes.csv"), "link.csv"):
        for force in ((), ("--force",)):
            refused = trimtab("sample", name, "-o", output, *force)
            assert (refused.code, "from which the rows are to be made" in refused.err) == (2, True)
    for output in ("crashes.csv", "link.csv"):
        refused = trimtab("init", "crashes.csv", "-o", output, "--force")
        assert (refused.code, "from which the design is made" in refused.err) == (2, True)
    assert (folder / "crashes.csv").read_bytes() == before
    (folder / "mine.csv").write_text("x\n1\n", encoding="utf-8")
    refused = trimtab("sample", name, "-o", "mine.csv")
    assert (refused.code, "--force" in refused.err) == (2, True)


def test_a_place_that_can_not_be_written_is_told_before_the_work(trimtab: Trimtab, folder: Path) -> None:
    name = design()
    for output in ("/proc/rows.csv", "/sys/rows.parquet"):
        refused = trimtab("sample", name, "-o", output)
        assert (refused.code, f"{output}: it can't be written" in refused.err) == (2, True)
    refused = trimtab("init", "crashes.csv", "-o", "/proc/d.yaml")
    assert (refused.code, "/proc/d.yaml: it can't be written" in refused.err) == (2, True)
