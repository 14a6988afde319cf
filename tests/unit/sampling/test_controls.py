"""Each control alone, on a table small enough to know every number beforehand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pytest
from scipy.stats import spearmanr

from tests.controls import named
from trimtab.core.errors import InputError
from trimtab.core.projection.conflict import ConflictsError
from trimtab.core.projection.projection import project
from trimtab.core.projection.weighing import weighing_of
from trimtab.core.sampling.run import generate
from trimtab.core.source.spool import Source
from trimtab.core.study.study import Study

Open = Callable[..., Study]
Make = Callable[[dict[str, list[object]]], Source]

DEPARTED = [i % 10 for i in range(100)]
TRIPS: dict[str, list[object]] = {
    # Fog in 10 trips, haze in 30, all from JFK; 50 trips from JFK, 40 from LGA, 10 from EWR.
    "visib": [0.5] * 10 + [5.0] * 30 + [10.0] * 60,
    "origin": ["JFK"] * 50 + ["LGA"] * 40 + ["EWR"] * 10,
    # Arrivals 0 to 4 hours after departure, in turn: each difference in 20 trips.
    "departed": DEPARTED,
    "arrived": [hour + i // 10 % 5 for i, hour in enumerate(DEPARTED)],
    # Missing in every fifth trip.
    "delay": [None if i % 5 == 0 else float(i) for i in range(100)],
}


@pytest.fixture
def trips(table_source: Make) -> Source:
    return table_source(TRIPS)


def made(study: Study, **options: int) -> dict[str, np.ndarray]:
    table = pa.concat_tables(list(generate(study, **options)))
    return {name: np.array(table.column(name).to_pylist(), dtype=object) for name in table.column_names}


def counted(*columns: np.ndarray) -> dict[object, int]:
    return dict(
        Counter(zip(*(column.tolist() for column in columns), strict=True) if len(columns) > 1 else columns[0].tolist())
    )


# --- events ----------------------------------------------------------------------------------------------------------


def test_an_event_over_two_columns_is_exact(trips: Source, open_: Open) -> None:
    rows = made(open_(trips, 'rows: 1000\nevents: {quick: {when: "arrived - departed <= 1", rate: 0.7}}'))
    late = np.array(rows["arrived"] - rows["departed"], dtype=int)
    assert (late <= 1).sum() == 700
    assert not rows["_ungrounded"].any()


def test_events_that_overlap_are_both_exact(trips: Source, open_: Open) -> None:
    text = """
rows: 777
events:
  jfk: {when: "origin = 'JFK'", rate: 0.9}
  clear: {when: "visib = 10", rate: 0.5}
  same: {when: "arrived = departed OR origin = 'EWR'", rows: 300}
"""
    rows = made(open_(trips, text))
    assert (rows["origin"] == "JFK").sum() == 699
    assert (rows["visib"] == 10).sum() == 388
    assert ((rows["arrived"] == rows["departed"]) | (rows["origin"] == "EWR")).sum() == 300


def test_an_event_that_no_real_row_shows_is_constructed_and_marked(trips: Source, open_: Open) -> None:
    study = open_(trips, "rows: 500\nevents: {odd: {when: \"visib < 1 AND origin = 'LGA'\", rate: 0.1}}")
    assert project(study).ungrounded == pytest.approx(0.1)
    rows = made(study)
    odd = (rows["visib"] == 0.5) & (rows["origin"] == "LGA")
    assert odd.sum() == 50
    assert (rows["_ungrounded"].astype(bool) == odd).all()
    assert (rows["_weight"][odd] == 0).all()
    assert rows["_weight"][~odd].astype(float) == pytest.approx(1 / 0.9)
    # The other rows are real ones in their real shares: 40 % of them from LGA, which the event speaks of.
    assert counted(rows["origin"][~odd])["LGA"] == 180
    assert counted(rows["origin"][~odd])["JFK"] == pytest.approx(225, abs=3 * np.sqrt(450 / 4))


def test_an_event_over_two_columns_that_no_real_row_shows_is_constructed(trips: Source, open_: Open) -> None:
    rows = made(open_(trips, 'rows: 400\nevents: {odd: {when: "arrived - departed > 8", rows: 40}}'))
    odd = np.array(rows["arrived"] - rows["departed"] > 8, dtype=bool)
    assert odd.sum() == 40
    assert (rows["_ungrounded"].astype(bool) == odd).all()


def test_null_is_not_true(trips: Source, open_: Open) -> None:
    rows = made(open_(trips, 'rows: 1000\nevents: {short: {when: "NOT (delay >= 50)", rate: 0.6}}'))
    short = np.array([value is not None and value < 50 for value in rows["delay"]])
    assert short.sum() == 600
    # 20 of the 60 other trips have no delay.
    assert sum(value is None for value in rows["delay"]) == pytest.approx(400 * 20 / 60, abs=1)


# --- pairs -----------------------------------------------------------------------------------------------------------


def test_an_independent_pair_is_the_product_of_both_shares(trips: Source, open_: Open) -> None:
    study = open_(trips, "rows: 1000\npairs: [{factors: [visib, origin], target: independent}]")
    rows = made(study)
    visib, origin = {0.5: 0.1, 5.0: 0.3, 10.0: 0.6}, {"JFK": 0.5, "LGA": 0.4, "EWR": 0.1}
    wanted = {(v, o): round(1000 * p * q) for v, p in visib.items() for o, q in origin.items()}
    assert counted(rows["visib"], rows["origin"]) == wanted
    # Fog and haze are never seen at LGA or EWR: 40 % of the half that is not at JFK.
    unseen = (rows["visib"] < 10) & (rows["origin"] != "JFK")
    assert unseen.sum() == 200
    assert (rows["_ungrounded"].astype(bool) == unseen).all()
    assert project(study).ungrounded == pytest.approx(0.2, abs=1e-3)


def test_missing_values_are_one_more_bin_of_a_pair(trips: Source, open_: Open) -> None:
    rows = made(open_(trips, "rows: 1000\npairs: [{factors: [delay, visib], target: independent}]"))
    lost = np.array([value is None for value in rows["delay"]])
    assert counted(rows["visib"][lost]) == {0.5: 20, 5.0: 60, 10.0: 120}


@pytest.mark.parametrize("asked", [-0.4, 0.0, 0.5])
def test_a_rank_correlation_is_met_and_both_marginals_stay(trips: Source, open_: Open, asked: float) -> None:
    rows = made(open_(trips, f"rows: 5000\npairs: [{{factors: [departed, visib], rank_correlation: {asked}}}]"))
    # Rounding 30 cells to whole rows moves it by some sqrt(30 / 12) / 5000.
    found = spearmanr(rows["departed"].astype(float), rows["visib"].astype(float)).statistic
    assert found == pytest.approx(asked, abs=0.002)
    # Of 30 cells some are rounded up and some down, by one row at most in each margin.
    assert counted(rows["visib"]) == pytest.approx({0.5: 500, 5.0: 1500, 10.0: 3000}, abs=1)
    assert counted(rows["departed"]) == pytest.approx(dict.fromkeys(range(10), 500), abs=1)


def test_factors_that_follow_take_their_shares_from_a_table(trips: Source, open_: Open) -> None:
    text = "rows: 1000\npairs: [{factors: [visib, origin], weights: {'0.5': {JFK: 1, LGA: 2}, '10': {JFK: 3, LGA: 4}}}]"
    rows = made(open_(trips, text))
    named = np.isin(rows["visib"], [0.5, 10.0]) & np.isin(rows["origin"], ["JFK", "LGA"])
    # 60 of the 100 trips have these levels: they are shared out 1 : 2 : 3 : 4.
    assert counted(rows["visib"][named], rows["origin"][named]) == {
        (0.5, "JFK"): 60, (0.5, "LGA"): 120, (10.0, "JFK"): 180, (10.0, "LGA"): 240,
    }  # fmt: skip
    assert counted(rows["visib"][~named], rows["origin"][~named]) == {(5.0, "JFK"): 300, (10.0, "EWR"): 100}


def test_a_factor_that_is_kept_keeps_its_shares_beside_a_table(trips: Source, open_: Open) -> None:
    text = """
rows: 1000
factors: {origin: {role: keep}, visib: {role: keep}}
pairs: [{factors: [visib, origin], weights: [[1, 1, 1], [1, 1, 1], [1, 1, 1]]}]
"""
    rows = made(open_(trips, text))
    assert counted(rows["visib"], rows["origin"])[(0.5, "LGA")] == 40
    assert counted(rows["origin"]) == {"JFK": 500, "LGA": 400, "EWR": 100}


# --- levels, labels, derived factors, rules --------------------------------------------------------------------------


def test_levels_are_exact_and_written_as_text(trips: Source, open_: Open) -> None:
    text = "rows: 999\nlevels: {hard: {score: arrived - departed, cuts: [1, 3], shares: {a: 0.5, b: 0.3, c: 0.2}}}"
    rows = made(open_(trips, text))
    late = np.array(rows["arrived"] - rows["departed"], dtype=int)
    # 499.5, 299.7 and 199.8 rows: the largest remainders are rounded up.
    assert counted(rows["hard"]) == {"a": 499, "b": 300, "c": 200}
    assert (np.select([late < 1, late < 3], ["a", "b"], "c") == rows["hard"]).all()


def test_a_row_without_a_score_has_no_level_and_does_not_occur(trips: Source, open_: Open) -> None:
    text = "rows: 300\nlevels: {lateness: {score: delay, cuts: [50], shares: {low: 0.25, high: 0.75}}}"
    rows = made(open_(trips, text))
    assert counted(rows["lateness"]) == {"low": 75, "high": 225}
    assert None not in rows["delay"]


def test_a_label_is_its_rule_and_exactly_so_much_noise(trips: Source, open_: Open) -> None:
    text = "rows: 6000\nlabels: {air: {rule: \"CASE WHEN visib < 1 THEN 'fog' WHEN visib < 10 THEN 'haze' ELSE 'clear' END\", noise: 0.1}}"  # noqa: E501
    rows = made(open_(trips, text))
    assert (rows["air_clean"] == np.select([rows["visib"] < 1, rows["visib"] < 10], ["fog", "haze"], "clear")).all()
    wrong = rows["air"] != rows["air_clean"]
    assert wrong.sum() == 600
    # The other two are drawn evenly: three standard deviations of a binomial.
    clear = wrong & (rows["air_clean"] == "clear")
    assert abs((rows["air"][clear] == "fog").sum() - clear.sum() / 2) < 3 * np.sqrt(clear.sum() / 4)


def test_a_probability_is_written_and_drawn_from(trips: Source, open_: Open) -> None:
    text = "rows: 5000\nlabels: {hit: {probability: departed / 9.0}}"
    rows = made(open_(trips, text))
    chance = rows["hit_probability"].astype(float)
    assert (chance == rows["departed"].astype(float) / 9).all()
    hit = rows["hit"].astype(bool)
    assert not hit[chance == 0].any()
    assert hit[chance == 1].all()
    assert abs(hit.sum() - chance.sum()) <= 1
    for p in np.arange(1, 9) / 9:
        drawn = hit[chance == p]
        assert abs(drawn.mean() - p) < 3 * np.sqrt(p * (1 - p) / len(drawn))


def test_noise_on_a_probability_label_is_exact(trips: Source, open_: Open) -> None:
    rows = made(open_(trips, "rows: 1500\nlabels: {hit: {probability: departed / 20.0, noise: 0.03}}"))
    assert (rows["hit"] != rows["hit_clean"]).sum() == 45
    assert abs(rows["hit_clean"].sum() - rows["hit_probability"].sum()) <= 1


def test_a_label_that_can_t_be_noisy_or_is_no_probability_is_refused_beforehand(trips: Source, open_: Open) -> None:
    with pytest.raises(InputError, match="Label `one`: noise needs a second label, and its rule gives only one"):
        project(open_(trips, "labels: {one: {rule: \"CASE WHEN visib > 0 THEN 'x' END\", noise: 0.1}}"))
    with pytest.raises(InputError, match=r"Label `big`: its probability must be between 0 and 1, but is 1\.1"):
        project(open_(trips, "labels: {big: {probability: 0 * visib + 1.1}}"))


def test_splicing_makes_no_probability_out_of_range(trips: Source, open_: Open) -> None:
    # No trip arrives before it departs, but one that arrives early and one that departs late could be put together.
    rows = made(open_(trips, "rows: 5000\nlabels: {hit: {probability: (arrived - departed) / 4.0}}"))
    chance = rows["hit_probability"].astype(float)
    assert chance.min() == 0
    assert chance.max() == 1


def test_derived_factors_are_computed_and_may_replace_a_column(trips: Source, open_: Open) -> None:
    text = """
rows: 500
factors:
  hours: {role: derive, expression: arrived - departed}
  delay: {role: derive, expression: hours * 60}
events: {long: {when: "delay >= 180", rate: 0.5}}
"""
    rows = made(open_(trips, text))
    assert (rows["hours"] == rows["arrived"] - rows["departed"]).all()
    assert (rows["delay"] == 60 * rows["hours"]).all()
    assert (rows["hours"] >= 3).sum() == 250


def test_a_rule_takes_rows_away_and_changes_nothing_else(trips: Source, open_: Open) -> None:
    study = open_(trips, "rows: 900\nrules: [visib > 1, arrived >= departed]")
    rows = made(study)
    # What is left are 40 trips from JFK, 40 from LGA and 10 from EWR: all others are redrawn among them.
    wanted = {"JFK": 400, "LGA": 400, "EWR": 100}
    assert counted(rows["origin"]) == pytest.approx(wanted, abs=3 * np.sqrt(900 * 4 / 9 * 5 / 9))
    assert (rows["visib"] > 1).all()
    assert (rows["arrived"] >= rows["departed"]).all()
    assert project(study).cost_bits == pytest.approx(np.log2(100 / 90))
    # 10 of 100 real rows are like none that can be drawn: the weights speak of the other 90.
    assert rows["_weight"].astype(float) == pytest.approx(1.0)
    assert weighing_of(study, 900).covered == pytest.approx(0.9)  # type: ignore[union-attr]


# --- supplement ------------------------------------------------------------------------------------------------------


def test_the_smallest_supplement_is_named_and_works(trips: Source, open_: Open) -> None:
    # 50 trips from JFK are a fifth of 250 rows: it takes 150 others.
    text = "mode: supplement\nrows: {}\nevents: {{jfk: {{when: \"origin = 'JFK'\", rate: 0.2}}}}"
    with pytest.raises(ConflictsError, match="The fewest rows that can are 150") as caught:
        project(open_(trips, text.format(147)))
    (conflict,) = caught.value.conflicts
    assert (conflict.controls, conflict.control, conflict.nearest) == (
        (named("event jfk"), named("rows supplement")),
        named("rows supplement"),
        150,
    )
    assert "JFK" not in made(open_(trips, text.format(150)))["origin"]
    assert counted(made(open_(trips, text.format(400)))["origin"])["JFK"] == 50


def test_source_and_supplement_together_have_a_target(trips: Source, open_: Open) -> None:
    text = """
mode: supplement
rows: 300
factors: {origin: {role: target, target: {family: categorical, weights: {JFK: 1, LGA: 1, EWR: 2}}}}
"""
    assert counted(made(open_(trips, text))["origin"]) == {"JFK": 50, "LGA": 60, "EWR": 190}


def test_what_is_held_speaks_of_the_supplement_alone(trips: Source, open_: Open) -> None:
    text = """
mode: supplement
rows: 60
factors: {origin: {role: hold, value: LGA}}
events: {foggy: {when: visib < 1, rows: 10}}
"""
    rows = made(open_(trips, text))
    assert set(rows["origin"]) == {"LGA"}
    assert 0.5 not in rows["visib"]
