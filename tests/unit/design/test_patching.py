"""A patch is merged key by key; what it replaces goes, what it does not name stays."""

from __future__ import annotations

from pathlib import Path

import pytest

from trimtab.core.design.design import Design
from trimtab.core.design.files import loads
from trimtab.core.design.patching import patched
from trimtab.core.errors import InputError

WHOLE = """
trimtab: 1
name: d
description: what it is for
source: {path: x.csv}
factors:
  a: {unit: mi, role: target, target: {family: normal, mean: 1, sd: 2}}
  b: {role: hold, value: NO}
  c: {role: target, target: {family: categorical, weights: {x: 1, y: 2}}}
events: {fog: {when: a < 1, rate: 0.1}, wind: {when: a > 1, rows: 5}}
labels: {late: {rule: a > 3, noise: 0.1}}
levels: {l: {score: a, cuts: [1, 2], shares: {low: 0.2, mid: 0.3, high: 0.5}}}
rules: [a < 100]
sweeps: [{factor: a, values: [1, 2], groups: 3}, {factor: b, values: [u, v], groups: 2}]
floors: [{factors: [a, b]}, {factors: [b, c], at_least: 4}]
"""


@pytest.fixture
def design() -> Design:
    return loads(WHOLE)


@pytest.mark.parametrize(
    ("patch", "expected"),
    [
        ("rows: 70", {"rows": 70}),
        ("description: null", {"description": ""}),
        ("factors: {a: {unit: km}}", {"factors.a.unit": "km", "factors.a.target.mean": 1}),
        ("factors: {a: {target: {mean: 5}}}", {"factors.a.target.mean": 5, "factors.a.target.sd": 2}),
        ("factors: {a: {target: {family: gamma, a: 2, scale: 1}}}", {"factors.a.target.family": "gamma"}),
        ("factors: {a: {role: keep}}", {"factors.a.role": "keep", "factors.a.target": None, "factors.a.unit": "mi"}),
        ("factors: {a: {role: target, target: {sd: 9}}}", {"factors.a.target.mean": 1, "factors.a.target.sd": 9}),
        ("factors: {b: {values: [NO, SE]}}", {"factors.b.values": ("NO", "SE"), "factors.b.value": None}),
        ("factors: {c: {target: {weights: {y: null, z: 3}}}}", {"factors.c.target.weights": {"x": 1, "z": 3}}),
        ("events: {fog: {rows: 3}}", {"events.fog.rows": 3, "events.fog.rate": None, "events.fog.when": "a < 1"}),
        ("events: {fog: null}", {"events.wind.rows": 5, "events.fog": None}),
        ("labels: {late: {probability: '0.5 * a'}}", {"labels.late.rule": None, "labels.late.noise": 0.1}),
        ("levels: {l: {cuts: [3, 4]}}", {"levels.l.cuts": (3, 4)}),
        ("rules: [a < 100, a > -5]", {"rules": ("a < 100", "a > -5")}),
    ],
)
def test_what_a_patch_says_and_nothing_else(
    design: Design, tmp_path: Path, patch: str, expected: dict[str, object]
) -> None:
    (tmp_path / "p.yaml").write_text(patch)
    found = patched(design, tmp_path / "p.yaml")
    for path, value in expected.items():
        part: object = found
        for key in path.split("."):
            part = part.get(key) if isinstance(part, dict) else getattr(part, key)
        assert part == value, path
    changed = patch.split(":")[0]
    assert found.changed(**{changed: getattr(design, changed)}) == design


def test_entries_of_lists_take_the_place_of_those_they_name_the_same_as(design: Design, tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text(
        "sweeps: [{factor: a, values: [5, 6], groups: 1}, {factor: c, values: [x, y], groups: 1}]\n"
        "floors: [{factors: [c, b], at_least: 9}]\n"
        "pairs: [{factors: [a, b], target: independent}]\n"
    )
    found = patched(design, tmp_path / "p.yaml")
    assert [(one.factor, one.values) for one in found.sweeps] == [("a", (5, 6)), ("b", ("u", "v")), ("c", ("x", "y"))]
    assert [(one.factors, one.at_least) for one in found.floors] == [(("a", "b"), 1), (("c", "b"), 9)]
    assert [one.name for one in found.pairs] == ["a × b"]
    assert found.events == design.events


@pytest.mark.parametrize(
    ("patch", "part", "left"),
    [
        ("rules: [{remove: a < 100}]", "rules", []),
        ("rules: [{remove: a < 100}, b > 0]", "rules", ["b > 0"]),
        ("sweeps: [{remove: {factor: b}}]", "sweeps", ["a"]),
        ("floors: [{remove: {factors: [b, a]}}]", "floors", ["b, c"]),
        ("floors: [{remove: {at_least: 4}}, {factors: [a, b], at_least: 2}]", "floors", ["a, b"]),
    ],
)
def test_an_entry_of_a_list_is_taken_away(
    design: Design, tmp_path: Path, patch: str, part: str, left: list[str]
) -> None:
    (tmp_path / "p.yaml").write_text(patch)
    found = getattr(patched(design, tmp_path / "p.yaml"), part)
    assert [one if isinstance(one, str) else getattr(one, "factor", None) or one.name for one in found] == left


@pytest.mark.parametrize(
    ("patch", "message"),
    [
        ("rules: [{remove: a < 99}]", "p.yaml: rules: there is nothing to remove that is like 'a < 99'"),
        ("pairs: [{remove: {factors: [a, b]}}]", r"p.yaml: pairs: there is nothing to remove that is like \{'factors'"),
        ("floors: [{remove: {factors: [a, b], at_least: 9}}]", "p.yaml: floors: there is nothing to remove"),
        ("", "p.yaml: a patch is a mapping with a part of a design"),
        ("- rows", "p.yaml: a patch is a mapping"),
        ("rows: [", "p.yaml, line 1: this is no YAML that can be read"),
        ("rows: 0", "p.yaml: rows: must be at least 1, got 0"),
        ("roows: 5", "p.yaml: roows: unknown key. Did you mean `rows`?"),
        ("trimtab: null", "p.yaml: trimtab: must be given"),
        ("events: {fog: {rate: 0.1, rows: 3}}", "p.yaml: events.fog: needs a `rate` or a number of `rows`, not both"),
        ("events: 5", "p.yaml: events: must be a mapping, got 5"),
        ("1: 2", "p.yaml: a key must be a text, got 1"),
    ],
)
def test_what_is_refused(design: Design, tmp_path: Path, patch: str, message: str) -> None:
    (tmp_path / "p.yaml").write_text(patch)
    with pytest.raises(InputError, match=message.replace("?", r"\?")):
        patched(design, tmp_path / "p.yaml")


def test_a_file_that_is_no_text(design: Design, tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_bytes(b"name: \xff")
    with pytest.raises(InputError, match=r"p\.yaml: a patch is UTF-8 text; byte 6 is not"):
        patched(design, tmp_path / "p.yaml")
    with pytest.raises(InputError, match="the patch can't be read: No such file"):
        patched(design, tmp_path / "none.yaml")


def test_quantiles_of_a_factor_take_the_place_of_those_there_are(design: Design, tmp_path: Path) -> None:
    before = design.changed(quantiles=[{"factor": "a", "at": {0.5: 1}}, {"factor": "b", "at": {0.5: 2}}])
    (tmp_path / "p.yaml").write_text("quantiles: [{factor: a, at: {0.9: 7}}, {factor: c, at: {0.5: 3}}]\n")
    found = patched(before, tmp_path / "p.yaml")
    told = [(one.factor, dict(one.at)) for one in found.quantiles]
    assert told == [("a", {0.9: 7}), ("b", {0.5: 2}), ("c", {0.5: 3})]
