"""Marginals that are only declared: their values, kinds and types, and what needs a source."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from scipy import stats

from trimtab.core.declared.marginals import Marginal, declared_marginal, named_rows, within_table
from trimtab.core.design.factors import Factor
from trimtab.core.design.validation import target_axis
from trimtab.core.errors import InputError
from trimtab.core.source.axes import default_axis
from trimtab.core.source.columns import encode

ROWS = 10_000


def declared(rows: int = ROWS, **fields: object) -> Marginal:
    return declared_marginal("x", Factor.model_validate(fields), rows)


def drawn(family: str, *, kind: str | None = None, edges: list[object] | None = None, **given: object) -> Marginal:
    return declared(role="target", kind=kind, edges=edges, target={"family": family, **given})


def numbers(one: Marginal) -> np.ndarray:
    return one.values.cast(pa.int64() if one.kind == "datetime" else pa.float64()).to_numpy()


def shares(one: Marginal) -> dict[object, float]:
    return {entry["values"]: entry["counts"] / len(one.values) for entry in one.values.value_counts().to_pylist()}


LAWS = [
    ({"family": "normal", "mean": 3, "sd": 2}, stats.norm(3, 2)),
    ({"family": "lognormal", "s": 0.5, "scale": 4}, stats.lognorm(0.5, scale=4)),
    ({"family": "gamma", "a": 2, "scale": 3}, stats.gamma(2, scale=3)),
    ({"family": "beta", "a": 2, "b": 5}, stats.beta(2, 5)),
    ({"family": "triangular", "c": 0.3, "loc": 1, "scale": 2}, stats.triang(0.3, 1, 2)),
    ({"family": "exponential", "scale": 2}, stats.expon(scale=2)),
    ({"family": "uniform", "low": -1, "high": 4}, stats.uniform(-1, 5)),
    ({"family": "tail", "above": 30, "shape": 0.2, "scale": 5}, stats.genpareto(0.2, 30, 5)),
]


@pytest.mark.parametrize(
    ("target", "law"), LAWS, ids=lambda one: one.get("family", "") if isinstance(one, dict) else ""
)
def test_continuous_laws_are_met_within_a_row(target: dict[str, object], law: object) -> None:
    one = declared(role="target", target=target)
    assert (one.kind, one.values.type) == ("continuous", pa.float64())
    # Values at the middles of equal shares are half a row off at most.
    assert stats.kstest(numbers(one), law.cdf).statistic <= 0.5 / ROWS + 1e-9  # type: ignore[attr-defined]


def test_a_cut_law_is_the_law_between_its_ends() -> None:
    values = numbers(drawn("normal", mean=0, sd=1, low=1, high=2))
    assert values[0] >= 1
    assert values[-1] <= 2
    assert stats.kstest(values, stats.truncnorm(1, 2).cdf).statistic <= 0.5 / ROWS + 1e-9


@pytest.mark.parametrize(
    ("target", "law"),
    [
        ({"family": "poisson", "mu": 3.5}, stats.poisson(3.5)),
        ({"family": "binomial", "n": 7, "p": 0.3}, stats.binom(7, 0.3)),
    ],
    ids=["poisson", "binomial"],
)
def test_discrete_laws_are_counts(target: dict[str, object], law: object) -> None:
    one = declared(role="target", target=target)
    assert (one.kind, one.values.type) == ("count", pa.int64())
    for value in range(8):
        assert np.mean(numbers(one) <= value) == pytest.approx(law.cdf(value), abs=1 / ROWS)  # type: ignore[attr-defined]


def test_a_continuous_law_of_a_count_is_whole() -> None:
    one = drawn("normal", kind="count", mean=10, sd=3)
    assert one.values.type == pa.int64()
    assert np.mean(numbers(one) <= 9) == pytest.approx(stats.norm(10, 3).cdf(9.5), abs=1 / ROWS)


def test_dates() -> None:
    one = drawn("uniform", low="2020-01-01", high="2021-01-01")
    assert (one.kind, one.values.type) == ("datetime", pa.timestamp("us"))
    days = (numbers(one) - numbers(one)[0]) / 86_400e6
    assert days[-1] == pytest.approx(366, abs=0.1)
    assert np.mean(days < 183) == pytest.approx(0.5, abs=1 / ROWS)


def test_histograms_are_even_within_their_bins() -> None:
    one = drawn("histogram", edges=[0, 1, 2, 10, 10], weights=[5, 0, 25, 70])
    values = numbers(one)
    assert [np.mean((values >= low) & (values < high)) for low, high in [(0, 1), (1, 2), (2, 10)]] == [0.05, 0, 0.25]
    assert np.mean(values == 10) == 0.7
    assert np.mean(values < 6) == pytest.approx(0.05 + 0.125, abs=1 / ROWS)
    whole = drawn("histogram", kind="count", edges=[0, 2.5, 4, 6], weights=[3, 1, 3])
    assert shares(whole) == pytest.approx(
        {0: 1 / 7, 1: 1 / 7, 2: 1 / 7, 3: 1 / 7, 4: 1 / 7, 5: 1 / 7, 6: 1 / 7}, abs=2e-4
    )
    dated = drawn("histogram", edges=["2020-01-01", "2020-01-02", "2020-01-05"], weights=[1, 1])
    assert dated.kind == "datetime"
    assert np.mean(numbers(dated) < numbers(dated)[0] + 86_400e6) == 0.5


def test_levels_and_booleans() -> None:
    one = drawn("categorical", weights={"UA": 5, "AA": 3, "never": 0, "rare": 1e-9})
    assert one.kind == "categorical"
    # What is named is there, if only once: the design could not name it otherwise.
    assert shares(one) == pytest.approx({"UA": 0.6249, "AA": 0.3749, "never": 1e-4, "rare": 1e-4}, abs=2e-4)
    assert {"never", "rare"} <= shares(one).keys()
    truth = drawn("categorical", kind="boolean", weights={True: 1, False: 3})
    assert truth.values.type == pa.bool_()
    assert truth.values[0].as_py() is False
    assert shares(truth) == {False: 0.75, True: 0.25}
    stops = drawn("categorical", kind="count", weights={"2": 1, "0": 3})
    assert stops.values.type == pa.int64()
    assert shares(stops) == {0: 0.75, 2: 0.25}


@pytest.mark.parametrize(
    ("value", "kind"),
    [(5, "count"), (5.5, "continuous"), (True, "boolean"), ("winter", "categorical"), ("2013-05-31", "categorical")],
)
def test_constants_are_of_their_own_kind(value: object, kind: str) -> None:
    one = drawn("constant", value=value)
    assert one.kind == kind
    assert one.values.unique().to_pylist() == [value]
    assert declared(role="hold", value=value).values.equals(one.values)


def test_a_constant_date_needs_its_kind() -> None:
    one = drawn("constant", kind="datetime", value="2013-05-31")
    assert one.values[0].as_py().isoformat() == "2013-05-31T00:00:00"
    assert declared(role="hold", kind="datetime", value="2013-05-31").values.equals(one.values)


def test_held_values_are_alike_and_missing_ones_are_left_out() -> None:
    one = declared(role="hold", values=[2, 0.5, 1], missing=0.1)
    assert one.kind == "continuous"
    assert one.missing == 1_000
    assert shares(one) == pytest.approx({0.5: 1 / 3, 1: 1 / 3, 2: 1 / 3}, abs=1 / 9_000)
    assert len(declared(role="hold", value=3, missing=1.0).values) == 0


def test_mixtures_have_their_parts_and_are_cut_as_a_whole() -> None:
    parts = [{"weight": 3, "family": "uniform", "low": 0, "high": 10}, {"weight": 1, "family": "constant", "value": 20}]
    values = numbers(drawn("mixture", parts=parts))
    assert np.mean(values == 20) == 0.25
    assert np.mean(values < 5) == pytest.approx(0.375, abs=1 / ROWS)
    cut = numbers(drawn("mixture", parts=parts, low=5))
    assert cut[0] >= 5
    # Of the uniform part one half is left: 1.5 against 1.
    assert np.mean(cut == 20) == pytest.approx(0.4, abs=1 / ROWS)
    tail = {"weight": 1, "family": "tail", "above": 5, "shape": 0.1, "scale": 2}
    body = {"weight": 9, "family": "poisson", "mu": 1}
    assert drawn("mixture", kind="count", parts=[body, tail]).values.type == pa.int64()
    levels = [
        {"weight": 1, "family": "categorical", "weights": {"a": 1, "b": 1}},
        {"weight": 1, "family": "constant", "value": "a"},
    ]
    assert shares(drawn("mixture", parts=levels)) == {"a": 0.75, "b": 0.25}


TAIL = {"weight": 1, "family": "tail", "above": 5, "shape": 0.1, "scale": 2}


@pytest.mark.parametrize(
    ("fields", "match"),
    [
        ({"target": {"family": "empirical"}}, "Target of `x`: the family empirical stands for what a source has"),
        ({"kind": "boolean", "target": {"family": "empirical"}}, "family empirical stands for"),
        ({"target": {"family": "histogram", "weights": [1, 2]}}, "Target of `x`: .* needs the factor's `edges`"),
        ({"edges": [0, 1], "target": {"family": "histogram", "weights": [1, 2]}}, "one per bin, got 2 for 1 bins"),
        (
            {"kind": "count", "edges": [0, 0.2, 0.8, 2], "target": {"family": "histogram", "weights": [1, 2, 1]}},
            "the bin 0.2–0.8 holds no whole number",
        ),
        ({"target": {"family": "categorical", "weights": {"a": 1}, "rest": 0.2}}, "`rest` has no meaning"),
        ({"kind": "boolean", "target": {"family": "categorical", "weights": {"yes": 1}}}, "true or false, got `yes`"),
        ({"kind": "count", "target": {"family": "categorical", "weights": {"1.5": 1}}}, "must be numbers .* got `1.5`"),
        ({"target": {"family": "tail", "above": 5}}, "nothing to fit a tail to; give it `shape` and `scale`"),
        ({"target": {"family": "gamma", "a": 2, "scale": 1, "high": -1}}, r"cut to -1 leaves nothing of the gamma law"),
        ({"target": {"family": "lognormal", "s": 900, "scale": 1}}, "reach beyond the largest number"),
        ({"kind": "count", "target": {"family": "normal", "mean": 1e30, "sd": 1}}, "reach beyond the largest number"),
        ({"kind": "count", "target": {"family": "constant", "value": 1.5}}, "whole number for a count factor, got 1.5"),
        ({"target": {"family": "mixture", "high": 1, "parts": [TAIL, TAIL]}}, "cut to 1 leaves nothing of the mixture"),
        ({"role": "hold", "values": [1, "a"]}, "Factor `x`: its values must all be of one kind, got 1, 'a'"),
        ({"role": "hold", "kind": "count", "value": 1.5}, "a value must be a whole number for a count factor, got 1.5"),
        ({"role": "hold", "kind": "datetime", "value": "soon"}, "a value must be a date such as .* got 'soon'"),
        ({"role": "hold", "kind": "continuous", "value": "a"}, "a value must be a number for a continuous factor"),
    ],
)
def test_what_needs_a_source_or_does_not_fit_is_refused(fields: dict[str, object], match: str) -> None:
    with pytest.raises(InputError, match=match):
        declared(**{"role": "target", **fields})


def test_named_rows_are_within_one_and_sum() -> None:
    generator = np.random.default_rng(3)
    for _ in range(50):
        weights = generator.dirichlet(np.ones(generator.integers(1, 30)) * 20)
        counts = named_rows(weights, 1_000)
        assert counts.sum() == 1_000
        assert np.abs(counts - weights * 1_000).max() <= 1 + 1e-9
    assert named_rows(np.array([1.0, 0.0, 1e-9]), 100).tolist() == [99, 0, 1]
    assert named_rows(np.array([1.0, 0.0, 1e-9]), 100, unweighted=True).tolist() == [98, 1, 1]


@pytest.mark.parametrize(
    "fields",
    [
        {"target": {"family": "normal", "mean": 3, "sd": 2}},
        {"target": {"family": "normal", "mean": 3, "sd": 2, "low": 0, "high": 5}},
        {"target": {"family": "poisson", "mu": 200}},
        {"target": {"family": "uniform", "low": "2020-01-01", "high": "2021-01-01"}},
        {"target": {"family": "mixture", "parts": [{"weight": 9, "family": "normal", "mean": 0, "sd": 1}, TAIL]}},
        {"edges": [-9, 3, 15], "target": {"family": "normal", "mean": 3, "sd": 2}},
    ],
)
def test_within_its_table_a_target_asks_for_no_bin_without_rows(fields: dict[str, object]) -> None:
    factor = Factor.model_validate({"role": "target", **fields})
    one = declared_marginal("x", factor, ROWS)
    column = encode("x", pa.chunked_array([one.values]), one.kind)
    assert factor.target is not None
    target = within_table(factor.target, column).fitted(column)
    display = default_axis(column, factor.edge_numbers)
    axis = target_axis(target, display, column)
    assert (axis.edges[0], axis.edges[-1]) == (display.edges[0], display.edges[-1])
    rows = axis.histogram(column)[:-1]
    shares = target.masses(axis, rows)
    # The ends are asked for what the table has there, not for what a law would put beyond them.
    assert shares[[0, -1]][rows[[0, -1]] == 0].sum() == 0
    assert np.abs(shares - rows / ROWS).max() <= 2 / ROWS


def test_within_its_table_other_targets_stay_as_they_are() -> None:
    factor = Factor.model_validate({"role": "target", "target": {"family": "categorical", "weights": {"a": 1}}})
    one = declared_marginal("x", factor, 10)
    assert factor.target is not None
    assert within_table(factor.target, encode("x", pa.chunked_array([one.values]), one.kind)) is factor.target
