"""The page review: what it says of a design, who approved which content, versions side by side."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.patience import PATIENCE
from trimtab.core.design.design import Design
from trimtab.core.design.files import loads
from trimtab.core.source.spool import Source
from trimtab.core.workspace.workspace import Workspace

from .looking import sound, text_of

ROOT = Path(__file__).parents[2]
CRASHES = ROOT / "sample_data" / "crashes.csv"
HOSTILE = "<img src=x onerror=alert(1)> & </script> `x`"
DESIGN = """
trimtab: 1
name: few
description: Fast crashes for the brake.
seed: 3
rows: 2000
source: {path: crashes.csv, sha256: %s}
factors:
  sex: {role: target, target: {family: categorical, weights: {m: 3, f: 1}}}
  yearacc: {role: keep}
  weight: {role: drop}
events:
  very_fast: {when: "dvcat = '55+'", rate: 0.2}
"""
CONFLICT = "  faster: {when: \"dvcat = '55+' AND airbag = 'none'\", rate: 0.5}\n"

Visit = Callable[..., AppTest]


@pytest.fixture
def source(home: Workspace) -> Source:
    return home.spool(CRASHES)


@pytest.fixture
def design(source: Source) -> Design:
    return loads(DESIGN % source.sha256)


@pytest.fixture
def design_id(home: Workspace, design: Design) -> str:
    return home.save_design(design)


@pytest.fixture
def visit(start: Visit) -> Visit:
    """`visit(design_id)`: the page in a session of its own."""
    return lambda design_id: start("review", design_id)


def words_of(at: AppTest, tag: str = "") -> str:
    """What a person reads, of the whole page or of an element with this test id."""
    body = text_of(at)
    if tag == "said":  # each thread has a list of its own
        body = body.partition("Comments and approval")[2]
    elif tag:
        body = body.partition(f'data-testid="{tag}"')[2].partition(">")[2]
        body = re.split(r"</ul>|</ol>|</table>", body)[0]
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", body)).split())


def state(at: AppTest) -> str:
    found = re.search(r'data-state="(\w+)"', text_of(at))
    assert found is not None
    return found[1]


def say(at: AppTest, button: str, name: str = "Ann", text: str = "") -> AppTest:
    at.text_input(key="review_name").set_value(name)
    at.text_area(key="review_text").set_value(text)
    return sound(at.button(key=f"review_{button}").click().run())


def edited(home: Workspace, design_id: str, **changes: object) -> None:
    home.save_design(home.load_design(design_id).changed(**changes), design_id)


def test_the_design_is_told_in_sentences(design_id: str, visit: Visit) -> None:
    at = visit(design_id)
    assert "2,000 rows, made from the 26,217 real rows of crashes.csv." in words_of(at)
    assert "Fast crashes for the brake." in words_of(at)
    asks = words_of(at, "asks")
    assert "very fast dvcat is 55+ from 5.7 % of the rows to 20 % (400 rows) event" in asks
    assert "sex 75 % of the rows are m, in reality 5" in asks
    assert "yearacc as in reality, whatever else moves keep" in asks
    assert "weight left out of the rows" in asks
    assert re.findall(r'td-card-head" data-factor="([^"]*)"', text_of(at)) == ["sex"], "a kept factor has no picture"
    assert words_of(at, "along").startswith("dvcat 20 % of the rows are 55+, in reality 5.7 %")
    assert "from the real data: as far as if only" in words_of(at)
    assert state(at) == "open"
    assert "No version was saved yet" in words_of(at)


def test_an_approval_is_of_this_very_content(design_id: str, visit: Visit, home: Workspace, start: Visit) -> None:
    at = say(visit(design_id), "approve", "Ann Lee", "Fine.")
    assert state(at) == "approved"
    assert "approved by Ann Lee on" in words_of(at)
    assert "✓ approved" in words_of(at).partition("few")[0], "the mark in the bar on top"
    assert at.text_area(key="review_text").value == ""
    assert at.text_input(key="review_name").value == "Ann Lee"
    assert [one.number for one in home.versions(design_id)] == [1]
    generate = start("generate", design_id)
    assert re.search(r'data-testid="approved".*Approved by Ann Lee on', text_of(generate))

    edited(home, design_id, seed=4)
    at = visit(design_id)
    assert state(at) == "changed"
    assert "changed since it was approved by Ann Lee" in words_of(at)
    assert "✓ approved" not in words_of(at).partition("few")[0]
    assert 'data-testid="approved"' not in text_of(start("generate", design_id))
    assert "of an earlier state" in words_of(at, "said")

    edited(home, design_id, seed=3, description="Other words.")
    assert state(visit(design_id)) == "approved", "words about a design are no part of what it makes"


def test_changes_are_asked_for_and_then_approved(design_id: str, visit: Visit) -> None:
    at = say(visit(design_id), "changes", "Bo", "More women.")
    assert state(at) == "changes"
    assert "Bo asked for changes on version 1" in words_of(at, "said")
    at = say(at, "comment", "Ann", "Why?")
    assert state(at) == "changes"
    at = say(at, "approve", "Bo")
    assert state(at) == "approved"
    said = words_of(at, "said")
    assert said.index("Bo approved version 1") < said.index("Why?") < said.index("More women.")


@pytest.mark.parametrize(
    ("button", "name", "text", "message"),
    [
        ("approve", " ", "", "A review needs a name"),
        ("comment", "Ann", " ", "A comment needs some words."),
        ("changes", "Ann", "", "Say what should change."),
    ],
)
def test_what_says_nothing_is_refused_with_the_reason(
    design_id: str, visit: Visit, home: Workspace, button: str, name: str, text: str, message: str
) -> None:
    at = say(visit(design_id), button, name, text)
    assert message in words_of(at)
    assert home.reviews(design_id).said == ()
    assert message not in words_of(say(at, "comment", "Ann", "Words."))


def test_everything_that_was_typed_is_text(design: Design, home: Workspace, visit: Visit) -> None:
    bad = design.changed(name=HOSTILE, description=HOSTILE).with_event(
        "x", when="dvcat <> '<b>' AND ageOFocc > 50", rate=0.5
    )
    at = say(visit(home.save_design(bad)), "approve", HOSTILE, HOSTILE)
    assert "<img" not in text_of(at).replace('<img class="spark"', "")
    assert "<b>'" not in text_of(at)
    assert words_of(at).count("<img src=x onerror=alert(1)>") >= 4


def test_a_design_that_cannot_be_met_can_be_read_but_not_approved(
    source: Source, home: Workspace, visit: Visit
) -> None:
    at = visit(home.save_design(loads(DESIGN % source.sha256 + CONFLICT)))
    assert "faster" in words_of(at, "asks")
    assert "pull against each other" in words_of(at)
    assert not at.get("plotly_chart")
    assert at.button(key="review_approve").disabled
    assert "Ann commented" in words_of(say(at, "comment", "Ann", "It can't be met."), "said")


def test_what_another_session_changed_meanwhile_is_not_approved(design_id: str, visit: Visit, home: Workspace) -> None:
    at = visit(design_id)
    edited(home, design_id, seed=99)
    at = say(at, "approve")
    assert "changed meanwhile, elsewhere" in words_of(at)
    assert home.reviews(design_id).said == ()
    assert at.session_state["trimtab_session"].document.design.seed == 99  # what it says now is seen
    edited(home, design_id, seed=98)
    at = sound(at.button(key="review_save").click().run())
    assert "changed meanwhile, elsewhere" in words_of(at)
    assert home.versions(design_id) == ()


def test_two_versions_stand_side_by_side_as_the_address_says(
    design_id: str, visit: Visit, home: Workspace, start: Visit
) -> None:
    at = sound(visit(design_id).button(key="review_save").click().run())
    assert (at.button(key="review_save").label, at.button(key="review_save").disabled) == ("Saved as version 1", True)
    design = home.load_design(design_id).with_event("very_fast", rate=0.3).with_factor("yearacc", role="follow")
    home.save_design(design.changed(rows=1000), design_id)
    home.save_version(design_id)
    home.save_design(design.changed(rows=1000, seed=8).with_event("old", when="ageOFocc > 80", rows=50), design_id)
    at = visit(design_id)
    assert at.query_params["before"] == "2"
    assert at.query_params["after"] == "now"
    changes = words_of(at, "changes")
    assert changes.startswith("control version 2 now seed 3 8 old not asked for from ")
    assert "very fast" not in changes

    at = sound(at.selectbox(key=f"review_before_{design_id}").set_value("1").run())
    assert at.query_params["before"] == "1"
    changes = words_of(at, "changes")
    assert "rows 2,000 1,000" in changes
    assert "from 5.7 % of the rows to 20 % (400 rows) dvcat is 55+ from 5.7 % of the rows to 30 % (300 rows)" in changes
    assert "yearacc as in reality, whatever else moves not asked for" in changes
    assert re.search(r"\d+ factors differ version 1 now reality dvcat differs by", words_of(at))
    assert re.search(r"version 1 [\d.]+ % from reality, now [\d.]+ %", words_of(at))

    linked = AppTest.from_file(str(ROOT / "app.py"), default_timeout=PATIENCE)
    linked.query_params.update({"design": design_id, "before": "2", "after": "1"})
    linked.run()
    linked.query_params.update({"before": "2", "after": "1"})
    sound(linked.switch_page("pages/review.py").run())
    assert "From version 2" in words_of(linked)
    assert "to version 1" in words_of(linked)


def test_after_an_approval_it_is_compared_with_what_was_approved(design_id: str, visit: Visit, home: Workspace) -> None:
    say(visit(design_id), "approve")
    edited(home, design_id, rows=500)
    home.save_version(design_id)
    edited(home, design_id, rows=600)
    at = visit(design_id)
    assert at.query_params["before"] == "1"
    assert "rows 2,000 600" in words_of(at, "changes")
    assert "(400 rows)" in words_of(at, "changes"), "what the other numbers come to is told too"


def test_a_design_without_controls_says_what_it_is(source: Source, home: Workspace, visit: Visit) -> None:
    plain = Design.model_validate(
        {"name": "plain", "source": {"path": "crashes.csv", "sha256": source.sha256}, "rows": 100}
    )
    at = visit(home.save_design(plain))
    assert "Nothing is set: they are as real rows are." in words_of(at)
    assert "No other factor moves." in words_of(at)
    assert "all 26,217 rows Every real row counts the same." in words_of(at)
    assert not at.get("plotly_chart")


def test_a_design_without_data_speaks_of_no_reality(home: Workspace, visit: Visit) -> None:
    cold = loads(
        "trimtab: 1\nname: cold\nrows: 300\nfactors:\n"
        "  kind: {role: target, target: {family: categorical, weights: {a: 6, b: 3, c: 1}}}\n"
    )
    at = visit(home.save_design(cold))
    assert "300 rows, made without real data from 1 declared factor." in words_of(at)
    assert "There is no real data behind this design" in words_of(at)
    assert "in reality" not in words_of(at)


def test_a_damaged_line_is_told_and_the_rest_is_shown(design_id: str, visit: Visit, home: Workspace) -> None:
    say(visit(design_id), "comment", "Ann", "Still here.")
    file = home.home / "designs" / design_id / "reviews.jsonl"
    file.write_bytes(b"{broken\n" + file.read_bytes())
    at = visit(design_id)
    assert "1 line of the reviews of this design can't be read" in words_of(at)
    assert "Still here." in words_of(at, "said")


def test_many_kept_factors_are_one_line(design: Design, home: Workspace, visit: Visit) -> None:
    many = design
    for name in ("airbag", "seatbelt", "frontal"):
        many = many.with_factor(name, role="keep")
    at = visit(home.save_design(many))
    assert "4 factors yearacc, airbag, seatbelt, frontal as in reality" in words_of(at, "asks")


def test_a_comment_on_one_control_is_answered_and_resolved(design_id: str, visit: Visit, home: Workspace) -> None:
    at = visit(design_id)
    at.selectbox(key="review_control").set_value("event very_fast")
    at = say(at, "comment", "Bo", "Too fast?")
    assert home.reviews(design_id).said[0].control == "event very_fast"
    assert "Bo commented" in words_of(at, "said")
    assert "on very fast" in words_of(at, "said")
    assert "1 open comment" in words_of(at, "asks")

    at = sound(at.button(key="review_reply_1").click().run())
    at.text_area(key="review_answer_text").set_value(HOSTILE)
    at.text_input(key="review_answer_name").set_value("Ann")
    at = sound(at.button(key="review_answer_send").click().run())
    assert "Ann replied" in words_of(at, "said")
    assert HOSTILE in words_of(at, "said")
    assert "<img src=x" not in text_of(at)

    at = sound(at.button(key="review_resolve_1").click().run())
    assert [one.name for one in home.reviews(design_id).said] == ["Bo", "Ann", "Ann"]
    assert home.reviews(design_id).threads[0].resolved
    assert "open comment" not in words_of(at, "asks")
    sound(at.button(key="review_reopen_1").click().run())
    assert home.reviews(design_id).threads[0].open


def test_who_resolves_a_comment_says_who_they_are(design_id: str, visit: Visit, home: Workspace) -> None:
    home.review(design_id, "Bo", "comment", "Why?", fingerprint=home.load_design(design_id).fingerprint())
    at = sound(visit(design_id).button(key="review_resolve_1").click().run())
    assert "Say who you are, then resolve it." in text_of(at)
    at.text_input(key="review_answer_name").set_value("Ann")
    at = sound(at.button(key="review_answer_resolve").click().run())
    assert home.reviews(design_id).threads[0].resolved
    assert at.text_input(key="review_name").value == "Ann"


def test_an_approval_says_what_it_covers(design_id: str, visit: Visit, source: Source) -> None:
    said = words_of(visit(design_id))
    assert "covers what decides the rows: the 4 controls above, 2,000 rows, seed 3, the mode standalone" in said
    assert f"(SHA-256 {source.sha256[:12]}…)" in said
