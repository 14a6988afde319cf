"""The commands `gaps` and `slices`, and `coverage --strength`: keys of the contract, labels, exit codes, refusals."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "sample_data"
CRASHES, PREDICTIONS = SAMPLES / "crashes.csv", SAMPLES / "flights_predictions.parquet"


Trimtab = Callable[..., Any]


@pytest.fixture(autouse=True)
def folder(folder_and_home: Path) -> Path:
    return folder_and_home


def test_gaps(trimtab: Trimtab) -> None:
    result = trimtab("gaps", CRASHES, "--factors", "dvcat, seatbelt,injSeverity", "--threshold", 20, "--json")
    assert (result.code, result.err) == (0, "")
    assert result.json.keys() >= {"total", "patterns", "by_level"}
    assert result.json["total"] == len(result.json["patterns"]) == sum(result.json["by_level"].values())
    assert all(set(one) == {"pattern", "level", "count", "rows_to_close"} for one in result.json["patterns"])
    limited = trimtab("gaps", CRASHES, "--factors", "dvcat,seatbelt,injSeverity", "--threshold", 20, "--max-level", 1)
    assert limited.code == 0
    assert limited.out.splitlines()[-1].split() == ["18", "2", "injSeverity", "=", "6"]


def test_gaps_on_the_levels_a_design_declares(trimtab: Trimtab, folder: Path) -> None:
    (folder / "some.csv").write_text("ageOFocc,sex\n" + "20,f\n" * 5 + "96,f\n" + "200,f\n")
    alone = trimtab("gaps", "some.csv", "--factors", "sex", "--threshold", 5, "--json").json
    assert alone["total"] == 0  # of the levels that occur
    (folder / "d.yaml").write_text(
        f"trimtab: 1\nname: d\nsource: {{path: '{CRASHES}'}}\nfactors:\n  ageOFocc: {{edges: [16, 65, 97]}}\n"
    )
    result = trimtab("gaps", "some.csv", "--factors", "sex,ageOFocc", "--threshold", 5, "--design", "d.yaml", "--json")
    assert [(one["pattern"], one["count"]) for one in result.json["patterns"]] == [
        ({"ageOFocc": "65–97"}, 1),
        ({"sex": "m"}, 0),
    ]
    assert result.json["outside"] == 1
    assert "1 rows have a value that the design does not declare" in result.err


def test_a_factor_of_50_000_levels(trimtab: Trimtab, folder: Path) -> None:
    rows = "".join(f"N{i // 2},{i % 2},{i % 7 / 7}\n" for i in range(100_000))
    (folder / "wide.csv").write_text("tail,side,error\n" + rows)
    said = "`tail` has 50,000 levels: the 40 most frequent stay, the others count as one (other levels (49960))."
    gaps = trimtab("gaps", "wide.csv", "--factors", "tail,side", "--threshold", 3, "--json")
    assert (gaps.code, gaps.json["by_level"]) == (0, {"1": 40})
    assert said in gaps.err
    slices = trimtab("slices", "wide.csv", "--error", "error", "--json")
    assert slices.code == 0
    assert said in slices.err
    tway = trimtab("coverage", "wide.csv", "--factors", "tail,side", "--strength", 2, "--json")
    assert (tway.code, tway.json["tway"]["cells"], tway.json["tway"]["covered"]) == (0, 82, [1.0])


def test_slices(trimtab: Trimtab) -> None:
    arguments = ["slices", PREDICTIONS, "--error", "error", "--factors", "carrier,month,origin,visib", "--top", 5]
    result = trimtab(*arguments, "--json")
    assert (result.code, result.err) == (0, "")
    assert len(result.json["slices"]) == 5
    for one in result.json["slices"]:
        assert set(one) >= {"pattern", "rows", "mean_error", "score", "divergence", "t", "p_value"}
        assert one["mean_error"] - one["divergence"] == pytest.approx(result.json["mean_error"])
    people = trimtab(*arguments)
    assert people.out.splitlines()[2].split() == ["score", "rows", "mean", "error", "divergence", "t", "p", "slice"]
    everything = trimtab("slices", PREDICTIONS, "--error", "error", "--min-rows", 3000, "--top", 1, "--json")
    assert "error" not in everything.json["slices"][0]["pattern"]


def test_strength(trimtab: Trimtab) -> None:
    result = trimtab("coverage", CRASHES, CRASHES, "--factors", "dvcat,dead,sex", "--strength", 3, "--json")
    assert (result.code, result.err) == (0, "")
    tway = result.json["tway"]
    assert tway.keys() >= {"strength", "cells", "covered", "set_difference"}
    assert (tway["strength"], tway["cells"], tway["covered"]) == (3, 20, [0.95, 0.95])
    assert tway["set_difference"] == [[0.0, 0.0], [0.0, 0.0]]
    assert [one["factors"] for one in tway["combinations"]] == [["dvcat", "dead", "sex"]]
    people = trimtab("coverage", CRASHES, "--factors", "dvcat,dead,sex", "--strength", 2)
    assert "Combinations of 2 factors: 24 cells in 3 combinations" in people.out


def test_strength_on_the_axes_of_a_design_tells_what_lies_outside(trimtab: Trimtab, folder: Path) -> None:
    (folder / "d.yaml").write_text(f"trimtab: 1\nname: d\nsource: {{path: '{CRASHES}'}}\n")
    (folder / "some.csv").write_text("dead,sex\nalive,f\nasleep,m\n")
    arguments = ["coverage", CRASHES, "some.csv", "--factors", "dead,sex", "--strength", 2, "--json"]
    declared = trimtab(*arguments, "--design", "d.yaml")
    assert (declared.json["tway"]["covered"], declared.json["tway"]["outside"]) == ([1.0, 0.25], [0, 1])
    assert "some.csv: 1 rows have a value that is no level here" in declared.err
    widened = trimtab(*arguments)
    assert (widened.json["tway"]["cells"], widened.json["tway"]["outside"]) == (6, [0, 0])
    assert widened.json["tway"]["set_difference"] == [[0.0, 0.75], [0.5, 0.0]]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["gaps", CRASHES, "--factors", "sexx", "--threshold", 5], "--factors: there is no factor `sexx`. Did you"),
        (["gaps", CRASHES, "--factors", "sex,sex", "--threshold", 5], "--factors: `sex` is named 2 times"),
        (["gaps", CRASHES, "--factors", "", "--threshold", 5], "--factors: there is no factor ``"),
        (["gaps", CRASHES, "--factors", "sex", "--threshold", 30_000], "30,000 is above the 26,217 rows there are"),
        (
            ["slices", PREDICTIONS, "--error", "eror"],
            "flights_predictions.parquet: there is no column `eror`. Did you mean `error`?",
        ),
        (["slices", PREDICTIONS, "--error", "carrier"], "Error `carrier`: it is categorical; give a column of numbers"),
        (["slices", PREDICTIONS, "--error", "error", "--factors", "error,hour"], "--factors: `error` is the error"),
        (["slices", PREDICTIONS, "--error", "error", "--alpha", 2], "alpha must be above 0 and at most 1, got 2"),
        (["coverage", CRASHES, "--strength", 5], "the strength is 2, 3 or 4, got 5"),
        (["coverage", CRASHES, "--factors", "sex", "--strength", 2], "strength 2 needs 2 factors, and there is 1"),
        (["coverage", CRASHES, PREDICTIONS, "--strength", 2], "there is no factor `dvcat`"),
    ],
)
def test_wrong_input_is_exit_code_2(trimtab: Trimtab, arguments: list[object], message: str) -> None:
    result = trimtab(*arguments, "--json")
    assert (result.code, result.out) == (2, "")
    assert message in result.err


def test_a_constant_error(trimtab: Trimtab, folder: Path) -> None:
    (folder / "flat.csv").write_text("a,error\n" + "x,0.5\ny,0.5\n" * 50)
    result = trimtab("slices", "flat.csv", "--error", "error")
    assert result.code == 2
    assert "Error `error`: it is 0.5 in every row" in result.err


@pytest.mark.parametrize("arguments", [["gaps", CRASHES], ["gaps", CRASHES, "--factors", "sex"]])
def test_what_must_be_named(trimtab: Trimtab, arguments: list[object]) -> None:
    result = trimtab(*arguments)
    assert (result.code, result.out) == (2, "")
    assert "Usage: trimtab" in result.err


def test_what_the_rules_of_a_design_forbid_does_not_count(trimtab: Trimtab, folder: Path) -> None:
    (folder / "d.yaml").write_text(
        f"trimtab: 1\nname: d\nsource: {{path: '{CRASHES}'}}\n"
        'rules: ["NOT (dead = \'dead\' AND coalesce(injSeverity, 0) < 4)", "injSeverity IS NOT NULL"]\n'
        "factors: {old: {role: derive, expression: ageOFocc > 60}}\n"
    )
    arguments = ["gaps", CRASHES, "--factors", "dead,injSeverity", "--threshold", 100, "--json"]
    alone = [one["pattern"] for one in trimtab(*arguments).json["patterns"]]
    ruled = [one["pattern"] for one in trimtab(*arguments, "--design", "d.yaml").json["patterns"]]
    assert {"dead": "dead", "injSeverity": "0"} in alone
    assert ruled == [
        one
        for one in alone
        if one.get("injSeverity") != "missing" and not (one.get("dead") == "dead" and one["injSeverity"] in "0123")
    ]
    arguments = ["coverage", CRASHES, "--factors", "dead,injSeverity", "--strength", 2, "--json"]
    assert trimtab(*arguments).json["tway"]["cells"] == 16
    assert trimtab(*arguments, "--design", "d.yaml").json["tway"]["cells"] == 10
    every = trimtab("coverage", CRASHES, "--design", "d.yaml", "--strength", 2, "--json")
    assert (every.code, every.err) == (0, "")


@pytest.mark.parametrize("joined", ["by order", "by key", "beside"])
def test_predictions_of_the_same_rows(trimtab: Trimtab, folder: Path, joined: str) -> None:
    import pandas as pd

    frame = pd.read_parquet(PREDICTIONS).iloc[::6].reset_index(drop=True)
    frame["id"] = [f"F{i}" for i in range(len(frame))]
    known = ["id", "month", "origin", "carrier"]
    options: list[object] = ["--label", "late", "--probability", "probability", "--top", 3, "--json"]
    if joined == "beside":
        frame[[*known, "late", "probability"]].to_parquet("data.parquet")
        options += ["--factors", "month,origin,carrier"]
    else:
        frame[[*known, "late"]].to_parquet("data.parquet")
        theirs = frame[["id", "probability"]]
        (theirs if joined == "by order" else theirs.sample(frac=0.9, random_state=1)).to_parquet("p.parquet")
        options += ["--predictions", "p.parquet"]
        options += ["--factors", "month,origin,carrier"] if joined == "by order" else ["--key", "id"]
    # What was asked for is no factor: not the label, not the probability, not the key.
    found = trimtab("slices", "data.parquet", *options, *(["--loss", "absolute"] if joined == "by order" else []))
    assert found.code == 0
    assert found.json["slices"]
    assert {name for one in found.json["slices"] for name in one["pattern"]} <= {"month", "origin", "carrier"}
    y, p = frame.late.to_numpy(), frame.probability.to_numpy().astype(float)
    if joined == "by order":
        assert found.json["mean_error"] == pytest.approx(abs(y - p).mean())
    else:
        loss = -np.log(np.where(y, p, 1 - p))
        assert found.json["mean_error"] == pytest.approx(loss.mean(), abs=0.02 if joined == "by key" else 1e-9)
    if joined == "by key":
        assert "1,000 rows have no prediction with their key; they are left out." in found.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "Predictions: name one column, the `error`, the `prediction` or the `probability`."),
        (["--probability", "p"], "Predictions: `p` needs the column of the labels, too."),
        (
            ["--label", "y", "--probability", "p", "--predictions", "few.csv"],
            "few.csv: it has 2 rows and data.csv has 4",
        ),
        (["--label", "y", "--probability", "wild"], "Probability `wild`: it must lie between 0 and 1, and 1 of 4 rows"),
        (["--label", "y", "--probability", "p", "--factors", "y"], "--factors: `y` is the label"),
        (["--label", "y", "--probability", "p", "--factors", "p"], "--factors: `p` is the model's own"),
        (["--label", "y", "--prediction", "y", "--loss", "wrong"], "Error `wrong y`: it is 0 in every row"),
        (["--label", "y", "--prediction", "p"], "Give the loss"),
        (["--error", "p", "--budget", -1], "--budget"),
        (["--label", "y", "--probability", "p", "--predictions", "none.csv"], "none.csv"),
    ],
)
def test_predictions_that_do_not_fit(trimtab: Trimtab, folder: Path, arguments: list[object], message: str) -> None:
    (folder / "data.csv").write_text("a,y,p,wild\nu,1,0.9,0.5\nv,0,0.2,1.5\nu,1,0.3,0\nv,0,0.4,1\n")
    (folder / "few.csv").write_text("p,q\n0.5,1\n0.4,2\n")
    result = trimtab("slices", "data.csv", *arguments, "--json")
    assert (result.code, result.out) == (2, "")
    assert message in result.err
