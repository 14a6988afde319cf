"""What always holds, from an upload to the receipt: shown, one of it let go, and all else kept in every row."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
from playwright.sync_api import Page, expect

from tests.holding import KEPT, STATES, TOLD, holding_table
from trimtab.core.workspace.workspace import Workspace

from .actions import at_rest, current, until, visit

GONE = "total = yes + no"
NewPage = Callable[..., Page]


def test_one_is_let_go_and_the_rows_keep_all_others(
    new_page: NewPage, url: str, home: Workspace, tmp_path: Path
) -> None:
    file = tmp_path / "table.csv"
    holding_table().to_csv(file, index=False)
    page = new_page(size=(1440, 1000))
    visit(page, url)
    page.locator('input[type="file"]').set_input_files(file)
    page.wait_for_url("**/data?*")
    for text in (*KEPT, TOLD):
        expect(page.get_by_text(text, exact=True)).to_be_visible()
    at_rest(page)

    page.locator('[class*="st-key-tt_relation_"]', has_text=GONE).get_by_text("keep", exact=True).click()
    until(lambda: GONE not in held(page, home), page)
    at_rest(page)
    assert held(page, home) == set(KEPT) - {GONE}
    expect(page.get_by_text("7 of 9 kept")).to_be_visible()

    page.get_by_role("button", name="Generate", exact=True).click()
    page.get_by_role("button", name="1,000", exact=True).click()
    page.get_by_role("button", name="Generate 1,000 rows").click()
    expect(page.get_by_test_id("verdict").first).to_contain_text("promises kept")
    receipt = page.get_by_test_id("receipt").first
    for text in set(KEPT) - {GONE}:
        expect(receipt).to_contain_text(text)
    expect(receipt).not_to_contain_text(GONE)

    (rows,) = (home.home / "outputs" / current(page, home)[0]).glob("*.parquet")
    assert broken(pd.read_parquet(rows)) == {GONE}
    written = json.loads(Path(f"{rows}.receipt.json").read_text(encoding="utf-8"))
    promises = {one["promise"] for one in written["receipt"] if one["promise"].startswith("relation")}
    assert promises == {f"relation {text}" for text in KEPT if text != GONE}


def held(page: Page, home: Workspace) -> set[str]:
    """What the saved design keeps."""
    return {one.text for one in current(page, home)[1].relations or ()}


def broken(rows: pd.DataFrame) -> set[str]:
    """What some row breaks, counted anew: nothing of the engine's own measuring is used."""
    assert len(rows) == 1000
    number = rows["st"].str[1:].astype(int)
    holds = {
        "st decides state": rows["state"] == number.map(dict(enumerate(STATES))),
        "state decides st": rows["state"].map({name: i for i, name in enumerate(STATES)}) == number,
        "total = yes + no": rows["total"] == rows["yes"] + rows["no"],
        "wind and gust are missing in the same rows": rows["wind"].isna() == rows["gust"].isna(),
        "exactly one of car, bus and tram is true": rows[["car", "bus", "tram"]].sum(axis=1) == 1,
        "at most one of rain, snow and fog is true": rows[["rain", "snow", "fog"]].sum(axis=1) <= 1,
        "begun ≤ ended": rows["begun"] <= rows["ended"],
        "month = month(begun)": rows["month"] == pd.to_datetime(rows["begun"]).dt.month,
    }
    assert holds.keys() == set(KEPT)
    return {text for text, true in holds.items() if not true.all()}
