"""The difference of two designs: every part of a design, named as a control, and factor by factor what they give."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow.csv
import pytest

from trimtab.core.projection.projection import project
from trimtab.core.review.difference import ControlChange, Difference, control_changes, difference, laid_over
from trimtab.core.source.spool import Source, spool
from trimtab.core.study.study import Study, open_study
from trimtab.core.yaml.reading import read

Open = Callable[..., Study]
AGES = "[16, 25, 45, 65, 97]"
FINE_AGES = "[16, 20, 25, 35, 45, 50, 65, 80, 97]"
OLD = "events:\n  old: {when: \"ageOFocc >= 60 AND sex = 'f'\", rate: 0.3}\n"


def changes(first: Study, second: Study) -> dict[str, tuple[str, str | None, str | None]]:
    return {one.name: (one.change, one.before, one.after) for one in control_changes(first, second)}


def tvs(found: Difference) -> dict[str, float | None]:
    return {one.name: one.tv for one in found.factors}


def test_controls_are_named_with_their_text_before_and_after(open_: Open, crashes: Source) -> None:
    first = open_(
        crashes,
        """
rows: 500
factors:
  sex: {role: keep}
  yearacc: {role: hold, value: 2000}
  weight: {role: drop}
  dvcat: {unit: km/h, missing: 0.1}
events:
  old: {when: ageOFocc >= 65, rate: 0.1}
  gone: {when: dead = 'dead', rows: 7}
""",
    )
    second = open_(
        crashes,
        """
seed: 4
factors:
  sex: {role: target, target: {family: categorical, weights: {f: 1, m: 1}}}
  yearacc: {role: hold, values: [2000, 2001]}
  weight: {role: drop}
  dvcat: {missing: 0.2}
  ageOFocc: {edges: [16, 65, 97]}
events:
  new: {when: "sex = 'f'", rate: 0.5}
  old: {when: ageOFocc >= 65, rate: 0.2}
output: {provenance: false}
""",
    )
    assert changes(first, second) == {
        "rows": ("changed", "500", "10000"),
        "seed": ("changed", "0", "4"),
        "output": ("changed", "{provenance: true}", "{provenance: false}"),
        "keep sex": ("removed", "{role: keep}", None),
        "hold yearacc": ("changed", "{role: hold, value: 2000}", "{role: hold, values: [2000, 2001]}"),
        "missing dvcat": ("changed", "0.1", "0.2"),
        "event old": ("changed", "{when: ageOFocc >= 65, rate: 0.1}", "{when: ageOFocc >= 65, rate: 0.2}"),
        "event gone": ("removed", "{when: dead = 'dead', rows: 7}", None),
        "target sex": ("added", None, "{role: target, target: {family: categorical, weights: {f: 1, m: 1}}}"),
        "edges ageOFocc": ("added", None, "[16, 65, 97]"),
        "event new": ("added", None, "{when: sex = 'f', rate: 0.5}"),
    }


def test_the_parts_beside_factors_and_events(open_: Open, crashes: Source) -> None:
    first = open_(
        crashes,
        """
pairs:
- {factors: [sex, seatbelt], target: independent}
levels:
  age: {score: ageOFocc, cuts: [30], shares: {young: 0.5, old: 0.5}}
labels:
  late: {rule: "yearacc > 2000"}
rules: [yearVeh <= yearacc + 1]
sweeps:
- {factor: sex, values: [f, m], groups: 3}
- {factor: airbag, values: [airbag, none], groups: 5, others: condition}
floors:
- {factors: [sex, dead], at_least: 2}
""",
    )
    second = open_(
        crashes,
        """
factors:
  gap: {role: derive, expression: yearacc - yearVeh}
pairs:
- {factors: [sex, seatbelt], weights: {f: {belted: 1, none: 3}, m: {belted: 2, none: 2}}}
levels:
  age: {score: ageOFocc, cuts: [40], shares: {young: 0.5, old: 0.5}}
labels:
  late: {rule: "yearacc > 2000", noise: 0.1}
rules: [ageOFocc < 90]
sweeps:
- {factor: airbag, values: [airbag, none], groups: 5, others: condition}
- {factor: sex, values: [m, f], groups: 3}
- {factor: dead, values: [alive, dead], groups: 1}
floors:
- {factors: [sex, dead], at_least: 3}
""",
    )
    assert changes(first, second) == {
        "pair sex × seatbelt": (
            "changed",
            "{factors: [sex, seatbelt], target: independent}",
            "{factors: [sex, seatbelt], weights: {f: {belted: 1, none: 3}, m: {belted: 2, none: 2}}}",
        ),
        "level age": (
            "changed",
            "{score: ageOFocc, cuts: [30], shares: {young: 0.5, old: 0.5}}",
            "{score: ageOFocc, cuts: [40], shares: {young: 0.5, old: 0.5}}",
        ),
        "label late": ("changed", "{rule: yearacc > 2000}", "{rule: yearacc > 2000, noise: 0.1}"),
        "rule yearVeh <= yearacc + 1": ("removed", "yearVeh <= yearacc + 1", None),
        # The sweep that both have is none of the difference, wherever it stands.
        "sweep sex": (
            "changed",
            "{factor: sex, values: [f, m], groups: 3}",
            "{factor: sex, values: [m, f], groups: 3}",
        ),
        "floor sex, dead": (
            "changed",
            "{factors: [sex, dead], at_least: 2}",
            "{factors: [sex, dead], at_least: 3}",
        ),
        "derive gap": ("added", None, "{role: derive, expression: yearacc - yearVeh}"),
        "rule ageOFocc < 90": ("added", None, "ageOFocc < 90"),
        "sweep dead": ("added", None, "{factor: dead, values: [alive, dead], groups: 1}"),
    }


def test_controls_of_one_name_are_told_apart(open_: Open, crashes: Source) -> None:
    floor = "- {factors: [sex, dead], at_least: %d}\n"
    one = open_(crashes, f"floors:\n{floor % 3}")
    three = open_(crashes, f"floors:\n{floor % 4}{floor % 3}{floor % 5}")
    text = "{factors: [sex, dead], at_least: %d}"
    assert list(control_changes(one, three)) == [
        ControlChange("floor sex, dead", "added", None, text % 4),
        ControlChange("floor sex, dead", "added", None, text % 5),
    ]
    assert [(change.change, change.before) for change in control_changes(three, one)] == [
        ("removed", text % 4),
        ("removed", text % 5),
    ]


def test_what_decides_no_row_is_no_difference(open_: Open, crashes: Source) -> None:
    first = open_(
        crashes,
        f"factors:\n  sex: {{role: keep}}\n  dead: {{missing: 0.1}}\n{OLD}  m: {{when: frontal = 1, rate: 0.7}}\n",
    )
    second = open_(
        crashes,
        "description: other\nfactors:\n  dead: {missing: 0.1, unit: person}\n  sex: {role: keep}\n"
        + "  ageOFocc: {kind: count, role: follow}\n"
        + OLD.replace("events:\n", "events:\n  m: {when: frontal = 1, rate: 0.7}\n"),
    )
    assert changes(first, second) == {}
    assert changes(first, open_(crashes, "factors: {ageOFocc: {kind: categorical}}\n"))["kind ageOFocc"] == (
        "changed",
        "count",
        "categorical",
    )


@pytest.mark.parametrize("gap", [" ", "\t", "\n"])
def test_a_long_text_is_on_one_line(open_: Open, crashes: Source, gap: str) -> None:
    weights = ", ".join(str(i % 9 + 1) for i in range(81))
    condition = " OR ".join(f"(ageOFocc = {age} AND{gap}dead = 'dead' OR dvcat = 'ü\"')" for age in range(20, 40))
    design = open_(crashes).design.changed(events={"e": {"when": condition, "rate": 0}})
    design = design.with_factor(
        "ageOFocc",
        role="target",
        edges=tuple(range(16, 98)),
        target={"family": "histogram", "weights": [i % 9 + 1 for i in range(81)]},
    )
    found = changes(open_(crashes), open_study(design, crashes, previous=open_(crashes)))
    assert found["target ageOFocc"][2] == f"{{role: target, target: {{family: histogram, weights: [{weights}]}}}}"
    event = str(found["event e"][2])
    assert "\n" not in event
    assert read(f"x: {event}", owner="test")["x"]["when"] == condition.replace("\n", " ")


def test_distributions_against_the_source_and_each_other(open_: Open, crashes: Source) -> None:
    neutral, designed = open_(crashes), open_(crashes, OLD)
    shifts = {shift.factor: shift.tv for shift in project(designed).shifts}
    found = difference(neutral, designed)
    assert found.same_source
    assert (found.before_conflicts, found.after_conflicts) == ((), ())
    assert [one.name for one in found.factors] == list(neutral.columns)
    for one in found.factors:
        # A neutral design gives the source's own distribution.
        assert one.before_tv == pytest.approx(0, abs=1e-12)
        assert one.after_tv == shifts[one.name]
        assert one.tv == pytest.approx(shifts[one.name], abs=1e-12)
    assert shifts["sex"] > 0.1
    assert tvs(difference(designed, neutral)) == pytest.approx(tvs(found))
    assert set(tvs(difference(designed, designed)).values()) == {0.0}


def test_other_edges_inside_the_first_ones_bins_change_nothing(open_: Open, crashes: Source) -> None:
    neutral = open_(crashes, f"factors: {{ageOFocc: {{edges: {AGES}}}}}\n")
    alike = tvs(difference(neutral, open_(crashes, f"factors: {{ageOFocc: {{edges: {AGES}}}}}\n{OLD}")))
    finer = tvs(difference(neutral, open_(crashes, f"factors: {{ageOFocc: {{edges: {FINE_AGES}}}}}\n{OLD}")))
    assert finer == pytest.approx(alike, abs=1e-12)
    assert alike["ageOFocc"] is not None
    assert alike["ageOFocc"] > 0.1


def test_other_edges_across_the_first_ones_bins_are_spread_as_in_the_source(open_: Open, crashes: Source) -> None:
    first = open_(crashes, "factors: {ageOFocc: {edges: [16, 40, 97]}}\n")
    second = open_(
        crashes,
        "factors: {ageOFocc: {edges: [16, 30, 97], role: target, target: {family: histogram, weights: [1, 3]}}}\n",
    )
    column = first.columns["ageOFocc"]
    below = [column.counts[:-1][column.numbers < edge].sum() / column.counts[:-1].sum() for edge in (30, 40)]
    valued = 1 - column.missing_share
    # A quarter below 30; of the rest, the source's share of what is below 40.
    expected = 0.25 + 0.75 * (below[1] - below[0]) / (1 - below[0])
    found = {one.name: one for one in difference(first, second).factors}["ageOFocc"]
    assert found.tv == pytest.approx(abs(expected - below[1]) * valued, abs=1e-6)
    assert found.after_tv == pytest.approx(abs(0.25 - below[0]) * valued, abs=1e-6)
    assert laid_over(first.axes["ageOFocc"], second, "ageOFocc") == pytest.approx([expected, 1 - expected])
    assert laid_over(second.axes["ageOFocc"], first, "ageOFocc") == pytest.approx([below[0], 1 - below[0]], abs=1e-6)
    assert laid_over(first.axes["sex"], second, "ageOFocc") is None


def test_what_lies_where_the_source_has_nothing_is_outside_the_first_axis(open_: Open, crashes: Source) -> None:
    second = open_(
        crashes,
        "factors: {ageOFocc: {edges: [10, 16, 97], role: target, target: {family: histogram, weights: [1, 3]}}}\n",
    )
    missing = second.columns["ageOFocc"].missing_share
    found = difference(open_(crashes), second)
    assert tvs(found)["ageOFocc"] == pytest.approx(0.25 * (1 - missing), abs=1e-6)
    (bins,) = (one.bins for one in found.factors if one.name == "ageOFocc")
    assert [one.label for one in bins[-2:]] == ["beyond these", "missing"]
    assert (bins[-2].real, bins[-2].before) == (0.0, 0.0)
    assert bins[-2].after == pytest.approx(0.25 * (1 - missing), abs=1e-6)


def test_both_stand_in_the_bins_of_the_first(open_: Open, crashes: Source) -> None:
    first = open_(crashes, "factors: {ageOFocc: {edges: [16, 40, 97]}}\n")
    second = open_(crashes, f"factors: {{ageOFocc: {{edges: {FINE_AGES}}}}}\n{OLD}")
    for one in difference(first, second).factors:
        assert [found.label for found in one.bins] == [*first.axes[one.name].labels, "missing"]
        assert [found.real for found in one.bins] == pytest.approx(first.real_shares(one.name))
        for shares in ([found.before for found in one.bins], [found.after for found in one.bins]):
            assert sum(shares) == pytest.approx(1.0)
        assert one.tv == pytest.approx(0.5 * sum(abs(found.after - found.before) for found in one.bins))
        assert one.kind == first.axes[one.name].kind


def test_a_factor_that_one_design_drops_or_reads_otherwise(open_: Open, crashes: Source) -> None:
    found = difference(
        open_(crashes, "factors:\n  sex: {role: drop}\n  dead: {role: drop}\n"),
        open_(crashes, "factors:\n  dead: {role: drop}\n  yearVeh: {kind: categorical}\n"),
    )
    factors = {one.name: one for one in found.factors}
    assert "dead" not in factors
    assert (factors["sex"].tv, factors["sex"].before_tv) == (None, None)
    assert factors["sex"].after_tv == pytest.approx(0, abs=1e-12)
    assert factors["yearVeh"].tv is None
    assert factors["yearVeh"].before_tv == pytest.approx(0, abs=1e-12)
    assert factors["yearacc"].tv == pytest.approx(0, abs=1e-12)


def test_designs_on_two_sources(open_: Open, crashes: Source, tmp_path: Path) -> None:
    table = pyarrow.csv.read_csv(Path(__file__).parents[3] / "sample_data" / "crashes.csv")
    women = table.filter(pyarrow.compute.equal(table["sex"], "f")).drop_columns(["dvcat"])
    pyarrow.csv.write_csv(women.append_column("new", table["dead"].slice(0, len(women))), tmp_path / "women.csv")
    first, second = open_(crashes), open_(spool(tmp_path / "women.csv", tmp_path / "home"))
    found = difference(first, second)
    assert not found.same_source
    assert found.controls[0].name == "source"
    assert found.controls[0].before == f"{{path: x, sha256: {crashes.sha256}}}"
    assert [one.name for one in found.factors] == [*first.columns, "new"]
    by_name = tvs(found)
    assert by_name["sex"] == pytest.approx(1 - len(women) / len(table), abs=1e-12)
    real = [np.bincount(np.asarray(t["yearacc"]) - 1997, minlength=6) / len(t) for t in (table, women)]
    assert by_name["yearacc"] == pytest.approx(0.5 * np.abs(real[0] - real[1]).sum(), abs=1e-12)
    assert (by_name["dvcat"], by_name["new"]) == (None, None)
    moved = [tv for one in found.factors for tv in (one.before_tv, one.after_tv) if tv is not None]
    assert moved == pytest.approx([0.0] * 28, abs=1e-12)


def test_a_design_that_can_not_be_met_gives_its_conflicts(open_: Open, crashes: Source) -> None:
    conflict = "events:\n  f: {when: \"sex = 'f'\", rate: 0.7}\n  m: {when: \"sex = 'm'\", rate: 0.6}\n"
    found = difference(open_(crashes, conflict), open_(crashes, OLD))
    assert {str(name) for one in found.before_conflicts for name in one.controls} == {"event f", "event m"}
    assert found.after_conflicts == ()
    assert {one.name for one in found.controls} == {"event f", "event m", "event old"}
    assert len(found.factors) == 14
    for one in found.factors:
        assert (one.tv, one.before_tv) == (None, None)
        assert one.after_tv is not None
    both = difference(open_(crashes, conflict), open_(crashes, conflict))
    assert both.before_conflicts == both.after_conflicts
    assert {(one.tv, one.before_tv, one.after_tv) for one in both.factors} == {(None, None, None)}
