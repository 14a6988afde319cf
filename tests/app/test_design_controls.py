"""Design: the controls beside the factors: levels, labels, rules, sweeps, floors, events; each with its form."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from trimtab.core.design.design import Design
from trimtab.core.design.parts.source_ref import SourceRef
from trimtab.core.study.study import Study, open_study
from trimtab.core.workspace.workspace import Workspace
from trimtab.ui.controls.level import with_share
from trimtab.ui.controls.level_parts import stacks
from trimtab.ui.parts.control_rows import slug

from .looking import form_key, redo, save_in_vain, steps, undo

Start = Callable[..., AppTest]
ROWS = 2000
HOSTILE = '<img src=x onerror="alert(1)">'


def table() -> pd.DataFrame:
    random = np.random.default_rng(5)
    planned = random.integers(5, 60, ROWS)
    return pd.DataFrame(
        {
            "planned": planned,
            "taken": planned + random.integers(-5, 30, ROWS),
            "speed": np.where(random.random(ROWS) < 0.1, np.nan, random.normal(60, 12, ROWS).round(1)),
            "road": random.choice(["town", "country", "motorway"], ROWS, p=[0.6, 0.3, 0.1]),
            "wet": random.random(ROWS) < 0.2,
        }
    )


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("trips") / "trips.parquet"
    table().to_parquet(path)
    return path


@pytest.fixture
def study(home: Workspace, file: Path) -> Study:
    source = home.spool(file)
    return open_study(Design(name="trips", source=SourceRef(path=source.name, sha256=source.sha256)), source)


@pytest.fixture
def design_id(home: Workspace, study: Study) -> str:
    return home.save_design(study.design)


def body(app: AppTest) -> str:
    return " ".join(one.proto.body for one in app.get("html"))


def show(app: AppTest, kind: str) -> AppTest:
    """The tab of a kind of control, as a click on it leaves the session: AppTest can't click tabs."""
    app.session_state["tt_tab"] = kind
    app.run()
    assert not app.exception, [one.value for one in app.exception]
    return app


def open_menu(app: AppTest, key: str) -> AppTest:
    """A menu as a click leaves it: AppTest knows no popovers."""
    app.session_state[f"tt_menu_{key}"] = True
    return app.run()


def tabs(app: AppTest) -> dict[str, int]:
    """The titles of the tabs, and how many elements each holds."""
    return {one.label: len(one.children) for one in app.tabs}


MIX = {"score": "taken - planned", "cuts": [5, 20], "shares": {"easy": 0.5, "medium": 0.3, "hard": 0.2}}


def late() -> np.ndarray:
    return np.asarray(table()["taken"] - table()["planned"])


# --- tabs -----------------------------------------------------------------------------------------------------------


def test_titles_count_and_only_the_chosen_tab_is_sent(start: Start, home: Workspace, study: Study) -> None:
    id_ = home.save_design(study.design.changed(levels={"difficulty": MIX}, rules=("planned > 0", "taken > 0")))
    app = start("design", id_)
    titles = ["Rare events", "Pairs", "Levels · 1", "Labels", "Rules · 2", "Sweeps", "Floors", "Quantiles"]
    assert list(tabs(app)) == titles
    assert [title for title, size in tabs(app).items() if size] == ["Rare events"]
    assert [title for title, size in tabs(show(app, "rules")).items() if size] == ["Rules · 2"]


@pytest.mark.parametrize(
    ("kind", "button", "example", "lacking"),
    [
        ("events", "tt_add_event", "fog with a strong wind", "type a value in each row"),
        ("levels", "tt_add_level", "below 0.3 medium", "need a score, and where it is cut"),
        ("labels", "tt_add_label", "dep_delay &gt; 15", "Write in SQL how it is made"),
        ("rules", "tt_add_rule", "arr_delay &gt; dep_delay - 90", "type a value in each row"),
        ("sweeps", "tt_add_sweep", "visib at 0.25, 1, 3 and 10", "needs values of the factor, and how many groups"),
        ("floors", "tt_add_floor", "every pair of the bins of origin", "needs as many factors as are combined"),
    ],
)
def test_an_empty_tab_says_what_it_is_for_and_a_form_can_be_left(
    start: Start, design_id: str, kind: str, button: str, example: str, lacking: str
) -> None:
    app = show(start("design", design_id), kind)
    assert example in body(app)
    app.button(key=button).click().run()
    assert example not in body(app)
    assert lacking not in body(app)
    assert lacking in body(save_in_vain(app))
    app.button(key="tt_form_cancel").click().run()
    assert example in body(app)


def test_what_is_typed_stays_while_another_tab_is_looked_at(start: Start, design_id: str) -> None:
    app = show(start("design", design_id), "levels")
    app.button(key="tt_add_level").click().run()
    app.text_area(key=form_key(app, "score")).input("taken - planned").run()
    show(app, "rules")
    assert app.button(key="tt_add_rule").label == "Add a rule"
    assert show(app, "levels").text_area(key=form_key(app, "score")).value == "taken - planned"


# --- levels ---------------------------------------------------------------------------------------------------------


def test_levels_begin_as_real_and_their_shares_are_set(start: Start, home: Workspace, design_id: str) -> None:
    app = show(start("design", design_id), "levels")
    app.button(key="tt_add_level").click().run()
    app.text_input(key=form_key(app, "name")).input("how late").run()
    app.text_area(key=form_key(app, "score")).input("taken - planned").run()
    app.text_input(key=form_key(app, "cuts")).input("5, 20").run()
    app.button(key="tt_form_save").click().run()
    assert not app.exception
    shares = home.load_design(design_id).levels["how_late"].shares
    real = [(late() < 5).mean(), ((late() >= 5) & (late() < 20)).mean(), (late() >= 20).mean()]
    assert list(shares) == ["easy", "medium", "hard"]
    assert list(shares.values()) == pytest.approx(real, abs=1e-5)
    assert steps(app)[0][0] == "add how late"
    app.text_input(key=share_key("how_late", "hard")).input("40 %").run()
    shares = home.load_design(design_id).levels["how_late"].shares
    assert shares["hard"] == 0.4
    assert shares["easy"] / shares["medium"] == pytest.approx(real[0] / real[1], rel=1e-4)
    assert steps(app)[0][0] == "share of hard"


def share_key(name: str, level: str) -> str:
    return f"tt_share_{name}_{slug(level)}"


def test_a_share_that_is_none_is_refused_at_its_place(start: Start, home: Workspace, study: Study) -> None:
    id_ = home.save_design(study.design.changed(levels={"difficulty": MIX}))
    app = show(start("design", id_), "levels")
    key = share_key("difficulty", "hard")
    app.text_input(key=key).input("a lot").run()
    assert "must be a percentage such as 20 %" in body(app)
    assert app.text_input(key=key).value == "a lot"
    app.text_input(key=key).input("120").run()
    assert "must be from 0 % to 100 %" in body(app)
    assert home.load_design(id_).levels["difficulty"].shares["hard"] == 0.2


def test_a_level_mix_is_cut_anew_renamed_and_deleted(start: Start, home: Workspace, study: Study) -> None:
    id_ = home.save_design(study.design.changed(levels={"difficulty": MIX}))
    app = open_menu(show(start("design", id_), "levels"), "level_difficulty")
    app.button(key="tt_change_level_difficulty").click().run()
    assert app.text_input(key=form_key(app, "levels")).value == "easy, medium, hard"
    app.text_input(key=form_key(app, "cuts")).input("20, 5").run()
    assert "must be ascending" in body(app)
    app.text_input(key=form_key(app, "cuts")).input("0; 2,5").run()
    app.button(key="tt_form_save").click().run()
    mix = home.load_design(id_).levels["difficulty"]
    assert (mix.cuts, mix.shares["hard"]) == ((0, 2.5), 0.2)
    open_menu(app, "level_difficulty").text_input(key="tt_rename_level_difficulty").input("how hard").run()
    assert list(home.load_design(id_).levels) == ["how_hard"]
    open_menu(app, "level_how_hard").button(key="tt_delete_level_how_hard").click().run()
    assert home.load_design(id_).levels == {}
    assert steps(app)[0][0] == "delete how hard"


@pytest.mark.parametrize(
    ("score", "cuts", "problem"),
    [
        ("takn", "5", "Did you mean <b>taken</b>?"),
        ("road", "5", "must be a number for each row"),
        ("taken", "5, x", "must be numbers such as 10 or 0.5"),
    ],
)
def test_levels_that_can_not_be_are_explained(
    start: Start, design_id: str, score: str, cuts: str, problem: str
) -> None:
    app = show(start("design", design_id), "levels")
    app.button(key="tt_add_level").click().run()
    app.text_area(key=form_key(app, "score")).input(score).run()
    app.text_input(key=form_key(app, "cuts")).input(cuts).run()
    assert problem in body(app)
    assert "the_new_one" not in body(app)
    save_in_vain(app)


def test_rows_without_a_score_are_told(start: Start, home: Workspace, study: Study) -> None:
    mix = {"score": "speed", "cuts": [60], "shares": {"slow": 0.5, "fast": 0.5}}
    app = show(start("design", home.save_design(study.design.changed(levels={"pace": mix}))), "levels")
    none = 100 * table()["speed"].isna().mean()
    assert f"{none:.2f}".rstrip("0") in body(app)
    assert "have no score" in body(app)


def test_other_shares_keep_their_proportions() -> None:
    mix = Design.model_validate({"name": "x", "source": {"path": "x"}, "levels": {"d": MIX}}).levels["d"]
    assert with_share(mix, "hard", 0.6) == {"easy": 0.25, "medium": 0.15, "hard": 0.6}
    assert with_share(mix, "easy", 1.0) == {"easy": 1.0, "medium": 0.0, "hard": 0.0}
    full = mix.model_copy(update={"shares": with_share(mix, "easy", 1.0)})
    assert with_share(full, "easy", 0.5) == {"easy": 0.5, "medium": 0.25, "hard": 0.25}


def test_names_of_levels_are_text() -> None:
    assert "<img" not in str(stacks({"real": {HOSTILE: 0.4, "b": 0.6}}))


# --- labels ---------------------------------------------------------------------------------------------------------


def test_a_label_by_a_rule_and_its_noise(start: Start, home: Workspace, design_id: str) -> None:
    app = show(start("design", design_id), "labels")
    app.button(key="tt_add_label").click().run()
    app.text_input(key=form_key(app, "name")).input("late").run()
    app.text_area(key=form_key(app, "made_by")).input(
        "CASE WHEN taken > planned + 10 THEN 'late' ELSE 'in time' END"
    ).run()
    share = 100 * (late() > 10).mean()
    assert f"late {share:.1f} %" in body(app)
    app.button(key="tt_form_save").click().run()
    assert "gives late<" in body(app)
    app.text_input(key="tt_noise_late").input("2 %").run()
    label = home.load_design(design_id).labels["late"]
    assert (label.noise, label.probability) == (0.02, None)
    assert "gives late and late_clean" in body(app)
    assert steps(app)[0][0] == "noise of late"
    app.text_input(key="tt_noise_late").input("-1").run()
    assert "must be from 0 % to 100 %" in body(app)


def test_a_label_with_a_probability(start: Start, home: Workspace, design_id: str) -> None:
    app = show(start("design", design_id), "labels")
    app.button(key="tt_add_label").click().run()
    app.button_group(key=form_key(app, "way")).set_value("probability").run()
    app.text_area(key=form_key(app, "made_by")).input("planned / 100").run()
    app.button(key="tt_form_save").click().run()
    assert home.load_design(design_id).labels["label_1"].probability == "planned / 100"
    assert f"{100 * (table()['planned'] / 100).mean():.1f} % true" in body(app)
    assert "gives label_1 and label_1_probability" in body(app)
    open_menu(app, "label_label_1").button(key="tt_change_label_label_1").click().run()
    assert app.button_group(key=form_key(app, "way")).value == "probability"
    app.text_area(key=form_key(app, "made_by")).input("road").run()
    assert "must be a number for each row" in body(app)


# --- rules ----------------------------------------------------------------------------------------------------------


def test_a_rule_is_built_counted_and_deleted(start: Start, home: Workspace, design_id: str) -> None:
    app = show(start("design", design_id), "rules")
    app.button(key="tt_add_rule").click().run()
    app.selectbox(key=form_key(app, "factor_0")).select("taken").run()
    app.selectbox(key=form_key(app, "op_0")).select(">=").run()
    app.text_input(key=form_key(app, "value_0")).input("10").run()
    rows = int((table()["taken"] >= 10).sum())
    assert f"{rows:,} of 2,000 real rows" in body(app)
    app.button(key="tt_form_save").click().run()
    assert home.load_design(design_id).rules == ("taken >= 10",)
    assert f"{rows:,} of 2,000" in body(app)
    assert steps(app)[0][0].startswith("add rule taken")
    undo(app)
    assert home.load_design(design_id).rules == ()
    redo(app)
    key = f"rule_0_{slug('taken >= 10')}"
    open_menu(app, key).button(key=f"tt_delete_{key}").click().run()
    assert home.load_design(design_id).rules == ()


def test_a_rule_compares_columns_in_sql_and_the_same_one_twice_is_refused(
    start: Start, home: Workspace, study: Study
) -> None:
    id_ = home.save_design(study.design.changed(rules=("taken >= planned",)))
    app = show(start("design", id_), "rules")
    assert f"{int((late() >= 0).sum()):,} of 2,000" in body(app)
    app.button(key="tt_add_rule").click().run()
    app.button(key="tt_form_mode").click().run()
    app.text_area(key=form_key(app, "sql")).input("taken >= planned").run()
    assert "<b>rules</b> must differ" in body(app)
    save_in_vain(app)
    app.text_area(key=form_key(app, "sql")).input("taken + 1").run()
    assert "must be true or false for each row" in body(app)
    save_in_vain(app)


def test_rules_are_text(start: Start, home: Workspace, study: Study) -> None:
    id_ = home.save_design(study.design.changed(rules=(f"road != '{HOSTILE}'",)))
    app = show(start("design", id_), "rules")
    assert "<img src=x" not in body(app)
    assert "&lt;img src=x" in body(app)


def test_a_condition_may_name_a_level(start: Start, home: Workspace, study: Study) -> None:
    id_ = home.save_design(study.design.changed(levels={"difficulty": MIX}))
    app = show(start("design", id_), "rules")
    app.button(key="tt_add_rule").click().run()
    app.button(key="tt_form_mode").click().run()
    app.text_area(key=form_key(app, "sql")).input("difficulty = 'hard'").run()
    assert f"{int((late() >= 20).sum()):,} of 2,000 real rows" in body(app)
    app.button(key="tt_form_save").click().run()
    assert home.load_design(id_).rules == ("difficulty = 'hard'",)
    # Now the levels can't go: the rule needs them.
    open_menu(show(app, "levels"), "level_difficulty").button(key="tt_delete_level_difficulty").click().run()
    assert "difficulty" in home.load_design(id_).levels
    assert "there is no column <b>difficulty</b>" in body(app)


# --- events ---------------------------------------------------------------------------------------------------------


def test_an_event_compares_columns(start: Start, home: Workspace, design_id: str) -> None:
    app = start("design", design_id)
    app.button(key="tt_add_event").click().run()
    app.text_input(key=form_key(app, "name")).input("very late").run()
    app.button(key="tt_form_mode").click().run()
    app.text_area(key=form_key(app, "sql")).input("taken > planned + 22").run()
    assert f"{int((late() > 22).sum()):,} of 2,000 real rows" in body(app)
    app.button(key="tt_form_save").click().run()
    assert not app.exception
    assert home.load_design(design_id).events["very_late"].when == "taken > planned + 22"


@pytest.mark.parametrize("quantile", [0.8, 0.995])
def test_a_new_event_begins_as_often_as_it_happens_and_a_rare_one_more_often(
    start: Start, home: Workspace, design_id: str, quantile: float
) -> None:
    limit = int(np.quantile(late(), quantile))
    app = start("design", design_id)
    app.button(key="tt_add_event").click().run()
    app.button(key="tt_form_mode").click().run()
    app.text_area(key=form_key(app, "sql")).input(f"taken > planned + {limit}").run()
    app.button(key="tt_form_save").click().run()
    real = (late() > limit).mean()
    (event,) = home.load_design(design_id).events.values()
    assert event.rate == (float(f"{real:.2g}") if quantile < 0.9 else 0.01)


# --- sweeps ---------------------------------------------------------------------------------------------------------


def test_a_sweep_says_how_many_rows_it_takes(start: Start, home: Workspace, design_id: str) -> None:
    app = show(start("design", design_id), "sweeps")
    app.button(key="tt_add_sweep").click().run()
    app.selectbox(key=form_key(app, "factor")).select("speed").run()
    app.text_input(key=form_key(app, "values")).input("30, 50.5, 70").run()
    app.text_input(key=form_key(app, "groups")).input("200").run()
    assert "200 groups of 3: 600 of the 10,000 rows." in body(app)
    app.button(key="tt_form_save").click().run()
    (sweep,) = home.load_design(design_id).sweeps
    assert (sweep.factor, sweep.values, sweep.groups, sweep.others) == ("speed", (30, 50.5, 70), 200, "intervene")
    assert steps(app)[0][0] == "add sweep of speed"
    assert "Together they take 600 of the 10,000 rows" in body(app)
    key = f"tt_groups_sweep_0_{slug('speed')}"
    app.text_input(key=key).input("1k").run()
    assert home.load_design(design_id).sweeps[0].groups == 1000
    app.text_input(key=key).input("many").run()
    assert "must be a whole number such as" in body(app)
    assert app.text_input(key=key).value == "many"


def test_a_sweep_of_levels_is_chosen_and_changed(start: Start, home: Workspace, design_id: str) -> None:
    app = show(start("design", design_id), "sweeps")
    app.button(key="tt_add_sweep").click().run()
    app.selectbox(key=form_key(app, "factor")).select("wet").run()
    app.multiselect(key=form_key(app, "chosen wet")).set_value(["false", "true"]).run()
    app.button_group(key=form_key(app, "others")).set_value("condition").run()
    app.button(key="tt_form_save").click().run()
    (sweep,) = home.load_design(design_id).sweeps
    assert (sweep.values, sweep.others) == ((False, True), "condition")
    key = f"sweep_0_{slug('wet')}"
    open_menu(app, key).button(key=f"tt_change_{key}").click().run()
    assert app.multiselect(key=form_key(app, "chosen wet")).value == ["false", "true"]
    app.multiselect(key=form_key(app, "chosen wet")).set_value(["false"]).run()
    assert "must have at least 2 entries" in body(app)
    save_in_vain(app)


# --- quantiles ------------------------------------------------------------------------------------------------------


def test_quantiles_are_added_changed_and_taken_away(start: Start, home: Workspace, design_id: str) -> None:
    app = show(start("design", design_id), "quantiles")
    assert "half of all delays at most 0 minutes" in body(app)
    app.button(key="tt_add_quantiles").click().run()
    app.selectbox(key=form_key(app, "factor")).select("planned")
    for place, value in enumerate(("20", "50")):
        app.text_input(key=form_key(app, f"value_{place}")).input(value)
    app.run()
    app.button(key="tt_form_save").click().run()
    (asked,) = home.load_design(design_id).quantiles
    assert (asked.factor, asked.points) == ("planned", ((0.5, 20.0), (0.95, 50.0)))
    assert "50.0 % at most 20 · 95.0 % at most 50" in body(app)
    # All points are there to be changed, and one more.
    many = {0.1: 9, 0.2: 13, 0.3: 18, 0.5: 30, 0.9: 50}
    home.save_design(home.load_design(design_id).changed(quantiles=[{"factor": "planned", "at": many}]), design_id)
    app = show(start("design", design_id), "quantiles")
    row = f"quantiles_0_{slug('planned')}"
    open_menu(app, row).button(key=f"tt_change_{row}").click().run()
    app.text_input(key=form_key(app, "value_4")).input("52").run()
    app.button(key="tt_form_save").click().run()
    assert home.load_design(design_id).quantiles[0].at == {**many, 0.9: 52}
    open_menu(app, row).button(key=f"tt_delete_{row}").click().run()
    assert home.load_design(design_id).quantiles == ()


# --- floors ---------------------------------------------------------------------------------------------------------


def test_a_floor_says_how_many_cells(start: Start, home: Workspace, design_id: str) -> None:
    app = show(start("design", design_id), "floors")
    app.button(key="tt_add_floor").click().run()
    app.multiselect(key=form_key(app, "factors")).set_value(["road", "wet", "planned"]).run()
    planned = table()["planned"].nunique()
    cells = 3 * 2 + 3 * planned + 2 * planned
    assert f"{cells:,} cells." in body(app)
    assert f"At least {3 * planned * 5:,} of the 10,000 rows" in body(app)
    app.button(key="tt_form_save").click().run()
    (floor,) = home.load_design(design_id).floors
    assert (floor.factors, floor.strength, floor.at_least) == (("road", "wet", "planned"), 2, 5)
    row = f"floor_0_{slug('road, wet, planned')}"
    key = f"tt_least_{row}"
    app.text_input(key=key).input("0").run()
    assert "must be at least 1" in body(app)
    app.text_input(key=key).input("7").run()
    assert home.load_design(design_id).floors[0].at_least == 7
    open_menu(app, row).button(key=f"tt_delete_{row}").click().run()
    assert home.load_design(design_id).floors == ()
    assert steps(app)[0][0].startswith("delete floor of road, wet,")


# --- conflicts ------------------------------------------------------------------------------------------------------


def test_a_rule_against_a_keep_is_told_and_goes(start: Start, home: Workspace, study: Study) -> None:
    design = study.design.with_factor("road", role="keep").with_rule("road = 'town'")
    id_ = home.save_design(design)
    app = start("design", id_)
    assert "<b>rule road = &#39;town&#39;</b>" in body(app)
    assert f"At most <b>{100 * (table()['road'] == 'town').mean():.1f} %</b> of the rows can meet the rule." in body(
        app
    )
    assert [app.button(key=f"tt_way_out_{i}").label for i in range(2)] == ["Let road follow", "Remove the rule"]
    app.button(key="tt_way_out_1").click().run()
    assert home.load_design(id_).rules == ()
    assert steps(app)[0][0] == "remove the rule"
    assert "At most" not in body(app)


def test_a_floor_that_takes_more_rows_says_how_many(start: Start, home: Workspace, study: Study) -> None:
    design = study.design.with_floor(factors=["road", "wet"], at_least=3000)
    id_ = home.save_design(design)
    app = start("design", id_)
    assert "Floor <b>road, wet</b> takes 18,000 rows" in body(app)
    assert app.button(key="tt_way_out_1").label == "Remove the floor of road, wet"
    app.button(key="tt_way_out_0").click().run()
    assert home.load_design(id_).rows == 18_000
    assert steps(app)[0][0] == "use 18,000 rows"
    assert "takes 18,000 rows" not in body(app)


# --- other data -----------------------------------------------------------------------------------------------------


def test_a_factor_takes_the_shares_of_another_file(start: Start, home: Workspace, design_id: str) -> None:
    app = start("design", design_id)
    app.session_state["tt_match"] = True
    app.run()
    app.file_uploader(key="tt_match_upload_0").upload(
        "logs.csv", b"planned,speed\n10,60\n10,55\n20,9000\n30,70\n"
    ).run()
    assert not app.exception
    assert "logs.csv: 4 rows" in body(app)
    app.button(key="tt_match_one").click().run()
    assert not app.exception
    assert home.load_design(design_id).factor("planned").role == "target"
    assert steps(app)[0][0] == "match planned with logs.csv"
    app.button(key="tt_match_all").click().run()
    assert home.load_design(design_id).factor("speed").role == "target"
    assert "1 row of 4 (25.0 %) lies where the source has no value" in body(app)
