"""`coverage --design`: how far each data set is from what the design asks for."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

from trimtab.core.coverage.measures import jensen_shannon, kolmogorov_smirnov, total_variation, wasserstein

CRASHES = Path(__file__).parents[2] / "sample_data" / "crashes.csv"
MEASURES = ("tv", "ks", "wasserstein", "js")
HEADER = f"trimtab: 1\nname: d\nsource: {{path: '{CRASHES}'}}\n"
BELTS = "seatbelt: {role: target, target: {family: categorical, weights: {none: 0.75, belted: 0.25}}}"
AGES = "ageOFocc: {edges: [16, 20, 40, 98], role: target, target: {family: histogram, weights: [2, 1, 1]}}"

Trimtab = Callable[..., Any]
Succeeds = Callable[..., tuple[str, str]]


@pytest.fixture
def succeeds(folder_and_home: Path, trimtab: Trimtab) -> Succeeds:
    """`succeeds(*arguments) -> (out, err)`: a command that ends with exit code 0."""

    def run(*arguments: object) -> tuple[str, str]:
        result = trimtab(*arguments)
        assert result.code == 0, result.err
        return result.out, result.err

    return run


def design(text: str) -> str:
    Path("d.yaml").write_text(HEADER + text, encoding="utf-8")
    return "d.yaml"


def factors_of(text: str) -> dict[str, Any]:
    return {one["name"]: one for one in json.loads(text)["factors"]}


def figures(one: dict[str, Any]) -> list[float | None]:
    return [one[name] for name in MEASURES]


def test_to_design_is_the_distance_of_each_set_from_what_is_asked(succeeds: Succeeds) -> None:
    design(f"factors:\n  {BELTS}\n  {AGES}\n")
    succeeds("sample", "d.yaml", "-n", 4000, "-o", "out.parquet")
    out, err = succeeds("coverage", CRASHES, "out.parquet", "--design", "d.yaml", "--json")
    assert (json.loads(out)["sets"], err) == (["crashes.csv", "out.parquet"], "")
    found = factors_of(out)
    assert all([one["set"] for one in factor["to_design"]] == json.loads(out)["sets"] for factor in found.values())

    belts = found["seatbelt"]
    assert [one["label"] for one in belts["bins"]] == ["belted", "none", "missing"]
    real, made = (np.array(counts) for counts in zip(*(one["counts"] for one in belts["bins"]), strict=True))
    asked = np.array([0.25, 0.75, 0.0])
    for row, counts in zip(belts["to_design"], (real, made), strict=True):
        p = counts / counts.sum()
        expected = (total_variation(asked, p), None, None, jensen_shannon(asked, p))
        assert figures(row) == pytest.approx(expected, abs=1e-6)
    assert belts["to_design"][1]["tv"] <= 1 / 4000 < belts["to_design"][0]["tv"]

    ages = found["ageOFocc"]
    real = np.array([one["counts"][0] for one in ages["bins"]])
    p, asked, places = real[:-1] / real[:-1].sum(), np.array([0.5, 0.25, 0.25]), np.array([18.0, 30.0, 69.0])
    row = ages["to_design"][0]
    assert row["ks"] == pytest.approx(kolmogorov_smirnov(asked, p), abs=1e-6)
    assert row["wasserstein"] == pytest.approx(wasserstein(asked, p, places), abs=1e-4)


def test_the_first_sets_distances_stay_what_they_are_without_a_design(succeeds: Succeeds) -> None:
    arguments = ["coverage", CRASHES, CRASHES, "--factors", "seatbelt", "--json"]
    alone = factors_of(succeeds(*arguments)[0])["seatbelt"]
    beside = factors_of(succeeds(*arguments, "--design", design(f"factors:\n  {BELTS}\n"))[0])["seatbelt"]
    assert "to_design" not in alone
    assert {name: value for name, value in beside.items() if name != "to_design"} == alone
    assert alone["tv"] == 0 < beside["to_design"][0]["tv"]


def test_a_supplement_is_asked_together_with_the_source(succeeds: Succeeds) -> None:
    asked = BELTS.replace("0.75", "0.45").replace("0.25", "0.55")
    design(f"mode: supplement\nrows: 10000\nfactors:\n  {asked}\n")
    succeeds("sample", "d.yaml", "-o", "out.parquet")
    made = pq.read_table("out.parquet", columns=["seatbelt"]).to_pydict()["seatbelt"]
    real = pyarrow.csv.read_csv(CRASHES).column("seatbelt").to_pylist()
    pq.write_table(pa.table({"seatbelt": real + made}), "both.parquet")
    out, _ = succeeds(
        "coverage", "both.parquet", "out.parquet", "--design", "d.yaml", "--factors", "seatbelt", "--json"
    )
    together, rows = factors_of(out)["seatbelt"]["to_design"]
    assert together["tv"] <= 1 / len(made) < 0.05 < rows["tv"]


def test_what_a_set_or_the_design_lacks_has_no_distance(succeeds: Succeeds) -> None:
    design("factors: {dvcat: {role: drop}}\nlabels: {hurt: {probability: \"0.2 + 0.1 * (sex = 'f')::INT\"}}\n")
    succeeds("sample", "d.yaml", "-o", "rows.parquet")
    out, _ = succeeds("coverage", CRASHES, "rows.parquet", "--design", "d.yaml", "--json")
    found = factors_of(out)
    # Of a drawn label the rows have the probability, and that is what the model speaks of.
    real, rows = (figures(one) for one in found["hurt_probability"]["to_design"])
    assert figures(found["dvcat"]["to_design"][0]) == real == [None] * 4
    assert rows == pytest.approx([0] * 4, abs=0.02)
    assert figures(found["sex"]["to_design"][0]) == pytest.approx([0, None, None, 0], abs=1e-9)


def test_a_design_that_cant_be_met_is_told_and_the_sets_are_compared_all_the_same(succeeds: Succeeds) -> None:
    design("events:\n  f: {when: \"sex = 'f'\", rate: 0.7}\n  m: {when: \"sex = 'm'\", rate: 0.6}\n")
    out, err = succeeds("coverage", CRASHES, CRASHES, "--design", "d.yaml", "--factors", "sex", "--json")
    assert err.startswith("The design can't be met as it is, so no data set is compared with it.\n")
    assert "`f`" in err
    found = factors_of(out)["sex"]
    assert found["tv"] == 0
    assert [figures(one) for one in found["to_design"]] == [[None] * 4] * 2


def test_people_see_the_design_as_one_more_set(succeeds: Succeeds) -> None:
    design(f"factors:\n  {BELTS}\n")
    Path("design").mkdir()  # a data set of this name is told apart
    pq.write_table(pa.table({"seatbelt": ["none"]}), "design/part.parquet")
    out, _ = succeeds("coverage", CRASHES, "design", "--design", "d.yaml", "--factors", "seatbelt")
    header, first, second, asked = (line.split() for line in out.splitlines())
    assert header == [
        "factor",
        "data",
        "set",
        "tv",
        "js",
        "ks",
        "wasserstein",
        "tv",
        "to",
        "design",
        "missing",
        "histogram",
    ]
    assert (first[:2], second[:2], asked[0]) == (["seatbelt", "crashes.csv"], ["design", "(2)"], "design")
    assert second[6] == "0.25"
    assert first[6] == asked[1]
