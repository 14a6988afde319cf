"""The tabs of the page coverage: pairs, combinations, gaps that are covered, the console, and the address of each."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from itertools import combinations
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from streamlit.testing.v1 import AppTest

from tests.patience import PATIENCE
from trimtab.core.counting.levels import Coded, code_rows
from trimtab.core.coverage.gaps.patterns import gaps_of
from trimtab.core.coverage.gaps.possible import design_levels
from trimtab.core.coverage.tway import t_way
from trimtab.core.delivery.receipt import deliver
from trimtab.core.design.files import loads
from trimtab.core.study.study import Study, open_study
from trimtab.core.workspace.workspace import Workspace

from .looking import sound, steps, text_of, undo

ROOT = Path(__file__).parents[2]
CRASHES = ROOT / "sample_data" / "crashes.csv"
FACTORS = ["dvcat", "airbag", "sex", "injSeverity"]

Visit = Callable[..., AppTest]


@pytest.fixture
def visit(home: Workspace) -> Visit:
    """`visit(design_id, **parameters)`: the page at this address, in a session of its own."""

    def run(design_id: str, **parameters: str | list[str]) -> AppTest:
        at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=PATIENCE)
        at.query_params["design"] = design_id
        at.switch_page("pages/coverage.py")
        for name, value in parameters.items():
            at.query_params[name] = value
        return sound(at.run())

    return run


def button(at: AppTest, label: str) -> None:
    sound(next(one for one in at.button if one.label == label).click().run())


def heads(at: AppTest) -> dict[str, str]:
    """What the pictures of a pair say of each data set."""
    return dict(re.findall(r'tc-head" data-set="([^"]*)">.*?<small>(.*?)</small>', text_of(at)))


# --- pairs ----------------------------------------------------------------------------------------------------------


def test_a_pair_is_counted_in_each_set_and_together(
    study: Study, design_id: str, generated: Path, visit: Visit
) -> None:
    at = visit(design_id, tab="Pairs", factors=FACTORS, first="dvcat", second="injSeverity")
    real = set(zip(*_texts(study.source.path, "dvcat", "injSeverity"), strict=True))
    made = set(zip(*_texts(generated, "dvcat", "injSeverity"), strict=True))
    cells = study.axes["dvcat"].size * (study.axes["injSeverity"].size + 1)  # injSeverity is missing in some rows
    rows = {"real": study.source.rows, "generated": 2000, "real + generated": study.source.rows + 2000}
    empty = {"real": real, "generated": made, "real + generated": real | made}
    assert heads(at) == {
        name: f"{rows[name]:,} rows · {cells - len(empty[name]):,} of {cells:,} cells have no row" for name in rows
    }


def test_without_generated_rows_the_design_is_drawn(design_id: str, visit: Visit) -> None:
    at = visit(design_id, tab="Pairs", factors=FACTORS)
    assert list(heads(at)) == ["real", "design", "real + design"]
    assert heads(at)["design"].startswith("2,000 rows")


def test_more_rows_are_asked_of_a_cell(design_id: str, visit: Visit) -> None:
    at = visit(design_id, tab="Pairs", factors=FACTORS, first="sex", second="airbag", least="300")
    assert "of 4 cells have fewer than 300 rows" in heads(at)["design"]


def test_a_pair_is_chosen_by_its_names_and_never_twice_the_same(design_id: str, visit: Visit) -> None:
    at = visit(design_id, tab="Pairs", factors=FACTORS, first="sex", second="airbag")
    sound(at.selectbox(key="first").set_value("airbag").run())
    assert (at.selectbox(key="first").value, at.selectbox(key="second").value) == ("airbag", "sex")


def test_all_pairs_are_in_the_table(design_id: str, visit: Visit) -> None:
    at = visit(design_id, tab="Pairs", factors=FACTORS)
    table = at.dataframe[0].value
    assert set(zip(table["first"], table["second"], strict=True)) == set(combinations(_in_order(FACTORS), 2))
    assert table["covered by real + design"].is_monotonic_increasing


# --- combinations ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("strength", [2, 3])
def test_combinations_are_those_of_the_core(
    study: Study, design_id: str, generated: Path, visit: Visit, strength: int
) -> None:
    at = visit(design_id, tab="Combinations", factors=FACTORS, strength=str(strength))
    expected = t_way({"real": study.source, "generated": generated}, design_levels(study, _in_order(FACTORS)), strength)
    assert f"{expected.cells:,} cells of {len(expected.combinations):,} combinations" in text_of(at)
    table = at.dataframe[0].value
    found = {tuple(row[f"factor {i + 1}"] for i in range(strength)): row for _, row in table.iterrows()}
    for one in expected.combinations:
        row = found[one.factors]
        assert row[f"CC{strength} real"] == pytest.approx(one.covered[0] / one.cells)
        assert row[f"CC{strength} generated"] == pytest.approx(one.covered[1] / one.cells)
        assert row[f"SDCC{strength} real ∖ generated"] == pytest.approx(one.lacking[0, 1] / one.covered[0])
        together = (one.covered[0] + one.lacking[1, 0]) / one.cells
        assert row[f"CC{strength} real + generated"] == pytest.approx(together)


def test_too_many_combinations_are_limited_and_it_is_said(design_id: str, visit: Visit) -> None:
    at = visit(design_id, tab="Combinations", strength="4")
    assert "12 factors have 495 combinations of 4: those of the first 9 are counted, 126" in text_of(at)
    assert len(at.dataframe[0].value) == 126


def test_fewer_factors_than_a_combination_needs(design_id: str, visit: Visit) -> None:
    at = visit(design_id, tab="Combinations", factors=["sex", "dvcat"], strength="3")
    assert "Choose at least 3 factors" in text_of(at)


# --- gaps -----------------------------------------------------------------------------------------------------------


def test_gaps_are_those_of_the_core(study: Study, design_id: str, visit: Visit) -> None:
    at = visit(design_id, tab="Gaps", factors=FACTORS, threshold="50", **{"in": "real"})
    levels = design_levels(study, _in_order(FACTORS))
    expected = gaps_of(code_rows(study.source, levels), levels, 50, max_level=2)
    assert f"<b>{len(expected):,} gaps</b>" in text_of(at)
    table = at.dataframe[0].value
    assert table["rows"].tolist() == expected.counts.tolist()
    assert table["rows to close"].tolist() == (50 - expected.counts).tolist()


def test_gaps_are_covered_after_they_were_shown(study: Study, design_id: str, home: Workspace, visit: Visit) -> None:
    at = visit(design_id, tab="Gaps", factors=FACTORS, threshold="30", **{"in": "real + design"})
    listed = text_of(at)
    before = home.load_design(design_id)
    sound(at.button(key="tt_gap_all").click().run())
    assert "the design changes:" in text_of(at)
    assert home.load_design(design_id) == before, "only shown so far"
    names = re.findall(r'<li class="added"><i>\+</i><b>event ([^<]*)</b>', text_of(at))
    assert 1 <= len(names) <= 12
    button(at, "Take it into the design")
    after = home.load_design(design_id)
    assert set(after.events) == {"fast", *names}
    levels = design_levels(study, _in_order(FACTORS))
    made = deliver(open_study(after, study.source, previous=study), home.output(design_id, "covered.parquet"))
    assert made.kept
    coded = [code_rows(one, levels) for one in (study.source, made.path)]
    both = {one.factor: np.concatenate([part.codes[one.factor] for part in coded]) for one in levels}
    rows = dict(re.findall(r'<div class="tc-gap">(.*?)</div>()', listed))
    assert len(rows) == len(names), "each of the gaps listed has its event"
    for markup in rows:
        pattern = dict(re.findall(r"<small>(.*?)</small> <b>(.*?)</b>", markup))
        inside = [both[one.factor] == one.labels.index(pattern[one.factor]) for one in levels if one.factor in pattern]
        assert np.logical_and.reduce(inside).sum() >= 30, pattern
    undo(at)
    assert home.load_design(design_id).events == before.events


def test_one_gap_is_covered_by_its_own_button_and_can_be_cancelled(
    design_id: str, home: Workspace, visit: Visit
) -> None:
    at = visit(design_id, tab="Gaps", factors=FACTORS)
    before = home.load_design(design_id)
    sound(at.button(key="tt_gap_cover_0").click().run())
    assert "To cover this combination the design changes" in text_of(at)
    button(at, "Cancel")
    assert "the design changes" not in text_of(at)
    assert home.load_design(design_id) == before


def test_chosen_gaps_are_covered_together(design_id: str, home: Workspace, visit: Visit) -> None:
    at = visit(design_id, tab="Gaps", factors=FACTORS)
    assert at.button(key="tt_gap_chosen").disabled
    for i in (0, 2):
        at.checkbox[i].check()
    sound(at.run())
    assert at.button(key="tt_gap_chosen").label == "Cover the 2 chosen"
    sound(at.button(key="tt_gap_chosen").click().run())
    button(at, "Take it into the design")
    assert len(home.load_design(design_id).events) == 3
    assert steps(at)[0][0] == "cover 2 combinations"


def test_the_fewest_combinations_leave_no_gap_of_their_level(
    design_id: str, home: Workspace, study: Study, visit: Visit
) -> None:
    factors = ["dvcat", "sex", "injSeverity"]
    at = visit(design_id, tab="Gaps", factors=factors, close="Fewest combinations", **{"in": "real"})
    text = text_of(at)
    count, rows = (int(number) for number in re.findall(r">(\d+) combinations, (\d+) rows ", text)[0])
    listed = re.findall(r'<div class="tc-remedy-row">.*?<b>(\d+)</b></div>', text)
    assert (len(listed), sum(map(int, listed))) == (count, rows)
    sound(at.button(key="tt_remedy_take").click().run())
    assert f"To cover these {count} combinations the design changes:" in text_of(at)
    button(at, "Take it into the design")
    after = home.load_design(design_id)
    assert len(after.events) == 1 + count
    made = deliver(open_study(after, study.source), home.output(design_id, "remedy.parquet"))
    assert made.kept
    levels = design_levels(study, _in_order(factors))
    coded = [code_rows(one, levels) for one in (study.source, made.path)]
    both = {one.factor: np.concatenate([part.codes[one.factor] for part in coded]) for one in levels}
    together = Coded(study.source.rows + after.rows, both, {})
    assert len(gaps_of(together, levels, 30, max_level=2)) == 0


def test_what_reality_rules_out_is_left_out_of_gaps_if_a_person_says_so(design_id: str, visit: Visit) -> None:
    factors = ["airbag", "deploy"]
    every = visit(design_id, tab="Gaps", factors=factors, **{"in": "real"})
    assert "2 gaps</b>" in text_of(every) or "1 gap" in text_of(every)
    assert "<small>airbag</small> <b>none</b></span><span><small>deploy</small> <b>1</b>" in text_of(every)
    sound(every.toggle(key="plausible").set_value(True).run())
    linked = visit(design_id, tab="Gaps", factors=factors, plausible="true", **{"in": "real"})
    for at in (every, linked):
        assert "There are none: every plausible combination has 30 rows or more." in text_of(at)


def test_a_remedy_that_is_not_needed_or_too_large_says_so(design_id: str, visit: Visit) -> None:
    at = visit(design_id, tab="Gaps", factors=["dvcat", "sex"], level="1", threshold="10", close="Fewest combinations")
    assert "There are none" in text_of(at)
    many = visit(design_id, tab="Gaps", factors=[*FACTORS, "ageOFocc", "yearacc"], close="Fewest combinations")
    assert "A design takes 50 at a time." in text_of(many)
    assert many.button(key="tt_remedy_take").label == "Take the first 50"
    sound(many.button(key="tt_remedy_take").click().run())
    assert "To cover these 50 combinations the design changes:" in text_of(many)


def test_what_the_design_computes_is_a_factor_of_every_tab(
    home: Workspace, study: Study, design_id: str, visit: Visit
) -> None:
    mix = {"score": "ageOFocc", "cuts": [60], "shares": {"no": 0.5, "yes": 0.5}}
    home.save_design(study.design.changed(levels={"old": mix}), design_id)
    pairs, combined = (visit(design_id, tab=tab, factors=["sex", "old"]) for tab in ("Pairs", "Combinations"))
    for at, columns in ((pairs, ["first", "second"]), (combined, ["factor 1", "factor 2"])):
        (row,) = at.dataframe[0].value[[*columns, "cells"]].values.tolist()
        assert row == ["sex", "old", 4]
    gaps = visit(design_id, tab="Gaps", factors=["sex", "old"], threshold="5000", **{"in": "real"})
    assert {"no", "yes"} & set(gaps.dataframe[0].value["old"])


def test_a_threshold_above_the_rows_is_refused(design_id: str, visit: Visit) -> None:
    at = visit(design_id, tab="Gaps", factors=FACTORS, threshold="90000")
    assert "the threshold of 90,000 is above the" in text_of(at)


def test_one_factor_has_gaps_too(design_id: str, visit: Visit) -> None:
    at = visit(design_id, tab="Gaps", factors=["dvcat"], threshold="10000", **{"in": "real"})
    assert "gaps</b> <span>in the 26,217 rows of real: " in text_of(at)


# --- the console ----------------------------------------------------------------------------------------------------


def test_a_query_is_answered_with_a_table_and_a_picture(design_id: str, generated: Path, visit: Visit) -> None:
    text = "SELECT sex, count(*) AS rows FROM generated GROUP BY ALL ORDER BY rows DESC"
    at = visit(design_id, tab="Console", sql=text)
    assert at.dataframe[0].value.to_dict("records") == [{"sex": "m", "rows": 1500}, {"sex": "f", "rows": 500}]
    assert len(at.get("plotly_chart")) == 1
    assert "2 rows in" in text_of(at)


def test_every_example_works(design_id: str, generated: Path, visit: Visit) -> None:
    at = visit(design_id, tab="Console")
    labels = [one.label for one in at.button if str(one.key).startswith("tt_console_example")]
    assert len(labels) == 4
    for label in labels:
        button(at, label)
        assert "⚠" not in text_of(at), label
        assert len(at.dataframe[0].value)


def test_a_query_that_would_write_is_refused_in_place(design_id: str, visit: Visit) -> None:
    at = visit(design_id, tab="Console", sql="DELETE FROM source")
    assert "only SELECT is allowed" in text_of(at)
    assert not at.dataframe


def test_more_rows_than_are_shown(design_id: str, study: Study, visit: Visit) -> None:
    at = visit(design_id, tab="Console", sql="SELECT * FROM source")
    assert len(at.dataframe[0].value) == 1000
    assert f"The first 1,000 of {study.source.rows:,} rows are shown" in text_of(at)


# --- the address ----------------------------------------------------------------------------------------------------


def test_a_factor_that_is_left_out_is_in_no_pair(design_id: str, visit: Visit) -> None:
    at = visit(design_id, tab="Pairs", factors=FACTORS, first="sex", second="airbag")
    sound(at.multiselect(key="factors").set_value(["dvcat", "airbag", "injSeverity"]).run())
    pair = {at.selectbox(key="first").value, at.selectbox(key="second").value}
    assert len(pair) == 2
    assert "sex" not in pair


def test_another_set_is_compared(design_id: str, generated: Path, visit: Visit) -> None:
    at = visit(design_id, tab="Pairs", factors=FACTORS, **{"in": "real + generated"})
    sound(at.segmented_control(key="with").set_value("design").run())
    assert at.segmented_control(key="in").value == "real + design", "what was shaded by is not there any more"
    assert list(heads(at)) == ["real", "design", "real + design"]


def test_what_the_address_names_wrongly_is_left_out(design_id: str, visit: Visit) -> None:
    at = visit(
        design_id, tab="Nothing", factors=["no such"], first="no such", strength="9", shade="x", **{"with": "nobody"}
    )
    assert len(at.get("plotly_chart")) == 13, "the first tab"
    for tab in ("Pairs", "Combinations", "Gaps", "Console"):
        visit(
            design_id, tab=tab, factors=["no such"], first="no such", strength="9", threshold="-3", **{"in": "nobody"}
        )


def test_another_file_stays_in_the_address(design_id: str, visit: Visit, home: Workspace, tmp_path: Path) -> None:
    lines = CRASHES.read_text(encoding="utf-8").splitlines(keepends=True)
    file = tmp_path / "other.csv"
    file.write_text("".join(lines[:501]), encoding="utf-8")
    other = home.spool(file)
    at = visit(design_id, tab="Pairs", factors=FACTORS, file=other.sha256, **{"with": "other.csv"})
    assert heads(at)["other.csv"].startswith("500 rows")
    assert at.query_params["file"] == other.sha256


def test_other_files_can_be_asked_in_the_console(design_id: str, visit: Visit, home: Workspace, tmp_path: Path) -> None:
    lines = CRASHES.read_text(encoding="utf-8").splitlines(keepends=True)
    shas = []
    for name, rows in (("May 2024.csv", 51), ("design.csv", 21)):
        (tmp_path / name).write_text("".join(lines[:rows]), encoding="utf-8")
        shas.append(home.spool(tmp_path / name).sha256)
    text = "SELECT (SELECT count(*) FROM May_2024) AS may, (SELECT count(*) FROM design_1) AS other"
    at = visit(design_id, tab="Console", sql=text, file=shas)
    assert at.dataframe[0].value.to_dict("records") == [{"may": 50, "other": 20}]
    assert "One SELECT over source, design, May_2024, design_1, combined" in text_of(at)


def test_names_and_values_are_text(home: Workspace, visit: Visit, tmp_path: Path) -> None:
    file = tmp_path / "strange.csv"
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["<b>x</b>", "**y** [z](w)"])
    writer.writerows([["<img src=x>", "`a`"], ["_b_", "$c$"]] * 40 + [["<img src=x>", "$c$"]])
    file.write_text(text.getvalue(), encoding="utf-8")
    source = home.spool(file)
    design_id = home.save_design(loads(f"trimtab: 1\nname: s\nrows: 100\nsource: {{path: s, sha256: {source.sha256}}}"))
    for tab in ("Pairs", "Combinations", "Gaps", "Console"):
        at = visit(design_id, tab=tab, threshold="60")
        assert not re.search(r"<img|<b>x</b>", text_of(at)), tab


def _in_order(names: list[str]) -> list[str]:
    header = CRASHES.read_text(encoding="utf-8").splitlines()[0].replace('"', "").split(",")
    return sorted(names, key=header.index)


def _texts(file: Path, *names: str) -> list[list[object]]:
    table = pq.read_table(file, columns=list(names))
    return [table.column(name).to_pylist() for name in names]
