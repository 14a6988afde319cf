"""Orders: what must be made, what comes back of an outside generator, and the rows with both."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from trimtab.core.cli.main import main
from trimtab.core.design.files import dumps, loads

Run = Callable[..., tuple[int, dict[str, Any]]]

DESIGN = """
trimtab: 1
name: lights
rows: 600
seed: 3
mode: blend
source: {path: lights.csv}
factors: {road: {role: keep}}
events:
  night: {when: "light = 'night' AND speed > 40", rate: 0.4}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Of 1,000 real rows some 50 are fast and at night; 240 of 600 are asked for."""
    rng = np.random.default_rng(2)
    lights = pd.DataFrame(
        {
            "light": rng.choice(["day", "night"], 1000, p=[0.9, 0.1]),
            "road": rng.choice(["dry", "wet"], 1000, p=[0.7, 0.3]),
            "speed": rng.integers(20, 60, 1000),
            "when": pd.Timestamp("2024-03-01") + pd.to_timedelta(rng.integers(0, 10**6, 1000), unit="s"),
        }
    )
    lights.to_csv(tmp_path / "lights.csv", index=False)
    (tmp_path / "d.yaml").write_text(dumps(loads(DESIGN)), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def command(*arguments: str) -> tuple[int, dict[str, Any]]:
        with pytest.raises(SystemExit) as ended:
            main([*arguments, "--json"])
        said = capsys.readouterr()
        code = int(ended.value.code or 0)
        return code, json.loads(said.out) if said.out else {"error": said.err}

    return command


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def made(orders: list[dict[str, Any]], rng: np.random.Generator) -> pd.DataFrame:
    """What an outside generator makes of orders: all that is asked for, and something for what is free."""
    rows = [{"id": one["id"], **one["ask"]} for one in orders]
    for row, one in zip(rows, orders, strict=True):
        row |= {name: f"2025-01-{rng.integers(1, 28):02} 12:00:00" for name in one["free"]}
    return pd.DataFrame(rows)


def test_an_order_says_what_is_asked_for_and_what_is_free(folder: Path, run: Run) -> None:
    code, told = run("orders", "d.yaml", "-o", "orders.jsonl")
    assert (code, told["missing"], told["received"]) == (0, told["ordered"], 0)
    found = lines(folder / "orders.jsonl")
    assert len(found) == told["ordered"] > 100
    assert len({one["id"] for one in found}) == len(found)
    assert found[0].keys() == {"id", "ask", "where", "free"}
    assert (list(found[0]["ask"]), found[0]["free"]) == (["light", "road", "speed"], ["when"])
    night = [one for one in found if one["ask"]["light"] == "night" and one["ask"]["speed"] > 40]
    assert all("light = 'night' AND speed > 40" in one["where"] for one in night)
    assert len(night) == len(found)
    again = (folder / "orders.jsonl").read_bytes()
    run("orders", "d.yaml", "-o", "orders.jsonl", "--force")
    assert (folder / "orders.jsonl").read_bytes() == again


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_a_generator_that_fails_and_errs_comes_to_a_kept_receipt(folder: Path, run: Run, suffix: str) -> None:
    """20 % of the orders fail in each round, and 5 % come back wrong."""
    rng = np.random.default_rng(5)
    back, came = folder / f"back.{suffix}", pd.DataFrame()
    _, told = run("orders", "d.yaml", "-o", "orders.jsonl")
    rounds = 0
    while told["missing"]:
        rounds += 1
        new = made(lines(folder / "orders.jsonl"), rng)
        luck = rng.random(len(new))
        new.loc[luck > 0.95, "light"] = "day"
        came = pd.concat([came, new[luck > 0.2]])
        differ = {one["id"] for one in told["differing"]}
        came = came[~came["id"].isin(differ) | came.index.isin(new.index) & came["id"].isin(new["id"])]
        came = came.drop_duplicates("id", keep="last")
        came.to_csv(back, index=False) if suffix == "csv" else came.to_parquet(back, index=False)
        code, told = run("orders", "d.yaml", "--received", back.name, "-o", "orders.jsonl", "--force")
        assert code == 0
        assert told["received"] + told["missing"] == told["ordered"]
    assert rounds <= 6
    code, told = run("sample", "d.yaml", "-o", "out.parquet", "--received", back.name)
    assert code == 0
    assert all(one["kept"] for one in told["receipt"])
    rows = pq.read_table(folder / "out.parquet").to_pandas()
    assert set(rows["_origin"]) == {"real", "ordered"}
    assert (rows.loc[rows["_origin"] == "ordered", "when"].dt.year == 2025).all()
    code, _ = run("verify", "out.parquet", "--design", "d.yaml")
    assert code == 0


def test_the_same_rows_twice_count_once(folder: Path, run: Run) -> None:
    run("orders", "d.yaml", "-o", "orders.jsonl")
    new = made(lines(folder / "orders.jsonl")[:50], np.random.default_rng(1))
    pd.concat([new, new]).to_csv(folder / "back.csv", index=False)
    _, told = run("orders", "d.yaml", "--received", "back.csv", "-o", "next.jsonl")
    assert told["received"] == 50
    assert {one["id"] for one in lines(folder / "next.jsonl")}.isdisjoint(new["id"])


def test_what_differs_is_told_and_ordered_again(folder: Path, run: Run) -> None:
    run("orders", "d.yaml", "-o", "orders.jsonl")
    new = made(lines(folder / "orders.jsonl"), np.random.default_rng(1))
    new.loc[3, "road"] = "wet" if new.loc[3, "road"] == "dry" else "dry"
    new.loc[4, "speed"] = 30
    new.to_csv(folder / "back.csv", index=False)
    _, told = run("orders", "d.yaml", "--received", "back.csv", "-o", "next.jsonl")
    asked = {one["id"]: one["asked"] for one in told["differing"]}
    assert asked.keys() == {new.loc[3, "id"], new.loc[4, "id"]} == {one["id"] for one in lines(folder / "next.jsonl")}
    assert asked[new.loc[3, "id"]].startswith("road ")
    assert asked[new.loc[4, "id"]] == "light = 'night' AND speed > 40"
    code, error = run("sample", "d.yaml", "-o", "out.parquet", "--received", "back.csv")
    assert code == 2
    assert "2 of " in error["error"]
    assert "are still missing, 2 of them because what came back differs from the order" in error["error"]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda t: t.assign(id="x"), "ids are none of this design's orders (x"),
        (lambda t: t.drop(columns="id"), "there is no column `id`, which has the ids of the orders"),
        (lambda t: t.drop(columns=["when"]), "there is no column `when`. What is free in an order has to come too"),
        (lambda t: pd.concat([t, t.assign(speed=t["speed"] + 1)]), "ids come with several different rows"),
        (lambda t: t.assign(speed="fast"), "column `speed`: 'fast' is not a whole number"),
        (lambda t: t.assign(id=None), "ids are none of this design's orders (None"),
    ],
)
def test_what_can_t_be_what_was_ordered_is_refused(
    folder: Path, run: Run, change: Callable[[pd.DataFrame], pd.DataFrame], problem: str
) -> None:
    run("orders", "d.yaml", "-o", "orders.jsonl")
    change(made(lines(folder / "orders.jsonl"), np.random.default_rng(1))).to_csv(folder / "back.csv", index=False)
    code, error = run("orders", "d.yaml", "--received", "back.csv", "-o", "next.jsonl")
    assert code == 2
    assert problem in error["error"]
    assert not (folder / "next.jsonl").exists()


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (DESIGN.replace("mode: blend", "mode: standalone"), "orders are what a blend has to make, and its mode is"),
        (DESIGN + "floors: [{factors: [light, road]}]\n", "rows of sweeps and floors can't be ordered one by one"),
    ],
)
def test_of_some_designs_nothing_can_be_ordered(folder: Path, run: Run, text: str, problem: str) -> None:
    (folder / "d.yaml").write_text(text, encoding="utf-8")
    code, error = run("orders", "d.yaml", "-o", "orders.jsonl")
    assert code == 2
    assert problem in error["error"]


def test_orders_are_never_written_over_what_they_are_made_from(folder: Path, run: Run) -> None:
    code, error = run("orders", "d.yaml", "-o", "lights.csv", "--force")
    assert code == 2
    assert "lights.csv is there, from which the design is made" in error["error"]
