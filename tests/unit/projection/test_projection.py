"""What a projection says of its price, of what moves, and of events: against closed forms on a table of 100 rows."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from trimtab.core.errors import InputError
from trimtab.core.projection.conflict import ConflictsError
from trimtab.core.projection.fitted import fitted
from trimtab.core.projection.projection import control_costs, project
from trimtab.core.projection.shifts import display_shares, group_shares
from trimtab.core.source.spool import Source
from trimtab.core.study.study import Study, open_study

Open = Callable[..., Study]


def kl_of_event(real: float, rate: float) -> float:
    """Bits by which a share `rate` of an event is away from its real one."""
    return float(rate * np.log2(rate / real) + (1 - rate) * np.log2((1 - rate) / (1 - real)))


def shift(study: Study, factor: str, **options: int) -> dict[str, tuple[float, float]]:
    (one,) = [one for one in project(study, **options).shifts if one.factor == factor]
    labels = (*study.axes[factor].labels, "missing")
    return {label: (b, a) for label, b, a in zip(labels, one.before.round(9), one.after.round(9), strict=True)}


def test_a_neutral_design_costs_nothing_and_moves_nothing(flights_100: Source, open_: Open) -> None:
    found = project(open_(flights_100))
    assert (found.cost_bits, found.effective_share, found.ungrounded) == (0.0, pytest.approx(1.0), 0.0)
    assert [(one.factor, one.tv, one.asked) for one in found.shifts] == [
        (name, 0.0, False) for name in ("visib", "origin", "wind", "pressure", "late")
    ]
    assert (found.rows, found.outcomes.rows.tolist()) == (10_000, [10_000])


def test_one_event_in_closed_form(flights_100: Source, open_: Open) -> None:
    study = open_(flights_100, "rows: 500\nevents: {fog: {when: visib < 1, rate: 0.4}}")
    found = project(study)
    # 10 of 100 rows get 0.4, the others 0.6: every row in fog weighs 0.04, every other one 0.6 / 90.
    assert found.cost_bits == pytest.approx(kl_of_event(0.1, 0.4))
    assert found.effective_share == pytest.approx(1 / (10 * 0.04**2 + 90 * (0.6 / 90) ** 2) / 100)
    (event,) = found.events
    assert (event.name, event.real, event.real_rows, event.rate, event.rows) == ("fog", 0.1, 10, 0.4, 200)
    # All fog is at JFK: 10 rows at 0.04 and 40 others.
    jfk = 0.4 + 40 * 0.6 / 90
    assert shift(study, "origin")["JFK"] == pytest.approx((0.5, jfk))
    (origin,) = [one for one in found.shifts if one.factor == "origin"]
    assert origin.tv == pytest.approx(jfk - 0.5)
    assert not origin.asked


def test_a_target_moves_its_factor_to_what_was_asked(flights_100: Source, open_: Open) -> None:
    text = "factors: {visib: {role: target, target: {family: histogram, weights: [1, 1, 2]}}, wind: {role: drop}}"
    study = open_(flights_100, text)
    assert shift(study, "visib") == {"0.5": (0.1, 0.25), "5": (0.3, 0.25), "10": (0.6, 0.5), "missing": (0.0, 0.0)}
    asked = {one.factor: one.asked for one in project(study).shifts}
    assert asked == {"visib": True, "origin": False, "pressure": False, "late": False}


def test_shares_of_groups_spread_over_bins_as_their_rows_do(flights_100: Source, open_: Open) -> None:
    study = open_(flights_100, "events: {fog: {when: visib < 1, rate: 0.4}}")
    found = fitted(study, 100)
    per_group = group_shares(found.cells, found.fit.shares)
    assert per_group == pytest.approx([0.6, 0.4])
    assert display_shares(study, found, "wind", per_group) == pytest.approx([0.2 + 85 / 150, 0.2 + 5 / 150, 0])
    # A design with more groups than rows per bin takes the other way round: the rows' weights.
    fine = open_(
        flights_100, "factors: {visib: {role: keep}, origin: {role: keep}, pressure: {role: keep}, late: {role: keep}}"
    )
    found = fitted(fine, 100)
    start = found.cells.start
    assert (len(start) - 1) * 5 > 100
    assert display_shares(fine, found, "pressure", np.diff(start) / 100) == pytest.approx(
        [0.24, 0.24, 0.24, 0.23, 0.05]
    )


def test_the_cost_of_a_control_is_what_the_design_would_save(flights_100: Source, open_: Open) -> None:
    one = "fog: {when: visib < 1, rate: 0.4}"
    study = open_(flights_100, f"factors: {{wind: {{missing: 0}}}}\nevents: {{{one}, late: {{when: late, rate: 0.5}}}}")
    whole = project(study).cost_bits
    costs = {str(cost.name): cost.cost_bits for cost in control_costs(study)}
    assert list(costs) == ["event fog", "event late", "missing wind"]
    assert costs["missing wind"] == pytest.approx(0.0, abs=1e-9)
    assert costs["event late"] == pytest.approx(whole - kl_of_event(0.1, 0.4))
    assert control_costs(open_(flights_100)) == ()


def test_costs_near_the_limit_of_what_is_possible(flights_100: Source, open_: Open) -> None:
    text = """
factors: {visib: {role: keep}, origin: {role: keep}}
events: {lga: {when: "origin = 'LGA' AND late", rate: 0.39999}}
"""
    costs = {str(cost.name): cost.cost_bits for cost in control_costs(open_(flights_100, text))}
    # Without the keeps the event costs its own divergence: 10 of 100 flights are late at LGA.
    assert costs["event lga"] > kl_of_event(0.1, 0.39999) - 0.01
    assert min(costs.values()) >= 0


def test_missing_values_that_the_source_has_none_of_are_taken_evenly(flights_100: Source, open_: Open) -> None:
    # A share borrowed from all rows is taken from every bin, not from that of one of them.
    assert shift(open_(flights_100, "factors: {visib: {missing: 0.5}}"), "visib") == {
        "0.5": (0.1, 0.05),
        "5": (0.3, 0.15),
        "10": (0.6, 0.3),
        "missing": (0.0, 0.5),
    }


def test_missing_values_beside_what_is_held(flights_100: Source, open_: Open) -> None:
    study = open_(flights_100, "factors: {pressure: {role: hold, value: 1002, missing: 0.2}}")
    after = {label: after for label, (_, after) in shift(study, "pressure").items()}
    assert after == {"1000": 0.0, "1001": 0.0, "1002": 0.8, "1003": 0.0, "missing": 0.2}
    study = open_(flights_100, "factors: {origin: {role: hold, value: LGA, missing: 0.2}}")
    after = {label: after for label, (_, after) in shift(study, "origin").items()}
    assert after == {"JFK": 0.0, "LGA": 0.8, "EWR": 0.0, "missing": 0.2}
    assert project(study).ungrounded == pytest.approx(0.2)


def test_what_lies_beyond_the_source_shows_in_the_outermost_bin(flights_100: Source, open_: Open) -> None:
    text = """
factors:
  pressure: {edges: [1000, 1002, 1003], role: target, target: {family: uniform, low: 1000, high: 1009}}
"""
    study = open_(flights_100, text)
    found = project(study)
    (one,) = [one for one in found.shifts if one.factor == "pressure"]
    assert found.ungrounded == pytest.approx(0.95 * 0.6)
    assert one.after.sum() == pytest.approx(1.0)
    # Ten whole numbers: 1000 and 1001 in the first bin, all others in the last one or beyond.
    assert one.after == pytest.approx([0.95 * 0.2, 0.95 * 0.8, 0.05])


def test_rows_decide_what_is_less_than_half_a_row(flights_100: Source, open_: Open) -> None:
    study = open_(flights_100, "rows: 1000\nevents: {never: {when: visib > 10, rate: 0.0004}}")
    assert project(study).events[0].rows == 0
    with pytest.raises(ConflictsError, match=r"`never` asks for 0\.04 %, but it is true in 0 of the 100 real rows"):
        project(study, rows=10_000)


@pytest.mark.parametrize("rows", [0, -1, 2_000_000_001])
def test_rows_out_of_range(flights_100: Source, open_: Open, rows: int) -> None:
    with pytest.raises(InputError, match=f"rows must be between 1 and 2,000,000,000, got {rows:,}"):
        project(open_(flights_100), rows=rows)


def test_a_change_of_anything_that_matters_is_seen(flights_100: Source, open_: Open) -> None:
    def costs(*designs: str) -> list[float]:
        found = []
        previous = open_(flights_100)
        for text in designs:
            previous = open_study(open_(flights_100, text).design, flights_100, previous=previous)
            found.append(round(project(previous).cost_bits, 6))
        return found

    event = "events: {{{}: {{when: visib < {}, rate: {}}}}}"
    designs = [event.format("fog", 1, 0.2), event.format("fog", 6, 0.2), event.format("fog", 6, 0.3)]
    expected = [round(kl_of_event(*pair), 6) for pair in ((0.1, 0.2), (0.4, 0.2), (0.4, 0.3))]
    assert costs(*designs, *reversed(designs)) == [*expected, *reversed(expected)]


def test_bins_without_rows_are_decided_anew_when_their_edges_move(flights_100: Source, open_: Open) -> None:
    # Up to 1020 the last bin is wholly below 1025; up to 1040 it is not, and nothing else has changed.
    text = """
factors:
  pressure: {{edges: [1000, 1003, 1010, {}], role: target, target: {{family: histogram, weights: [1, 0, 1]}}}}
events:
  high: {{when: pressure >= 1025, rate: 0.1}}
"""
    first = open_(flights_100, text.format(1020))
    with pytest.raises(ConflictsError, match="Event `high` asks for 10 %"):
        project(first)
    second = open_study(open_(flights_100, text.format(1040)).design, flights_100, previous=first)
    with pytest.raises(
        InputError, match=r"Event `high`: .* changes inside 1010–1040 of `pressure`.* an edge there: 1025"
    ):
        project(second)
