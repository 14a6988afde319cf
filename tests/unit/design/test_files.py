"""Design files: the contract's example, every fault in one message, text that is stable and atomic."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pyarrow as pa
import pytest
import yaml

from trimtab.core.design.files import dumps, json_schema, load, loads, revised, save
from trimtab.core.design.targets import FAMILIES
from trimtab.core.design.targets.mixture import parts
from trimtab.core.design.validation import check_against
from trimtab.core.errors import InputError
from trimtab.core.source.columns import Column, encode

TEXT = """\
trimtab: 1
name: fog-and-wind
description: More of what our model has hardly seen.
seed: 7
rows: 100000
mode: supplement
source: {path: flights.parquet}
factors:
  visib:
    kind: continuous
    unit: mi
    edges: [0, 1, 2, 5, 10]
    role: target
    target: {family: histogram, weights: [5, 5, 20, 70]}
  temp: {role: target, target: {family: normal, mean: 30, sd: 12, low: -10, high: 100}}
  wind_gust:
    role: target
    target: {family: mixture, parts: [{family: empirical, weight: 3}, {family: tail, weight: 1, above: 30}]}
    missing: 0.1
  origin: {role: keep}
  carrier: {role: target, target: {family: categorical, weights: {UA: 2, AA: 1}, rest: 0.4}}
  year: {role: hold, value: 2013}
  gain: {role: derive, expression: dep_delay - arr_delay}
pairs:
  - {factors: [carrier, late], target: independent}
  - {factors: [temp, gain], rank_correlation: 0.4}
  - {factors: [origin, late], weights: {JFK: {late: 1, on time: 3}, LGA: {late: 2, on time: 1}}}
  - factors: [visib, month]
    weights: [[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]]
events:
  fog_and_wind: {when: visib < 2 AND wind_speed > 15, rate: 0.05}
  long_delay: {when: dep_delay > 240, rows: 1000}
levels:
  difficulty:
    score: abs(probability - 0.5)
    cuts: [0.1, 0.3]
    shares: {hard: 0.2, medium: 0.4, easy: 0.4}
labels:
  late: {rule: CASE WHEN dep_delay > 15 THEN 'late' ELSE 'on time' END, noise: 0.02}
  claimed: {probability: 1 / (1 + exp(3 - 0.02 * dep_delay))}
rules:
  - arr_delay > dep_delay - 90
  - 'origin != ''it''''s: # no comment'''
sweeps:
  - {factor: visib, values: [0.25, 1, 3, 10], groups: 500, others: condition}
floors:
  - {factors: [origin, carrier, month], at_least: 5}
output: {provenance: false}
"""

CONTRACT = """\
trimtab: 1
name: fog-and-wind
description: More of what our model has hardly seen.
seed: 7
rows: 100000
mode: standalone
source:
  path: flights.parquet
  sha256: "0000000000000000000000000000000000000000000000000000000000000000"
factors:
  visib:
    kind: continuous
    unit: mi
    edges: [0, 1, 2, 5, 10]
    role: target
    target: {family: histogram, weights: [5, 5, 20, 70]}
  temp:      {role: target, target: {family: normal, mean: 30, sd: 12, low: -10, high: 100}}
  wind_gust:
    role: target
    missing: 0.10
    target: {family: mixture, parts: [{weight: 3, family: empirical}, {weight: 1, family: tail, above: 30}]}
  origin:    {role: keep}
  carrier:   {role: target, target: {family: categorical, weights: {UA: 2, AA: 1}, rest: 0.4}}
  year:      {role: hold, value: 2013}
  gain:      {role: derive, expression: "dep_delay - arr_delay"}
pairs:
  - {factors: [carrier, late], target: independent}
events:
  fog_and_wind: {when: "visib < 2 AND wind_speed > 15", rate: 0.05}
  long_delay:   {when: "dep_delay > 240", rows: 1000}
levels:
  difficulty: {score: "abs(probability - 0.5)", cuts: [0.1, 0.3], shares: {hard: 0.2, medium: 0.4, easy: 0.4}}
labels:
  late:    {rule: "CASE WHEN dep_delay > 15 THEN 'late' ELSE 'on time' END", noise: 0.02}
  claimed: {probability: "1 / (1 + exp(3 - 0.02 * dep_delay))"}
rules:
  - "arr_delay > dep_delay - 90"
sweeps:
  - {factor: visib, values: [0.25, 1, 3, 10], groups: 500, others: intervene}
floors:
  - {factors: [origin, carrier, month], strength: 2, at_least: 5}
output: {provenance: true}
"""


def flights() -> dict[str, Column]:
    rng = np.random.default_rng(1)
    n = 400
    delay = rng.normal(10, 60, n).round(1)
    columns: dict[str, Any] = {
        "year": [2013] * n,
        "month": rng.integers(1, 13, n),
        "origin": rng.choice(["EWR", "JFK", "LGA"], n),
        "carrier": rng.choice(["UA", "AA", "DL", "B6"], n),
        "dep_delay": delay,
        "arr_delay": (delay + rng.normal(0, 10, n)).round(1),
        "visib": rng.choice([0, 0.25, 1, 1.5, 3, 10], n),
        "temp": rng.normal(40, 20, n).round(1).clip(-8, 99),
        "wind_speed": rng.gamma(2, 5, n).round(2),
        "wind_gust": rng.gamma(3, 8, n).round(2),
        "probability": rng.random(n),
    }
    return {name: encode(name, pa.chunked_array([pa.array(values)]), None) for name, values in columns.items()}


def minimal(more: str = "") -> str:
    return f"trimtab: 1\nname: x\nsource: {{path: a.csv}}\n{more}"


def refused(text: str) -> list[str]:
    with pytest.raises(InputError, match=r"^fog\.yaml") as caught:
        loads(text, "fog.yaml")
    return str(caught.value).split("\n")


def test_the_text_of_a_design_is_stable() -> None:
    assert dumps(loads(TEXT)) == TEXT


def test_the_contract_s_example_loads_checks_and_comes_back() -> None:
    design = loads(CONTRACT)
    check_against(design, flights())
    assert loads(dumps(design)) == design
    assert design.pairs[0].name == "carrier × late"
    assert design.floors[0].strength == 2


def test_a_pair_s_target_may_hold_the_correlation_or_the_table() -> None:
    nested = loads(minimal("pairs: [{factors: [a, b], target: {rank_correlation: 0.4}}]"))
    assert dumps(nested).endswith("pairs:\n  - {factors: [a, b], rank_correlation: 0.4}\n")


def test_defaults_are_left_out_and_written_ones_accepted() -> None:
    design = loads(minimal("mode: standalone\nseed: 0\noutput: {provenance: true}\nfactors: {a: {role: follow}}\n"))
    assert dumps(design) == "trimtab: 1\nname: x\nseed: 0\nrows: 10000\nsource: {path: a.csv}\nfactors:\n  a: {}\n"


def test_every_fault_is_told_at_once_with_its_place() -> None:
    lines = refused(
        """
trimtab: 2
nme: x
seed: -1
rows: 1.5
source: {path: a, sha: 3}
output: {provenance: 3}
factors:
  visib: {role: targt, targets: 3}
  temp: {role: target, target: {family: norml, mean: 3}}
  humid: {role: target, target: {family: normal, mean: abc, sd: -1, hihg: 3}}
  a: {role: target, target: {family: histogram, weights: [0, 0]}}
  b: {role: target, target: {family: histogram, weights: [1, -1, .inf, x]}}
  c: {role: hold}
  d: {role: target, target: {mean: 3}}
  e:
  f: {edges: [1]}
  g: {kind: text, missing: 1.5}
  h: {role: derive, value: 3, missing: 0.1}
  i: {expression: a + 1}
  j: {role: target, target: {family: mixture, parts: [{family: normal, mean: 1, sd: 1, wait: 2}, {family: tale}]}}
pairs:
  - {factors: [a, b, c], target: independant}
  - {factors: [a, a], rank_correlation: 0.1}
  - {factors: [a, b], rank_corelation: 2}
  - {factors: [a, b], weights: [[1, x], [1, -1]]}
  - {factors: [a, b], weights: {u: {v: -1}, w: 3}}
  - {factors: [a, b], weights: [[1, 2], [1]]}
  - {factors: [a, b], weights: {u: {v: 0}}}
  - {factors: [a, b], weights: 3}
  - {factors: [a], target: independent, rank_correlation: 0}
events:
  2fast: {when: "x > 1", rate: 1.5}
  empty: {when: "", rate: 1}
  unsized: {when: x}
levels:
  a: {score: x, cuts: [1, 0], shares: {a: 1, b: 0, c: 0}}
  b: {score: x, cuts: [0], shares: {a: 0.5, b: 0.4}}
  c: {score: x, cuts: [0], shares: {a: 1}}
  d: {score: x, cuts: [0, 1], shares: {a: 0.5, b: 0.5}}
labels:
  a: {}
  b: {rule: x, probability: x}
  c: {rule: x, noise: 1.1}
rules: [3, ""]
sweeps:
  - {factor: a, values: [1, 1.0], groups: 1}
  - {factor: a, values: [1], groups: 0, others: intervenes}
floors:
  - {factors: [a]}
  - {factors: [a, a, b], at_least: 0}
  - {factor: a, strength: 5}
"""
    )
    assert [line.removeprefix("fog.yaml: ") for line in lines] == [
        "trimtab: must be 1, got 2.",
        "name: must be given.",
        "seed: must be at least 0, got -1.",
        "rows: must be a whole number, got 1.5.",
        "source.sha: unknown key. Did you mean `sha256`? Known: path, sha256, delimiter, quote, escape, header, "
        "header_rows, missing, decimal, numbers, footer, dates, encoding, parts, sheet, range, labels.",
        "factors.visib.role: there is no role 'targt'. Did you mean `target`? Known: follow, keep, target, hold, "
        "derive, carry, drop.",
        "factors.visib.targets: unknown key. Did you mean `target`? "
        "Known: kind, format, unit, description, edges, order, role, target, missing, value, values, expression.",
        f"factors.temp.target: there is no family 'norml'. Did you mean `normal`? Known: {', '.join(FAMILIES)}.",
        "factors.humid.target.mean: must be a number, got 'abc'.",
        "factors.humid.target.sd: must be more than 0, got -1.",
        "factors.humid.target.hihg: unknown key. Did you mean `high`? Known: family, low, high, mean, sd.",
        "factors.a.target.weights: must sum to more than 0, got [0, 0].",
        "factors.b.target.weights.1: must be at least 0, got -1.",
        "factors.b.target.weights.2: must be finite, got inf.",
        "factors.b.target.weights.3: must be a number, got 'x'.",
        "factors.c: role hold needs a `value` or a list of `values`.",
        f"factors.d.target: must have a `family`. Known: {', '.join(FAMILIES)}.",
        "factors.e: must be a mapping, got nothing.",
        "factors.f.edges: must have at least 2 entries, got [1].",
        "factors.g.kind: there is no kind 'text'. Known: continuous, count, categorical, boolean, datetime.",
        "factors.g.missing: must be at most 1, got 1.5.",
        "factors.h: `value` goes with role hold, not with role derive; role derive needs an `expression`; `missing` "
        "can't be set with role derive.",
        "factors.i: `expression` goes with role derive, not with role follow.",
        "factors.j.target.parts.0.weight: must be given.",
        "factors.j.target.parts.0.wait: unknown key. Did you mean `weight`? Known: family, weight, low, high, "
        "mean, sd.",
        f"factors.j.target.parts.1: there is no family 'tale'. Did you mean `tail`? Known: {', '.join(parts())}.",
        "pairs.0.factors: must have at most 2 entries, got ['a', 'b', 'c'].",
        "pairs.0.target: must be independent, got 'independant'.",
        "pairs.1: `factors` must be two different ones, got `a` twice.",
        "pairs.2.rank_corelation: unknown key. Did you mean `rank_correlation`? "
        "Known: factors, target, rank_correlation, weights.",
        "pairs.3.weights.0.1: must be a number, got 'x'.",
        "pairs.3.weights.1.1: must be at least 0, got -1.",
        "pairs.4.weights.u.v: must be at least 0, got -1.",
        "pairs.4.weights.w: must be a mapping, got 3.",
        "pairs.5: `weights` must have rows of one length.",
        "pairs.6: `weights` must not all be 0.",
        "pairs.7.weights: must be a list, got 3.",
        "pairs.8.factors.1: must be given.",
        "events.2fast: must be letters, digits and _, not beginning with a digit, got '2fast'.",
        "events.2fast.rate: must be at most 1, got 1.5.",
        "events.empty.when: must not be empty.",
        "events.unsized: needs a `rate` or a number of `rows`.",
        "levels.a: `cuts` must be ascending, got [1.0, 0.0].",
        "levels.b: `shares` must add up to 1, got 0.9.",
        "levels.c.shares: must have at least 2 entries, got a mapping.",
        "levels.d: 2 cuts make 3 levels, but `shares` names 2.",
        "labels.a: needs a `rule` or a `probability`.",
        "labels.b: needs a `rule` or a `probability`, not both.",
        "labels.c.noise: must be at most 1, got 1.1.",
        "rules.0: must be a text, got 3.",
        "rules.1: must not be empty.",
        "sweeps.0: `values` must differ, got [1, 1].",
        "sweeps.1.values: must have at least 2 entries, got [1].",
        "sweeps.1.groups: must be at least 1, got 0.",
        "sweeps.1.others: there is no others 'intervenes'. Did you mean `intervene`? Known: intervene, condition.",
        "floors.0: `strength` must be at most the number of factors, 1, got 2.",
        "floors.1.at_least: must be at least 1, got 0.",
        "floors.2.factors: must be given.",
        "floors.2.strength: must be at most 4, got 5.",
        "floors.2.factor: unknown key. Did you mean `factors`? Known: factors, strength, at_least.",
        "output.provenance: must be true or false, got 3.",
        "nme: unknown key. Did you mean `name`? "
        "Known: trimtab, name, description, seed, rows, mode, blend, source, factors, pairs, quantiles, events, "
        "levels, labels, rules, sweeps, floors, relations, output.",
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "a design is a mapping that begins with `trimtab: 1`."),
        ("- 1", "a design is a mapping that begins with `trimtab: 1`."),
        ("name: x", "trimtab: must be given: a design begins with `trimtab: 1`."),
        (minimal("1: 2"), "a key must be a text, got 1."),
        (minimal("events: {e: {when: a, rows: 10001}}"), "events can't ask for more rows than the design's 10000, got"),
        (minimal("factors: [a]"), "factors: must be a mapping, got ['a']."),
        (minimal("pairs: {a: 1}"), "pairs: must be a list, got a mapping."),
        (minimal("rules: a > 1"), "rules: must be a list, got 'a > 1'."),
        ("trimtab: 1\nname: x", "without a `source` to learn from, at least one factor needs role target or hold."),
    ],
)
def test_refuses(text: str, message: str) -> None:
    assert refused(text)[0].startswith(f"fog.yaml: {message}")


def test_a_column_may_be_called_by_a_number() -> None:
    design = loads(minimal("factors: {2013: {role: keep}}"))
    assert list(design.factors) == ["2013"]
    assert loads(dumps(design)) == design


def test_load_names_the_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.yaml: the design file can't be read: No such file"):
        load(tmp_path / "none.yaml")
    with pytest.raises(InputError, match="the design file can't be read: Is a directory"):
        load(tmp_path)
    (tmp_path / "latin.yaml").write_bytes(minimal("description: caf\xe9").encode("latin-1"))
    with pytest.raises(InputError, match=r"^latin\.yaml: a design file is UTF-8 text; byte 57 is not"):
        load(tmp_path / "latin.yaml")
    (tmp_path / "bom.yaml").write_text(minimal(), encoding="utf-8-sig")
    assert load(tmp_path / "bom.yaml").name == "x"
    (tmp_path / "huge.yaml").write_text(minimal("description: " + "x" * 1_000_000))
    with pytest.raises(InputError, match=r"^huge\.yaml: a design file may have 1,000,000 characters"):
        load(tmp_path / "huge.yaml")


def test_save_replaces_the_whole_file_or_nothing(tmp_path: Path) -> None:
    path = tmp_path / "fog.yaml"
    path.write_text("old")
    save(loads(TEXT), path)
    assert path.read_text() == TEXT
    assert load(path) == loads(TEXT)
    with pytest.raises(InputError, match="it can't be written: No such file"):
        save(loads(TEXT), tmp_path / "none" / "fog.yaml")
    (tmp_path / "taken").mkdir()
    with pytest.raises(InputError, match="it can't be written: Is a directory"):
        save(loads(TEXT), tmp_path / "taken")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["fog.yaml", "taken"]


def test_the_schema_knows_the_contract() -> None:
    schema = json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    check = jsonschema.Draft202012Validator(schema)
    good = yaml.safe_load(CONTRACT)
    check.validate(good)
    check.validate(yaml.safe_load(TEXT))
    check.validate({key: value for key, value in good.items() if key != "source"})
    for bad in (
        {**good, "pairs": {}},
        {**good, "pairs": [{"factors": ["a"], "target": "independent"}]},
        {**good, "pairs": [{"factors": ["a", "b"], "rank_correlation": 2}]},
        {**good, "levels": {"a": {"score": "x", "cuts": [1]}}},
        {**good, "labels": {"a": {"rule": "x", "noise": 2}}},
        {**good, "sweeps": [{"factor": "a", "values": [1], "groups": 1}]},
        {**good, "floors": [{"factors": ["a"], "strength": 5}]},
        {**good, "rules": "x > 1"},
        {key: value for key, value in good.items() if key != "trimtab"},
        {**good, "events": {"a": {"when": "x", "rate": 2}}},
        {**good, "factors": {"a": {"role": "target", "target": {"family": "normal", "mean": 1, "sd": -1}}}},
        {**good, "factors": {"a": {"role": "target", "target": {"mean": 1, "sd": 1}}}},
    ):
        assert not check.is_valid(bad)


ALIASED = """\
trimtab: 1
name: x
source: {path: a.csv}
factors:
  # a and b are alike
  a: {role: target, target: &bell {family: normal, mean: 1, sd: 2}}   # first
  b: {role: target, target: *bell}
"""


def test_a_text_says_another_design_with_its_comments() -> None:
    before = loads(CONTRACT)
    text = CONTRACT.replace("  temp:", "  # in the shade\n  temp:")
    assert revised(text, before) == text
    after = before.with_factor("temp", unit="F").with_rule("visib >= 0").changed(seed=8)
    assert revised(text, after) == (
        text.replace("seed: 7", "seed: 8")
        .replace("temp:      {role", "temp:      {unit: F, role")
        .replace('dep_delay - 90"\n', 'dep_delay - 90"\n  - visib >= 0\n')
    )


def test_what_an_alias_stands_for_is_still_what_it_was() -> None:
    before = loads(ALIASED)
    target = {"family": "normal", "mean": 1, "sd": 3}
    assert revised(ALIASED, before.with_factor("b", target=target)) == ALIASED.replace(
        "*bell", "{family: normal, mean: 1, sd: 3}"
    )
    after = before.with_factor("a", target=target)
    assert loads(revised(ALIASED, after)) == after, "written anew: the alias would have changed too"


@pytest.mark.parametrize("text", ["", "name: [", "trimtab: 1\nname: x\n"])
def test_what_is_no_design_is_written_anew(text: str) -> None:
    assert revised(text, loads(TEXT)) == TEXT
