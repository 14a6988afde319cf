"""Real rows first, in a real browser: from sample data along the curve to a blend, checked row by row."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq
from playwright.sync_api import Page, expect

from trimtab.core.workspace.workspace import Workspace

from .actions import at_rest, current, faults, sculptor_after, until, visit

SAMPLES = Path(__file__).parents[2] / "sample_data"
ROWS = 50_000
MOST_STEPS = 40
NewPage = Callable[..., Page]


def test_from_sample_data_along_the_curve_to_a_blend(
    new_page: NewPage, url: str, home: Workspace, tmp_path: Path
) -> None:
    page = new_page(size=(1440, 1000))
    visit(page, url)
    page.get_by_role("button", name="Try the sample data").first.click()
    sculptor_after(page)
    page.get_by_role("button", name="Generate", exact=True).click()
    page.get_by_role("radio", name="Blend").or_(page.get_by_role("button", name="Blend", exact=True)).first.click()
    expect(page.get_by_test_id("frontier")).to_contain_text("33,470 rows can all be real")
    at_rest(page)
    page.mouse.move(5, 5)  # a choice under the mouse has other colours, and changes them slowly
    page.wait_for_timeout(400)
    assert faults(page) == []

    handle = page.get_by_role("slider", name="Rows along the curve")
    for _ in range(MOST_STEPS):
        before = current(page, home)[1].rows
        if before == ROWS:
            break
        handle.press("ArrowLeft")
        until(lambda before=before: current(page, home)[1].rows != before, page)
        at_rest(page)
    assert current(page, home)[1].rows == ROWS
    start = page.get_by_role("button", name=f"Generate {ROWS:,} rows")
    expect(start).to_be_enabled()
    expect(page.get_by_test_id("frontier")).to_contain_text("must be made, all with visib < 2 AND wind_speed > 15.")
    start.click()
    expect(page.get_by_test_id("verdict").first).to_contain_text("promises kept")
    expect(page.get_by_test_id("copies").first).to_contain_text("are whole real ones, each another one")

    with page.expect_download() as download:
        page.get_by_role("button", name="Download Parquet").first.click()
    file = tmp_path / "rows.parquet"
    download.value.save_as(file)
    rows = pq.read_table(file)
    real = rows.filter(pc.equal(rows["_origin"], "real"))
    assert len(rows) == ROWS
    assert 0.97 * ROWS < len(real) < ROWS
    numbers = real["_source_row"].combine_chunks()
    assert len(numbers.unique()) == len(real)
    source = pq.read_table(SAMPLES / "flights.parquet").take(numbers)
    names = [name for name in source.column_names if name in real.column_names]
    assert len(names) > 10
    assert real.select(names).equals(source.select(names).cast(real.select(names).schema))
