"""Rows that are whole real ones: delivered as they stand in the source, promised, and measured on the file."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from trimtab.core.delivery.measuring.promise import Promise
from trimtab.core.delivery.receipt import Delivery, deliver, verify
from trimtab.core.design.files import loads
from trimtab.core.sampling.run import prepare
from trimtab.core.source.spool import Source
from trimtab.core.study.study import Study, open_study

Open = Callable[..., Study]
Table = Callable[[dict[str, list[Any]]], Source]

BLEND = """
rows: 6000
mode: blend
factors: {weight: {role: carry}, sex: {role: target, target: {family: categorical, weights: {m: 1, f: 1}}}}
events:
  dead: {when: "dead = 'dead' AND seatbelt = 'none'", rate: 0.15}
labels: {old: {rule: "ageOFocc > 60", noise: 0.1}}
"""


def told(promises: tuple[Promise, ...]) -> dict[str, bool]:
    return {one.promise: one.kept for one in promises}


def real_part(file: Path) -> tuple[pa.Table, pa.Table]:
    """The real rows of a file, and its made ones."""
    table = pq.read_table(file)
    real = np.array(table["_origin"].to_pylist()) == "real"
    return table.filter(pa.array(real)), table.filter(pa.array(~real))


def as_in_the_source(real: pa.Table, source: Source, names: list[str]) -> bool:
    rows = pq.read_table(source.path).take(real["_source_row"].combine_chunks())
    return all(real[name].to_pylist() == rows[name].to_pylist() for name in names)


@pytest.fixture(scope="module")
def blended(crashes: Source, open_: Open, tmp_path_factory: pytest.TempPathFactory) -> tuple[Study, Delivery]:
    """A blend, delivered once."""
    study = open_(crashes, BLEND)
    return study, deliver(study, tmp_path_factory.mktemp("blend") / "a.parquet")


def test_a_blend(blended: tuple[Study, Delivery], crashes: Source) -> None:
    _, delivery = blended
    assert delivery.kept, [one for one in delivery.promises if not one.kept]
    real, made = real_part(delivery.path)
    assert 0 < len(made) < 6000 == len(made) + len(real)
    assert len(set(real["_source_row"].to_pylist())) == len(real)
    assert as_in_the_source(real, crashes, [name for name in crashes.columns if name in real.column_names])
    assert made["_source_row"].null_count == made["weight"].null_count == len(made)
    assert set(made["_origin"].to_pylist()) == {"spliced"}
    document = json.loads(delivery.receipt_path.read_text(encoding="utf-8"))
    assert next(iter(document)) == "real_records"
    assert document["real_records"] == len(real)
    assert delivery.copies is not None
    assert delivery.copies.rows == len(made)


@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz", "parts"])
def test_every_format_is_verified(crashes: Source, open_: Open, tmp_path: Path, name: str) -> None:
    study = open_(crashes, BLEND.replace("6000", "900").replace("blend", "select").replace("0.15", "0.1"))
    assert deliver(study, tmp_path / name).kept
    assert all(told(verify(tmp_path / name, study, rows=900)).values())


def test_the_same_design_and_seed_give_the_same_rows_whatever_the_workers(
    crashes: Source, open_: Open, tmp_path: Path
) -> None:
    study = open_(crashes, BLEND.replace("6000", "150000"))
    one, two = (deliver(study, tmp_path / f"{n}.parquet", workers=n) for n in (1, 2))
    assert one.written.sha256 == two.written.sha256
    other = deliver(study, tmp_path / "other.parquet", seed=5)
    assert other.kept
    assert other.written.sha256 != one.written.sha256


def test_provenance_or_not_real_rows_can_be_told(crashes: Source, open_: Open, tmp_path: Path) -> None:
    delivery = deliver(open_(crashes, BLEND + "output: {provenance: false}\n"), tmp_path / "a.parquet")
    assert delivery.kept
    names = pq.read_schema(tmp_path / "a.parquet").names
    assert [name for name in names if name.startswith("_")] == ["_origin", "_source_row"]


def broken(table: pa.Table, how: str) -> pa.Table:
    real = np.flatnonzero(np.array(table["_origin"].to_pylist()) == "real")
    made = np.flatnonzero(np.array(table["_origin"].to_pylist()) != "real")
    columns = {name: table[name].to_pylist() for name in table.column_names}
    if how == "a row twice":
        for name in columns:
            columns[name][real[0]] = columns[name][real[1]]
    elif how == "another value":
        columns["ageOFocc"][real[0]] += 1
    elif how == "another number":
        columns["_source_row"][real[0]] = next(n for n in range(10**5) if n not in set(columns["_source_row"]))
    elif how == "beyond the source":
        columns["_source_row"][real[0]] = 10**9
    elif how == "no number":
        columns["_source_row"][real[0]] = None
    elif how == "a made row that says it is real":
        columns["_origin"][made[0]] = "real"
        columns["_source_row"][made[0]] = 3
    elif how == "a carried value":
        columns["weight"][real[0]] += 1.0
    return pa.table({name: pa.array(values, table.schema.field(name).type) for name, values in columns.items()})


@pytest.mark.parametrize(
    "how",
    [
        "a row twice",
        "another value",
        "another number",
        "beyond the source",
        "no number",
        "a made row that says it is real",
        "a carried value",
    ],
)
def test_what_is_not_as_promised_is_told(blended: tuple[Study, Delivery], tmp_path: Path, how: str) -> None:
    study, delivery = blended
    pq.write_table(broken(pq.read_table(delivery.path), how), tmp_path / "b.parquet")
    kept = told(verify(tmp_path / "b.parquet", study, rows=6000))
    assert not (kept["mode blend distinct"] and kept["mode blend as in the source"])


def test_made_rows_in_a_selection_are_told(crashes: Source, open_: Open, tmp_path: Path) -> None:
    select = open_(crashes, BLEND.replace("blend", "select").replace("6000", "900").replace("0.15", "0.1"))
    deliver(open_(crashes, BLEND.replace("6000", "900").replace("0.15", "0.9")), tmp_path / "a.parquet")
    assert not told(verify(tmp_path / "a.parquet", select, rows=900))["mode select made rows"]


def test_real_rows_keep_their_keys_and_made_ones_get_new_owners(
    table_source: Table, open_: Open, tmp_path: Path
) -> None:
    rng = np.random.default_rng(1)
    source = table_source(
        {
            "customer": [f"C{i // 4:04}" for i in range(2000)],
            "step": [i % 4 for i in range(2000)],
            "amount": rng.gamma(2.0, 10.0, 2000).round(2).tolist(),
        }
    )
    text = (
        'rows: 1500\nmode: blend\nrelations: [{key: [customer, step]}]\nevents: {e: {when: "amount > 60", rate: 0.2}}\n'
    )
    study = open_(source, text)
    delivery = deliver(study, tmp_path / "a.parquet")
    assert delivery.kept, [one for one in delivery.promises if not one.kept]
    real, made = real_part(tmp_path / "a.parquet")
    assert len(made) > 0
    assert as_in_the_source(real, source, ["customer", "step", "amount"])
    owners = set(pq.read_table(source.path)["customer"].to_pylist())
    assert owners.isdisjoint(made["customer"].to_pylist())


def test_rows_that_occur_twice_are_two_rows(table_source: Table, open_: Open, tmp_path: Path) -> None:
    source = table_source({"a": [1, 1, 2, 2] * 25, "b": ["u", "u", "v", "v"] * 25})
    assert deliver(open_(source, "rows: 100\nmode: select\n"), tmp_path / "a.parquet").kept
    assert sorted(pq.read_table(tmp_path / "a.parquet")["_source_row"].to_pylist()) == list(range(100))


def test_weights_undo_a_selection(crashes: Source, open_: Open) -> None:
    """The weighted mean of what nobody set is that of the source, within three standard errors."""
    study = open_(crashes, BLEND.replace("blend", "select").replace("6000", "1500").replace("0.15", "0.1"))
    means = []
    for seed in range(40):
        table = prepare(study, seed=seed).first().select(["ageOFocc", "_weight"]).to_pandas().dropna()
        means.append(np.average(table["ageOFocc"], weights=table["_weight"]))
    real = pq.read_table(crashes.path, columns=["ageOFocc"]).to_pandas()["ageOFocc"].mean()
    assert abs(np.mean(means) - real) < 3 * np.std(means, ddof=1) / np.sqrt(len(means))


def test_of_a_source_too_large_to_be_learned_whole_all_rows_can_be_taken(
    crashes: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only 3,000 of 26,217 rows are learned, and 9,000 real ones are taken."""
    monkeypatch.setattr("trimtab.core.source.columns.LEARNING_ROWS", 3_000)
    text = BLEND.replace("6000", "9000").replace("blend", "select").replace("0.15", "0.04")
    design = loads(f"trimtab: 1\nname: test\nsource: {{path: x, sha256: {crashes.sha256}}}\n{text}")
    study = open_study(design, crashes)
    assert study.grounding.rows == 3_000
    delivery = deliver(study, tmp_path / "a.parquet")
    assert delivery.kept, [one for one in delivery.promises if not one.kept]
    real, made = real_part(tmp_path / "a.parquet")
    assert (len(real), len(made)) == (9000, 0)
    assert as_in_the_source(real, crashes, [name for name in crashes.columns if name in real.column_names])
