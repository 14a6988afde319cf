"""Target families: what each says of an axis, and how each wrong use is refused."""

from __future__ import annotations

import pickle
from typing import Annotated, Any, ClassVar, Literal

import jsonschema
import numpy as np
import pyarrow as pa
import pytest
from pydantic import Field, TypeAdapter, ValidationError
from scipy import stats

from trimtab.core.design.files import dumps, json_schema, loads
from trimtab.core.design.targets import (
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
    Mixture,
    Normal,
    Poisson,
    Tail,
    Target,
    Uniform,
    suitable_families,
)
from trimtab.core.design.validation import target_axis
from trimtab.core.errors import InputError
from trimtab.core.source.axes import Axis, default_axis
from trimtab.core.source.columns import Column, encode

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


def column(values: Any, name: str = "x") -> Column:
    return encode(name, pa.chunked_array([pa.array(values)]), None)


def mixture(*parts: dict[str, Any], **cut: Any) -> Mixture:
    return Mixture.model_validate({"parts": [{"weight": 1, **part} for part in parts], **cut})


def test_the_contract_s_families_exist() -> None:
    assert set(FAMILIES) == {
        *("histogram", "categorical", "constant", "uniform", "normal", "lognormal", "gamma", "beta", "triangular"),
        *("exponential", "poisson", "binomial", "empirical", "tail", "mixture", "weibull"),
    }
    for family in FAMILIES.values():
        for field in family.model_fields.values():
            assert field.description or field.default in FAMILIES


def test_suitable_families_by_kind() -> None:
    assert suitable_families("categorical") == ("empirical", "categorical", "constant", "mixture")
    assert suitable_families("boolean") == suitable_families("categorical")
    assert suitable_families("datetime") == ("uniform", "histogram", "empirical", "constant", "mixture")
    assert "categorical" not in suitable_families("count")
    assert "categorical" in suitable_families("count", points=True)
    assert {"normal", "poisson", "histogram", "tail"} <= set(suitable_families("continuous"))


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
        (Tail, {"shape": 1, "scale": 1}, "Field required"),
        (Tail, {"above": 1, "scale": 0}, "greater than 0"),
        (Tail, {"above": 30, "high": 30}, "high must be more than above, got high 30 and above 30"),
        (Mixture, {"parts": [{"weight": 1, "family": "empirical"}]}, "at least 2 items"),
        (Mixture, {"parts": [{"family": "empirical"}, {"weight": 1, "family": "empirical"}]}, "Field required"),
        (Mixture, {"parts": [{"weight": 0, "family": "empirical"}]}, "greater than 0"),
        (Mixture, {"parts": [{"weight": 1, "family": "mixture", "parts": []}]}, "must not be mixtures themselves"),
        (Mixture, {"parts": [{"weight": 1, "family": "norml"}]}, "does not match any of the expected tags"),
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
    assert "does not suit a categorical factor; these do: empirical, categorical, constant, mixture." in refused(
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


def test_far_reaching_laws_get_ever_wider_bins() -> None:
    edges = np.array(Lognormal(s=2, scale=5).extended_edges(BINS, touched=False))
    beyond = np.diff(edges[edges >= 10])
    assert beyond[0] == 5  # as wide as its neighbour
    assert np.all(np.diff(beyond) >= 0)
    assert beyond[-1] > 1000 * beyond[0]


def test_a_law_has_edges_where_it_begins_and_ends() -> None:
    just_above = float(np.nextafter(7.5, 8))
    assert Uniform(low=0.5, high=7.5).edges_needed(BINS) == (0.5, just_above)
    assert Normal(mean=3, sd=1, high=7.5).edges_needed(BINS) == (just_above,)
    assert Gamma(a=2, scale=1, loc=1.5).edges_needed(BINS) == (1.5,)
    assert Uniform(low=0.5, high=7.5).edges_needed(COUNTS) == (1, 8)
    assert Gamma(a=2, scale=1, loc=5).edges_needed(COUNTS) == (5,)  # 5 is worth [4.5, 5.5)
    assert Poisson(mu=2).edges_needed(BINS) == (0,)
    assert Uniform(low=5, high=7).edges_needed(POINTS) == (5, 8)  # else 4 would stand for 5
    asked = Uniform(low="1970-01-02", high="1970-01-03").edges_needed(DAYS)
    assert asked == (86_400e6, 2 * 86_400e6 + 1)


def test_no_bin_holds_values_that_a_cut_excludes() -> None:
    values = column(np.linspace(0, 10, 500))
    axis = target_axis(Uniform(low=2.2, high=4.4), default_axis(values), values)
    real = values.numbers[
        Uniform(low=2.2, high=4.4).masses(axis, axis.histogram(values)[:-1])[axis.bins_of(values)[:-1]] > 0
    ]
    assert real.min() >= 2.2
    assert real.max() <= 4.4
    assert len(real) == np.sum((values.numbers >= 2.2) & (values.numbers <= 4.4))


# --- tail -------------------------------------------------------------------------------------------------------------


def test_a_tail_is_scipys_generalised_pareto_above_its_threshold() -> None:
    target = Tail(above=2, shape=0.3, scale=1.5)
    law = stats.genpareto(0.3, loc=2, scale=1.5)
    inside = law.cdf(10)
    assert target.masses(BINS, EVEN) == pytest.approx([0, 0, law.cdf(5) / inside, (law.cdf(10) - law.cdf(5)) / inside])
    assert target.outside(BINS) == pytest.approx((0, law.sf(10)))
    assert target.edges_needed(BINS) == (float(np.nextafter(2, 3)),)
    # Whole numbers begin with the one above the threshold, which is worth as much as [2.5, 3.5).
    assert target.edges_needed(COUNTS) == (3,)
    drawn = target.quantile_within(0, 6, np.array([0.0, 0.99]), True)
    assert drawn is not None
    assert drawn.tolist() == [3, 5]


@pytest.mark.parametrize("threshold", [0.0, 1.0, 2.5])
@pytest.mark.parametrize("shape", [-0.3, 0.0, 0.4, 0.9])
def test_a_tail_is_fitted_as_scipy_fits_it(shape: float, threshold: float) -> None:
    values = stats.genpareto.rvs(shape, scale=2, size=3000, random_state=7)
    fitted = Tail(above=threshold).fitted(column(values))
    c, _, scale = stats.genpareto.fit(values[values > threshold], floc=threshold)
    assert (fitted.shape, fitted.scale) == pytest.approx((c, scale), abs=2e-3)
    assert fitted.fitted(column([1.0])) is fitted


def test_a_given_parameter_stays_as_it_is() -> None:
    values = column(stats.genpareto.rvs(0.4, scale=2, size=500, random_state=3))
    shape, scale = Tail(above=1, shape=0.2).fitted(values), Tail(above=1, scale=3).fitted(values)
    assert shape.shape == 0.2
    assert scale.scale == 3
    beyond = values.numbers.repeat(values.counts[:-1])
    beyond = beyond[beyond > 1]
    c, _, _ = stats.genpareto.fit(beyond, floc=1, fscale=3)
    assert scale.shape == pytest.approx(c, abs=2e-3)
    _, _, s = stats.genpareto.fit(beyond, floc=1, fc=0.2)
    assert shape.scale == pytest.approx(s, abs=2e-3)


def test_the_tail_of_whole_numbers_is_fitted_to_their_shares() -> None:
    """Shares of [k - 1/2, k + 1/2): a fit to the numbers as if they were exact would be far off for a scale of 1."""
    law = stats.genpareto(0.2, loc=3.5, scale=1)
    numbers = np.arange(4, 40)
    counts = np.round(100_000 * (law.cdf(numbers + 0.5) - law.cdf(numbers - 0.5))).astype(int)
    fitted = Tail(above=3).fitted(column([0, 1, 2, 3, *np.repeat(numbers, counts).tolist()]))
    assert (fitted.shape, fitted.scale) == pytest.approx((0.2, 1), abs=0.01)


def test_a_tail_that_cannot_be_fitted_is_refused() -> None:
    remedy = "; lower `above`, or give `shape` and `scale`."
    few = column([float(x) for x in range(20)])
    for above, reason in (
        (30, "no row of the source lies above 30, and fitting a tail takes 10"),
        (18, "only 1 row of the source lie above 18, and fitting a tail takes 10"),
        (12, "only 7 rows of the source lie above 12, and fitting a tail takes 10"),
    ):
        with pytest.raises(InputError, match=rf"^Target of `x`: {reason}{remedy}$"):
            Tail(above=above).fitted(few)
    with pytest.raises(
        InputError, match="the 50 rows of the source above 3 have 1 different value, and fitting a tail"
    ):
        Tail(above=3).fitted(column([1, 2, 3] + [7] * 50))
    with pytest.raises(InputError, match="no tail can be fitted with the given shape to the 15 rows above 4"):
        Tail(above=4, shape=-1e300).fitted(few)
    with pytest.raises(ValueError, match="has no law until it is fitted"):
        Tail(above=4).masses(BINS, EVEN)


def test_a_tail_warns_of_infinite_moments() -> None:
    values = column([1.0, 2.0])
    assert Tail(above=0, shape=0.5, scale=1).warning(values) is None
    assert Tail(above=0, shape=0.7, scale=1, high=9).warning(values) is None
    text = Tail(above=0, shape=0.7, scale=1).warning(values)
    assert text is not None
    assert text.startswith("Target of `x`: the tail's shape is 0.7, so its variance is infinite")
    both = mixture({"family": "empirical"}, {"family": "tail", "above": 0, "shape": 1.2, "scale": 1}).warning(values)
    assert both is not None
    assert "its mean and variance are infinite" in both
    assert mixture({"family": "empirical"}, {"family": "normal", "mean": 0, "sd": 1}).warning(values) is None


def test_a_tail_reaches_beyond_the_source() -> None:
    heavy = Tail(above=5, shape=0.5, scale=2).extended_edges(BINS, touched=False)
    assert len(heavy) <= len(BINS.edges) + 20
    law = stats.genpareto(0.5, loc=5, scale=2)
    assert law.sf(heavy[-1]) <= 1e-9
    assert Tail(above=5, shape=0.5, scale=2, high=50).extended_edges(BINS, touched=False)[-1] == 50
    with_end = Tail(above=5, shape=-0.5, scale=4).extended_edges(BINS, touched=False)  # ends at 13
    assert with_end == (0, 1, 2, 5, 10, 15)


# --- mixture ----------------------------------------------------------------------------------------------------------


def test_a_mixture_is_the_weighted_sum_of_its_parts() -> None:
    source = np.array([1, 2, 3, 4])
    target = mixture({"weight": 3, "family": "empirical"}, {"family": "normal", "mean": 4, "sd": 2})
    normal = Normal(mean=4, sd=2).masses(BINS, source)
    assert target.masses(BINS, source) == pytest.approx(0.75 * source / 10 + 0.25 * normal)
    levels = mixture({"family": "categorical", "weights": {"UA": 1}}, {"family": "empirical"})
    assert levels.masses(CARRIERS, np.array([1, 2, 3, 4])) == pytest.approx([0.55, 0.1, 0.15, 0.2])
    assert levels.levels_needed() == ("UA",)


def test_a_mixture_has_the_edges_and_the_reach_of_its_parts() -> None:
    target = mixture(
        {"family": "empirical", "high": 4}, {"family": "tail", "above": 4, "shape": -0.5, "scale": 8}, low=0.5
    )
    just_above = float(np.nextafter(4, 5))
    assert set(target.edges_needed(BINS)) == {0.5, just_above, 20, float(np.nextafter(20, 21))} - {20}
    assert target.extended_edges(BINS, touched=False) == (0, 1, 2, 5, 10, 15, 20)
    both = mixture({"family": "uniform", "low": -7, "high": 3}, {"family": "constant", "value": 12})
    assert both.extended_edges(BINS, touched=False) == (*range(-7, 3), 5, 10, 12)
    assert both.outside(BINS) == pytest.approx((0.35, 0.5))


def test_a_mixture_may_be_cut() -> None:
    parts = [{"family": "normal", "mean": 5, "sd": 4}, {"family": "uniform", "low": 0, "high": 100}]
    target = mixture(*parts, low=1, high=30)
    edges = target.extended_edges(BINS, touched=False)
    assert (edges[0], edges[-1]) == (0, 30)
    axis = Axis("visib", "continuous", edges=edges)
    law = stats.norm(5, 4)
    share = [(law.cdf(high) - law.cdf(low)) / (law.cdf(30) - law.cdf(0)) for low, high in ((1, 2), (1, 30))]
    assert target.masses(axis, np.ones(axis.size))[:2] == pytest.approx(
        [0, 0.5 * share[0] + 0.5 / 30] / (0.5 * share[1] + 0.5 * 29 / 30)
    )
    assert (
        refused(mixture(*parts, low=1.5), BINS) == "its cut from 1.5 goes through the bin 1–2; it needs an edge there."
    )
    assert "need an order" in refused(mixture({"family": "empirical"}, {"family": "empirical"}, low=1), CARRIERS)


def test_a_part_that_does_not_suit_is_refused() -> None:
    wrong = mixture({"family": "empirical"}, {"family": "normal", "mean": 0, "sd": 1})
    assert refused(wrong, CARRIERS).startswith("the family normal does not suit a categorical factor; these do: ")


def test_inside_a_bin_without_rows_a_mixture_follows_the_parts_that_reach_it() -> None:
    u = np.array([0.0, 0.25, 0.5, 0.75])
    even = {"family": "uniform", "low": 0, "high": 10}
    only = mixture({"family": "empirical"}, {**even, "weight": 2}).quantile_within(2, 6, u, False)
    assert only is not None
    assert only == pytest.approx([2, 3, 4, 5])
    assert mixture({"family": "empirical"}, {"family": "empirical", "low": 3}).quantile_within(2, 6, u, False) is None
    # Density 1 on [0, 4) and 2 on [4, 8): of 4 + 8 equal steps the first third lies below 4.
    two = mixture({"family": "uniform", "low": 0, "high": 8}, {"family": "uniform", "low": 4, "high": 8, "weight": 0.5})
    drawn = two.quantile_within(0, 8, np.array([0.0, 1 / 6, 1 / 3, 2 / 3]), False)
    assert drawn == pytest.approx([0, 2, 4, 6], abs=1e-9)
    with_atom = mixture(even, {"family": "constant", "value": 5}).quantile_within(
        0, 10, np.array([0.2, 0.5, 0.8]), False
    )
    assert with_atom == pytest.approx([4, 5, 6])
    with pytest.raises(ValueError, match="the mixture has nothing in the bin from 20 to 30"):
        mixture(even, even).quantile_within(20, 30, u, False)


def test_parts_drawn_bin_by_bin_keep_their_bins() -> None:
    """A tail adds edges to the axis; the four weights are still those of the four display bins."""
    values = column([0.5, 1.5, 1.7, 3.0, 4.5, 6.0, 7.0, 9.5])
    display = default_axis(values, [0, 1, 2, 5, 10])
    target = mixture(
        {"weight": 4, "family": "histogram", "weights": (1, 1, 2, 0)},
        {"family": "tail", "above": 4, "shape": -0.5, "scale": 8},
    )
    fitted = target.fitted(values, display)
    axis = target_axis(fitted, display, values)
    assert axis.edges[-1] == 20
    masses = fitted.masses(axis, axis.histogram(values)[:-1])
    tail = stats.genpareto(-0.5, loc=4, scale=8)
    assert masses[axis.lows < 2].tolist() == pytest.approx([0.2, 0.2])
    # Between 2 and 5 the source has one value on each side of 4, so each side gets half of the bin's weight.
    assert masses[axis.lows == 2] == pytest.approx([0.2])
    assert masses[(axis.lows > 2) & (axis.lows < 5)] == pytest.approx([0.2 + 0.2 * tail.cdf(5)])
    assert masses[axis.lows >= 5].sum() == pytest.approx(0.2 * tail.sf(5))
    assert fitted.fitted(values).masses(axis, axis.histogram(values)[:-1]) == pytest.approx(masses)
    assert target_axis(target, display, values) == axis


def test_levels_of_few_numbers_may_be_mixed_with_a_law() -> None:
    values = column([4, 6, 6, 8])
    target = mixture({"family": "categorical", "weights": {8: 1}}, {"family": "uniform", "low": 4, "high": 11})
    display = default_axis(values)
    axis = target_axis(target, display, values)
    masses = target.fitted(values, display).masses(axis, axis.histogram(values)[:-1])
    shares = dict(zip(axis.lows.tolist(), masses.tolist(), strict=True))
    assert shares[8] > 0.5
    assert shares[4] == pytest.approx(0.5 * 2 / 8)  # the whole numbers 4 and 5
    assert axis.edges[-1] == 11


def test_a_body_and_a_tail_meet_between_two_of_few_values() -> None:
    values = column([31.0, 32.2, 33.4, 34.5] * 10)
    target = mixture(
        {"family": "empirical", "high": 33}, {"family": "tail", "above": 33, "shape": 0.1, "scale": 4}
    ).fitted(values)
    axis = target_axis(target, default_axis(values), values)
    masses = target.masses(axis, axis.histogram(values)[:-1])
    by_value = masses[axis.bins_of(values)[:-1]]
    law = stats.genpareto(0.1, loc=33, scale=4)
    # What the tail has between 33 and 33.4 goes to the first real value above its threshold.
    last = 0.5 * float(law.cdf(axis.highs[3]) - law.cdf(34.5))
    assert by_value == pytest.approx([0.25, 0.25, 0.5 * law.cdf(34.5), last], abs=1e-9)
    assert axis.histogram(values)[:4].tolist() == [10, 10, 10, 10]
    alone = Tail(above=33, shape=0.1, scale=4)
    axis = target_axis(alone, default_axis(values), values)
    assert alone.masses(axis, axis.histogram(values)[:-1])[axis.bins_of(values)[:2]].tolist() == [0, 0]


def test_a_mixture_comes_back_from_its_text() -> None:
    design = loads(
        "trimtab: 1\nname: x\nsource: {path: a.csv}\nfactors:\n  gust: {role: target, target: {family: mixture, "
        "parts: [{weight: 3, family: empirical}, {weight: 1, family: tail, above: 30}]}}\n"
    )
    target = design.factors["gust"].target
    assert target == mixture({"weight": 3, "family": "empirical"}, {"family": "tail", "above": 30})
    assert loads(dumps(design)) == design
    assert "parts: [{family: empirical, weight: 3}, {family: tail, weight: 1, above: 30}]" in dumps(design)
    part = json_schema()["$defs"]["TailPart"]
    jsonschema.Draft202012Validator(part).validate({"family": "tail", "weight": 1, "above": 30})
    with pytest.raises(jsonschema.ValidationError, match="'weight' is a required property"):
        jsonschema.Draft202012Validator(part).validate({"family": "tail", "above": 30})
    assert pickle.loads(pickle.dumps(target)) == target


def test_weights_of_levels_are_no_histogram() -> None:
    with pytest.raises(ValueError, match="a weight for each level is `family: categorical`"):
        Histogram.model_validate({"family": "histogram", "weights": {"town": 1}})
