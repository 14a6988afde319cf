"""Target families: what each says of an axis, and how each wrong use is refused."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

import numpy as np
import pytest
from pydantic import Field, TypeAdapter, ValidationError

from core.design.targets import (
    FAMILIES,
    AnyTarget,
    Beta,
    Categorical,
    Constant,
    Empirical,
    Exponential,
    Gamma,
    Histogram,
    Lognormal,
    Normal,
    Poisson,
    Target,
    Uniform,
    suitable_families,
)
from core.errors import InputError
from core.source.axes import Axis

BINS = Axis("visib", "continuous", edges=(0, 1, 2, 5, 10))
COUNTS = Axis("hour", "count", edges=(0, 6, 12, 18, 23))
POINTS = Axis("cylinders", "count", edges=(4, 6, 8, 8), points=True)
CARRIERS = Axis("carrier", "categorical", levels=("UA", "AA", "DL"), rest=True, hidden=7)
FLAGS = Axis("late", "boolean", levels=("false", "true"))
DAYS = Axis("day", "datetime", edges=(0.0, 86_400e6, 3 * 86_400e6))
EVEN = np.ones(4)


def refused(target: Target, axis: Axis, source: np.ndarray | None = None) -> str:
    with pytest.raises(InputError, match=rf"^Target of `{axis.factor}`: ") as caught:
        target.masses(axis, np.ones(axis.size) if source is None else source)
    return str(caught.value).removeprefix(f"Target of `{axis.factor}`: ")


def test_the_contract_s_families_exist() -> None:
    assert set(FAMILIES) == {
        *("histogram", "categorical", "constant", "uniform", "normal", "lognormal", "gamma", "beta", "triangular"),
        *("exponential", "poisson", "binomial", "empirical"),
    }
    for family in FAMILIES.values():
        assert family.title
        assert family.summary.endswith(".")
        for field in family.model_fields.values():
            assert field.description or field.default in FAMILIES


def test_suitable_families_by_kind() -> None:
    assert suitable_families("categorical") == ("empirical", "categorical", "constant")
    assert suitable_families("boolean") == suitable_families("categorical")
    assert suitable_families("datetime") == ("uniform", "histogram", "empirical", "constant")
    assert "categorical" not in suitable_families("count")
    assert "categorical" in suitable_families("count", points=True)
    assert {"normal", "poisson", "histogram"} <= set(suitable_families("continuous"))


def test_defining_a_class_registers_its_family() -> None:
    class Cauchy(Target):
        title: ClassVar[str] = "Cauchy"
        summary: ClassVar[str] = "Without a mean."
        family: Literal["cauchy"] = "cauchy"
        scale: Annotated[float, Field(gt=0)]

    try:
        assert FAMILIES["cauchy"] is Cauchy
    finally:
        del FAMILIES["cauchy"]


@pytest.mark.parametrize(
    ("family", "parameters", "fault"),
    [
        (Normal, {"mean": 0, "sd": -1}, "greater than 0"),
        (Normal, {"mean": float("nan"), "sd": 1}, "finite"),
        (Normal, {"mean": "3", "sd": 1}, "valid number"),
        (Normal, {"mean": 3, "sd": 1, "low": 2, "high": 2}, "low must be less than high, got low 2 and high 2"),
        (Normal, {"mean": 3, "sd": 1, "low": 2, "high": "2013-01-01"}, "both be numbers or both be dates"),
        (Normal, {"mean": 3, "sd": 1, "low": True}, "must be a number, or a date such as"),
        (Normal, {"mean": 3, "sd": 1, "low": "soon"}, "must be a number, or a date such as .* got 'soon'"),
        (Normal, {"mean": 3, "sd": 1, "colour": 1}, "Extra inputs"),
        (Histogram, {"weights": [0, 0, 0]}, r"must sum to more than 0, got \[0, 0, 0\]"),
        (Histogram, {"weights": [1, -1]}, "greater than or equal to 0"),
        (Histogram, {"weights": [1, float("inf")]}, "finite"),
        (Histogram, {"weights": []}, "at least 1 item"),
        (Categorical, {"weights": {}}, "at least 1 item"),
        (Categorical, {"weights": {"UA": 0}}, "must sum to more than 0"),
        (Categorical, {"weights": {"UA": 1}, "rest": 1.5}, "less than or equal to 1"),
        (Categorical, {"weights": {None: 1}}, "must be a text, got None"),
        (Constant, {"value": [1]}, "must be one number, text, date, true or false"),
        (Constant, {"value": float("nan")}, "must be finite"),
        (Uniform, {"low": 1}, "Field required"),
    ],
)
def test_ranges_are_checked_at_construction(family: type[Target], parameters: dict[str, Any], fault: str) -> None:
    with pytest.raises(ValidationError, match=fault):
        family(**parameters)


def test_a_target_is_told_apart_by_its_family() -> None:
    read: TypeAdapter[Target] = TypeAdapter(AnyTarget)
    assert read.validate_python({"family": "gamma", "a": 2, "scale": 3}) == Gamma(a=2, scale=3)
    assert read.validate_python(Poisson(mu=3)) == Poisson(mu=3)
    assert read.dump_python(Poisson(mu=3)) == {"family": "poisson", "low": None, "high": None, "mu": 3.0}


# --- histogram, empirical ---------------------------------------------------------------------------------------------


def test_a_histogram_is_its_weights_on_any_scale() -> None:
    assert Histogram(weights=(5, 5, 20, 70)).masses(BINS, EVEN) == pytest.approx([0.05, 0.05, 0.2, 0.7])
    assert Histogram(weights=(5, 5, 20, 70), low=1, high=5).masses(BINS, EVEN) == pytest.approx([0, 0.2, 0.8, 0])
    assert Histogram(weights=(1, 3), low="1970-01-02").masses(DAYS, np.ones(2)) == pytest.approx([0, 1])


def test_a_histogram_that_does_not_fit_is_refused() -> None:
    assert refused(Histogram(weights=(1, 2)), BINS) == "weights must be one per bin, got 2 for 4 bins."
    assert refused(Histogram(weights=(1, 1, 1, 1), low=1.4), BINS) == (
        "low must be an edge of the axis, got 1.4; the nearest is 1."
    )
    assert refused(Histogram(weights=(1, 1, 0, 0), low=2), BINS).startswith("nothing is left on the bins")
    assert "does not suit a categorical factor; these do: empirical, categorical, constant." in refused(
        Histogram(weights=(1, 1, 1, 1)), CARRIERS
    )


def test_empirical_is_the_source_between_its_cut() -> None:
    source = np.array([1, 2, 3, 4])
    assert Empirical().masses(BINS, source) == pytest.approx([0.1, 0.2, 0.3, 0.4])
    assert Empirical(low=1).masses(BINS, source) == pytest.approx([0, 2 / 9, 3 / 9, 4 / 9])
    # 18 itself belongs to the last bin of COUNTS.
    assert Empirical(low=5.5, high=17).masses(COUNTS, source) == pytest.approx([0, 0.4, 0.6, 0])
    assert Empirical(low=6).masses(POINTS, np.array([1, 2, 3])) == pytest.approx([0, 0.4, 0.6])
    assert Empirical().masses(CARRIERS, source) == pytest.approx([0.1, 0.2, 0.3, 0.4])


def test_empirical_names_the_edges_that_its_cut_needs() -> None:
    target = Empirical(low=1.5, high=4)
    assert target.edges_needed(BINS) == (1.5, float(np.nextafter(4, 5)))
    assert target.edges_needed(COUNTS) == (2.0, 5.0)
    assert target.edges_needed(POINTS) == ()
    finer = Axis("visib", "continuous", edges=(0, 1, 1.5, 2, float(np.nextafter(4, 5)), 5, 10))
    assert target.masses(finer, np.ones(6)) == pytest.approx([0, 0, 0.5, 0.5, 0, 0])
    assert refused(target, BINS) == "its cut from 1.5 to 4 goes through the bin 1–2; it needs an edge there."
    # A bin without rows can be cut anywhere.
    assert Empirical(low=1.5).masses(BINS, np.array([3, 0, 1, 1])).tolist() == [0, 0, 0.5, 0.5]


def test_levels_have_no_order_to_cut() -> None:
    assert refused(Empirical(low=1), CARRIERS) == "low and high need an order, and a categorical factor has none."


# --- categories -------------------------------------------------------------------------------------------------------


def test_named_levels_take_everything_without_rest() -> None:
    masses = Categorical(weights={"AA": 1, "UA": 3}).masses(CARRIERS, np.array([10, 10, 10, 70]))
    assert masses == pytest.approx([0.75, 0.25, 0, 0])


def test_rest_is_shared_by_the_other_levels_as_in_the_source() -> None:
    masses = Categorical(weights={"UA": 2, "AA": 1}, rest=0.4).masses(CARRIERS, np.array([50, 20, 10, 30]))
    assert masses == pytest.approx([0.4, 0.2, 0.1, 0.3])
    assert Categorical(weights={"UA": 0}, rest=1).masses(CARRIERS, np.array([70, 10, 10, 10])) == pytest.approx(
        [0, 1 / 3, 1 / 3, 1 / 3]
    )


def test_levels_of_booleans_and_of_numbers_with_few_values() -> None:
    assert Categorical(weights={True: 3, False: 1}).masses(FLAGS, np.ones(2)) == pytest.approx([0.25, 0.75])
    assert Categorical(weights={8: 1, "4.0": 3}).masses(POINTS, np.ones(3)) == pytest.approx([0.75, 0, 0.25])
    assert Categorical(weights={"UA": 1, 3: 2}).levels_needed() == ("UA", "3")


def test_levels_that_do_not_fit_are_refused() -> None:
    assert refused(Categorical(weights={"ua": 1}), CARRIERS) == "there is no level `ua`. Did you mean `UA`? " + (
        "Known: UA, AA, DL."
    )
    assert refused(Categorical(weights={5: 1}), POINTS) == "there is no value `5`. Known: 4, 6, 8."
    assert refused(Categorical(weights={"four": 1}), POINTS).startswith("there is no value `four`.")
    assert refused(Categorical(weights={"true": 1, "false": 2}, rest=0.1), FLAGS) == (
        "rest is 0.1, but the source has no level that the weights do not name."
    )
    assert refused(Categorical(weights={"UA": 1}), BINS).startswith(
        "the family categorical does not suit a number with so many values; these do: "
    )


def test_a_constant_is_one_bin() -> None:
    assert Constant(value=2).masses(BINS, EVEN).tolist() == [0, 0, 1, 0]
    assert Constant(value=10).masses(BINS, EVEN).tolist() == [0, 0, 0, 1]
    assert Constant(value="1970-01-01 12:00").masses(DAYS, np.ones(2)).tolist() == [1, 0]
    assert Constant(value=True).masses(FLAGS, np.ones(2)).tolist() == [0, 1]
    assert Constant(value="DL").masses(CARRIERS, EVEN).tolist() == [0, 0, 1, 0]
    assert Constant(value=2).edges_needed(BINS) == (2, float(np.nextafter(2, 3)))
    assert Constant(value=6).edges_needed(COUNTS) == (6, 7)
    assert Constant(value=6).edges_needed(POINTS) == ()
    assert Constant(value=5).edges_needed(POINTS) == (5, 6)
    inside = Constant(value=3).quantile_within(2, 5, np.zeros(2), False)
    assert inside is not None
    assert inside.tolist() == [3, 3]
    assert Constant(value="DL").quantile_within(0, 1, np.zeros(2), False) is None


def test_a_constant_of_another_kind_is_refused() -> None:
    assert refused(Constant(value="low"), BINS) == "value must be a number for a continuous factor, got 'low'."
    assert refused(Constant(value=1.5), COUNTS) == "value must be a whole number for a count factor, got 1.5."
    assert refused(Constant(value=3), DAYS).startswith("value must be a date such as 2013-05-31 for a datetime")
    assert refused(Constant(value="ZZ"), CARRIERS) == "there is no level `ZZ`. Known: UA, AA, DL."
    assert refused(Constant(value=11), BINS).startswith("nothing is left on the bins of the axis")


# --- laws -------------------------------------------------------------------------------------------------------------


def test_a_uniform_of_whole_numbers_has_both_ends_alike() -> None:
    months = Axis("month", "count", edges=(*map(float, range(1, 13)), 12.0), points=True)
    assert Uniform(low=1, high=12).masses(months, np.ones(12)) == pytest.approx(np.full(12, 1 / 12))
    drawn = Uniform(low=1, high=6).quantile_within(1, 6, np.arange(6) / 6, True, closed=True)
    assert drawn is not None
    assert drawn.tolist() == [1, 2, 3, 4, 5, 6]


def test_a_uniform_of_dates() -> None:
    assert Uniform(low="1970-01-01", high="1970-01-03").masses(DAYS, np.ones(2)) == pytest.approx([0.5, 0.5])


def test_a_cut_that_leaves_nothing_or_is_of_another_kind_is_refused() -> None:
    assert refused(Gamma(a=2, scale=1, high=-3), BINS) == "its cut to -3 leaves nothing of the gamma law."
    assert refused(Normal(mean=0, sd=1, low=0.2, high=0.8), COUNTS) == (
        "its cut from 0.2 to 0.8 leaves nothing of the normal law."
    )
    assert refused(Uniform(low=0, high=1), DAYS) == (
        "low must be a date such as 2013-05-31 for a datetime factor, got 0.0."
    )
    assert refused(Normal(mean=0, sd=1, high="2013-01-01"), BINS) == (
        "high must be a number for a continuous factor, got '2013-01-01'."
    )
    assert refused(Beta(a=1, b=1, loc=100), BINS).startswith("nothing is left on the bins of the axis")


def test_a_factor_without_values_has_no_axis_for_a_target() -> None:
    assert refused(Normal(mean=0, sd=1), Axis("empty", "continuous")).startswith("the source has no value")


def test_the_far_tail_keeps_its_digits() -> None:
    axis = Axis("x", "continuous", edges=(0, 8, 9, 10))
    masses = Normal(mean=0, sd=1, low=8).masses(axis, np.ones(3))
    # Upper tails of the standard normal at 8, 9 and 10; differences of the cdf would be 0 / 0.
    at_8, at_9, at_10 = 6.220960574271785e-16, 1.1285884059538407e-19, 7.619853024160527e-24
    assert masses[2] == pytest.approx((at_9 - at_10) / (at_8 - at_10), rel=1e-9)
    drawn = Normal(mean=0, sd=1).quantile_within(9, 10, np.array([0.0, 0.5]), False)
    assert drawn is not None
    assert drawn[0] == pytest.approx(9)
    assert 9 < drawn[1] < 9.1


def test_a_bin_that_the_cut_leaves_empty_has_no_quantile() -> None:
    with pytest.raises(ValueError, match="the normal law has nothing in the bin from 0 to 1"):
        Normal(mean=0, sd=1, low=2).quantile_within(0, 1, np.zeros(1), False)
    with pytest.raises(ValueError, match="the poisson law has nothing in the bin"):
        Poisson(mu=3).quantile_within(1.2, 1.8, np.zeros(1), False)


def test_a_law_reaching_beyond_the_axis_gets_bins_there() -> None:
    edges = Normal(mean=5, sd=2).extended_edges(BINS, touched=False)
    assert edges[0] == -7  # the quantile at 1e-9 is 5 - 2 * 5.998, and the first bin is 1 wide
    assert edges[7:] == (0, 1, 2, 5, 10, 15, 20)
    assert Uniform(low=-0.5, high=12).extended_edges(BINS) == (-0.5, 0, 1, 2, 5, float(np.nextafter(10, 11)), 12)
    assert Exponential(scale=0.1).extended_edges(BINS) == BINS.edges
    assert Poisson(mu=0.5).extended_edges(POINTS)[:4] == (0, 2, 4, 6)
    assert Histogram(weights=(1, 1, 1, 1)).extended_edges(BINS) == BINS.edges
    assert Constant(value=12).extended_edges(BINS, touched=False) == (0, 1, 2, 5, 10, 12)
    assert Constant(value=-3).extended_edges(BINS)[:3] == (-3, -2, -1)


def test_at_most_twenty_bins_are_added_on_a_side() -> None:
    edges = Lognormal(s=2, scale=5).extended_edges(BINS)
    assert len(edges) <= len(BINS.edges) + 20
    assert Axis("visib", "continuous", edges=edges).size == len(edges) - 1
    with pytest.raises(InputError, match="the lognormal law reaches beyond the largest number; give it a `high`"):
        Lognormal(s=300, scale=1).extended_edges(BINS)
    assert Lognormal(s=300, scale=1, high=100).extended_edges(BINS)[-1] == 100
