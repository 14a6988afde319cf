"""Cold start: the table of a design without a source has the declared marginals and the declared dependence."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from trimtab.core.declared.declared import ROWS, declared_source
from trimtab.core.design.design import Design
from trimtab.core.errors import InputError
from trimtab.core.source.spool import Source, open_source

FACTORS: dict[str, dict[str, object]] = {
    "temp": {"role": "target", "target": {"family": "normal", "mean": 10, "sd": 5}},
    "wind": {"role": "target", "missing": 0.1, "target": {"family": "gamma", "a": 2, "scale": 5}},
    "stops": {"role": "target", "target": {"family": "poisson", "mu": 0.8}},
    "visib": {
        "role": "target",
        "edges": [0, 1, 2, 10],
        "target": {"family": "histogram", "weights": [5, 20, 75]},
    },
    "range": {"role": "target", "target": {"family": "uniform", "low": 0, "high": 1}},
    "carrier": {"role": "target", "target": {"family": "categorical", "weights": {"UA": 5, "AA": 3, "DL": 2}}},
    "late": {"role": "target", "kind": "boolean", "missing": 0.05, "target": {"family": "constant", "value": True}},
    "delay": {"role": "derive", "expression": "temp + wind"},
    "year": {"role": "hold", "values": [2012, 2013]},
}
FACTORS["late"]["target"] = {"family": "categorical", "weights": {True: 2, False: 8}}
PAIRS: list[dict[str, object]] = [
    {"factors": ["temp", "wind"], "rank_correlation": -0.6},
    {"factors": ["wind", "stops"], "rank_correlation": 0.4},
    {
        "factors": ["carrier", "late"],
        "weights": {"UA": {True: 1, False: 9}, "AA": {True: 1, False: 1}, "DL": {False: 1}},
    },
    {"factors": ["late", "visib"], "weights": [[1, 2, 3], [4, 3, 2]]},
    {"factors": ["visib", "range"], "rank_correlation": 0.7},
    {"factors": ["delay", "year"], "target": "independent"},
]


def design(factors: dict[str, dict[str, object]], *pairs: dict[str, object], **more: object) -> Design:
    return Design.model_validate({"name": "new product", "factors": factors, "pairs": list(pairs), **more})


def uniform(**more: object) -> dict[str, object]:
    return {"role": "target", "target": {"family": "uniform", "low": 0, "high": 1}, **more}


def levels(*names: str) -> dict[str, object]:
    return {"role": "target", "target": {"family": "categorical", "weights": dict.fromkeys(names, 1)}}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def source(home: Path) -> Source:
    return declared_source(design(FACTORS, *PAIRS), home)


@pytest.fixture(scope="module")
def rows(source: Source) -> pd.DataFrame:
    return pq.read_table(source.path).to_pandas()


def spearman(rows: pd.DataFrame, first: str, second: str) -> float:
    both = rows[[first, second]].astype(float).dropna()
    return float(both.corr("spearman").iloc[0, 1])


def test_it_is_an_ordinary_source(source: Source, home: Path) -> None:
    assert source == open_source(home, source.sha256)
    assert source.name == "declared.parquet"
    assert source.rows == ROWS == 200_000
    assert source.columns == ("temp", "wind", "stops", "visib", "range", "carrier", "late", "year")
    types = pq.read_schema(source.path).types
    floats, whole = pa.float64(), pa.int64()
    assert types == [floats, floats, whole, floats, floats, pa.string(), pa.bool_(), whole]


def test_marginals_are_met_within_a_row(rows: pd.DataFrame) -> None:
    one = 1 / ROWS
    assert rows["temp"].quantile([0.1, 0.5, 0.9]).tolist() == pytest.approx([3.5922, 10, 16.4078], abs=2e-4)
    assert rows["wind"].isna().mean() == 0.1
    assert (rows["stops"] == 0).mean() == pytest.approx(np.exp(-0.8), abs=one)
    assert (rows["visib"] < 1).mean() == pytest.approx(0.05, abs=one)
    assert rows["carrier"].value_counts(normalize=True).to_dict() == pytest.approx({"UA": 0.5, "AA": 0.3, "DL": 0.2})
    assert rows["late"].isna().mean() == 0.05
    assert rows["late"].mean() == pytest.approx(0.2, abs=one)
    assert rows["year"].value_counts().tolist() == [ROWS // 2, ROWS // 2]


def test_rank_correlations(rows: pd.DataFrame) -> None:
    assert spearman(rows, "temp", "wind") == pytest.approx(-0.6, abs=0.01)
    assert spearman(rows, "wind", "stops") == pytest.approx(0.4, abs=0.01)  # with ties, by mid-ranks
    assert spearman(rows, "visib", "range") == pytest.approx(0.7, abs=0.01)


def test_what_nothing_is_said_of_is_independent(rows: pd.DataFrame) -> None:
    four = 4 / np.sqrt(ROWS)
    assert abs(spearman(rows, "temp", "range")) < four
    assert abs(spearman(rows, "temp", "late")) < four
    assert abs(spearman(rows.assign(gap=rows["wind"].isna()), "gap", "temp")) < four


def test_tables_of_weights(rows: pd.DataFrame) -> None:
    counts = pd.crosstab(rows["carrier"], rows["late"])
    # Raked: odds ratios are those of the weights, and zeros stay.
    assert counts.loc["DL", True] == 0
    odds = counts.loc["UA", True] * counts.loc["AA", False] / (counts.loc["UA", False] * counts.loc["AA", True])
    assert odds == pytest.approx(1 / 9, rel=1e-3)
    # Where `late` is missing the carriers are as everywhere.
    absent = rows.loc[rows["late"].isna(), "carrier"].value_counts()
    assert absent.to_dict() == {"UA": 5_000, "AA": 3_000, "DL": 2_000}
    bins = pd.cut(rows["visib"], [0, 1, 2, 10], right=False, labels=False)
    grid = pd.crosstab(rows["late"], bins).to_numpy()
    # Of the booleans the more frequent one, false, is the first level of its axis.
    wanted = np.array([[1, 2], [4, 3]])
    first = grid[:, :2]
    assert first[0, 0] * first[1, 1] / (first[0, 1] * first[1, 0]) == pytest.approx(
        wanted[0, 0] * wanted[1, 1] / (wanted[0, 1] * wanted[1, 0]), rel=2e-3
    )


def test_the_same_declarations_give_the_same_bytes(source: Source, home: Path, tmp_path: Path) -> None:
    same = design(
        FACTORS, *PAIRS, seed=9, rows=50, description="Other words.", events={"hot": {"when": "temp > 20", "rate": 0.1}}
    )
    before = source.path.stat().st_mtime_ns
    assert declared_source(same, home) == source
    assert source.path.stat().st_mtime_ns == before
    assert declared_source(same, tmp_path).sha256 == source.sha256
    other = declared_source(design({"temp": FACTORS["temp"]}), home)
    assert other.sha256 != source.sha256
    assert not [one for one in home.iterdir() if one.name.startswith(".")]


def test_a_source_that_is_gone_is_made_again(tmp_path: Path) -> None:
    asked = design({"x": uniform()})
    first = declared_source(asked, tmp_path)
    first.path.unlink()
    seen: list[str] = []
    assert declared_source(asked, tmp_path, progress=lambda done, total, message: seen.append(message)) == first
    assert first.path.is_file()
    assert {"declaring x", "combining x", "read declared.parquet"} <= set(seen)


def test_a_table_leads_into_a_group_and_independence_holds_inside_it(tmp_path: Path) -> None:
    factors = {
        "k": levels("a", "b"),
        "x": uniform(edges=[0, 0.5, 1]),
        "y": uniform(),
        "z": uniform(),
        "flat": uniform(),
    }
    factors["flat"] = {"role": "hold", "value": 1}
    found = declared_source(
        design(
            factors,
            {"factors": ["k", "x"], "weights": {"a": {"0–0.5": 9, "0.5–1": 1}, "b": {"0–0.5": 1, "0.5–1": 9}}},
            {"factors": ["x", "y"], "rank_correlation": 0.5},
            {"factors": ["y", "z"], "rank_correlation": 0.5},
            {"factors": ["z", "x"], "target": "independent"},
            {"factors": ["x", "flat"], "rank_correlation": 0.5},  # nothing to correlate with: told by the check
        ),
        tmp_path,
    )
    rows = pq.read_table(found.path).to_pandas()
    assert pd.crosstab(rows["k"], rows["x"] < 0.5).to_numpy().tolist() == [[10_000, 90_000], [90_000, 10_000]]
    assert spearman(rows, "x", "y") == pytest.approx(0.5, abs=0.01)
    assert spearman(rows, "y", "z") == pytest.approx(0.5, abs=0.01)
    assert spearman(rows, "x", "z") == pytest.approx(0, abs=0.01)


def test_weights_without_room_leave_the_pair_to_the_check(tmp_path: Path) -> None:
    pair = {"factors": ["k", "m"], "weights": {"a": {"u": 1, "v": 0}, "b": {"u": 1, "v": 0}}}
    rows = pq.read_table(declared_source(design({"k": levels("a", "b"), "m": levels("u", "v")}, pair), tmp_path).path)
    found = pd.crosstab(rows["k"].to_pandas(), rows["m"].to_pandas())
    assert found.to_numpy().tolist() == [[50_000, 50_000], [50_000, 50_000]]


@pytest.mark.parametrize(
    ("factors", "pairs", "match"),
    [
        (
            {name: {"role": "target", "target": {"family": "empirical"}} for name in "xy"},
            [],
            "Target of `x`: the family empirical .*\nTarget of `y`: the family empirical",
        ),
        ({"x": uniform()}, [{"factors": ["x", "yy"], "rank_correlation": 0.1}], "Pair `x × yy`: .*`yy`"),
        ({"x": uniform(), "k": levels("a")}, [{"factors": ["x", "k"], "rank_correlation": 0.1}], "needs an order"),
        ({"k": levels("a"), "m": levels("u")}, [{"factors": ["k", "m"], "weights": {"c": {"u": 1}}}], "no bin `c`"),
        (
            {name: uniform() for name in "abc"},
            [
                {"factors": list(pair), "rank_correlation": rank}
                for pair, rank in (("ab", 0.9), ("bc", 0.9), ("ac", -0.9))
            ],
            r"no Gaussian copula has all .* With .* for `. × .` they are possible",
        ),
        (
            {name: levels("a", "b") for name in "xyz"},
            [{"factors": list(pair), "weights": [[2, 1], [1, 2]]} for pair in ("xy", "yz", "xz")],
            "Pair `x × z`: `x` and `z` depend on each other already, .* must not close a circle",
        ),
        (
            {"x": uniform(), "y": uniform(), "k": levels("a", "b")},
            [
                {"factors": ["x", "y"], "rank_correlation": 0.3},
                {"factors": ["x", "k"], "weights": {"0–0.05": {"a": 1, "b": 2}}},
                {"factors": ["k", "y"], "weights": {"a": {"0–0.05": 1}}},
            ],
            "Pair `k × y`: .* must not close a circle",
        ),
    ],
)
def test_refusals_leave_nothing_behind(
    factors: dict[str, object], pairs: list[dict[str, object]], match: str, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=match):
        declared_source(Design.model_validate({"name": "new", "factors": factors, "pairs": pairs}), tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_workspace_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    blocked = tmp_path / "home"
    blocked.write_text("a file, not a folder")
    with pytest.raises(InputError, match="the workspace can't be written"):
        declared_source(design({"x": uniform()}), blocked)
