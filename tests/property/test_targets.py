"""One contract for every target family: shares, tails, cuts and quantiles agree with scipy's distribution."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, reject, settings
from hypothesis import strategies as st
from scipy import stats

from trimtab.core.design.targets import FAMILIES, Law, Mixture, Target
from trimtab.core.errors import InputError
from trimtab.core.source.axes import Axis
from trimtab.core.source.kinds import KINDS

SETTINGS = settings(
    max_examples=8, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.filter_too_much]
)
LEVELS = ("a", "b", "c", "d")


def reals(low: float, high: float) -> st.SearchStrategy[float]:
    return st.floats(low, high, allow_subnormal=False).map(lambda x: round(x, 3))


place, size, shape = reals(-20, 20), reals(0.1, 10), reals(0.3, 8)
share = reals(0, 1)
weights = st.lists(reals(0, 9), min_size=6, max_size=6).filter(lambda w: sum(w) > 0)

# Family -> its parameters, and its distribution built with scipy alone (None: the family has none).
CASES: dict[str, tuple[dict[str, st.SearchStrategy[Any]], Callable[[Any, bool], Any] | None]] = {
    "uniform": (
        {},
        lambda t, whole: (
            stats.randint(np.ceil(t.low), np.floor(t.high) + 1) if whole else stats.uniform(t.low, t.high - t.low)
        ),
    ),
    "normal": ({"mean": place, "sd": size}, lambda t, whole: stats.norm(t.mean, t.sd)),
    "lognormal": (
        {"s": reals(0.1, 2), "scale": size, "loc": place},
        lambda t, whole: stats.lognorm(t.s, t.loc, t.scale),
    ),
    "gamma": ({"a": shape, "scale": size, "loc": place}, lambda t, whole: stats.gamma(t.a, t.loc, t.scale)),
    "beta": (
        {"a": shape, "b": shape, "loc": place, "scale": size},
        lambda t, whole: stats.beta(t.a, t.b, t.loc, t.scale),
    ),
    "triangular": ({"c": share, "loc": place, "scale": size}, lambda t, whole: stats.triang(t.c, t.loc, t.scale)),
    "exponential": ({"scale": size, "loc": place}, lambda t, whole: stats.expon(t.loc, t.scale)),
    "poisson": ({"mu": size}, lambda t, whole: stats.poisson(t.mu)),
    "binomial": ({"n": st.integers(1, 30), "p": share}, lambda t, whole: stats.binom(t.n, t.p)),
    "weibull": (
        {"c": shape, "scale": size, "loc": place},
        lambda t, whole: stats.weibull_min(t.c, t.loc, t.scale),
    ),
    "tail": (
        {"above": place, "shape": reals(-0.8, 1.5), "scale": size},
        lambda t, whole: stats.genpareto(t.shape, np.floor(t.above) + 0.5 if whole else t.above, t.scale),
    ),
    "histogram": ({"weights": weights}, None),
    "empirical": ({}, None),
    "categorical": (
        {
            "weights": st.dictionaries(st.sampled_from(LEVELS[:3]), reals(0.1, 9), min_size=1),
            "rest": st.none() | share,
        },
        None,
    ),
    "constant": ({"value": reals(-20, 20)}, None),
    "mixture": ({}, None),
}
LAWS = sorted(name for name, (_, law) in CASES.items() if law)


def test_every_registered_family_keeps_the_contract() -> None:
    assert sorted(CASES) == sorted(FAMILIES)
    assert sorted(name for name, family in FAMILIES.items() if issubclass(family, Law)) == LAWS


@st.composite
def targets(draw: st.DrawFn, family: str, *, whole: bool = False) -> Target:
    if family == "mixture":
        return draw(mixtures(whole=whole))
    given_ = {name: draw(values) for name, values in CASES[family][0].items()}
    if family == "constant" and whole:
        given_["value"] = int(given_["value"])
    if family in LAWS:
        low = draw(place)
        high = low + draw(reals(1, 30))
        if family == "tail":
            high = max(high, given_["above"] + 1)
        ends = [True, True] if family == "uniform" else [draw(st.booleans()), draw(st.booleans())]
        given_ |= {name: end for name, end, used in zip(("low", "high"), (low, high), ends, strict=True) if used}
    return FAMILIES[family](**given_)


@st.composite
def mixtures(draw: st.DrawFn, *, whole: bool = False) -> Mixture:
    """Two or three parts of families that suit numbers, whatever the bins."""
    families = draw(st.lists(st.sampled_from([*LAWS, "constant", "empirical"]), min_size=2, max_size=3))
    return Mixture(parts=tuple(as_part(draw(targets(one, whole=whole)), draw(size)) for one in families))


def as_part(target: Target, weight: float) -> Any:
    return {**target.model_dump(), "weight": weight}


@st.composite
def axes(draw: st.DrawFn, *, whole: bool) -> Axis:
    """Six bins; the last one may hold a single value."""
    steps = draw(st.lists(st.integers(1, 6) if whole else reals(0.1, 6), min_size=6, max_size=6))
    steps[-1] *= draw(st.sampled_from([0, 1]))
    start = float(draw(st.integers(-20, 20)))
    edges = np.concatenate([[start], start + np.cumsum(steps)])
    return Axis("x", "count" if whole else "continuous", edges=tuple(edges.tolist()))


def axis_for(target: Target, data: st.DataObject, whole: bool) -> Axis:
    if target.family == "categorical":
        return Axis("x", "categorical", levels=LEVELS, rest=True, hidden=3)
    return data.draw(axes(whole=whole))


@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize("family", sorted(CASES))
@SETTINGS
@given(data=st.data())
def test_masses_are_shares(family: str, whole: bool, data: st.DataObject) -> None:
    target = data.draw(targets(family, whole=whole))
    axis = axis_for(target, data, whole)
    source = np.array(data.draw(st.lists(st.integers(1, 50), min_size=axis.size, max_size=axis.size)))
    try:
        masses = target.masses(axis, source)
    except InputError:  # the cut, or the axis, leaves nothing of it
        reject()
    assert masses.shape == (axis.size,)
    assert masses.min() >= 0
    assert masses.sum() == pytest.approx(1, abs=1e-12)


def cut_bounds(target: Any, whole: bool) -> tuple[float, float]:
    low = -np.inf if target.low is None else target.low
    high = np.inf if target.high is None else target.high
    return (np.ceil(low) - 0.5, np.floor(high) + 0.5) if whole else (low, high)


def whole_or_discrete(family: str, whole: bool) -> bool:
    return whole or family in ("poisson", "binomial")


@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize("family", LAWS)
@SETTINGS
@given(data=st.data())
def test_masses_and_tails_are_differences_of_scipys_cdf(family: str, whole: bool, data: st.DataObject) -> None:
    target = data.draw(targets(family, whole=whole))
    axis = data.draw(axes(whole=whole))
    steps = whole_or_discrete(family, whole)
    law = CASES[family][1](target, steps)  # type: ignore[misc]
    low, high = cut_bounds(target, steps)
    total = law.cdf(high) - law.cdf(low)
    assume(total > 1e-6)

    edges = np.asarray(axis.edges)
    first, last = edges[:-1], edges[1:]
    if steps:  # every whole number of the axis lies in exactly one bin, the last edge in the last
        first = np.ceil(first) - 0.5
        last = np.append(first[1:], np.floor(edges[-1]) + 0.5)
    expected = np.diff(law.cdf(np.clip([first, last], low, high)), axis=0)[0] / total
    below, above = target.outside(axis)
    inside = 1 - below - above
    # A difference of two cdfs is off by at most an ulp of 1 each; the cut and the axis magnify it.
    tolerance = 1e-14 / total
    assert expected.sum() == pytest.approx(inside, abs=10 * tolerance)
    assert below == pytest.approx(float(law.cdf(np.clip(first[0], low, high)) - law.cdf(low)) / total, abs=tolerance)
    assume(inside > 1e-6)
    masses = target.masses(axis, np.ones(axis.size))
    assert masses * inside == pytest.approx(expected, abs=10 * tolerance)


@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize("family", sorted({*LAWS, "constant", "mixture"}))
@SETTINGS
@given(data=st.data(), touched=st.booleans())
def test_extended_edges_reach_as_far_as_the_family(
    family: str, whole: bool, touched: bool, data: st.DataObject
) -> None:
    target = data.draw(targets(family, whole=whole))
    axis = data.draw(axes(whole=whole))
    try:
        edges = target.extended_edges(axis, touched=touched)
    except InputError:  # the cut leaves nothing of it
        reject()
    below, above = target.outside(axis)
    wider = Axis("x", axis.kind, edges=edges)  # refuses edges that don't rise
    # Beyond the outermost quantiles lies 1e-9 on each side; isf and ppf invert to about nine digits of that.
    assert max(target.outside(wider)) <= 1e-9 * (1 + 1e-6)
    assert target.masses(wider, np.ones(wider.size)).sum() == pytest.approx(1)
    enough = 0 if family == "mixture" else 1e-9  # a part of a mixture reaches further than its share of it tells
    if below <= enough:
        assert edges[0] == axis.edges[0]
    if above <= enough:
        assert edges[-1] == axis.edges[-1]
    assert len(edges) <= len(axis.edges) + 2 * 21
    # No value of the source changes its bin, but for values on the last edge that the source does not have.
    probes = np.linspace(axis.edges[0], axis.edges[-1], 50)
    probes = np.unique(np.round(probes)) if whole else probes
    probes = probes[(probes >= axis.edges[0]) & (probes <= (axis.edges[-1] if touched else axis.edges[-1] - 1e-9))]
    new = sum(edge < axis.edges[0] for edge in edges)
    assert np.array_equal(wider.bin_of_numbers(probes) - new, axis.bin_of_numbers(probes))


@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize("family", sorted(CASES))
@SETTINGS
@given(data=st.data())
def test_quantiles_stay_in_their_bin_and_rise(family: str, whole: bool, data: st.DataObject) -> None:
    target = data.draw(targets(family, whole=whole))
    axis = axis_for(target, data, whole)
    u = np.sort(np.array(data.draw(st.lists(reals(0, 0.999), min_size=2, max_size=8))))
    try:
        masses = target.masses(axis, np.ones(axis.size))
    except InputError:
        reject()
    for i, (low, high) in enumerate(pairwise(axis.edges)):
        if masses[i] == 0:
            continue
        closed = i == axis.size - 1
        values = target.quantile_within(low, high, u, whole, closed=closed)
        if values is None:
            assert family in ("histogram", "empirical", "categorical", "mixture")
            continue
        assert values.shape == u.shape
        assert np.all(np.diff(values) >= 0)
        assert np.all(values >= low)
        assert np.all((values <= high) if closed or low == high else (values < high))
        if family in LAWS:
            assert np.all(values >= (-np.inf if target.low is None else target.low))  # type: ignore[attr-defined]
            assert np.all(values <= (np.inf if target.high is None else target.high))  # type: ignore[attr-defined]
        if whole_or_discrete(family, whole) and family not in ("constant", "mixture"):
            assert np.array_equal(values, np.round(values))


@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize("family", LAWS)
@SETTINGS
@given(data=st.data())
def test_quantiles_follow_the_law_inside_a_bin(family: str, whole: bool, data: st.DataObject) -> None:
    target = data.draw(targets(family, whole=whole))
    axis = data.draw(axes(whole=whole))
    steps = whole_or_discrete(family, whole)
    law = CASES[family][1](target, steps)  # type: ignore[misc]
    low, high = cut_bounds(target, steps)
    n = 400
    u = (np.arange(n) + 0.5) / n
    for i, (start, end) in enumerate(pairwise(axis.edges)):
        closed = i == axis.size - 1
        if steps:
            start, end = np.ceil(start) - 0.5, np.floor(end) + 0.5 if closed else np.ceil(end) - 0.5
        ends = np.clip([start, end], low, high)
        mass = float(np.diff(law.cdf(ends))[0])
        if mass < 1e-4:
            continue
        values = target.quantile_within(*axis.edges[i : i + 2], u, whole, closed=closed)
        assert values is not None
        probes = np.unique(np.round(values)) + 0.5 if steps else np.quantile(values, [0.1, 0.5, 0.9])
        expected = (law.cdf(np.minimum(probes, ends[1])) - law.cdf(ends[0])) / mass
        drawn = np.mean(values[:, None] <= probes, axis=0)
        # Equally spaced u put a share within half a step of the cdf; a probe on a drawn value may fall either side.
        assert drawn == pytest.approx(expected, abs=1.5 / n + 1e-9 / mass)


@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize("family", sorted(set(CASES) - {"mixture", "categorical"}))
@SETTINGS
@given(data=st.data())
def test_a_family_mixed_with_itself_is_the_family(family: str, whole: bool, data: st.DataObject) -> None:
    target = data.draw(targets(family, whole=whole))
    axis = data.draw(axes(whole=whole))
    mixed = Mixture(parts=(as_part(target, data.draw(size)), as_part(target, data.draw(size))))
    source = np.array(data.draw(st.lists(st.integers(1, 50), min_size=axis.size, max_size=axis.size)))
    try:
        masses = target.masses(axis, source)
    except InputError:
        reject()
    assert mixed.masses(axis, source) == pytest.approx(masses, abs=1e-15)
    assert mixed.outside(axis) == pytest.approx(target.outside(axis))
    assert mixed.extended_edges(axis) == target.extended_edges(axis)
    assert set(mixed.edges_needed(axis)) == set(target.edges_needed(axis))
    u = np.array(data.draw(st.lists(reals(0, 0.999), min_size=2, max_size=8)))
    for i, (low, high) in enumerate(pairwise(axis.edges)):
        if masses[i] > 1e-12:
            drawn = target.quantile_within(low, high, u, whole, closed=i == axis.size - 1)
            again = mixed.quantile_within(low, high, u, whole, closed=i == axis.size - 1)
            assert (again is None) == (drawn is None)
            assert drawn is None or np.array_equal(again, drawn)  # type: ignore[arg-type]


@pytest.mark.parametrize("whole", [False, True])
@SETTINGS
@given(data=st.data())
def test_quantiles_of_a_mixture_follow_its_parts(whole: bool, data: st.DataObject) -> None:
    families = data.draw(st.lists(st.sampled_from(LAWS), min_size=2, max_size=3))
    parts = [(data.draw(targets(family, whole=whole)), data.draw(size)) for family in families]
    axis = data.draw(axes(whole=whole))
    low, high = float(np.ceil(axis.edges[0])), float(np.floor(axis.edges[-1]))
    assume(low < high)
    laws, shares = [], []
    for target, weight in parts:
        steps = whole_or_discrete(target.family, whole)
        law, ends = CASES[target.family][1](target, steps), cut_bounds(target, steps)  # type: ignore[misc]
        total = float(np.diff(law.cdf(ends))[0])
        assume(total > 1e-6)
        half = 0.5 * steps
        shares.append(weight * np.diff(law.cdf(np.clip([low - half, high + half], *ends)))[0] / total)
        laws.append((law, ends, half, weight / total))
    assume(sum(shares) > 1e-4)
    n = 300
    u = (np.arange(n) + 0.5) / n
    mixed = Mixture(parts=tuple(as_part(target, weight) for target, weight in parts))
    values = mixed.quantile_within(low, high, u, whole, closed=True)
    assert values is not None
    assert np.all(np.diff(values) >= 0)
    probes = np.arange(low, high + 1)
    expected = sum(
        weight * (law.cdf(np.clip(probes + half, *ends)) - law.cdf(np.clip(low - half, *ends)))
        for law, ends, half, weight in laws
    ) / sum(shares)
    drawn = np.mean(values[:, None] <= probes, axis=0)
    assert drawn == pytest.approx(expected, abs=1.5 / n + 1e-9 / sum(shares))


@pytest.mark.parametrize("kind", KINDS)
def test_a_family_that_does_not_suit_says_which_do(kind: str) -> None:
    if kind in ("categorical", "boolean"):
        axis = Axis("x", kind, levels=("a", "b"))  # type: ignore[arg-type]
    else:
        axis = Axis("x", kind, edges=(0.0, 1.0, 2.0))  # type: ignore[arg-type]
    for name, family in FAMILIES.items():
        if kind not in family.kinds:
            target = next(iter_examples(name))
            with pytest.raises(InputError, match=rf"Target of `x`: the family {name} does not suit a .*; these do: "):
                target.masses(axis, np.ones(axis.size))


def iter_examples(name: str) -> Any:
    plain: dict[str, dict[str, Any]] = {
        "uniform": {"low": 0, "high": 1},
        "weibull": {"c": 2, "scale": 1},
        "normal": {"mean": 0, "sd": 1},
        "lognormal": {"s": 1, "scale": 1},
        "gamma": {"a": 1, "scale": 1},
        "beta": {"a": 1, "b": 1},
        "triangular": {"c": 0.5, "loc": 0, "scale": 1},
        "exponential": {"scale": 1},
        "poisson": {"mu": 1},
        "binomial": {"n": 1, "p": 0.5},
        "histogram": {"weights": (1, 1)},
        "categorical": {"weights": {"a": 1}},
        "tail": {"above": 0, "shape": 0.5, "scale": 1},
    }
    yield FAMILIES[name](**plain[name])
