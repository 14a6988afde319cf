"""Keys: no two rows are alike in all their factors, for new values of one of them are made as rows repeat others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from trimtab.core.delivery.copies import learned_factors
from trimtab.core.delivery.measuring.all_promises import receipt
from trimtab.core.delivery.receipt import deliver
from trimtab.core.delivery.samples import design_sample
from trimtab.core.errors import InputError
from trimtab.core.projection.check import check, check_json
from trimtab.core.projection.conflict import ConflictsError
from trimtab.core.projection.projection import project
from trimtab.core.relations.key import Key
from trimtab.core.sampling.run import generate
from trimtab.core.source.spool import Source, spool
from trimtab.core.study.neutral import begin_design
from trimtab.core.study.study import Study, open_study

CUSTOMERS = 300
STEPS = [2 + i % 7 for i in range(CUSTOMERS)]


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Source:
    """Some steps of each of 300 customers, who have a sex each; every row has an id."""
    folder = tmp_path_factory.mktemp("visits")
    draw = np.random.default_rng(4)
    owner = np.repeat(np.arange(CUSTOMERS), STEPS)
    rows = len(owner)
    table = {
        "id": [f"r{i:05d}" for i in draw.permutation(rows)],
        "customer": [f"C{i:03d}" for i in owner],
        "step": np.concatenate([np.arange(1, steps + 1) for steps in STEPS]),
        "sex": draw.choice(["f", "m"], CUSTOMERS)[owner],
        "amount": draw.gamma(2.0, 20.0, rows).round(2),
    }
    pq.write_table(pa.table(table), folder / "visits.parquet")
    return spool(folder / "visits.parquet", folder / "home")


Open = Callable[..., Study]


@pytest.fixture
def opened(source: Source) -> Open:
    """`opened(**parts) -> study` of the design that `init` writes, with these parts."""
    design = begin_design(source, name="visits", path="visits.parquet").design
    return lambda **parts: open_study(design.changed(**parts), source)


def made(study: Study, rows: int, **more: Any) -> pa.Table:
    return pa.concat_tables(generate(study, rows=rows, **more))


def pairs(table: pa.Table) -> list[tuple[str, int]]:
    return list(zip(table["customer"].to_pylist(), table["step"].to_pylist(), strict=True))


def test_init_keeps_the_key_of_an_owner_and_carries_an_identifier(opened: Open) -> None:
    design = opened().design
    assert {"key": ["customer", "step"]} in [one.model_dump(mode="json") for one in design.relations or ()]
    assert design.factor("id").role == "carry"


@pytest.mark.parametrize("rows", [500, 20_000, 140_000])
def test_no_combination_repeats_and_what_an_owner_decides_stays(opened: Open, rows: int) -> None:
    table = made(opened(), rows)
    assert max(Counter(pairs(table)).values()) == 1
    assert len(set(zip(table["customer"].to_pylist(), table["sex"].to_pylist(), strict=True))) == len(
        set(table["customer"].to_pylist())
    )


def test_the_first_rows_of_a_combination_keep_their_owner(opened: Open, source: Source) -> None:
    real = pairs(pq.read_table(source.path))
    table = made(opened(), 20_000)
    owners = {f"C{i:03d}" for i in range(CUSTOMERS)}
    kept = [pair for pair in pairs(table) if pair[0] in owners]
    steps = Counter(step for _, step in pairs(table))
    assert len(kept) >= len(set(real)) / 2
    assert steps.keys() == {step for _, step in real}
    assert {pair[0] for pair in pairs(table)} - owners == {f"C{i}" for i in made_numbers(table) if i >= CUSTOMERS}


def made_numbers(table: pa.Table) -> set[int]:
    return {int(one[1:]) for one in table["customer"].to_pylist()}


def test_in_a_supplement_every_owner_is_new(opened: Open) -> None:
    table = made(opened(mode="supplement"), 3000)
    assert min(made_numbers(table)) >= CUSTOMERS
    assert max(Counter(pairs(table)).values()) == 1


def with_id(study: Study) -> dict[str, Any]:
    relations = [*(study.design.relations or ()), {"key": ["id"]}]
    return {"relations": relations, "factors": {**study.design.factors, "id": {"role": "follow"}}}


def test_every_row_gets_an_identifier_of_its_own(opened: Open, source: Source) -> None:
    table = made(opened(**with_id(opened())), 3000)
    ids = table["id"].to_pylist()
    assert len(set(ids)) == 3000
    assert set(ids).isdisjoint(pq.read_table(source.path)["id"].to_pylist())
    assert ids[0] == f"r{source.rows:05d}"
    assert max(Counter(pairs(table)).values()) == 1


def test_the_same_rows_whatever_the_number_of_workers(opened: Open) -> None:
    study = opened(**with_id(opened()))
    assert made(study, 140_000, workers=3).equals(made(study, 140_000))


def test_missing_values_are_in_no_key(opened: Open) -> None:
    factors = {**opened().design.factors, "step": {"missing": 0.3}}
    table = made(opened(factors=factors), 5000)
    known = [pair for pair in pairs(table) if pair[1] is not None]
    assert max(Counter(known).values()) == 1
    assert table["step"].null_count == 1500


def test_the_receipt_counts_repeats_and_finds_them(opened: Open, tmp_path: Path) -> None:
    study = opened()
    table = made(study, 3000)
    pq.write_table(pa.concat_tables([table.slice(1), table.slice(5, 1)]), tmp_path / "broken.parquet")
    (broken,) = [one for one in receipt(tmp_path / "broken.parquet", study, plans=()) if not one.kept]
    assert (broken.promise, broken.delivered) == ("relation customer and step together differ in every row", 1)
    assert "customer" not in learned_factors(study)


def test_a_sample_has_them_too(opened: Open, tmp_path: Path) -> None:
    study = opened(rows=4000)
    rows = pq.read_table(design_sample(study, project(study), tmp_path))
    assert rows.equals(made(study, 4000))


def test_check_tells_what_is_made_anew(opened: Open) -> None:
    relations = {one["kind"]: one["renewed"] for one in check_json(check(opened()))["relations"]}
    assert relations == {"determines": None, "key": "customer"}


@pytest.mark.parametrize(
    "parts",
    [
        {"floors": [{"factors": ["sex", "step"], "strength": 2, "at_least": 90}]},
        {"events": {"never": {"when": "step = 8 AND amount > 150", "rate": 0.02}}},
        {"events": {"early": {"when": "step = 1 AND sex = 'f'", "rate": 0.6}}},
        {"pairs": [{"factors": ["step", "sex"], "target": "independent"}]},
        {"factors": {"id": {"role": "drop"}, "step": {"role": "target", "target": {"family": "constant", "value": 3}}}},
        {"labels": {"dear": {"rule": "amount > 40", "noise": 0.1}}},
    ],
    ids=["floor", "constructed event", "event", "pair", "target", "label"],
)
def test_keys_hold_beside_other_controls(opened: Open, parts: dict[str, Any], tmp_path: Path) -> None:
    study = opened(**parts)
    floors = project(study, rows=4000).floors
    pq.write_table(made(study, 4000), tmp_path / "rows.parquet")
    told = receipt(tmp_path / "rows.parquet", study, rows=4000, plans=lambda _: floors)
    assert [one.promise for one in told if not one.kept] == []
    assert max(Counter(pairs(pq.read_table(tmp_path / "rows.parquet"))).values()) == 1


@pytest.mark.parametrize(
    ("parts", "why"),
    [
        ({"rules": ["customer <> 'C001'"]}, "which rule `customer <> 'C001'` looks at"),
        ({"labels": {"old": {"rule": "customer < 'C100'"}}}, "which label `old` looks at"),
        (
            {"factors": {"big": {"role": "derive", "expression": "CASE WHEN customer < 'C100' THEN 1 ELSE 2 END"}}},
            "which the derived factor `big` looks at",
        ),
        ({"floors": [{"factors": ["customer", "sex"], "at_least": 9}]}, "which floor `customer, sex` looks at"),
        ({"sweeps": [{"factor": "amount", "values": [1, 2], "groups": 5}]}, "rows of one group of sweep `amount`"),
    ],
)
def test_what_looks_at_new_values_is_a_conflict_by_name(opened: Open, parts: dict[str, Any], why: str) -> None:
    factors = {**opened().design.factors, **parts.get("factors", {})}
    with pytest.raises(ConflictsError, match="differ in every row") as told:
        project(opened(**{**parts, "factors": factors}))
    assert str(told.value).count(why) == 1


def test_a_relation_that_new_values_break_is_a_conflict_by_name(opened: Open) -> None:
    relations = [{"key": ["customer", "step"]}, {"determines": ["sex", "customer"]}]
    with pytest.raises(ConflictsError, match="which break relation `sex decides customer`"):
        project(opened(relations=relations))


@pytest.mark.parametrize(
    ("owner", "name"), [(np.arange(200), "id"), (np.char.add("S", np.arange(200).astype(str)), "shop")]
)
def test_an_owner_may_have_fewer_values_than_its_days(tmp_path: Path, owner: np.ndarray, name: str) -> None:
    draw = np.random.default_rng(6)
    visits = draw.integers(5, 30, 200)
    day = np.concatenate([np.cumsum(draw.integers(1, 30, one)) for one in visits])
    table = {name: owner.repeat(visits), "day": day, "age": draw.integers(20, 80, 200).repeat(visits)}
    pq.write_table(pa.table(table), tmp_path / "t.parquet")
    source = spool(tmp_path / "t.parquet", tmp_path / "home")
    study = open_study(begin_design(source, name="t", path="x").design, source)
    assert len(set(day)) > 200
    assert [one.renewed(study.columns) for one in study.relations if isinstance(one, Key)] == [name]
    rows = made(study, 5000)
    assert max(Counter(zip(rows[name].to_pylist(), rows["day"].to_pylist(), strict=True)).values()) == 1
    ages = set(zip(rows[name].to_pylist(), rows["age"].to_pylist(), strict=True))
    assert len(ages) == len(set(rows[name].to_pylist()))


def test_of_a_country_and_a_year_no_new_ones_are_made(tmp_path: Path) -> None:
    names = [f"{a}{b}land" for a in ("Al", "Be", "Ca", "Do", "Ef", "Fi", "Go") for b in "abcdefgh"]
    table = {"country": np.repeat(names, 30), "year": np.tile(np.arange(1980, 2010), len(names))}
    table["gdp"] = np.random.default_rng(1).gamma(2, 10, len(table["year"])).round(1)
    pq.write_table(pa.table(table), tmp_path / "panel.parquet")
    source = spool(tmp_path / "panel.parquet", tmp_path / "home")
    design = begin_design(source, name="panel", path="x").design
    assert not [one for one in design.relations or () if one.kind == "key"]
    with pytest.raises(ConflictsError, match="none of these has a form in which new ones could be made"):
        project(open_study(design.changed(relations=[{"key": ["country", "year"]}]), source))


def test_more_identifiers_than_can_be_made_are_refused_before_a_row(tmp_path: Path) -> None:
    pq.write_table(
        pa.table({"id": pa.array(range(100), pa.int8()), "x": [i % 3 for i in range(100)]}), tmp_path / "t.parquet"
    )
    source = spool(tmp_path / "t.parquet", tmp_path / "home")
    design = begin_design(source, name="t", path="x").design
    study = open_study(design.changed(factors={}, relations=[{"key": ["id"]}]), source)
    assert made(study, 28)["id"].to_pylist() == list(range(100, 128))
    with pytest.raises(ConflictsError, match="`id differs in every row`: 28 new values of `id` can be made"):
        generate(study, rows=29)


def test_more_owners_than_can_be_made_leave_no_half_of_a_file(tmp_path: Path) -> None:
    table = {"customer": pa.array(np.arange(250).repeat(4), pa.uint8()), "step": np.tile(np.arange(4), 250)}
    pq.write_table(pa.table(table), tmp_path / "t.parquet")
    source = spool(tmp_path / "t.parquet", tmp_path / "home")
    study = open_study(begin_design(source, name="t", path="x").design, source)
    assert [one.kind for one in study.relations] == ["key"]
    with pytest.raises(InputError, match="new values of `customer` are needed, and 6 can be made"):
        deliver(study, tmp_path / "rows.parquet", rows=5000)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["home", "t.parquet"]
