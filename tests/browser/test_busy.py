"""What is typed and clicked while Python is busy arrives, once, and what was taken back does not return."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from trimtab.core.design.design import Design
from trimtab.core.design.files import load
from trimtab.core.workspace.workspace import Workspace

from .actions import at_rest, until, visit

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "sample_data"
SECONDS = 0.5
"""How long each run takes: a person does several things meanwhile."""
PRESS = 150
"""Milliseconds from pressing a button, which ends the typing in a field, to letting it go."""

Change = Callable[[Design], bool]
NewPage = Callable[..., Page]


@pytest.fixture(scope="module")
def seconds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file that says how long each run takes."""
    file = tmp_path_factory.mktemp("busy") / "seconds"
    file.write_text("0")
    return file


@pytest.fixture(scope="module")
def slow_url(serve: Any, home: Workspace, seconds: Path) -> str:
    environment = {"TRIMTAB_HOME": str(home.home), "TRIMTAB_TEST_SECONDS": str(seconds)}
    return str(serve(ROOT / "app.py", environment, (str(Path(__file__).with_name("slow_server.py")),)))


@pytest.fixture
def busy(seconds: Path) -> Iterator[Callable[[], None]]:
    """`busy()`: from now on each run takes long."""

    def begin() -> None:
        seconds.write_text(str(SECONDS))

    yield begin
    seconds.write_text("0")


@pytest.fixture
def open_(new_page: NewPage, slow_url: str, home: Workspace) -> Callable[..., tuple[Page, Callable[[], Design]]]:
    """`open_(tab="", **changes) -> (page, saved)`: a new design on the crash records, and how it is saved."""

    def start(tab: str = "", **changes: Any) -> tuple[Page, Callable[[], Design]]:
        source = home.spool(SAMPLES / "crashes.csv")
        design = load(SAMPLES / "designs" / "crashes-without-belts.yaml")
        design = design.changed(source={"path": source.name, "sha256": source.sha256}, **changes)
        id_ = home.save_design(design)
        page = new_page(size=(1440, 1800))
        visit(page, f"{slow_url}/design?design={id_}")
        if tab:
            page.get_by_role("tab", name=re.compile(f"^{tab}")).click()
            at_rest(page)
        return page, lambda: home.load_design(id_)

    return start


def field(page: Page, label: str, nth: int = 0) -> Any:
    return page.get_by_role("textbox", name=label, exact=True).nth(nth)


def pick(page: Page, label: str, option: str, nth: int = 0) -> None:
    """Choose an option of a list, without waiting for an answer."""
    page.get_by_role("combobox", name=label, exact=True).nth(nth).click()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type(option)
    page.get_by_role("option", name=option, exact=True).click()


def form(page: Page, add: str) -> None:
    page.get_by_role("button", name=add).click()
    page.get_by_role("button", name="Cancel").wait_for()
    at_rest(page)


def test_an_event_is_typed_in_one_go(open_: Any, busy: Any) -> None:
    page, saved = open_("Rare events")
    form(page, "Add an event")
    busy()
    field(page, "Name").fill("old and fast")
    pick(page, "Factor", "ageOFocc")
    field(page, "Value").fill("80")
    page.get_by_role("button", name="Add this event").click(delay=PRESS)
    until(lambda: "old_and_fast" in saved().events, page)
    assert saved().events["old_and_fast"].when == "ageOFocc < 80"


def test_another_factor_keeps_the_number_that_was_typed(open_: Any, busy: Any) -> None:
    page, saved = open_("Rare events")
    form(page, "Add an event")
    pick(page, "Factor", "ageOFocc")
    field(page, "Value").fill("7")
    busy()
    pick(page, "Factor", "yearacc")
    field(page, "Value").fill("2001")
    pick(page, "Comparison", "≥")
    page.get_by_role("button", name="Add this event").click(delay=PRESS)
    until(lambda: "event_1" in saved().events, page)
    assert saved().events["event_1"].when == "yearacc >= 2001"


def test_a_rule_is_typed_in_one_go(open_: Any, busy: Any) -> None:
    page, saved = open_("Rules")
    form(page, "Add a rule")
    page.get_by_role("button", name="Write SQL").click()
    field(page, "Condition in SQL").wait_for()
    at_rest(page)
    busy()
    field(page, "Condition in SQL").fill("ageOFocc >= 16")
    page.get_by_role("button", name="Add this rule").click(delay=PRESS)
    until(lambda: saved().rules == ("ageOFocc >= 16",), page)


def test_what_rows_say_is_taken_along_to_sql(open_: Any, busy: Any) -> None:
    page, saved = open_("Rules")
    form(page, "Add a rule")
    pick(page, "Factor", "ageOFocc")
    field(page, "Value").wait_for()
    at_rest(page)
    pick(page, "Comparison", "≥")
    at_rest(page)
    busy()
    field(page, "Value").fill("17")
    page.get_by_role("button", name="Write SQL").click(delay=PRESS)
    expect(field(page, "Condition in SQL")).to_have_value("ageOFocc >= 17")
    field(page, "Condition in SQL").fill("ageOFocc >= 18")
    page.get_by_role("button", name="Add this rule").click(delay=PRESS)
    until(lambda: saved().rules == ("ageOFocc >= 18",), page)


def test_a_label_is_typed_in_one_go(open_: Any, busy: Any) -> None:
    page, saved = open_("Labels")
    form(page, "Add a label")
    busy()
    field(page, "Name").fill("young")
    page.get_by_role("radio", name="With a probability").click(delay=PRESS)
    field(page, "SQL").fill("1 / (1 + exp(ageOFocc - 30))")
    page.get_by_role("button", name="Add this label").click(delay=PRESS)
    until(lambda: "young" in saved().labels, page)
    assert saved().labels["young"].probability == "1 / (1 + exp(ageOFocc - 30))"


def test_levels_are_typed_in_one_go(open_: Any, busy: Any) -> None:
    page, saved = open_("Levels")
    form(page, "Add levels")
    busy()
    field(page, "Name").fill("age")
    field(page, "Score").fill("ageOFocc")
    field(page, "Cut at, ascending").fill("30, 60")
    field(page, "Levels, from the lowest score").fill("young, grown, old")
    page.get_by_role("button", name="Add these levels").click(delay=PRESS)
    until(lambda: "age" in saved().levels, page)
    assert list(saved().levels["age"].shares) == ["young", "grown", "old"]
    assert saved().levels["age"].cuts == (30, 60)


def test_a_sweep_is_typed_in_one_go(open_: Any, busy: Any) -> None:
    page, saved = open_("Sweeps")
    form(page, "Add a sweep")
    busy()
    pick(page, "Factor that varies", "ageOFocc")
    field(page, "Values").fill("20, 40, 60")
    field(page, "Groups").fill("50")
    page.get_by_role("button", name="Add this sweep").click(delay=PRESS)
    until(lambda: len(saved().sweeps) == 1, page)
    assert (saved().sweeps[0].values, saved().sweeps[0].groups) == ((20, 40, 60), 50)


def test_a_floor_is_typed_in_one_go(open_: Any, busy: Any) -> None:
    page, saved = open_("Floors")
    form(page, "Add a floor")
    busy()
    for name in ("sex", "airbag"):
        page.get_by_role("combobox", name="Factors", exact=True).click()
        page.keyboard.type(name)
        page.get_by_role("option", name=name, exact=True).click()
    page.keyboard.press("Escape")
    field(page, "At least, rows of each").fill("9")
    page.get_by_role("button", name="Add this floor").click(delay=PRESS)
    until(lambda: len(saved().floors) == 1, page)
    assert (saved().floors[0].factors, saved().floors[0].at_least) == (("sex", "airbag"), 9)


# An answer that arrives between pressing a button and letting it go: the page moves, or all of it is drawn anew.
MOVED = "form.style.marginTop = '150px'"
ANEW = """const button = form.querySelector(".st-key-tt_form_save button"), box = button.parentElement;
  box.removeChild(button); setTimeout(() => box.appendChild(button), 200)"""


@pytest.mark.parametrize("answer", [MOVED, ANEW], ids=["moved", "drawn anew"])
def test_a_press_counts_for_the_button_on_which_it_began(open_: Any, answer: str) -> None:
    page, saved = open_("Rules")
    form(page, "Add a rule")
    page.get_by_role("button", name="Write SQL").click()
    field(page, "Condition in SQL").fill("ageOFocc >= 16")
    save = page.get_by_role("button", name="Add this rule")
    save.hover()
    page.mouse.down()
    page.evaluate(f"() => {{ const form = document.querySelector('.st-key-tt_form'); {answer}; }}")
    page.mouse.up()
    until(lambda: saved().rules == ("ageOFocc >= 16",), page)


def test_a_press_that_is_taken_elsewhere_counts_for_nothing(open_: Any) -> None:
    page, saved = open_("Rules")
    form(page, "Add a rule")
    page.get_by_role("button", name="Write SQL").click()
    field(page, "Condition in SQL").fill("ageOFocc >= 16")
    page.get_by_role("button", name="Add this rule").hover()
    page.mouse.down()
    page.mouse.move(5, 5)
    page.mouse.up()
    at_rest(page)
    page.get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Add a rule").wait_for()
    assert saved().rules == ()


SHARE = "Exact share of {}: 5 %, 1 in 200 or 1,000 rows"
FAST, OLD = SHARE.format("full speed unprotected"), SHARE.format("older without belt")


def test_fields_of_a_table_one_after_the_other(open_: Any, busy: Any) -> None:
    page, saved = open_("Rare events")
    busy()
    field(page, FAST).fill("7")
    field(page, OLD).fill("4 %")
    field(page, FAST).fill("8")
    field(page, FAST).press("Enter")
    until(lambda: (rate(saved, "full_speed_unprotected"), rate(saved, "older_without_belt")) == (0.08, 0.04), page)
    expect(field(page, FAST)).to_have_value("8 %")
    settled(page, saved)


def rate(saved: Callable[[], Design], name: str) -> float | None:
    return saved().events[name].rate


def settled(page: Page, saved: Callable[[], Design]) -> None:
    """What is shown stays what is saved when the browser sends all it knows once more."""
    at_rest(page)
    before = saved()
    page.get_by_role("tab", name=re.compile("^Floors")).click()
    page.get_by_role("button", name="Add a floor").wait_for()
    page.get_by_role("tab", name=re.compile("^Rare events")).click()
    field(page, FAST).wait_for()
    at_rest(page)
    assert saved() == before


def test_undone_faster_than_answered(open_: Any, busy: Any) -> None:
    page, saved = open_("Rare events")
    for text, share in (("6 %", 0.06), ("7 %", 0.07), ("8 %", 0.08)):
        field(page, FAST).fill(text)
        field(page, FAST).press("Enter")
        until(lambda share=share: rate(saved, "full_speed_unprotected") == share, page)
        at_rest(page)
    busy()
    undo = page.get_by_role("button", name=re.compile("Undo"))
    undo.click(delay=PRESS)
    undo.click(delay=PRESS)
    page.keyboard.press("Control+z")
    until(lambda: rate(saved, "full_speed_unprotected") == 0.1, page)
    expect(field(page, FAST)).to_have_value("10 %")
    settled(page, saved)
    redo = page.get_by_role("button", name=re.compile("Redo"))
    expect(redo).to_have_text(re.compile("Redo “rate of"))
    redo.click(delay=PRESS)
    redo.click(delay=PRESS)
    until(lambda: rate(saved, "full_speed_unprotected") == 0.07, page)
    expect(field(page, FAST)).to_have_value("7 %")
    settled(page, saved)


def test_what_was_undone_does_not_come_back_with_the_next_field(open_: Any, busy: Any) -> None:
    page, saved = open_("Rare events")
    field(page, FAST).fill("6 %")
    field(page, FAST).press("Enter")
    until(lambda: rate(saved, "full_speed_unprotected") == 0.06, page)
    at_rest(page)
    busy()
    page.get_by_role("button", name=re.compile("Undo")).click(delay=PRESS)
    field(page, OLD).fill("4 %")
    field(page, OLD).press("Enter")
    until(lambda: rate(saved, "older_without_belt") == 0.04, page)
    assert rate(saved, "full_speed_unprotected") == 0.1
    expect(field(page, FAST)).to_have_value("10 %")
    settled(page, saved)


def test_a_slider_that_is_moved_on(open_: Any, busy: Any) -> None:
    page, saved = open_("Rare events")
    busy()
    slider = page.get_by_role("slider", name="Rate of full speed unprotected")
    slider.focus()
    for _ in range(4):
        slider.press("ArrowRight")
    until(lambda: rate(saved, "full_speed_unprotected") == 0.25, page)  # 12, 15, 20 and 25 %
    settled(page, saved)


def test_fields_of_a_factor_one_after_the_other(open_: Any, busy: Any) -> None:
    page, saved = open_()
    busy()
    field(page, "Unit").fill("y")
    field(page, "Missing").fill("3 %")
    page.get_by_role("button", name=re.compile("^Bins")).or_(page.get_by_text(re.compile("^Bins: "))).first.click(
        delay=PRESS
    )
    until(lambda: saved().factor("ageOFocc").missing == 0.03, page)
    assert saved().factor("ageOFocc").unit == "y"


def test_both_factors_of_a_pair(open_: Any, busy: Any) -> None:
    page, _ = open_("Pairs")
    busy()
    pick(page, "First factor of the pair", "airbag")
    pick(page, "Second factor of the pair", "sex")
    for name, chosen in (("First", "airbag"), ("Second", "sex")):
        expect(page.get_by_role("combobox", name=f"{name} factor of the pair")).to_have_value(chosen)
    page.get_by_role("radio", name="Independent").click(delay=PRESS)


def test_a_share_of_a_level_and_the_noise_of_a_label(open_: Any, busy: Any) -> None:
    mix = {"score": "ageOFocc", "cuts": [30], "shares": {"young": 0.5, "old": 0.5}}
    page, saved = open_("Levels", levels={"age": mix}, labels={"grown": {"rule": "ageOFocc > 18"}})
    busy()
    field(page, "Share of young in age: 20 %").fill("40")
    page.get_by_role("tab", name=re.compile("^Labels")).click()
    noise = field(page, "Noise of grown: share of rows with another label")
    noise.fill("2")
    noise.press("Enter")
    until(lambda: saved().labels["grown"].noise == 0.02, page)
    assert saved().levels["age"].shares["young"] == 0.4


def to_generate(page: Page) -> None:
    page.get_by_role("button", name="Generate", exact=True).click()
    field(page, "Rows").wait_for()
    at_rest(page)


def test_rows_are_typed_and_generated_at_once(open_: Any, busy: Any, home: Workspace) -> None:
    page, saved = open_()
    to_generate(page)
    busy()
    field(page, "Rows").fill("3k")
    page.get_by_role("button", name="Generate 20,000 rows").click(delay=PRESS)
    expect(page.get_by_test_id("verdict").filter(has_text="3,000 rows").first).to_be_visible()
    assert saved().rows == 3000


def test_generated_while_the_page_is_still_busy(open_: Any, busy: Any, home: Workspace) -> None:
    page, saved = open_()
    to_generate(page)
    busy()
    page.get_by_role("radio", name="CSV", exact=True).click(delay=PRESS)
    field(page, "Rows").fill("3k")
    page.get_by_role("button", name="Generate 20,000 rows").click(delay=PRESS)
    expect(page.get_by_test_id("verdict").filter(has_text="3,000 rows").first).to_be_visible()
    assert saved().rows == 3000
