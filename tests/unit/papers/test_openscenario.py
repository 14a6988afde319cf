"""Parameter value sets and distributions for simulators: exact, or refused by name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from lxml import etree

from trimtab.core.declared.declared import declared_source
from trimtab.core.design.design import Design
from trimtab.core.errors import InputError
from trimtab.core.papers.export import Wish, export
from trimtab.core.source.spool import spool
from trimtab.core.study.study import Study, open_study

from .conftest import SAID, Made
from .test_sample_designs import openscenario_schema

WIDE: dict[str, Any] = {
    "speed": {"kind": "continuous", "role": "target", "target": {"family": "uniform", "low": 5, "high": 40}},
    "gap": {"role": "target", "target": {"family": "normal", "mean": 2.5, "sd": 0.5, "low": 1, "high": 4}},
    "friction": {"edges": [0, 0.4, 0.8, 1], "role": "target", "target": {"family": "histogram", "weights": [1, 3, 6]}},
    "cars": {"kind": "count", "role": "target", "target": {"family": "poisson", "mu": 3}},
    "weather": {"role": "target", "target": {"family": "categorical", "weights": {"fog": 1, "sun": 3}}},
    "night": {"kind": "boolean", "role": "hold", "value": True},
}


def declared(folder: Path, factors: dict[str, Any], **more: Any) -> Study:
    design = Design(name="cut-in", rows=400, seed=7, factors=factors, **more)
    return open_study(design, declared_source(design, folder))


def real(folder: Path, columns: dict[str, list[Any]], **more: Any) -> Study:
    pq.write_table(pa.table(columns), folder / "table.parquet")
    return open_study(Design(name="t", rows=40, source={"path": "x"}, **more), spool(folder / "table.parquet", folder))


def test_columns_that_no_scenario_can_name_are_refused(odd: Made, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"`level <i>`, `whole\|number`, `float %`, `price/€` can't be the name"):
        export(odd.study, tmp_path / "x.xosc", "openscenario", Wish(data=odd.data))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("value", "told"),
    [("$other", "what begins with \\$ is taken for a reference"), ("a\x01b", "XML has no such character")],
)
def test_values_that_a_scenario_would_take_for_something_else_are_refused(
    tmp_path: Path, value: str, told: str
) -> None:
    study = real(tmp_path, {"level": [value, "b"] * 50, "n": list(range(100))})
    with pytest.raises(InputError, match=f"`level` is .* in row [0-9]+: {told}"):
        export(study, tmp_path / "x.xosc", "openscenario", Wish())
    assert not (tmp_path / "x.xosc").exists()


def test_a_row_without_any_value_is_refused(tmp_path: Path) -> None:
    study = real(tmp_path, {"level": [None, "a"] * 50})
    with pytest.raises(InputError, match=r"row [0-9]+ has no value at all"):
        export(study, tmp_path / "x.xosc", "openscenario", Wish())


def test_texts_are_text(tmp_path: Path) -> None:
    study = real(tmp_path, {"level": ['<a b="c">\n\t&amp;', "'"] * 50})
    tree = etree.parse(export(study, tmp_path / "x.xosc", "openscenario", Wish()).path)
    assert {one.get("value") for one in tree.iter("ParameterAssignment")} == {'<a b="c">\n\t&amp;', "'"}


def test_distributions_carry_a_design_whose_factors_are_apart(tmp_path: Path) -> None:
    study = declared(tmp_path, WIDE)
    found = export(study, tmp_path / "x.xosc", "openscenario", Wish(stochastic=True, said=SAID))
    tree = etree.parse(found.path)
    openscenario_schema().assertValid(tree)
    (stochastic,) = tree.iter("Stochastic")
    assert (stochastic.get("numberOfTestRuns"), stochastic.get("randomSeed")) == ("400", "7")
    kinds = {one.get("parameterName"): one[0] for one in stochastic}
    assert {name: one.tag for name, one in kinds.items()} == {
        "speed": "UniformDistribution",
        "gap": "NormalDistribution",
        "friction": "Histogram",
        "cars": "PoissonDistribution",
        "weather": "ProbabilityDistributionSet",
        "night": "ProbabilityDistributionSet",
    }
    assert dict(kinds["speed"][0].attrib) == {"lowerLimit": "5.0", "upperLimit": "40.0"}
    assert dict(kinds["gap"].attrib) == {"expectedValue": "2.5", "variance": "0.25"}
    assert dict(kinds["gap"][0].attrib) == {"lowerLimit": "1.0", "upperLimit": "4.0"}
    assert [float(one.get("weight")) for one in kinds["friction"]] == pytest.approx([0.1, 0.3, 0.6])
    assert {one.get("value"): float(one.get("weight")) for one in kinds["weather"]} == pytest.approx(
        {"fog": 0.25, "sun": 0.75}
    )
    assert [one.get("value") for one in kinds["night"]] == ["true"]


def test_what_can_not_be_carried_is_refused_by_name(tmp_path: Path) -> None:
    uniform = {"family": "uniform", "low": 0, "high": 1}
    study = declared(
        tmp_path,
        {
            **{name: factor for name, factor in WIDE.items() if name != "cars"},
            "skewed": {"kind": "continuous", "role": "target", "target": {"family": "gamma", "a": 2, "scale": 3}},
            "cut": {"kind": "continuous", "role": "target", "target": {**WIDE["gap"]["target"], "high": None}},
            "gaps": {"kind": "continuous", "role": "target", "target": uniform, "missing": 0.1},
            "twice": {"role": "derive", "expression": "2 * speed"},
        },
        pairs=[{"factors": ["speed", "gap"], "rank_correlation": 0.5}],
        events={"near": {"when": "gap < 2", "rate": 0.3}},
        rules=["gap > 1.1"],
        labels={"late": {"rule": "gap < 2"}},
    )
    with pytest.raises(InputError, match="can't carry this design") as refused:
        export(study, tmp_path / "x.xosc", "openscenario", Wish(stochastic=True))
    told = str(refused.value).splitlines()
    assert sorted(line for line in told if line.startswith("- ")) == [
        "- `cut`, which is cut at one end only",
        "- `gaps`, of which 10 % of the values are missing",
        "- `skewed` (family gamma), whose values lie within bins",
        "- `twice`, which is computed from other factors",
        "- event `near`",
        "- label `late`",
        "- pair `speed × gap`",
        "- rule `gap > 1.1`",
    ]
    assert not (tmp_path / "x.xosc").exists()


def test_what_goes_together_in_the_source_is_refused_by_name(tmp_path: Path) -> None:
    study = real(tmp_path, {"a": ["x", "y"] * 200, "b": ["p", "q"] * 200})
    with pytest.raises(InputError, match=r"`b`, which goes with `a` in the source|`a`, which goes with `b`"):
        export(study, tmp_path / "x.xosc", "openscenario", Wish(stochastic=True))
