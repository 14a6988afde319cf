"""Pairs, derived factors, tails and mixtures on the design page: without a mouse, undone, refused with a reason."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from trimtab.core.design.design import Design
from trimtab.core.design.parts.source_ref import SourceRef
from trimtab.core.design.targets.mixture import Mixture
from trimtab.core.study.study import Study, open_study
from trimtab.core.workspace.workspace import Workspace

from .looking import redo, steps, undo

Start = Callable[..., AppTest]
ROWS = 2000
HOSTILE = '*b* `c` <img src=x onerror="alert(1)">'


def of_factor(app: AppTest, field: str) -> str:
    """The key of a field of the factor that is shown."""
    return f"{field} {app.session_state['tt_factor']}"


def table() -> pd.DataFrame:
    random = np.random.default_rng(11)
    speed = np.clip(random.gamma(9.0, 6.0, ROWS), 5, 140).round(1)
    return pd.DataFrame(
        {
            "speed": speed,
            "wear": (speed / 10 + random.normal(0, 2, ROWS)).round(1),
            "lanes": random.integers(1, 6, ROWS),
            "belt": random.random(ROWS) < 0.9,
            "road": random.choice(["town", "country", HOSTILE], ROWS, p=[0.6, 0.3, 0.1]),
            HOSTILE: random.choice(["a", "b"], ROWS),
        }
    )


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("roads") / "roads.parquet"
    table().to_parquet(path)
    return path


@pytest.fixture
def study(home: Workspace, file: Path) -> Study:
    source = home.spool(file)
    return open_study(Design(name="roads", source=SourceRef(path=source.name, sha256=source.sha256)), source)


@pytest.fixture
def pairs(start: Start, home: Workspace, study: Study) -> Callable[..., AppTest]:
    """The design page with the tab Pairs open."""

    def run(design: Design | None = None) -> AppTest:
        app = start("design", home.save_design(design or study.design))
        app.session_state["tt_tab"] = "pairs"
        app.run()
        assert not app.exception, [one.value for one in app.exception]
        return app

    return run


def body(app: AppTest) -> str:
    return " ".join(one.proto.body for one in app.get("html"))


def sent(app: AppTest, key: str) -> dict[str, Any]:
    """What the component that has this key in its data was sent last."""
    found = [json.loads(one.proto.json) for one in app.get("bidi_component")]
    return next(one for one in found if key in one)


def design_of(app: AppTest) -> Design:
    design: Design = app.session_state["trimtab_session"].document.design
    return design


def choose(app: AppTest, first: str, second: str) -> AppTest:
    app.selectbox(key="tt_pair_factor_0").select(first).run()
    return app.selectbox(key="tt_pair_factor_1").select(second).run()


def test_the_matrix_begins_at_the_strongest_pair(pairs: Callable[..., AppTest]) -> None:
    app = pairs()
    matrix = sent(app, "strength")
    assert matrix["names"] == list(table().columns)
    assert [len(row) for row in matrix["strength"]] == list(range(6))
    assert matrix["selected"] == ["speed", "wear"]
    assert matrix["controlled"] == []
    heat = sent(app, "columns")
    assert heat["row"] == "speed"
    assert sum(map(sum, heat["shares"])) == pytest.approx(1, abs=1e-4)


def test_two_factors_are_chosen_by_name_and_change_places(pairs: Callable[..., AppTest]) -> None:
    app = choose(pairs(), "lanes", "road")
    assert sent(app, "strength")["selected"] == ["lanes", "road"]
    app.selectbox(key="tt_pair_factor_1").select("lanes").run()
    assert sent(app, "strength")["selected"] == ["road", "lanes"]


def test_independence_is_a_step_that_is_undone_and_deleted(pairs: Callable[..., AppTest]) -> None:
    app = choose(pairs(), "speed", "wear")
    app.button_group(key="tt_pair_choice").set_value("independent").run()
    assert not app.exception
    (pair,) = design_of(app).pairs
    assert (pair.factors, pair.target) == (("speed", "wear"), "independent")
    assert sent(app, "strength")["controlled"] == [["speed", "wear"]]
    assert steps(app)[0][0] == "pair speed × wear"
    undo(app)
    assert design_of(app).pairs == ()
    redo(app)
    app.button(key="tt_pair_delete_0").click().run()
    assert design_of(app).pairs == ()
    assert sent(app, "strength")["selected"] == ["speed", "wear"]


def test_a_rank_correlation_begins_with_the_real_one(pairs: Callable[..., AppTest]) -> None:
    app = choose(pairs(), "wear", "speed")
    app.button_group(key="tt_pair_choice").set_value("rank").run()
    real = table()[["speed", "wear"]].corr("spearman").iloc[0, 1]
    assert design_of(app).pairs[0].rank_correlation == pytest.approx(real, abs=0.02)  # bins and two digits
    app.slider(key="tt_pair_rank").set_value(0.2).run()
    assert design_of(app).pairs[0].rank_correlation == 0.2
    app.button_group(key="tt_pair_choice").set_value("real").run()
    assert design_of(app).pairs == ()


def test_a_correlation_needs_an_order_and_a_table_few_bins(pairs: Callable[..., AppTest]) -> None:
    app = choose(pairs(), "lanes", "road")
    assert app.button_group(key="tt_pair_choice").options == ["As real", "Independent", "Table"]
    app = choose(app, "lanes", "belt")
    assert app.button_group(key="tt_pair_choice").options == ["As real", "Independent", "Correlation", "Table"]
    app = choose(app, "speed", "belt")
    assert app.button_group(key="tt_pair_choice").options == ["As real", "Independent", "Correlation"]
    assert "12 × 12 bins; speed has" in body(app)


def test_a_table_begins_with_the_real_shares(pairs: Callable[..., AppTest]) -> None:
    app = choose(pairs(), "lanes", "belt")
    app.button_group(key="tt_pair_choice").set_value("table").run()
    assert not app.exception
    (pair,) = design_of(app).pairs
    counts = pd.crosstab(table()["lanes"], table()["belt"], normalize=True).to_numpy() * 100
    assert np.array(pair.weights) == pytest.approx(counts, abs=1e-4)
    assert design_of(app).factor("lanes").edges == (1, 2, 3, 4, 5, 5)  # what the rows of the table are
    weights = sent(app, "pair")
    assert weights["pair"] == '["lanes", "belt"]'
    assert np.array(weights["shares"]) == pytest.approx(counts / 100, abs=1e-6)
    assert "a table of 5 × 2" in body(app)


def test_levels_are_named_in_the_table(pairs: Callable[..., AppTest]) -> None:
    app = choose(pairs(), "road", "belt")
    app.button_group(key="tt_pair_choice").set_value("table").run()
    weights = design_of(app).pairs[0].weights
    assert isinstance(weights, dict)
    assert list(weights) == ["town", "country", HOSTILE]
    assert list(weights["town"]) == ["false", "true"]
    assert "<img src=x" not in body(app)


def test_weights_of_a_file_that_are_too_many_to_type_are_a_picture(study: Study, pairs: Callable[..., AppTest]) -> None:
    sizes = study.axes["speed"].size, study.axes["belt"].size
    pair = {"factors": ("speed", "belt"), "weights": np.ones(sizes).tolist()}
    app = pairs(study.design.changed(pairs=(pair,)))
    heats = [json.loads(one.proto.json) for one in app.get("bidi_component") if '"asked"' in one.proto.json]
    asked = next(one for one in heats if one.get("asked") is True)
    assert len({share for row in asked["shares"] for share in row if share}) == 1
    assert app.button_group(key="tt_pair_choice").value == "table"


def test_a_factor_that_is_dropped_can_not_be_part_of_a_pair(study: Study, pairs: Callable[..., AppTest]) -> None:
    app = pairs(study.design.with_factor("lanes", role="drop"))
    assert app.selectbox(key="tt_pair_factor_0").options == ["speed", "wear", "belt", "road", HOSTILE]
    app = choose(app, "speed", "wear")
    app.button_group(key="tt_pair_choice").set_value("independent").run()
    app.button_group(key=of_factor(app, "tt_role")).set_value("drop").run()
    assert "has role drop" in body(app)
    assert design_of(app).factor("speed").role == "follow"


def test_a_correlation_out_of_reach_is_a_conflict_that_names_the_pair(pairs: Callable[..., AppTest]) -> None:
    app = choose(pairs(), "speed", "belt")
    app.button_group(key="tt_pair_choice").set_value("rank").run()
    app.slider(key="tt_pair_rank").set_value(1.0).run()
    assert not app.exception
    assert "Pair <b>speed × belt</b> asks for a rank correlation of 1" in body(app)
    app.button(key="tt_pair_delete_0").click().run()
    assert "Pair <b>speed × belt</b>" not in body(app)


def test_a_column_is_derived_by_an_expression_and_is_itself_again(pairs: Callable[..., AppTest]) -> None:
    app = pairs()
    app.button_group(key=of_factor(app, "tt_role")).set_value("derive").run()
    assert design_of(app).factor("speed").role == "follow"  # not before there is an expression
    app.text_area(key=of_factor(app, "tt_expression")).input("sped * 2").run()
    assert "no column can be computed from itself" in body(app) or "Did you mean" in body(app)
    app.text_area(key=of_factor(app, "tt_expression")).input("wear * 10").run()
    assert not app.exception
    factor = design_of(app).factor("speed")
    assert (factor.role, factor.expression) == ("derive", "wear * 10")
    app.text_area(key=of_factor(app, "tt_expression")).input("").run()
    assert "needs an expression" in body(app)
    for role in ("target", "keep"):
        app.button_group(key=of_factor(app, "tt_role")).set_value(role).run()
        assert not app.exception
        assert (design_of(app).factor("speed").role, design_of(app).factor("speed").expression) == (role, None)


def test_a_derived_factor_is_added_chosen_paired_and_deleted(pairs: Callable[..., AppTest]) -> None:
    app = pairs()
    app.session_state["tt_new_derived"] = True  # opened by a click: AppTest knows no popovers
    app.run()
    app.text_input(key="tt_derived_name").input("speed").run()
    app.text_area(key="tt_derived_expression").input("speed - 10 * wear").run()
    app.button(key="tt_derived_save").click().run()
    assert "There is a factor <b>speed</b> already" in body(app)
    app.text_input(key="tt_derived_name").input("excess").run()
    app.button(key="tt_derived_save").click().run()
    assert not app.exception
    assert design_of(app).factor("excess").expression == "speed - 10 * wear"
    listed = sent(app, "factors")
    assert listed["selected"] == "excess"
    assert listed["factors"][-1]["role"] == "derive"
    assert sent(app, "labels")["locked"] is True
    assert "excess" in sent(app, "strength")["names"]
    app.text_area(key=of_factor(app, "tt_edges")).input("-200, 0, 200").run()
    assert design_of(app).factor("excess").edges == (-200, 0, 200)
    app.button(key=of_factor(app, "tt_delete_derived")).click().run()
    assert not app.exception
    assert "excess" not in design_of(app).factors


def test_a_tail_leaves_open_what_is_fitted(pairs: Callable[..., AppTest]) -> None:
    app = pairs()
    app.button_group(key=of_factor(app, "tt_role")).set_value("target").run()
    app.selectbox(key=of_factor(app, "tt_family")).select("tail").run()
    assert not app.exception
    share_above = (table()["speed"] > float(app.text_input(key=of_factor(app, "tt_parameter_above")).value)).mean()
    assert 0.03 < share_above <= 0.05
    assert app.text_input(key=of_factor(app, "tt_parameter_shape")).placeholder.startswith("fitted, ")
    app.text_input(key=of_factor(app, "tt_parameter_shape")).input("0.1").run()
    assert dict(design_of(app).factor("speed").target or {})["shape"] == 0.1
    app.text_input(key=of_factor(app, "tt_parameter_shape")).input("").run()
    app.text_input(key=of_factor(app, "tt_parameter_above")).input("1000").run()
    assert "no row of the source lies above 1000" in body(app)


def test_a_mixture_has_parts_that_come_and_go(pairs: Callable[..., AppTest]) -> None:
    app = pairs()
    app.button_group(key=of_factor(app, "tt_role")).set_value("target").run()
    app.selectbox(key=of_factor(app, "tt_family")).select("mixture").run()
    assert not app.exception

    def parts() -> list[tuple[str, float]]:
        target = design_of(app).factor("speed").target
        assert isinstance(target, Mixture)
        return [(part.family, dict(part)["weight"]) for part in target.parts]

    assert parts() == [("empirical", 9), ("tail", 1)]
    assert of_factor(app, "tt_part_remove_0") not in {button.key for button in app.button}
    app.text_input(key=of_factor(app, "tt_part_1_weight")).input("3").run()
    app.button(key=of_factor(app, "tt_part_add")).click().run()
    app.selectbox(key=of_factor(app, "tt_part_family_2")).select("normal").run()
    app.text_input(key=of_factor(app, "tt_part_2_mean")).input("90").run()
    assert parts() == [("empirical", 9), ("tail", 3), ("normal", 1)]
    app.text_input(key=of_factor(app, "tt_part_2_sd")).input("-1").run()
    assert "must be more than 0" in body(app)
    app.button(key=of_factor(app, "tt_part_remove_0")).click().run()
    assert parts() == [("tail", 3), ("normal", 1)]
    app.text_input(key=of_factor(app, "tt_parameter_high")).input("200").run()
    assert not app.exception
    assert dict(design_of(app).factor("speed").target or {})["high"] == 200
