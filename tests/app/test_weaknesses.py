"""The page weaknesses: predictions in, weak slices out, each boosted in the design, and what it says to bad input."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from trimtab.core.design.design import Design
from trimtab.core.design.parts.source_ref import SourceRef
from trimtab.core.workspace.workspace import Workspace
from trimtab.ui.weaknesses.predictions import guess

from .looking import sound, steps, text_of, undo

ROWS = 3_000
WEAK = ("b", "y")
"""City and kind of the rows in which the made-up model is wrong more often."""

Start = Callable[..., AppTest]
Cell = object


def columns() -> dict[str, list[Cell]]:
    """Factors, a truth, and what a model said: wrong in 10 % of the rows, in the weak slice in 60 %."""
    random = np.random.Generator(np.random.Philox(5))
    city = random.choice(["a", "b", "c"], ROWS)
    kind = random.choice(["x", "y"], ROWS)
    late = random.random(ROWS) < 0.3
    wrong = random.random(ROWS) < np.where((city == WEAK[0]) & (kind == WEAK[1]), 0.6, 0.1)
    sure = 0.5 + 0.5 * random.random(ROWS)
    probability = np.where(late != wrong, sure, 1 - sure).round(4)
    return {
        "id": list(range(ROWS)),
        "city": city.tolist(),
        "kind": kind.tolist(),
        "load": random.integers(0, 10, ROWS).tolist(),
        "late": np.where(late, "true", "false").tolist(),
        "probability": probability.tolist(),
        "predicted": np.where(late != wrong, "true", "false").tolist(),
        "error": np.abs(late - probability).round(4).tolist(),
    }


def written(*names: str, rows: list[int] | None = None, **more: list[Cell]) -> bytes:
    """Columns as CSV: those of `columns` by name, and others."""
    known = columns()
    picked = {**{name: known[name] for name in names}, **more}
    rows = list(range(len(next(iter(picked.values()))))) if rows is None else rows
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(picked)
    writer.writerows([values[i] for values in picked.values()] for i in rows)
    return text.getvalue().encode()


def opened(home: Workspace, content: bytes, **fields: object) -> str:
    """The id of a design on these data."""
    file = home.home.parent / "rows.csv"
    file.write_bytes(content)
    source = home.spool(file)
    reference = SourceRef(path=source.name, sha256=source.sha256)
    return home.save_design(Design.model_validate({"name": "rows", "source": reference, "rows": 1_000, **fields}))


@pytest.fixture
def design_id(home: Workspace) -> str:
    return opened(home, written("id", "city", "kind", "load"))


@pytest.fixture
def visit(start: Start, design_id: str) -> Callable[..., AppTest]:
    """`visit(file=None, design=…)`: the page, and a file of predictions uploaded there."""

    def run(file: bytes | None = None, design: str = design_id) -> AppTest:
        at = start("weaknesses", design)
        return at if file is None else upload(at, file)

    return run


Visit = Callable[..., AppTest]


def upload(at: AppTest, content: bytes, name: str = "said.csv") -> AppTest:
    return sound(at.file_uploader[0].upload(name, content, "text/csv").run())


def told(at: AppTest) -> str:
    """The notices, as text."""
    return re.sub("<[^>]+>", "", " ".join(re.findall(r'<div class="tt-notice.*?</div>', text_of(at), re.DOTALL)))


def slices(at: AppTest) -> list[dict[str, str]]:
    """The slices in their order: factor → level."""
    rows = re.findall(r'data-testid="slice"><div class="tc-gap">(.*?)</div>', text_of(at))
    return [dict(re.findall(r"<small>(.*?)</small> <b>(.*?)</b>", row)) for row in rows]


def design_of(home: Workspace, design_id: str) -> Design:
    return home.load_design(design_id)


def test_without_predictions_the_ways_to_bring_them_in_are_shown(visit: Visit) -> None:
    at = visit()
    assert "Where does the model fail?" in text_of(at)
    assert len(at.file_uploader) == 1
    assert {one.key for one in at.button} >= {"weak_own"}
    assert "weak_sample" not in {one.key for one in at.button}, "there are no predictions of these data"


@pytest.mark.parametrize(
    ("names", "kind"),
    [(["error"], "error"), (["late", "probability"], "probability"), (["late", "predicted"], "prediction")],
)
def test_the_weak_slice_comes_first_whatever_way_the_model_told_it(visit: Visit, names: list[str], kind: str) -> None:
    at = visit(written(*names))
    assert at.get("button_group")[0].value == kind
    assert slices(at)[0] == {"city": "b", "kind": "y"}
    assert not told(at)


def test_slices_of_no_weight_are_not_called_weak(visit: Visit) -> None:
    at = visit(written("error"))
    assert "weak slice" in text_of(at)
    at.slider(key="alpha").set_value(0.05).run()
    said = re.sub("<[^>]+>", "", text_of(at))
    assert "worse than all rows, none of them weak" in said
    assert "no score is above 0" in said


def test_predictions_find_their_rows_by_a_key(visit: Visit) -> None:
    random = np.random.Generator(np.random.Philox(6))
    rows = random.permutation(ROWS)[:2_500].tolist()
    at = visit(written("id", "error", rows=rows))
    assert at.selectbox(key="join").value == "key"
    assert at.selectbox(key="key").value == "id"
    assert slices(at)[0] == {"city": "b", "kind": "y"}
    assert "500 rows have no prediction with their key: left out" in text_of(at)


def test_a_file_with_the_factors_needs_no_join(visit: Visit) -> None:
    at = visit(written("city", "kind", "load", "error", rows=list(range(1_500))))
    assert at.selectbox(key="join").value == "beside"
    assert "in 1,500 rows of said.csv" in text_of(at)
    assert slices(at)[0] == {"city": "b", "kind": "y"}


def test_thresholds_are_kept_and_shown_in_the_address(visit: Visit, home: Workspace) -> None:
    at = visit(written("error"))
    sound(at.get("button_group")[1].set_value(1).run())
    assert all(len(one) == 1 for one in slices(at))
    sound(at.number_input(key="top").set_value(1).run())
    assert len(slices(at)) == 1
    sound(at.multiselect(key="among").set_value(["city"]).run())
    assert slices(at) == [{"city": "b"}]
    file = home.home.parent / "said.csv"
    file.write_bytes(written("error"))
    assert at.query_params["predictions"] == home.spool(file).sha256


def test_a_colleague_sees_the_same_slices(visit: Visit, home: Workspace) -> None:
    first = visit(written("error"))
    other = visit()
    other.query_params["predictions"] = first.query_params["predictions"]
    sound(other.run())
    assert slices(other) == slices(first)


def test_the_table_has_all_figures_and_the_file_their_digits(visit: Visit) -> None:
    at = visit(written("error"))
    shown = at.dataframe[0].value
    assert list(shown.columns[:4]) == ["slice", "score", "divergence", "rows"]
    assert shown["slice"][0] == "city = b · kind = y"
    assert list(shown["score"]) == sorted(shown["score"], reverse=True)
    assert re.fullmatch(r"\d\.\de-\d+", shown["p"][0])
    assert "tt_download_slices" in str(at.get("download_button")[0].proto)


def test_an_unknown_file_in_the_address_is_told(visit: Visit) -> None:
    at = visit()
    at.query_params["predictions"] = "0" * 64
    sound(at.run())
    assert "it is not in this workspace" in told(at)
    assert "Where does the model fail?" in text_of(at)


def boost(at: AppTest, i: int = 0) -> AppTest:
    return sound(at.button(key=f"tt_weak_boost_{i}").click().run())


def test_boosting_shows_the_change_first_and_can_be_undone(visit: Visit, home: Workspace, design_id: str) -> None:
    at = boost(visit(written("error")))
    assert "boost_city_b_and_kind_y" in text_of(at)
    assert design_of(home, design_id).events == {}, "it is shown, not taken"
    sound(at.text_input(key="tt_boost_exact").set_value("40 %").run())
    assert ">40.0 %<" in text_of(at)
    sound(at.button(key="tt_boost_take").click().run())
    (event,) = design_of(home, design_id).events.values()
    assert event.rate == 0.4
    assert event.when == "city = 'b' AND kind = 'y'"
    assert "boosted: 40 %" in text_of(at)
    assert at.button(key="tt_weak_boost_0").label == "Change the boost"
    assert "boost city" in steps(at)[0][0]
    undo(at)
    assert design_of(home, design_id).events == {}
    assert "The design now boosts" not in text_of(at)


def test_the_slider_begins_at_the_share_the_design_gives_now(visit: Visit) -> None:
    at = boost(visit(written("error")))
    known = columns()
    real = np.mean([pair == WEAK for pair in zip(known["city"], known["kind"], strict=True)])
    steps = [float(str(one).split()[0]) for one in at.select_slider(key="tt_boost_slider").options]
    assert steps == sorted(steps)
    assert steps[0] >= 100 * real * 0.9
    assert f"{100 * real:.1f} %" in text_of(at)


@pytest.mark.parametrize("typed", ["lots", "140 %", "1 in 0"])
def test_a_share_that_is_none_is_refused(visit: Visit, typed: str) -> None:
    at = boost(visit(written("error")))
    sound(at.text_input(key="tt_boost_exact").set_value(typed).run())
    assert "Share wanted: must be" in told(at)
    assert at.button(key="tt_boost_take").disabled
    sound(at.text_input(key="tt_boost_exact").set_value("1 in 2").run())
    assert not told(at)


def test_a_boost_the_design_has_no_room_for_is_told_before_it_is_taken(visit: Visit, home: Workspace) -> None:
    kept = opened(home, written("id", "city", "kind", "load"), factors={"city": {"role": "keep"}})
    at = boost(visit(written("error"), kept))
    sound(at.text_input(key="tt_boost_exact").set_value("80 %").run())
    assert "Then the design can't be met." in told(at).replace("&#39;", "'")
    assert "solve the conflict" in at.button(key="tt_boost_take").label


def test_a_budget_is_spread_over_the_chosen_slices(visit: Visit, home: Workspace, design_id: str) -> None:
    at = visit(written("error"))
    sound(at.multiselect(key="among").set_value(["city", "kind"]).run())
    sound(at.get("button_group")[1].set_value(1).run())
    assert slices(at) == [{"city": "b"}, {"kind": "y"}] or slices(at) == [{"kind": "y"}, {"city": "b"}]
    for one in at.checkbox:
        one.check()
    sound(at.run())
    sound(at.button(key="tt_weak_boost_chosen").click().run())
    sound(at.text_input(key="tt_boost_budget").set_value("200").run())
    more = [int(one.replace(",", "")) for one in re.findall(r"<b>\+([\d,]+)</b>", text_of(at))]
    before = [int(one) for one in re.findall(r"<td>(\d+)</td><td><b>\+", text_of(at))]
    assert sum(more) == 200
    sound(at.button(key="tt_boost_take").click().run())
    events = design_of(home, design_id).events
    asked = sorted(event.rows for event in events.values() if event.rows is not None)
    assert asked == sorted(n + k for n, k in zip(before, more, strict=True) if k)
    assert not any(one.value for one in at.checkbox), "the marks are gone"


def test_difficulty_levels_have_their_real_shares_at_first(visit: Visit, home: Workspace) -> None:
    both = opened(home, written("city", "kind", "load", "late", "probability"))
    at = visit(None, both)
    sound(at.button(key="weak_own").click().run())
    assert slices(at)[0] == {"city": "b", "kind": "y"}
    assert not {"late", "probability"} & {name for one in slices(at) for name in one}
    sound(at.button(key="tt_levels_make").click().run())
    mix = design_of(home, both).levels["difficulty"]
    unsure = 0.5 - np.abs(np.array(columns()["probability"], dtype=float) - 0.5)
    real = np.bincount(np.digitize(unsure, mix.cuts), minlength=3) / ROWS
    assert list(mix.shares) == ["easy", "medium", "hard"]
    assert list(mix.shares.values()) == pytest.approx(real.tolist(), abs=1e-3)
    assert "Choose their mix" in [one.proto.label for one in at.get("page_link")][-1]


def test_predictions_in_a_file_of_their_own_become_data_with_levels(visit: Visit) -> None:
    at = visit(written("city", "kind", "load", "late", "probability", rows=list(range(2_000))))
    sound(at.button(key="tt_levels_open").click().run())
    assert "columns of the open data" in text_of(at)
    assert "tt_levels_make" in {one.key for one in at.button}


def errors(value: float) -> list[Cell]:
    return [value] * ROWS


BAD = [
    (written("error", rows=list(range(9))), "it has 9 rows and rows.csv has 3,000"),
    (written(error=errors(0.5)), "it is 0.5 in every row, so no slice is worse than another"),
    (written(error=[-1.0, 2.0] * (ROWS // 2)), "errors must not be negative"),
    (written(error=["much"] * ROWS), "choose the column of the error"),
    (written("late", probability=[1.5] * ROWS), "it must lie between 0 and 1"),
    (written("late", "id", "probability", id=[7] * ROWS), "the key `id` must differ in every row"),
    (written("id", "error", id=list(range(10**6, 10**6 + ROWS))), "no value of the key `id` occurs"),
    (
        written(label=["p", "q", "r"] * (ROWS // 3), probability=[0.5] * ROWS),
        "choose the level whose probability it is",
    ),
    (b"a,b\n1,2,3\n", "said.csv"),
    (b"", "said.csv"),
]


@pytest.mark.parametrize(("content", "message"), BAD, ids=[message[:40] for _, message in BAD])
def test_bad_predictions_are_told_and_can_be_replaced(visit: Visit, content: bytes, message: str) -> None:
    at = visit(content)
    if "key" in message:
        sound(at.selectbox(key="join").set_value("key").run())
    assert message.replace("`", "") in told(at)
    assert slices(at) == []
    upload(at, written("error"))
    assert slices(at)[0] == {"city": "b", "kind": "y"}
    assert not told(at)


def test_a_file_without_any_factor_is_told(visit: Visit) -> None:
    at = visit(written("error"))
    sound(at.selectbox(key="join").set_value("beside").run())
    assert "it has none of the design's factors" in told(at).replace("&#39;", "'")


def test_more_rows_than_there_are_leave_no_slice(visit: Visit) -> None:
    at = visit(written("error"))
    sound(at.number_input(key="least").set_value(ROWS + 1).run())
    assert "only 3,000 rows have an error" in told(at)
    sound(at.number_input(key="least").set_value(ROWS - 100).run())
    assert "No slice has an error above the mean" in text_of(at)


def test_one_factor_is_enough(visit: Visit, home: Workspace) -> None:
    one = opened(home, written("city"))
    at = visit(written("error"), one)
    assert slices(at) == [{"city": "b"}]


def test_a_factor_with_very_many_levels_and_markup_in_a_level(visit: Visit, home: Workspace) -> None:
    rows = 60_000
    many = [f"level {i % 50_000}" for i in range(rows)]
    city: list[Cell] = ["<b>b</b>" if i % 3 else "a" for i in range(rows)]
    large = opened(home, written(many=many, city=city))
    at = visit(written(error=[0.9 if i % 3 else 0.1 for i in range(rows)]), large)
    assert slices(at)[0] == {"city": "&lt;b&gt;b&lt;/b&gt;"}
    boost(at)
    assert "<b>b</b>" not in text_of(at)


def test_guesses_go_by_names_and_kinds() -> None:
    assert guess({"y_pred": "categorical", "y_true": "categorical"}, []) == {"prediction": "y_pred", "label": "y_true"}
    assert guess({"error": "categorical"}, ["error"]) == {}
    assert guess({"Loss": "continuous", "hour": "count"}, ["hour"]) == {"error": "Loss"}
