"""The whole way in a real browser: from sample data to rows that are parsed and measured, and what must survive."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest
from playwright.sync_api import Download, Page, expect

from trimtab.core.design.design import Design
from trimtab.core.design.files import load
from trimtab.core.workspace.workspace import Workspace

from .actions import at_rest, current, faults, middle, sculptor_after, type_in, visit

ROOT = Path(__file__).parents[2]
APP = ROOT / "app.py"
SAMPLES = ROOT / "sample_data"
ROWS = 20_000
PAGES = ("home", "data", "design", "coverage", "weaknesses", "generate", "review")
FRESH = ("coverage", "generate")

NewPage = Callable[..., Page]


@pytest.fixture(scope="module")
def crashes(home: Workspace) -> str:
    """The id of a design on the crash records, as a link would carry it."""
    source = home.spool(SAMPLES / "crashes.csv")
    design = load(SAMPLES / "designs" / "crashes-without-belts.yaml")
    return home.save_design(design.changed(source={"path": source.name, "sha256": source.sha256}))


def revision(page: Page) -> int:
    return int(page.get_by_test_id("sculptor").get_attribute("data-rev") or 0)


def drag(page: Page, bin_: int, by: float) -> None:
    """Drag a bar's handle by so many px and wait for the answer."""
    before = revision(page)
    x, y = middle(page.locator(f'[data-bin="{bin_}"] .handle'))
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y + by, steps=4)
    page.mouse.up()
    sculptor_after(page, before)


def choose(page: Page, label: str, option: str, nth: int = 0) -> None:
    """Choose an option of a select box; typing brings it in sight, for a long list is drawn in part."""
    page.get_by_role("combobox", name=label, exact=True).nth(nth).click()
    page.keyboard.press("ControlOrMeta+a")  # the open list hides the other boxes from roles, so by keys
    page.keyboard.type(option)
    page.get_by_role("option", name=option, exact=True).click()
    at_rest(page)


def kept(download: Download, folder: Path) -> Path:
    path = folder / download.suggested_filename
    download.save_as(path)
    return path


def from_csv(path: Path, schema: pa.Schema) -> pa.Table:
    """The CSV with the types of the Parquet file: an empty field is missing."""
    options = pyarrow.csv.ConvertOptions(
        column_types=schema, null_values=[""], strings_can_be_null=True, quoted_strings_can_be_null=False
    )
    return pyarrow.csv.read_csv(path, convert_options=options)


def test_from_sample_data_to_rows_that_keep_their_promises(
    new_page: NewPage, url: str, home: Workspace, tmp_path: Path
) -> None:
    page = new_page(size=(1440, 1000))
    visit(page, url)
    page.get_by_role("button", name="Try the sample data").first.click()
    sculptor_after(page)

    drag(page, 0, -40)
    add_event(page)
    at_rest(page)

    page.get_by_role("button", name="Generate", exact=True).click()
    expect(page.get_by_role("textbox", name="Rows", exact=True)).to_be_visible()
    at_rest(page)
    type_in(page, "Rows", f"{ROWS:,}")
    start = page.get_by_role("button", name=f"Generate {ROWS:,} rows")
    expect(start).to_be_enabled()
    design_id, design = current(page, home)
    assert design.rows == ROWS
    assert design != load(SAMPLES / "designs" / "fog-and-wind.yaml")
    assert set(design.events) == {"fog_and_wind", "long_delay", "frost_and_gale"}

    start.click()
    receipt = page.get_by_test_id("receipt").first
    expect(receipt).to_be_visible()
    at_rest(page)
    expect(page.get_by_test_id("verdict").first).to_contain_text("8 of 8 promises kept")
    with page.expect_download() as parquet:
        page.get_by_role("button", name=re.compile("^Download Parquet")).first.click()
    with page.expect_download() as comma:
        page.get_by_role("button", name=re.compile("^Download CSV")).first.click()

    rows, text = kept(parquet.value, tmp_path), kept(comma.value, tmp_path)
    table = pq.read_table(rows)
    assert from_csv(text, table.schema).equals(table)
    for data in (table, from_csv(text, table.schema)):
        measure(data, design)
    assert not list((home.home / "outputs" / design_id).glob(".*"))


def add_event(page: Page) -> None:
    """Add a rare event by the builder: two conditions, 1 % of the rows."""
    page.get_by_role("button", name="Add an event").click()
    at_rest(page)
    type_in(page, "Name", "frost and gale")
    choose(page, "Factor", "temp")
    type_in(page, "Value", "32")
    page.get_by_role("button", name="Another condition").click()
    at_rest(page)
    choose(page, "Factor", "wind_speed", nth=1)
    choose(page, "Comparison", ">", nth=1)
    type_in(page, "Value", "25", nth=1)
    page.get_by_role("button", name="Add this event").click()
    expect(page.get_by_role("button", name="Add an event")).to_be_visible()
    at_rest(page)


def measure(table: pa.Table, design: Design) -> None:
    """Every promise, counted anew with SQL and NumPy: nothing of the engine's own measuring is used."""
    assert table.num_rows == ROWS
    con = duckdb.connect()
    con.register("rows", table)
    for event in design.events.values():
        wanted = event.rows if event.rows is not None else round((event.rate or 0) * ROWS)
        found = con.sql(f"SELECT count(*) FROM rows WHERE {event.when}").fetchall()[0][0]
        assert found == wanted, event.when
    target: Any = design.factors["visib"].target
    edges = np.asarray(design.factors["visib"].edges, dtype=float)
    values = table["visib"].to_numpy()
    # The last edge repeats: its bin holds exactly that value.
    counts = np.append(np.histogram(values[values < edges[-1]], edges[:-1])[0], (values == edges[-1]).sum())
    asked = np.asarray(target.weights) / np.sum(target.weights) * ROWS
    assert np.abs(counts - asked).max() < 1, (counts, asked)
    real, made = shares(pq.read_table(SAMPLES / "flights.parquet")["origin"]), shares(table["origin"])
    off = 0.5 * sum(abs(made.get(name, 0) - share) for name, share in real.items())
    drawn = 0.5 * sum((2 * share * (1 - share) / (np.pi * ROWS)) ** 0.5 for share in real.values())
    assert off <= drawn / 2, "half of what independent draws would be off by on average"


def shares(values: pa.ChunkedArray) -> dict[str, float]:
    return {one["values"]: one["counts"] / len(values) for one in values.value_counts().to_pylist()}


def test_a_reload_brings_the_design_back(new_page: NewPage, url: str, home: Workspace) -> None:
    page = new_page(size=(1440, 1000))
    visit(page, url)
    page.get_by_role("button", name="Try the sample data").first.click()
    sculptor_after(page)
    at_rest(page)
    drag(page, 2, -30)
    shown = page.locator('[data-bin="2"]').get_attribute("aria-valuetext")
    design_id, design = current(page, home)
    page.reload()
    sculptor_after(page)
    at_rest(page)
    assert current(page, home) == (design_id, design)
    expect(page.locator('[data-bin="2"]')).to_have_attribute("aria-valuetext", str(shown))


def test_a_job_goes_on_through_pages_and_a_reload(new_page: NewPage, url: str, home: Workspace, crashes: str) -> None:
    page = new_page(size=(1440, 1000))
    visit(page, f"{url}/generate?design={crashes}")
    type_in(page, "Rows", "3M")
    page.get_by_role("button", name="Generate 3,000,000 rows").click()
    cancel = page.get_by_role("button", name="Cancel")
    expect(cancel).to_be_visible()
    page.get_by_role("link", name="Data", exact=True).click()
    expect(cancel).to_be_hidden()
    page.get_by_role("link", name="Generate", exact=True).click()
    expect(cancel).to_be_visible()
    page.reload()
    expect(cancel).to_be_visible()
    expect(page.get_by_text(re.compile(r"[\d,]+ of 3,000,000 rows"))).to_be_visible()
    cancel.click()
    expect(page.get_by_text("Generating was cancelled.")).to_be_visible()
    assert list((home.home / "outputs" / crashes).iterdir()) == []
    page.get_by_role("button", name="1,000", exact=True).click()
    expect(page.get_by_role("button", name="Generate 1,000 rows")).to_be_enabled()


@pytest.mark.parametrize("name", FRESH)
def test_the_first_visit_of_a_fresh_server_may_be_any_page(
    new_page: NewPage, serve: Any, home: Workspace, crashes: str, name: str
) -> None:
    server = serve(APP, {"TRIMTAB_HOME": str(home.home), "TRIMTAB_TEST_SERVER": name})
    check_deep_link(new_page(), server, name, crashes)


def check_deep_link(page: Page, server: str, name: str, design_id: str) -> None:
    """Opens a page of a design by its address."""
    visit(page, f"{server}/{'' if name == 'home' else name}?design={design_id}")
    expect(page.get_by_text("crashes.csv").first).to_be_visible()
    expect(page.get_by_role("link", name=name.capitalize(), exact=True)).to_be_visible()
    expect(page.get_by_text("Page not found")).to_have_count(0)
    expect(page.get_by_test_id("stSidebar")).to_have_count(0)


def test_an_upload_and_then_a_broken_one(new_page: NewPage, url: str, home: Workspace, tmp_path: Path) -> None:
    good, bad = tmp_path / "small.csv", tmp_path / "broken.csv"
    good.write_text("size,colour\n" + "".join(f"{i % 7},{'red' if i % 3 else 'blue'}\n" for i in range(300)))
    bad.write_text("size,colour\n1,red\n2,blue,7\n")
    page = new_page()
    visit(page, url)
    page.locator('input[type="file"]').set_input_files(good)
    page.wait_for_url(re.compile("/data"))
    at_rest(page)
    design_id, design = current(page, home)
    assert design.source is not None
    assert design.source.path == "small.csv"
    page.get_by_role("link", name="Home", exact=True).click()
    page.locator('input[type="file"]').wait_for(state="attached")
    at_rest(page)
    page.locator('input[type="file"]').set_input_files(bad)
    expect(page.get_by_role("alert").filter(has_text="broken.csv")).to_be_visible()
    at_rest(page)
    assert current(page, home)[0] == design_id
    expect(page.get_by_text("small.csv").first).to_be_visible()


@pytest.mark.parametrize("name", PAGES)
def test_a_link_opens_and_has_nothing_serious_for_assistive_technology(
    new_page: NewPage, url: str, crashes: str, name: str
) -> None:
    page = new_page(size=(1440, 1000))
    check_deep_link(page, url, name, crashes)
    if name == "generate":
        page.get_by_role("button", name=re.compile("^Generate .* rows$")).click()
        expect(page.get_by_test_id("receipt").first).to_be_visible()
    at_rest(page)
    assert faults(page) == []
