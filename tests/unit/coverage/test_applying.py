"""A pattern of axis labels is the condition that holds exactly in its bins, and becomes an event that brings rows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from trimtab.core.counting.levels import Coded, code_rows
from trimtab.core.coverage.gaps.applying import (
    Wish,
    boost_slice,
    condition_of,
    cover_pattern,
    cover_patterns,
    cover_remedy,
    event_name,
)
from trimtab.core.coverage.gaps.patterns import gaps_of
from trimtab.core.coverage.gaps.possible import design_levels
from trimtab.core.coverage.gaps.remedy import find_remedy, uncovered
from trimtab.core.errors import InputError
from trimtab.core.expressions import parse_predicate
from trimtab.core.expressions.evaluate import evaluate
from trimtab.core.review.difference import control_changes
from trimtab.core.sampling.run import generate
from trimtab.core.source.axes import Axis, default_axis
from trimtab.core.source.columns import Column, encode
from trimtab.core.source.spool import Source
from trimtab.core.study.study import Study, open_study

Make = Callable[[dict[str, list[object]]], Source]
Open = Callable[..., Study]
FACTORS = ["dvcat", "seatbelt", "injSeverity", "sex"]


def column_of(values: pa.Array) -> Column:
    return encode("x y", pa.chunked_array([values]), None)


def axes_of(values: pa.Array) -> list[Axis]:
    column = column_of(values)
    found = [default_axis(column)]
    if len(column.numbers) > 1:
        low, high = float(column.numbers[0]), float(column.numbers[-1])
        found += [default_axis(column, edges) for edges in ((low, (low + high) / 2, high), (low, high, high))]
    return found


CASES = {
    "few numbers": pa.array([0.1, 0.30000000000000004, -2.5, 1e300, None]),
    "single precision": pa.array([0.1, 0.7, 1e-30, None], pa.float32()),
    "many numbers": pa.array([*np.random.Generator(np.random.Philox(1)).normal(size=500).tolist(), None]),
    "single precision, many": pa.array(np.random.Generator(np.random.Philox(2)).normal(size=500), pa.float32()),
    "counts": pa.array([*range(-50, 100), None, 2**53], pa.int64()),
    "decimals": pa.array([1, 2, 3, None], pa.int64()).cast(pa.decimal128(21, 2)),
    "truths": pa.array([True, False, None]),
    "days": pa.array([date(2013, 1, 1), date(2013, 12, 31), date(2014, 2, 28), None]),
    "moments": pa.array([datetime(2013, 1, 1, 5, 30), datetime(2013, 1, 1, 5, 30, 0, 1), datetime(1969, 1, 1), None]),
    "zoned": pa.array([datetime(2013, 1, 1, 5, 30), datetime(2014, 6, 1)], pa.timestamp("ms", "America/New_York")),
    "texts": pa.array(["O'Hare", 'a "b"', "true", "", "ä, b", None]),
    "many texts": pa.array([*[f"N{i}" for i in range(60)], "N1", None]),
}


@pytest.mark.parametrize("values", CASES.values(), ids=list(CASES))
def test_a_label_is_the_condition_of_its_bin(values: pa.Array) -> None:
    column = column_of(values)
    table = pa.table({"x y": pa.concat_arrays([column.values, pa.nulls(1, column.type)])})
    for axis in axes_of(values):
        bins = axis.bins_of(column)
        for place, label in enumerate([*axis.labels, "missing"]):
            predicate = parse_predicate(condition_of({"x y": label}, {"x y": axis}), {"x y": axis.kind}, owner="test")
            (found,) = evaluate([f"coalesce({predicate.sql}, false)"], table, owner="test")
            assert found.to_pylist() == (bins == place).tolist(), (axis, label)
            assert predicate.builder_rows() is not None


def test_a_level_called_missing_goes_before_missing_values() -> None:
    axis = Axis("x", "categorical", levels=("missing", "a"))
    assert condition_of({"x": "missing"}, {"x": axis}) == "x = 'missing'"


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ({}, "Pattern: name at least one factor and its level"),
        ({"dvcatt": "55+"}, "Pattern: there is no factor `dvcatt`. Did you mean `dvcat`?"),
        ({"dvcat": "55"}, r"Pattern: `dvcat` has no level `55` on its axis. Did you mean `55\+`\?"),
    ],
)
def test_what_is_no_pattern(crashes: Source, open_: Open, pattern: dict[str, str], message: str) -> None:
    with pytest.raises(InputError, match=message):
        cover_patterns(open_(crashes), [Wish(pattern, 5)] if pattern else [Wish({}, 5)])


def test_names_are_readable_and_differ() -> None:
    pattern = {"carrier": "HA", "origin": "EWR"}
    assert event_name("cover", pattern, []) == "cover_carrier_HA_and_origin_EWR"
    assert event_name("cover", pattern, ["cover_carrier_HA_and_origin_EWR"]) == "cover_carrier_HA_and_origin_EWR_2"
    assert event_name("cover", {"ä": "ö"}, []) == "cover"
    assert (
        event_name("cover", {"humid": "95–97.5", "visib": "8–9"}, []) == "cover_humid_95_to_97_point_5_and_visib_8_to_9"
    )
    assert len(event_name("cover", {"x" * 90: "y"}, [])) == 60


def test_only_the_event_is_added(crashes: Source, open_: Open) -> None:
    study = open_(
        crashes, "rows: 1000\nseed: 3\nevents: {old: {when: ageOFocc > 80, rate: 0.1}}\nfactors: {sex: {role: keep}}\n"
    )
    design = cover_pattern(study, {"dvcat": "1-9km/h", "injSeverity": "4"}, 12)
    (change,) = control_changes(study, open_study(design, crashes, previous=study))
    assert (change.name, change.change) == ("event cover_dvcat_1_9km_h_and_injSeverity_4", "added")
    assert change.after == "{when: dvcat = '1-9km/h' AND injSeverity = 4, rows: 12}"
    assert design.changed(events=study.design.events) == study.design


def test_the_same_pattern_again_is_the_same_event_and_never_asks_for_less(crashes: Source, open_: Open) -> None:
    study = open_(crashes, "rows: 1000\n")
    pattern = {"dvcat": "1-9km/h", "injSeverity": "4"}
    design = cover_pattern(study, pattern, 12)
    again = open_study(design, crashes, previous=study)
    assert cover_pattern(again, pattern, 5) == design
    assert cover_pattern(again, pattern, 20).events["cover_dvcat_1_9km_h_and_injSeverity_4"].rows == 20
    boosted = boost_slice(again, pattern, rate=0.1)
    assert [(one.rate, one.rows) for one in boosted.events.values()] == [(0.1, None)]


def test_rows_that_come_anyway_and_rows_of_the_source(crashes: Source, open_: Open) -> None:
    pattern = {"sex": "f", "dvcat": "55+"}
    alone = cover_pattern(open_(crashes, "rows: 10000\n"), pattern, 1)
    real = pq.read_table(crashes.path).filter((pc.field("sex") == "f") & (pc.field("dvcat") == "55+")).num_rows
    assert alone.events["cover_sex_f_and_dvcat_55_or_more"].rows == round(real / 26_217 * 10_000)
    study = open_(crashes, "rows: 10000\nmode: supplement\n")
    assert cover_pattern(study, pattern, 1_000).events["cover_sex_f_and_dvcat_55_or_more"].rows == real + 1_000
    assert boost_slice(study, pattern, rows=7).events["boost_sex_f_and_dvcat_55_or_more"].rows == real + 7
    assert boost_slice(study, pattern, rate=0.2).events["boost_sex_f_and_dvcat_55_or_more"].rate == 0.2
    assert (
        boost_slice(open_(crashes, "rows: 10000\n"), pattern, rows=7).events["boost_sex_f_and_dvcat_55_or_more"].rows
        == 7
    )


def test_all_combinations_of_some_factors_are_one_floor(crashes: Source, open_: Open) -> None:
    study = open_(crashes, "rows: 1000\n")
    wishes = [Wish({"sex": a, "dead": b}, 20) for a in ("f", "m") for b in ("alive", "dead")]
    design = cover_patterns(study, wishes)
    assert (design.events, [one.model_dump() for one in design.floors]) == (
        {},
        [{"factors": ("sex", "dead"), "strength": 2, "at_least": 20}],
    )
    assert len(cover_patterns(study, wishes[1:]).events) == 3
    assert len(cover_patterns(study, [*wishes[1:], Wish(wishes[0].levels, 30)]).events) == 4


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "Pattern sex = f: give a rate or a number of rows."),
        ({"rate": 0.1, "rows": 5}, "Pattern sex = f: give a rate or a number of rows, not both."),
        ({"rows": 0}, "Pattern sex = f: ask for at least 1 row, got 0."),
        ({"rate": 1.5}, "boost_sex_f.rate: must be at most 1, got 1.5"),
        ({"rows": 2_000}, r"events can't ask for more rows than the design's 1000, got `boost_sex_f` \(2000\)"),
    ],
)
def test_how_much_a_slice_may_be_boosted(crashes: Source, open_: Open, options: dict[str, float], message: str) -> None:
    with pytest.raises(InputError, match=message):
        boost_slice(open_(crashes, "rows: 1000\n"), {"sex": "f"}, **options)  # type: ignore[arg-type]


def test_what_the_design_forbids_is_not_covered(crashes: Source, open_: Open) -> None:
    study = open_(
        crashes, "rules: [\"NOT (dvcat = '1-9km/h' AND injSeverity = 4)\"]\nfactors: {sex: {role: hold, value: f}}\n"
    )
    for pattern in ({"dvcat": "1-9km/h", "injSeverity": "4"}, {"sex": "m"}):
        with pytest.raises(InputError, match="the design's rules, holds or shares of 0 leave no row that is so"):
            cover_pattern(study, pattern, 3)
    assert cover_pattern(study, {"dvcat": "1-9km/h", "injSeverity": "3"}, 3).events
    with pytest.raises(InputError, match="Pattern dead = missing: `dead` is never missing in the source"):
        cover_pattern(study, {"dead": "missing"}, 3)


@pytest.mark.parametrize("mode", ["standalone", "supplement"])
@pytest.mark.parametrize("threshold", [15, 1])
def test_the_ten_cheapest_gaps_are_closed(
    crashes: Source, open_: Open, tmp_path: Path, mode: str, threshold: int
) -> None:
    """With a threshold of 1 no real row shows any of them."""
    study = open_(crashes, f"rows: 30000\nmode: {mode}\n")
    levels = design_levels(study, FACTORS)
    real = code_rows(crashes, levels)
    gaps = gaps_of(real, levels, threshold)
    chosen = [gaps[i] for i in range(10)]
    design = cover_patterns(study, [Wish(one.levels, one.rows_to_close) for one in chosen])
    assert len(design.events) == 10
    rows = pa.concat_tables(list(generate(open_study(design, crashes, previous=study), rows=30_000)))
    pq.write_table(rows, tmp_path / "rows.parquet")
    made = code_rows(tmp_path / "rows.parquet", levels)
    both = Coded(real.rows + 30_000, {one: np.append(codes, made.codes[one]) for one, codes in real.codes.items()}, {})
    left = {tuple(one.levels.items()) for one in gaps_of(both, levels, threshold)}
    assert not left & {tuple(one.levels.items()) for one in chosen}


def test_a_remedy_leaves_nothing_of_its_level_uncovered(crashes: Source, open_: Open, tmp_path: Path) -> None:
    study = open_(crashes, "rows: 30000\nmode: supplement\n")
    levels = design_levels(study, FACTORS)
    remedy = find_remedy(crashes, levels, 10, 2)
    design = cover_remedy(study, remedy)
    assert len(design.events) == len(remedy.combinations) > 1
    rows = pa.concat_tables(list(generate(open_study(design, crashes, previous=study), rows=30_000)))
    real = pq.read_table(crashes.path, columns=FACTORS)
    pq.write_table(
        pa.concat_tables([real.cast(rows.select(FACTORS).schema), rows.select(FACTORS)]), tmp_path / "b.parquet"
    )
    _, needs = uncovered(code_rows(tmp_path / "b.parquet", levels), levels, 10, 2)
    assert len(needs) == 0
