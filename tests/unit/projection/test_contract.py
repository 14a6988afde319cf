"""One contract for every kind of control: a name of its own, codes of any rows, sound shares, a file on each floor."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from trimtab.core.delivery.measuring.all_promises import receipt
from trimtab.core.design.controls.kind import KINDS, ControlName
from trimtab.core.design.files import dumps, loads
from trimtab.core.projection.controls.control import Control
from trimtab.core.projection.controls.kinds import controls_of
from trimtab.core.projection.pool.pool import Pool, table_at
from trimtab.core.projection.pool.table_rows import TableRows
from trimtab.core.projection.projection import project
from trimtab.core.projection.reserved.reserved import codes_at
from trimtab.core.review.sentences import sentences
from trimtab.core.sampling.run import generate
from trimtab.core.source.spool import Source
from trimtab.core.study.study import Study
from trimtab.ui.controls.tabs import tabs

Open = Callable[..., Study]
ROOT = Path(__file__).parents[3]

EACH = {
    "target": "factors: {visib: {role: target, target: {family: histogram, weights: [1, 1, 2]}}}",
    "keep": "factors: {origin: {role: keep}}",
    "hold": "factors: {origin: {role: hold, values: [JFK, LGA]}}",
    "missing": "factors: {pressure: {missing: 0.1}}",
    "quantiles": "quantiles: [{factor: wind, at: {0.8: 10}}]",
    "event": "events: {calm: {when: wind < 10 AND late, rate: 0.3}}",
    "rule": 'rules: ["wind < 30"]',
    "level": "levels: {mix: {score: visib + wind, cuts: [10], shares: {low: 0.5, high: 0.5}}}",
    "label": "labels: {risk: {probability: wind / 40, noise: 0.1}}",
    "pair": "pairs: [{factors: [origin, late], target: independent}]",
    "sweep": "sweeps: [{factor: wind, values: [3, 20], groups: 3}]",
    "floor": "floors: [{factors: [origin, late], at_least: 2}]",
    "relation": "relations: [{determines: [[visib, pressure], origin]}]",
}
"""A design with one control of each kind that the engine knows."""


@pytest.fixture(params=EACH)
def opened(request: pytest.FixtureRequest, flights_100: Source, open_: Open) -> tuple[str, Study, Control]:
    study = open_(flights_100, f"rows: 200\n{EACH[request.param]}")
    (control,) = controls_of(study)
    return request.param, study, control


def test_each_kind_of_the_engine_has_an_example() -> None:
    names = {path.stem for path in (ROOT / "core" / "projection" / "controls").glob("*.py")}
    files = names & {*KINDS, "marginal"}
    assert files == ({*EACH} - {"target", "keep", "hold", "missing"}) | {"marginal"}


@pytest.mark.parametrize("kind", [kind for kind in KINDS.values() if kind.part and kind.word in EACH])
def test_a_kind_of_the_engine_has_a_file_on_each_floor(kind: type) -> None:
    word, part = kind.word, kind.part  # type: ignore[attr-defined]
    for floor in ("design/controls", "projection/controls", "delivery/promises", "review/controls"):
        assert (ROOT / "core" / floor / f"{word}.py").is_file(), floor
    if word == "relation":
        return  # found on page Data, not asked for on page Design
    assert (ROOT / "ui" / "controls" / f"{word}.py").is_file()
    assert part in tabs()


def test_its_name_is_a_value_of_its_kind(opened: tuple[str, Study, Control]) -> None:
    kind, _, control = opened
    assert (control.kind, control.name.kind) == (kind, kind)
    assert control.name == ControlName(kind, control.name.of)
    assert "`" in control.name.called


def test_its_codes_are_the_same_of_any_rows(opened: tuple[str, Study, Control]) -> None:
    _, study, control = opened
    if not control.constrains and not control.waits:
        return  # it asks for no shares
    pool = Pool.real(study)
    codes = np.asarray(control.codes(pool), dtype=np.int64)
    assert codes.shape == (100,)
    at = {name: np.arange(100) for name in study.columns}
    assert codes_at(study, [control], at)[0].tolist() == codes.tolist()
    if control.axis is not None or not control.plain:
        table: pa.Table = table_at(study, list(study.columns), at)
        assert np.asarray(control.codes(TableRows(table)), dtype=np.int64).tolist() == codes.tolist()
    assert set(control.columns) <= set(study.columns)


def test_what_it_asks_for_is_sound_and_comes_out(opened: tuple[str, Study, Control], tmp_path: Path) -> None:
    kind, study, control = opened
    projection = project(study)
    assert control.name in {one.name for one in (*projection.controls, *projection.beside)}
    for one in projection.controls:
        assert one.requested.sum() == pytest.approx(1.0)
        assert one.whole(200).sum() == 200
        assert len(one.labels) in (0, one.size)
    file = tmp_path / "rows.parquet"
    pa.parquet.write_table(pa.concat_tables(list(generate(study, projection=projection))), file)
    told = receipt(file, study, plans=lambda _: projection.floors)
    assert [promise for promise in told if not promise.kept] == []
    assert kind in {promise.control.kind for promise in told}


def test_it_stands_in_the_file_and_is_told_in_a_sentence(opened: tuple[str, Study, Control]) -> None:
    _, study, control = opened
    assert loads(dumps(study.design), owner="again.yaml") == study.design
    assert control.name in {sentence.name for sentence in sentences(study)}
