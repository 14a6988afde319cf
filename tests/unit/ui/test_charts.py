"""Figures from bins: what is drawn, how it is told apart, and which labels stand below."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from trimtab.ui.parts.charts import DARK, LIGHT, Bars, factor_figure, ticks_of

HOSTILE = '<a href="x">boo</a>'


def bars(count: int, *, missing: float = 0.0, **more: Any) -> Bars:
    shares = np.append(np.full(count, (1 - missing) / count), missing)
    labels = [*(f"{i}–{i + 1}" for i in range(count)), "missing"]
    given: dict[str, Any] = {"labels": labels, "real": shares, "design": shares, "others": {"generated": shares}}
    return Bars(**{**given, "asked": True, "ordered": True, **more})


def drawn(shown: Bars, **more: Any) -> Any:
    return factor_figure(shown, **{"log": False, "height": 180, "colors": LIGHT, **more})


@pytest.mark.parametrize("count", [2, 11, 41])
def test_each_set_has_a_shape_of_its_own_and_one_number_per_bin(count: int) -> None:
    real, design, generated = drawn(bars(count)).data
    assert (real.type, design.mode, generated.mode) == ("bar", "lines", "markers")
    assert list(real.y) == pytest.approx([100 / count] * count)
    assert list(generated.x) == list(range(count))
    assert len(design.x) == 2 * count
    assert {real.name, design.name, generated.name} == {"real", "design", "generated"}


def test_the_line_is_blue_where_a_control_asks_and_orange_where_the_factor_is_carried_along() -> None:
    assert drawn(bars(3)).data[1].line.color == LIGHT.asked
    assert drawn(bars(3, asked=False), colors=DARK).data[1].line.color == DARK.carried


def test_missing_stands_apart_and_only_where_something_is_missing() -> None:
    real, design, _ = drawn(bars(3, missing=0.1)).data
    assert list(real.x) == pytest.approx([0, 1, 2, 3.6])
    assert list(design.x).count(None) == 1
    assert drawn(bars(3, missing=0.1)).layout.xaxis.ticktext[-1] == "missing"
    assert len(drawn(bars(3)).data[0].x) == 3


def test_what_a_set_lacks_is_not_drawn() -> None:
    assert len(drawn(bars(3, design=None, others={})).data) == 1
    two = drawn(bars(3, others={"generated": np.full(4, 0.25), "more.csv": np.full(4, 0.25)})).data
    assert [one.marker.symbol for one in two[2:]] == ["circle", "diamond"]


def test_a_factor_without_any_row_is_drawn_empty() -> None:
    nothing = np.zeros(1)
    figure = drawn(Bars(["missing"], nothing, None, {}, False, True))
    assert list(figure.data[0].y) == []


def test_logarithmic_height_shows_rare_bins() -> None:
    def axis(rarest: float) -> Any:
        shares = np.array([1 - rarest, rarest, 0.0])
        labels = ["often", "rare", "missing"]
        return drawn(bars(2, labels=labels, real=shares, design=None, others={}), log=True).layout.yaxis

    assert axis(0.004).type == "log"
    assert axis(0.004).range[0] == -1
    assert axis(0.004).ticktext[:2] == ("0.1 %", "1 %")
    assert axis(1e-9).range[0] == -3


def test_labels_of_a_file_are_text() -> None:
    shown = bars(2, labels=[HOSTILE, "b", "missing"], ordered=False)
    figure = drawn(shown)
    everything = [*figure.layout.xaxis.ticktext, *figure.data[0].customdata]
    assert not any("<" in text for text in everything)


@pytest.mark.parametrize(
    ("labels", "ordered", "expected"),
    [
        (["false", "true"], False, [(0, "false"), (1, "true")]),
        (["0–0.5", "0.5–1", "1"], True, [(0, "0"), (1, "0.5"), (2, "1")]),
        (["Hartsfield–Jackson Atlanta", "BOS"], False, [(0, "Hartsfield–Ja…"), (1, "BOS")]),
    ],
)
def test_few_labels_are_all_named(labels: list[str], ordered: bool, expected: list[tuple[int, str]]) -> None:
    assert ticks_of(labels, ordered=ordered, missing=False) == expected


def test_many_labels_are_thinned_out_and_missing_stays() -> None:
    named = ticks_of([*(f"{i}–{i + 1}" for i in range(40)), "missing"], ordered=True, missing=True)
    places = [place for place, _ in named]
    assert places[-1] == 40
    assert named[-1][1] == "missing"
    assert 4 <= len(named) <= 16
    assert len(set(np.diff(places[:-1]))) == 1
    assert 40 - places[-2] >= 4, "the word must not stand on a number"
