"""Design files: the contract's example, every fault in one message, text that is stable and atomic."""

from __future__ import annotations

from pathlib import Path

import jsonschema
import pytest

from core.design.design import Design
from core.design.files import dumps, json_schema, load, loads, save
from core.design.targets import FAMILIES
from core.errors import InputError

TEXT = """\
trimtab: 1
name: fog-and-wind
description: More of what our model has hardly seen.
seed: 7
rows: 100000
source: {path: flights.parquet}
factors:
  visib:
    kind: continuous
    unit: mi
    edges: [0, 1, 2, 5, 10]
    role: target
    target: {family: histogram, weights: [5, 5, 20, 70]}
  temp: {role: target, target: {family: normal, mean: 30, sd: 12, low: -10, high: 100}}
  origin: {role: keep}
  carrier: {role: target, target: {family: categorical, weights: {UA: 2, AA: 1}, rest: 0.4}}
  year: {role: hold, value: 2013}
events:
  fog_and_wind: {when: visib < 2 AND wind_speed > 15, rate: 0.05}
  long_delay: {when: dep_delay > 240, rows: 1000}
"""


def minimal(more: str = "") -> str:
    return f"trimtab: 1\nname: x\nsource: {{path: a.csv}}\n{more}"


def refused(text: str) -> list[str]:
    with pytest.raises(InputError, match=r"^fog\.yaml") as caught:
        loads(text, "fog.yaml")
    return str(caught.value).split("\n")


def test_the_text_of_a_design_is_stable() -> None:
    assert dumps(loads(TEXT)) == TEXT


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
events:
  2fast: {when: "x > 1", rate: 1.5}
  empty: {when: "", rate: 1}
  unsized: {when: x}
"""
    )
    assert [line.removeprefix("fog.yaml: ") for line in lines] == [
        "trimtab: must be 1, got 2.",
        "name: must be given.",
        "seed: must be at least 0, got -1.",
        "rows: must be a whole number, got 1.5.",
        "source.sha: unknown key. Did you mean `sha256`? Known: path, sha256.",
        "factors.visib.role: there is no role 'targt'. Did you mean `target`? Known: follow, keep, target, hold, drop.",
        "factors.visib.targets: unknown key. Did you mean `target`? "
        "Known: kind, unit, edges, role, target, missing, value, values.",
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
        "events.2fast: must be letters, digits and _, not beginning with a digit, got '2fast'.",
        "events.2fast.rate: must be at most 1, got 1.5.",
        "events.empty.when: must not be empty.",
        "events.unsized: needs a `rate` or a number of `rows`.",
        "output.provenance: must be true or false, got 3.",
        "nme: unknown key. Did you mean `name`? "
        "Known: trimtab, name, description, seed, rows, mode, source, factors, events, output.",
    ]


NOT_BUILT = "is part of the design format, but this version of Trimtab does not build it yet; remove it to go on."


@pytest.mark.parametrize(
    ("more", "place", "word"),
    [
        ("pairs: [{factors: [a, b], target: independent}]", "pairs", "pairs"),
        ("levels: {d: {score: a, cuts: [1], shares: {x: 1}}}", "levels", "levels"),
        ("labels: {late: {rule: a}}", "labels", "labels"),
        ("rules: [a > 1]", "rules", "rules"),
        ("sweeps: []", "sweeps", "sweeps"),
        ("floors: []", "floors", "floors"),
        ("mode: supplement", "mode", "supplement"),
        ("factors: {a: {role: derive}}", "factors.a.role", "derive"),
        ("factors: {a: {role: target, target: {family: mixture, parts: []}}}", "factors.a.target", "mixture"),
        ("factors: {a: {role: target, target: {family: tail, above: 3}}}", "factors.a.target", "tail"),
    ],
)
def test_what_the_format_has_and_we_do_not_build_is_recognised(more: str, place: str, word: str) -> None:
    assert refused(minimal(more)) == [f"fog.yaml: {place}: `{word}` {NOT_BUILT}"]


def test_a_cold_start_is_recognised() -> None:
    assert refused("trimtab: 1\nname: x\n") == [
        "fog.yaml: a design without `source` is part of the design format, but this version of Trimtab does not build "
        "it yet; add the source."
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
    with pytest.raises(InputError, match="the design file can't be written: No such file"):
        save(loads(TEXT), tmp_path / "none" / "fog.yaml")
    (tmp_path / "taken").mkdir()
    with pytest.raises(InputError, match="the design file can't be written"):
        save(loads(TEXT), tmp_path / "taken")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["fog.yaml", "taken"]


def test_the_schema_knows_the_contract() -> None:
    schema = json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    check = jsonschema.Draft202012Validator(schema)
    good = Design.model_dump(loads(TEXT), mode="json", exclude_defaults=True)
    good = {"trimtab": 1, **good}
    good["factors"]["temp"]["target"]["family"] = "normal"
    good["factors"]["visib"]["target"]["family"] = "histogram"
    good["factors"]["carrier"]["target"]["family"] = "categorical"
    check.validate(good)
    for bad in (
        {**good, "pairs": []},
        {key: value for key, value in good.items() if key != "source"},
        {key: value for key, value in good.items() if key != "trimtab"},
        {**good, "events": {"a": {"when": "x", "rate": 2}}},
        {**good, "factors": {"a": {"role": "target", "target": {"family": "normal", "mean": 1, "sd": -1}}}},
        {**good, "factors": {"a": {"role": "target", "target": {"mean": 1, "sd": 1}}}},
    ):
        assert not check.is_valid(bad)
