"""The command `apply`: gaps, slices and patches become controls, and the loop from `gaps` to rows closes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from trimtab.core.design.files import load

SAMPLES = Path(__file__).parents[2] / "sample_data"
CRASHES, PREDICTIONS = SAMPLES / "crashes.csv", SAMPLES / "flights_predictions.parquet"
DESIGN = """trimtab: 1
name: d
rows: 30000
source: {path: some.csv}
factors: {ageOFocc: {role: target, target: {family: normal, mean: 40, sd: 10}}}
pairs: [{factors: [sex, dead], target: independent}]
events: {old: {when: ageOFocc > 60, rate: 0.3}}
rules: [yearacc >= 1998]
floors: [{factors: [sex, dvcat], at_least: 2}]
"""
PLAIN = f"trimtab: 1\nname: p\nrows: 30000\nmode: supplement\nsource: {{path: '{CRASHES}'}}\n"


Trimtab = Callable[..., Any]


@pytest.fixture(autouse=True)
def folder(folder_and_home: Path) -> Path:
    """An own folder to be in, with an eighth of the crash records and two designs."""
    lines = CRASHES.read_text().splitlines(keepends=True)
    (folder_and_home / "some.csv").write_text("".join([lines[0], *lines[1::8]]))
    (folder_and_home / "d.yaml").write_text(DESIGN)
    (folder_and_home / "plain.yaml").write_text(PLAIN)
    return folder_and_home


@pytest.mark.parametrize(
    "gap",
    [
        "dvcat=1-9km/h, injSeverity=4",
        '{"dvcat": "1-9km/h", "injSeverity": 4}',
        '{"pattern": {"dvcat": "1-9km/h", "injSeverity": "4"}, "rows_to_close": 99}',
    ],
)
def test_a_gap(trimtab: Trimtab, folder: Path, gap: str) -> None:
    result = trimtab("apply", "d.yaml", "--gap", gap, "--rows", 12, "-o", "d2.yaml", "--json")
    assert (result.code, result.err) == (0, "")
    assert result.json["path"] == "d2.yaml"
    name = "event cover_dvcat_1_9km_h_and_injSeverity_4"
    assert [(one["name"], one["change"]) for one in result.json["controls"]] == [(name, "added")]
    event = load(folder / "d2.yaml").events["cover_dvcat_1_9km_h_and_injSeverity_4"]
    assert (event.when, event.rows) == ("dvcat = '1-9km/h' AND injSeverity = 4", 12)
    people = trimtab("apply", "d.yaml", "--gap", gap, "--rows", 12, "-o", "d2.yaml", "--force")
    assert people.out.splitlines()[0] == "d2.yaml: 1 control differs."
    assert "added" in people.out
    again = trimtab("apply", "d.yaml", "--gap", gap, "--rows", 12, "-o", "d2.yaml")
    assert (again.code, "it is there already" in again.err) == (2, True)


def test_the_loop_from_gaps_to_rows_closes(trimtab: Trimtab, folder: Path) -> None:
    asked = ["--factors", "dvcat,seatbelt,injSeverity,sex", "--threshold", 15, "--design", "plain.yaml", "--json"]
    before = trimtab("gaps", CRASHES, *asked)
    (folder / "gaps.json").write_text(before.out)
    applied = trimtab("apply", "plain.yaml", "--gap", "@gaps.json", "--top", 10, "-o", "closed.yaml", "--json")
    assert (applied.code, len(applied.json["controls"])) == (0, 10)
    assert trimtab("sample", "closed.yaml", "-o", "more.parquet", "--json").code == 0
    import pandas as pd

    columns = ["dvcat", "seatbelt", "injSeverity", "sex"]
    both = pd.concat([pd.read_csv(CRASHES, keep_default_na=False, na_values=[""]), pd.read_parquet("more.parquet")])
    both[columns].astype({"injSeverity": "Int64"}).to_csv("both.csv", index=False)
    after = trimtab("gaps", "both.csv", *asked).json["patterns"]
    closed = [one["pattern"] for one in before.json["patterns"][:10]]
    assert [one for one in after if one["pattern"] in closed] == []


def test_a_remedy_longer_than_anyone_reads_says_what_it_leaves(trimtab: Trimtab, folder: Path) -> None:
    levels = [[f"l{(i * k) % 97 % 9}" for i in range(199)] for k in (1, 5, 11, 23, 31)]
    rows = "".join(",".join(row) + "\n" for row in zip(*levels, strict=True))
    Path("many.csv").write_text("a,b,c,d,e\n" + rows, encoding="utf-8")
    asked = ("gaps", "many.csv", "--factors", "a,b,c,d,e", "--threshold", "5", "--remedy", "3")
    remedy = trimtab(*asked, "--json").json["remedy"]
    closed = sum(one["closes"] for one in remedy["combinations"])
    assert (len(remedy["combinations"]), remedy["left"]) == (200, remedy["patterns"] - closed)
    assert remedy["left"] > 0
    people = trimtab(*asked).out
    assert f"200 combinations with {remedy['rows']:,} rows close {closed:,} of the {remedy['patterns']:,}" in people
    assert f"the last of these closes {remedy['combinations'][-1]['closes']:,}. A floor" in people


def test_a_remedy_leaves_no_gap_of_its_level(trimtab: Trimtab, folder: Path) -> None:
    asked = ["--factors", "dvcat,injSeverity,sex", "--threshold", 15, "--design", "plain.yaml"]
    before = trimtab("gaps", CRASHES, *asked, "--remedy", 2, "--json")
    remedy = before.json["remedy"]
    assert min(map(int, before.json["by_level"])) <= 2
    assert remedy["rows"] == sum(one["rows"] for one in remedy["combinations"])
    assert remedy["patterns"] == sum(one["closes"] for one in remedy["combinations"])
    people = trimtab("gaps", CRASHES, *asked, "--remedy", 2).out
    count = len(remedy["combinations"])
    assert (
        f"{count} combinations with {remedy['rows']} rows close all {remedy['patterns']} uncovered patterns" in people
    )
    (folder / "gaps.json").write_text(before.out)
    assert trimtab("apply", "plain.yaml", "--remedy", "@gaps.json", "-o", "closed.yaml").code == 0
    assert trimtab("sample", "closed.yaml", "-o", "more.parquet").code == 0
    import pandas as pd

    columns = ["dvcat", "injSeverity", "sex"]
    both = pd.concat([pd.read_csv(CRASHES, keep_default_na=False, na_values=[""]), pd.read_parquet("more.parquet")])
    both[columns].astype({"injSeverity": "Int64"}).to_csv("both.csv", index=False)
    after = trimtab("gaps", "both.csv", *asked, "--max-level", 2, "--json").json
    assert after["total"] == 0


def test_a_slice_and_a_budget(trimtab: Trimtab, folder: Path) -> None:
    (folder / "flights.yaml").write_text(f"trimtab: 1\nname: f\nrows: 5000\nsource: {{path: '{PREDICTIONS}'}}\n")
    arguments = ["slices", PREDICTIONS, "--error", "error", "--factors", "carrier,origin,visib", "--top", 3]
    found = trimtab(*arguments, "--budget", 1000, "--json")
    assert sum(one["rows_to_add"] for one in found.json["slices"]) == 1000
    assert "to add" in trimtab(*arguments, "--budget", 1000).out
    (folder / "slices.json").write_text(found.out)
    result = trimtab("apply", "flights.yaml", "--slice", "@slices.json", "-o", "by_budget.yaml", "--json")
    assert result.code == 0
    rows = [event.rows for event in load(folder / "by_budget.yaml").events.values()]
    assert rows == [one["rows_to_add"] for one in found.json["slices"] if one["rows_to_add"]]
    rated = trimtab("apply", "flights.yaml", "--slice", "carrier=EV,origin=LGA", "--rate", 0.2, "-o", "by_rate.yaml")
    assert rated.code == 0
    (event,) = load(folder / "by_rate.yaml").events.items()
    assert (event[0], event[1].rate) == ("boost_carrier_EV_and_origin_LGA", 0.2)


def test_a_patch(trimtab: Trimtab, folder: Path) -> None:
    (folder / "p.yaml").write_text(
        """
rows: 100
factors:
  ageOFocc: {target: {family: uniform, low: 20, high: 60}}
  sex: {role: keep}
pairs:
  - {factors: [dead, sex], target: independent}
  - {factors: [sex, dvcat], target: independent}
events: {old: {rows: 5}, young: {when: ageOFocc < 25, rate: 0.1}}
rules: [yearacc >= 1998, yearacc < 2002]
floors: [{factors: [dvcat, sex], at_least: 1}]
"""
    )
    result = trimtab("apply", "d.yaml", "--patch", "p.yaml", "-o", "d2.yaml", "--json")
    assert (result.code, result.err) == (0, "")
    design = load(folder / "d2.yaml")
    assert design.rows == 100
    assert design.factors["ageOFocc"].target is not None
    assert design.factors["ageOFocc"].target.family == "uniform"
    assert [pair.factors for pair in design.pairs] == [("dead", "sex"), ("sex", "dvcat")]
    assert [(name, one.rate, one.rows) for name, one in design.events.items()] == [
        ("old", None, 5),
        ("young", 0.1, None),
    ]
    assert design.rules == ("yearacc >= 1998", "yearacc < 2002")
    assert [(one.factors, one.at_least) for one in design.floors] == [(("dvcat", "sex"), 1)]
    (folder / "p.yaml").write_text("factors: {ageOFocc: {role: keep}}\nevents: null\n")
    assert trimtab("apply", "d.yaml", "--patch", "p.yaml", "-o", "d3.yaml").code == 0
    assert (load(folder / "d3.yaml").events, load(folder / "d3.yaml").factors["ageOFocc"].target) == ({}, None)


def test_the_source_is_named_from_where_the_new_file_stands(trimtab: Trimtab, folder: Path) -> None:
    (folder / "data").mkdir()
    (folder / "data" / "some.csv").write_text("a,b\n" + "x,1\ny,2\n" * 20)
    (folder / "designs").mkdir()
    (folder / "designs" / "d.yaml").write_text("trimtab: 1\nname: d\nrows: 10\nsource: {path: ../data/some.csv}\n")
    result = trimtab("apply", "designs/d.yaml", "--gap", "a=x,b=2", "--rows", 3, "-o", "near.yaml")
    assert (result.code, result.err) == (0, "")
    source = load(folder / "near.yaml").source
    assert source is not None
    assert source.path == "data/some.csv"
    assert trimtab("sample", "near.yaml", "-o", "rows.csv").code == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "apply: give one of --gap, --slice, --remedy, --patch, --match."),
        (
            ["--gap", "sex=f", "--slice", "sex=f"],
            "apply: give one of --gap, --slice, --remedy, --patch, --match, not --gap and --slice.",
        ),
        (["--gap", "sex=f"], "--gap: say how many: --rows N."),
        (["--slice", "sex=f"], "--slice: say how many: --rows N or --rate R."),
        (["--slice", "sex=f", "--rate", 0.1, "--rows", 5], "apply: give --rows or --rate, not both."),
        (["--gap", "sex=f", "--rate", 0.1], "apply: --rate goes with --slice"),
        (["--patch", "p.yaml", "--rows", 5], "apply: --rows goes with --gap or --slice."),
        (["--gap", "sex", "--rows", 5], "--gap: write factor=level with commas between, or JSON; got `sex`."),
        (["--gap", "sexx=f", "--rows", 5], "Pattern: there is no factor `sexx`. Did you mean `sex`?"),
        (["--gap", "sex=w", "--rows", 5], "Pattern: `sex` has no level `w` on its axis."),
        (["--gap", "yearacc=1997", "--rows", 5], "the design's rules, holds or shares of 0 leave no row"),
        (["--gap", "sex=f", "--rows", 0], "Pattern sex = f: ask for at least 1 row, got 0."),
        (["--gap", "sex=f", "--rows", 40_000], "events can't ask for more rows than the design's 30000"),
        (["--gap", "{sex: f}", "--rows", 5], "--gap: this is no JSON"),
        (["--gap", "[]", "--rows", 5], "--gap: there are no patterns to apply."),
        (["--gap", "[[1]]", "--rows", 5], '--gap: a pattern is an object such as {"carrier": "HA"}, got [1].'),
        (["--gap", '{"sex": ["f"]}', "--rows", 5], "--gap: a pattern is an object"),
        (
            ["--gap", '{"pattern": {"sex": "f"}, "rows_to_close": "7"}'],
            '`rows_to_close` must be a whole number, got "7".',
        ),
        (["--gap", "@none.json", "--rows", 5], "--gap: none.json: the JSON file can't be read: No such file"),
        (["--gap", "@many.json"], "--gap: there are 60 patterns, and 50 can be applied at once; say with --top how"),
        (["--remedy", "@many.json"], "--remedy: there are 60 combinations, and 50 can be applied at once; name fewer"),
        (["--remedy", "sex=f"], "--remedy: say how many: --rows N."),
        (["--remedy", "sex=f", "--rows", 5], "apply: a remedy is taken whole, with its own rows; leave --rows and"),
        (["--patch", "none.yaml"], "none.yaml: the patch can't be read: No such file"),
        (["--patch", "list.yaml"], "list.yaml: a patch is a mapping with a part of a design"),
        (["--patch", "wrong.yaml"], "wrong.yaml: events.old.rate: must be at most 1, got 7"),
        (["--patch", "unknown.yaml"], "unknown.yaml: event: unknown key. Did you mean `events`?"),
        (["--patch", "absent.yaml"], "Event `new`: there is no column `agee`."),
        (["--patch", "source.yaml"], "source.yaml: a patch can't give a design another source."),
    ],
)
def test_wrong_input_is_exit_code_2_and_writes_nothing(
    trimtab: Trimtab, folder: Path, arguments: list[object], message: str
) -> None:
    (folder / "many.json").write_text(json.dumps([{"pattern": {"sex": "f"}, "rows_to_close": 1}] * 60))
    (folder / "list.yaml").write_text("- sex\n")
    (folder / "wrong.yaml").write_text("events: {old: {rate: 7}}\n")
    (folder / "unknown.yaml").write_text("event: {}\n")
    (folder / "absent.yaml").write_text("events: {new: {when: agee > 3, rows: 5}}\n")
    (folder / "source.yaml").write_text("source: {path: other.csv}\n")
    result = trimtab("apply", "d.yaml", *arguments, "-o", "d2.yaml", "--json")
    assert (result.code, result.out) == (2, "")
    assert message in result.err
    assert not (folder / "d2.yaml").exists()


BY_HAND = """\
# What our model has hardly seen.
trimtab: 1
name:   "by hand"
rows: 30000   # as many as last year

source: {path: some.csv}
events:
  # from the safety team
  old: {when: "ageOFocc > 60", rate: 0.30}   # really 8 %
  young: {when: 'ageOFocc < 20', rate: 0.1}
rules:
- yearacc >= 1998   # before that the form was another
"""


def test_comments_order_and_form_of_a_design_survive(trimtab: Trimtab, folder: Path) -> None:
    (folder / "hand.yaml").write_text(BY_HAND)
    (folder / "p.yaml").write_text(
        "rows: 25000\nevents: {old: {rate: 0.2}, young: null}\nfloors: [{factors: [sex], strength: 1}]\n"
    )
    (folder / "sub").mkdir()
    assert trimtab("apply", "hand.yaml", "--patch", "p.yaml", "-o", "sub/new.yaml").code == 0
    assert (folder / "sub" / "new.yaml").read_text() == (
        BY_HAND.replace("30000", "25000")
        .replace("some.csv", "../some.csv")
        .replace("0.30", "0.2")
        .replace("  young: {when: 'ageOFocc < 20', rate: 0.1}\n", "")
        + "floors:\n  - {factors: [sex], strength: 1}\n"
    )


MOST = """trimtab: 1
name: m
rows: most
mode: blend
source: {path: some.csv}
factors: {sex: {role: keep}}
events: {old: {when: ageOFocc > 60, rate: 0.3}}
"""


def test_every_command_takes_as_many_rows_as_can_be_real_and_leaves_the_word(trimtab: Trimtab, folder: Path) -> None:
    (folder / "m.yaml").write_text(MOST)
    (folder / "p.yaml").write_text("factors: {dvcat: {role: keep}}\n")
    checked = trimtab("check", "m.yaml", "--json")
    most = checked.json["most_real_rows"]
    assert (checked.code, checked.json["frontier"][0]["rows"]) == (0, most)
    applied = trimtab("apply", "m.yaml", "--patch", "p.yaml", "-o", "m2.yaml", "--json")
    assert [one["name"] for one in applied.json["controls"]] == ["keep dvcat"]
    assert (folder / "m2.yaml").read_text() == MOST.replace("{role: keep}", "{role: keep}, dvcat: {role: keep}")
    assert trimtab("diff", "m.yaml", "m2.yaml", "--json").code == 0
    assert f"{most:,} rows" in trimtab("review", "m.yaml").out
    sampled = trimtab("sample", "m.yaml", "-o", "m.parquet", "--json")
    assert (sampled.code, sampled.json["rows"]) == (0, most)
    made = {one["promise"]: one["delivered"] for one in sampled.json["receipt"]}
    assert (made["mode blend made rows"], made["mode blend distinct"]) == (0, most)
    assert trimtab("verify", "m.parquet", "--design", "m.yaml").code == 0


def test_a_selection_of_too_many_rows_is_told_how_far_real_ones_reach(trimtab: Trimtab, folder: Path) -> None:
    (folder / "m.yaml").write_text(MOST.replace("rows: most", "rows: 3000").replace("blend", "select"))
    found = trimtab("check", "m.yaml", "--json")
    assert found.code == 3
    assert found.json["conflicts"][0]["nearest"] == found.json["most_real_rows"] > 0
    assert found.json["frontier"][-1]["made"] > 0


def test_the_shares_of_other_data(trimtab: Trimtab, folder: Path) -> None:
    lines = (folder / "some.csv").read_text().splitlines(keepends=True)
    fast = [line for line in lines[1:] if line.startswith(("40-54", "55+"))]
    odd = [line.replace("40-54", "99+", 1) for line in fast[:3] if line.startswith("40-54")]
    (folder / "logs.csv").write_text("".join([lines[0], *fast, *odd]).replace(",", ";"))
    arguments = ("apply", "plain.yaml", "--match", "logs.csv", "--factors", "dvcat,sex", "-o", "m.yaml")
    result = trimtab(*arguments, "--json")
    assert result.code == 0
    assert result.json["matched"] == ["dvcat", "sex"]
    assert result.json["left_out"] == [
        {"factor": "dvcat", "rows": len(odd), "of": len(fast) + len(odd), "where": ["unseen levels"]}
    ]
    weights = load(folder / "m.yaml").factors["dvcat"].target.weights  # type: ignore[union-attr]
    assert sum(weights[level] for level in ("40-54", "55+")) == pytest.approx(sum(weights.values()))
    people = trimtab(*arguments, "--force", "--delimiter", ";")
    assert f"of {len(fast) + len(odd):,} (" in people.err
    assert "left out, the shares are those of all other rows" in people.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--match", "some.csv", "--factors", "sax"], "--factors: there is no factor `sax`. Did you mean `sex`?"),
        (["--match", "some.csv", "--rows", "3"], "--rows goes with --gap or --slice"),
        (["--gap", "sex=f", "--rows", "3", "--factors", "sex"], "--factors goes with --match"),
        (["--gap", "sex=f", "--rows", "3", "--delimiter", ";"], "how a text file is written goes with --match"),
        (["--match", "gone.csv"], "gone.csv"),
    ],
)
def test_what_can_not_be_matched_is_told(trimtab: Trimtab, folder: Path, arguments: list[str], message: str) -> None:
    result = trimtab("apply", "plain.yaml", *arguments, "-o", "m.yaml")
    assert result.code == 2
    assert message in result.err
    assert not (folder / "m.yaml").exists()
