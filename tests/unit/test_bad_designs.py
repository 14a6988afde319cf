"""Bad designs on real columns: refused before a row is written, naming what is wrong; the workspace stays as it is."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from trimtab.core.delivery.receipt import deliver
from trimtab.core.design.files import loads
from trimtab.core.errors import TrimtabError
from trimtab.core.study.study import open_study
from trimtab.core.workspace.workspace import Workspace

ROADS = {"speed": [10, 20, 30, 40], "road": ["dry", "wet", "dry", "dry"], "small": pa.array([1, 2, 3, 4], pa.int8())}

HEAD = "trimtab: 1\nname: roads\nsource: {{path: roads.parquet, sha256: {}}}\n"

FAULTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "unknown column": ("factors: {sped: {role: keep}}", ("Factor `sped`", "no such column", "Did you mean `speed`?")),
    "unknown column in an event": (
        "events: {fast: {when: sped > 1, rate: 0.1}}",
        ("Event `fast`", "there is no column `sped`", "Did you mean `speed`?"),
    ),
    "weights that don't match the bins": (
        "factors: {speed: {edges: [0, 25, 50], role: target, target: {family: histogram, weights: [1, 2, 3]}}}",
        ("Target of `speed`", "weights must be one per bin, got 3 for 2 bins"),
    ),
    "a level that does not exist": (
        "factors: {road: {role: target, target: {family: categorical, weights: {snow: 1}}}}",
        ("Target of `road`", "there is no level `snow`", "Known: dry, wet"),
    ),
    "a rate above 1": (
        "events: {fast: {when: speed > 1, rate: 1.5}}",
        ("test.yaml", "events.fast.rate", "1.5"),
    ),
    "more rows than there will be": (
        "rows: 10\nevents: {fast: {when: speed > 1, rows: 11}}",
        ("events can't ask for more rows than the design's 10, got `fast` (11)",),
    ),
    "an event that can never happen": (
        "events: {fast: {when: speed > 100, rate: 0.1}}",
        ("Event `fast` asks for 10 %", "true in 0 of the 4 real rows"),
    ),
    "a condition that contradicts itself": (
        "events: {fast: {when: speed > 30 AND speed < 20, rate: 0.1}}",
        ("Event `fast` asks for 10 %", "true in 0 of the 4 real rows"),
    ),
    "a sub-query": (
        "events: {fast: {when: speed > (SELECT max(speed) FROM source), rate: 0.1}}",
        ("Event `fast`", "a sub-query is not allowed"),
    ),
    "a function that reads files": (
        "events: {fast: {when: \"speed > length(read_text('/etc/passwd'))\", rate: 0.1}}",
        ("Event `fast`", "read_text"),
    ),
    "a table function": (
        "events: {fast: {when: \"speed IN (FROM read_csv('/etc/passwd'))\", rate: 0.1}}",
        ("Event `fast`",),
    ),
    "a second statement": (
        "events: {fast: {when: speed > 1; DROP TABLE x, rate: 0.1}}",
        ("Event `fast`",),
    ),
    "a setting": ("events: {fast: {when: \"getenv('HOME') = road\", rate: 0.1}}", ("Event `fast`", "getenv")),
    "a condition that is no condition": (
        "events: {fast: {when: speed + 1, rate: 0.1}}",
        ("Event `fast`", "true or false"),
    ),
    "values that are cast to what they are not": (
        "events: {fast: {when: CAST(road AS INTEGER) > 1, rate: 0.1}}",
        ("Event `fast`", "can't be computed", "Could not convert string 'dry'"),
    ),
    "a held value that never occurs": (
        "factors: {road: {role: hold, value: snow}}",
        ("Factor `road`", "'snow' never occurs in the source"),
    ),
    "a target the column's type can't reach": (
        "factors: {small: {role: target, target: {family: uniform, low: 1, high: 300}}}",
        ("Target of `small`", "int8 can't hold"),
    ),
    "a pair of an unknown factor": (
        "pairs: [{factors: [speed, raod], target: independent}]",
        ("Pair `speed × raod`", "there is no factor `raod`. Did you mean `road`?"),
    ),
    "a rank correlation of levels": (
        "pairs: [{factors: [speed, road], rank_correlation: 0.5}]",
        ("Pair `speed × road`", "the levels of `road` have none"),
    ),
    "a table that doesn't match the bins": (
        "pairs: [{factors: [speed, road], weights: [[1, 2], [3, 4]]}]",
        ("Pair `speed × road`", "`weights` must have 4 rows, one for each bin of `speed`, or 5 with missing; got 2"),
    ),
    "a table of an unknown level": (
        "pairs: [{factors: [road, speed], weights: {snow: {10: 1}}}]",
        ("Pair `road × speed`", "`road` has no bin `snow`", "Known: dry, wet, missing"),
    ),
    "a factor computed from itself": (
        "factors: {a: {role: derive, expression: b + 1}, b: {role: derive, expression: speed - a}}",
        ("Factor `b`", "no column can be computed from itself: a → b → a"),
    ),
    "a derived factor that reads files": (
        "factors: {a: {role: derive, expression: \"length(read_text('/etc/passwd')) + speed\"}}",
        ("Factor `a`", "read_text"),
    ),
    "a score that is no number": (
        "levels: {hardness: {score: road, cuts: [1], shares: {easy: 0.5, hard: 0.5}}}",
        ("Level mix `hardness`, score", "`road` must be a number"),
    ),
    "a label of the name of a column": (
        "labels: {road: {rule: speed > 1}}",
        ("Label `road`", "would have the name of `road` of the source"),
    ),
    "a condition on a label that is drawn": (
        "labels: {claimed: {probability: 0.1 * speed}}\nrules: [NOT claimed]",
        ("Rule `NOT claimed`", "the label `claimed` is drawn with a probability"),
    ),
    "a rule that says nothing": ("rules: [1 = 1]", ("Rule `1 = 1`", "it is the same for every row")),
    "a rule on a column that is dropped": (
        "factors: {speed: {role: drop}}\nrules: [speed > 1]",
        ("Rule `speed > 1`", "`speed` has role drop"),
    ),
    "a sweep over a level that does not exist": (
        "sweeps: [{factor: road, values: [dry, wett], groups: 2}]",
        ("Sweep `road`", "the source has no level 'wett'. Did you mean `wet`?"),
    ),
    "a sweep over what the type can't hold": (
        "sweeps: [{factor: small, values: [1, 300], groups: 2}]",
        ("Sweep `small`", "a column of type int8 can't hold the value 300"),
    ),
    "a sweep that takes all rows and more": (
        "rows: 5\nsweeps: [{factor: road, values: [dry, wet], groups: 3}]",
        ("sweeps can't take more rows than the design's 5; groups times values are `road` (6)",),
    ),
    "a floor of an unknown factor": (
        "floors: [{factors: [road, sped]}]",
        ("Floor `road, sped`", "there is no factor `sped`. Did you mean `speed`?"),
    ),
    "controls that conflict": (
        "factors: {road: {role: keep}}\nevents: {wet: {when: \"road = 'wet'\", rate: 0.5}}",
        ("Event `wet` asks for 50 %, but keep `road` leaves no room: the most that works is 25 %",),
    ),
}


def _files(home: Workspace) -> dict[Path, bytes]:
    """All that a workspace holds, but for what was learned from the source."""
    return {
        file: file.read_bytes() for file in home.home.rglob("*") if file.is_file() and file.parent.name != "learned"
    }


@pytest.mark.parametrize("case", FAULTS)
def test_a_design_that_can_t_be_met(tmp_path: Path, case: str) -> None:
    text, said = FAULTS[case]
    home, output = Workspace(tmp_path / "home"), tmp_path / "rows.csv"
    pq.write_table(pa.table(ROADS), tmp_path / "roads.parquet")
    source = home.spool(tmp_path / "roads.parquet")
    id_ = home.save_design(loads(HEAD.format(source.sha256), owner="other.yaml"))
    before = _files(home)
    with pytest.raises(TrimtabError, match=r"`|test\.yaml") as caught:
        deliver(open_study(loads(HEAD.format(source.sha256) + text, owner="test.yaml"), source), output)
    for words in said:
        assert words in str(caught.value)
    assert caught.value.exit_code == (3 if "asks for" in said[0] else 2)
    assert not output.exists()
    assert _files(home) == before
    assert home.load_design(id_).name == "roads"


def test_no_row_of_a_cold_start_is_called_real(trimtab: Callable[..., Any], folder: Path) -> None:
    target = "{family: categorical, weights: {UA: 3, AA: 1}}"
    event = "{when: carrier = 'DL', rate: 0.5}"
    factors, events = f"{{carrier: {{role: target, target: {target}}}}}", f"{{e: {event}}}"
    Path("cold.yaml").write_text(f"trimtab: 1\nname: cold\nrows: 100\nfactors: {factors}\nevents: {events}\n")
    told = trimtab("check", "cold.yaml")
    assert told.code == 3
    assert re.search(r"true in 0 of the [\d,]+ rows drawn from what is declared, and no values", told.out)
    assert "real" not in told.out
