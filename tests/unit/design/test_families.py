"""A family is one class: what it begins with on a column, and a new one is found by everything that knows families."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ClassVar, Literal

import jsonschema
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import Field
from scipy import stats

from trimtab.core.declared.drafting import declarable_families, declared_factor, undeclared
from trimtab.core.design.factors import Factor
from trimtab.core.design.fields import Number, Positive
from trimtab.core.design.files import dumps, json_schema, load, loads
from trimtab.core.design.targets import FAMILIES, Law, Mixture, Target, starting, suitable_families
from trimtab.core.design.targets.law import Frozen, scipy_law
from trimtab.core.design.targets.moments import Moments, moments_of
from trimtab.core.errors import InputError
from trimtab.core.source.axes import default_axis
from trimtab.core.source.columns import Column, encode
from trimtab.core.source.kinds import Kind

DAYS = np.arange("2024-01-01", "2024-12-31", dtype="datetime64[D]").astype("datetime64[us]")
COLUMNS: dict[str, tuple[Kind, Any]] = {
    "speeds": ("continuous", np.random.default_rng(3).gamma(9.0, 6.0, 500).round(1)),
    "far from zero": ("continuous", 1e6 + np.random.default_rng(3).normal(0, 1, 500).round(3)),
    "below zero": ("continuous", -np.random.default_rng(3).lognormal(3, 1, 500).round(2)),
    "one number": ("continuous", [7.5] * 9),
    "a large one": ("continuous", [2.0**60] * 9),
    "lanes": ("count", [1, 1, 2, 3, 3, 3, 4]),
    "years": ("count", list(range(1950, 2024)) * 3),
    "neighbours": ("count", [100_001, 100_002]),
    "days": ("datetime", DAYS),
    "one day": ("datetime", DAYS[:1]),
    "roads": ("categorical", ["town"] * 5 + ["country"] * 3 + ["other"]),
    "cities": ("categorical", [f"city {i}" for i in range(90)]),
    "belt": ("boolean", [True, True, False]),
}


def column_of(name: str) -> Column:
    kind, values = COLUMNS[name]
    return encode(name, pa.chunked_array([pa.array(values)]), kind)


def families_on(column: Column) -> tuple[str, ...]:
    return suitable_families(column.kind, points=default_axis(column).points)


BEGINNINGS = [(name, family) for name in COLUMNS for family in families_on(column_of(name))]


def begun(family: str, column: Column) -> Target:
    """A family as it begins on a column, read as a design reads it."""
    target = Factor.model_validate({"role": "target", "target": starting(family, column)}).target
    assert target is not None
    return target.fitted(column)


def test_every_family_says_what_it_is() -> None:
    for family in FAMILIES.values():
        assert family.title
        assert family.summary.endswith(".")
        assert family.kinds


def test_the_readme_names_every_family() -> None:
    text = (Path(__file__).parents[3] / "README.md").read_text(encoding="utf-8")
    assert [name for name in FAMILIES if name not in text] == []


def test_a_family_made_of_others_is_the_last_of_those_that_suit() -> None:
    assert [name for name in suitable_families("count") if FAMILIES[name].composed] == ["mixture"]
    assert suitable_families("count")[-1] == "mixture"


@pytest.mark.parametrize(("name", "family"), BEGINNINGS)
def test_every_family_begins_with_a_target_of_the_column(name: str, family: str) -> None:
    column = column_of(name)
    axis = default_axis(column)
    target = begun(family, column)
    target.check(axis)
    below, above = target.outside(axis)
    assert 0 <= below + above <= 1


@pytest.mark.parametrize(("name", "family"), [one for one in BEGINNINGS if FAMILIES[one[1]].drawn])
def test_a_drawn_family_begins_with_the_bars_of_the_source(name: str, family: str) -> None:
    column = column_of(name)
    axis = default_axis(column)
    counts = axis.histogram(column)[:-1]
    assert begun(family, column).masses(axis, counts) == pytest.approx(counts / counts.sum(), rel=1e-6)


@pytest.mark.parametrize("family", ["normal", "lognormal", "gamma", "weibull", "beta", "uniform"])
@pytest.mark.parametrize("name", ["speeds", "far from zero", "years"])
def test_a_law_begins_where_the_values_are(name: str, family: str) -> None:
    column = column_of(name)
    found, target = moments_of(column), begun(family, column)
    assert isinstance(target, Law)
    if family == "uniform":
        assert target.span(whole=False) == (found.first, found.last)
        return
    low, middle, high = target.law(whole=False).ppf(stats.norm.cdf([-1, 0, 1]))
    assert middle == pytest.approx(found.mean, abs=0.3 * found.sd)
    # Two standard deviations of a bell, and not much else of what is skewed.
    assert (high - low) / 2 == pytest.approx(found.sd, rel=0.35)


numbers = st.lists(st.floats(-1e9, 1e9).map(lambda x: round(x, 3)), min_size=1, max_size=30)


@settings(max_examples=30, deadline=None)
@given(values=numbers)
def test_every_family_begins_on_any_numbers(values: list[float]) -> None:
    column = encode("x", pa.chunked_array([pa.array(values)]), "continuous")
    for family in families_on(column):
        begun(family, column).check(default_axis(column))


def test_a_beginning_that_can_t_be_is_refused() -> None:
    empty = encode("x", pa.chunked_array([pa.array([None, None], pa.float64())]), "continuous")
    with pytest.raises(InputError, match=r"^Target of `x`: all its values are missing, so there is nothing to begin"):
        starting("normal", empty)
    with pytest.raises(InputError, match=r"^Target of `lanes`: there is no family `norma`\. Did you mean `normal`\?"):
        starting("norma", column_of("lanes"))


@pytest.mark.parametrize("kind", ["continuous", "count", "datetime"])
def test_every_family_that_needs_no_data_can_be_declared_as_it_begins(kind: Kind) -> None:
    assert {"histogram", "empirical", "mixture"}.isdisjoint(declarable_families(kind))
    for family in declarable_families(kind):
        assert declared_factor("x", {"kind": kind, "target": undeclared(family, kind)}, {}).kind == kind


# --- a family that is defined elsewhere -----------------------------------------------------------------------------


@pytest.fixture
def rayleigh() -> Iterator[type[Law]]:
    """A family as somebody would write it in a notebook or in a file of their own."""

    class Rayleigh(Law):
        """scipy.stats.rayleigh(loc, scale)."""

        title: ClassVar[str] = "Rayleigh"
        summary: ClassVar[str] = "The length of a vector whose parts are normal."

        family: Literal["rayleigh"] = "rayleigh"
        scale: Positive = Field(description="Where most values are, counted from loc.")
        loc: Number = Field(default=0.0, description="Where the values begin.")

        @classmethod
        def by_moments(cls, moments: Moments) -> dict[str, float]:
            return {"scale": moments.above / math.sqrt(math.pi / 2), "loc": moments.loc}

        def law(self, *, whole: bool) -> Frozen:
            return scipy_law("rayleigh", loc=self.loc, scale=self.scale)

    yield Rayleigh
    del FAMILIES["rayleigh"]


def test_a_new_family_is_in_the_schema_in_a_file_and_in_a_mixture(rayleigh: type[Law]) -> None:
    text = """
    trimtab: 1
    name: x
    source: {path: x.csv}
    factors:
      a: {role: target, target: {family: rayleigh, scale: 3, high: 9}}
    """
    design = loads(text, owner="x.yaml")
    assert design.factor("a").target == rayleigh(scale=3.0, high=9.0)  # type: ignore[call-arg]
    assert loads(dumps(design), owner="x.yaml") == design
    schema = json_schema()
    assert schema["$defs"]["Rayleigh"]["properties"]["scale"]["exclusiveMinimum"] == 0
    plain = {
        "trimtab": 1,
        "name": "x",
        "factors": {"a": {"role": "target", "target": {"family": "rayleigh", "scale": 3}}},
    }
    jsonschema.validate(plain, schema)
    plain["factors"]["a"]["target"]["scale"] = 0  # type: ignore[index]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(plain, schema)
    parts = [{"weight": 1, "family": "rayleigh", "scale": 3}, {"weight": 1, "family": "empirical"}]
    assert Mixture.model_validate({"parts": parts}).parts[0].family == "rayleigh"
    with pytest.raises(InputError, match=r"factors\.a\.target\.scale: must be more than 0, got -1"):
        loads(text.replace("scale: 3", "scale: -1"), owner="x.yaml")
    with pytest.raises(InputError, match=r"factors\.a\.target\.scal: unknown key\. Did you mean `scale`\?"):
        loads(text.replace("scale: 3", "scal: 3"), owner="x.yaml")


def test_a_new_family_is_offered_projected_and_drawn(
    rayleigh: type[Law], folder: Path, trimtab: Callable[..., Any]
) -> None:
    values = stats.weibull_min(1.6, scale=10).rvs(4000, random_state=np.random.default_rng(5))
    pq.write_table(pa.table({"wind": values.round(2), "rain": values > 9}), folder / "winds.parquet")
    column = encode("wind", pa.chunked_array([pa.array(values.round(2))]), None)
    assert "rayleigh" in suitable_families("continuous")
    begin = starting("rayleigh", column)
    assert trimtab("init", "winds.parquet", "-o", "d.yaml").code == 0
    design = load("d.yaml").with_factor("wind", role="target", target=begin).changed(rows=5000, relations=None)
    (folder / "d.yaml").write_text(dumps(design), encoding="utf-8")
    assert trimtab("check", "d.yaml", "--json").json["feasible"]
    made = trimtab("sample", "d.yaml", "-o", "rows.parquet", "--json")
    assert (made.code, made.err.count("Traceback")) == (0, 0)
    assert all(promise["kept"] for promise in json.loads(made.out)["receipt"])
    drawn = pq.read_table("rows.parquet")["wind"].to_numpy()
    target = design.factor("wind").target
    assert isinstance(target, Law)
    # Dvoretzky, Kiefer, Wolfowitz: 5,000 rows are further off than this once in a million times.
    assert stats.kstest(drawn, target.law(whole=False).cdf).statistic < math.sqrt(math.log(2e6) / (2 * 5000))
