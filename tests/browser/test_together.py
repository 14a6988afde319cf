"""Two people on one design, each in a browser of their own."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from trimtab.core.design.design import Design
from trimtab.core.design.files import load
from trimtab.core.workspace.workspace import Workspace

from .actions import at_rest, faults, until, visit

SAMPLES = Path(__file__).parents[2] / "sample_data"


def rate(page: Page, text: str) -> None:
    """Types another rate of the event."""
    field = page.get_by_role("textbox", name="Share of full speed unprotected")
    field.fill(text)
    field.press("Enter")
    at_rest(page)


def test_what_each_did_is_there_and_a_contradiction_is_asked_about(
    new_page: Callable[..., Page], url: str, home: Workspace
) -> None:
    source = home.spool(SAMPLES / "crashes.csv")
    design = load(SAMPLES / "designs" / "crashes-without-belts.yaml")
    id_ = home.save_design(design.changed(source={"path": source.name, "sha256": source.sha256}))

    def saved() -> Design:
        return home.load_design(id_)

    ann, ben = new_page(person="ann", size=(1440, 1100)), new_page(person="ben", size=(1440, 1100))
    for page in (ann, ben):
        visit(page, f"{url}/design?design={id_}")
        page.get_by_role("tab", name=re.compile("^Rare events")).click()
        at_rest(page)
    rate(ann, "30 %")
    until(lambda: saved().events["full_speed_unprotected"].rate == 0.3, ann)
    ben.get_by_role("radio", name="Follow").click()
    until(lambda: saved().factor("ageOFocc").role == "follow", ben)
    assert saved().events["full_speed_unprotected"].rate == 0.3, "what Ann did is gone"
    at_rest(ben)
    expect(ben.get_by_role("textbox", name="Share of full speed unprotected")).to_have_value("30 %")

    rate(ben, "40 %")
    rate(ann, "50 %")
    question = ann.get_by_role("alert").filter(has_text="was not made")
    expect(question).to_contain_text("full_speed_unprotected was changed in another way at the same time")
    assert saved().events["full_speed_unprotected"].rate == 0.4
    assert faults(ann, context={"include": [".st-key-tt_aside"]}) == []
    ann.reload()
    at_rest(ann)
    ann.get_by_role("button", name=re.compile("^Make it")).click()
    until(lambda: saved().events["full_speed_unprotected"].rate == 0.5, ann)
    expect(question).to_be_hidden()

    ann.reload()
    at_rest(ann)
    for _ in range(4):
        ann.get_by_role("button", name=re.compile("Undo")).click()
    until(lambda: saved().fingerprint() == design.fingerprint(), ann)
