"""The page coverage: what is compared, in which order, what lies outside, and what it says when nothing is there."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Callable
from html import unescape
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.patience import PATIENCE
from trimtab.core.delivery.outputs import read_output
from trimtab.core.delivery.receipt import deliver
from trimtab.core.errors import InputError
from trimtab.core.projection.projection import project
from trimtab.core.study.study import Study
from trimtab.core.workspace.workspace import Workspace
from trimtab.ui.coverage.comparing import covered, distances_csv, distances_table

from .looking import sound, text_of

ROOT = Path(__file__).parents[2]
CRASHES = ROOT / "sample_data" / "crashes.csv"

Visit = Callable[..., AppTest]


@pytest.fixture
def visit(start: Visit) -> Visit:
    """`visit(design_id, *files)`: the page in a session of its own, compared with these files by their SHA-256."""

    def run(design_id: str, *files: str) -> AppTest:
        if not files:
            return start("coverage", design_id)
        at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=PATIENCE)
        at.query_params.update({"design": design_id, "file": list(files)})
        return sound(at.switch_page("pages/coverage.py").run())

    return run


def factors(at: AppTest) -> list[str]:
    """The cards in their order."""
    return re.findall(r'td-card-head" data-factor="([^"]*)"', text_of(at))


def groups(at: AppTest) -> list[str]:
    return re.findall(r'colgroup"[^>]*>([^<]*)<', text_of(at))


def test_without_generated_rows_the_design_is_compared_with_the_real_data(design_id: str, visit: Visit) -> None:
    at = visit(design_id)
    assert "Nothing was generated from this design yet" in text_of(at)
    assert at.button(key="coverage_generate").label == "Go to Generate"
    assert groups(at) == ["design from real"]
    assert len(at.get("plotly_chart")) == len(factors(at)) == 13
    assert "weight" not in factors(at), "it is dropped"


def test_generated_rows_stand_beside_the_design(design_id: str, generated: Path, visit: Visit) -> None:
    at = visit(design_id)
    assert groups(at) == ["design from real", "generated from real", "generated from design"]
    assert "Nothing was generated" not in text_of(at)
    row = re.search(r'<tr data-factor="sex">.*?</tr>', text_of(at))
    assert row is not None
    cells = re.findall(r"<td[^>]*>([^<]*)</td>", row.group())
    assert cells[0] == "target"
    assert (cells[9], cells[10], cells[11]) == ("0 %", "–", "–"), "exact, and a category has no order"


def test_the_largest_shift_comes_first_until_another_order_is_asked_for(design_id: str, visit: Visit) -> None:
    at = visit(design_id)
    assert factors(at)[0] in ("dvcat", "sex")
    sound(at.selectbox(key="coverage_order").set_value("by name").run())
    assert factors(at) == sorted(factors(at), key=str.casefold)
    sound(at.selectbox(key="coverage_order").set_value("as in the source").run())
    assert factors(at)[0] == "dvcat"


def test_a_factor_is_found_by_a_part_of_its_name(design_id: str, visit: Visit) -> None:
    at = visit(design_id)
    sound(at.text_input(key="coverage_search").set_value("BAG").run())
    assert factors(at) == ["airbag"]
    sound(at.text_input(key="coverage_search").set_value("nothing like it").run())
    assert factors(at) == []
    assert "No factor is called like “nothing like it”" in text_of(at)


def test_rows_of_an_older_revision_are_told(design_id: str, generated: Path, home: Workspace, visit: Visit) -> None:
    home.save_design(home.load_design(design_id).changed(seed=4), design_id)
    assert "made by an older revision" in text_of(visit(design_id))


@pytest.mark.usefixtures("sha256")
def test_a_design_that_cannot_be_met_is_not_shown_but_the_rest_is(home: Workspace, study: Study, visit: Visit) -> None:
    stuck = home.save_design(study.design.with_event("faster", when="dvcat = '55+' AND airbag = 'none'", rate=0.5))
    deliver(study, home.output(stuck, "rows.parquet"))
    at = visit(stuck)
    assert "can't be met" in unescape(text_of(at))
    assert groups(at) == ["generated from real"]
    assert len(factors(at)) == 13


def test_another_file_is_compared_and_what_the_source_never_saw_is_counted(
    design_id: str, generated: Path, visit: Visit
) -> None:
    lines = CRASHES.read_text(encoding="utf-8").splitlines(keepends=True)
    strange = [lines[0], *lines[1:1001], *(line.replace("25-39", "warp 9") for line in lines[1:201])]
    content = "".join(strange).encode()
    expected = Counter(row["dvcat"] for row in csv.DictReader(io.StringIO(content.decode())))
    at = visit(design_id)
    sound(at.file_uploader(key="coverage_upload_0").upload("other.csv", content, "text/csv").run())
    assert groups(at)[3:] == ["other.csv from real", "other.csv from design"]
    assert expected["warp 9"] > 20
    assert f"{expected['warp 9']:,} rows never seen in the source" in text_of(at)
    (stop,) = [one for one in at.button if str(one.key).startswith("coverage_stop")]
    sound(stop.click().run())
    assert len(groups(at)) == 3


def test_several_files_are_compared_side_by_side(
    design_id: str, generated: Path, home: Workspace, visit: Visit, tmp_path: Path
) -> None:
    lines = CRASHES.read_text(encoding="utf-8").splitlines(keepends=True)
    without = tmp_path / "without.csv"
    without.write_text("".join(f"{line.partition(',')[2]}" for line in lines[:301]), encoding="utf-8")
    at = visit(design_id, home.spool(without).sha256)
    for turn, rows in enumerate((101, 201)):
        content = "".join(lines[:rows]).encode()
        sound(at.file_uploader(key=f"coverage_upload_{turn}").upload("same.csv", content, "text/csv").run())
    names = ["without.csv from real", "same.csv from real", "same.csv (2) from real"]
    assert groups(at)[3::2] == names
    assert len(at.query_params["file"]) == 3
    assert "3 files are compared at once" in text_of(at)
    assert groups(visit(design_id, *at.query_params["file"]))[3::2] == names


def test_what_trimtab_delivered_elsewhere_is_compared_but_no_design_stands_on_it(
    design_id: str, generated: Path, home: Workspace, visit: Visit
) -> None:
    at = visit(design_id)
    content = generated.read_bytes()
    sound(at.file_uploader(key="coverage_upload_0").upload("made.parquet", content, "text/plain").run())
    assert groups(at)[3:] == ["made.parquet from real", "made.parquet from design"]
    with pytest.raises(InputError, match=r"`_origin`.* is a name that Trimtab gives to its own provenance columns"):
        home.spool(generated)


def test_a_file_without_any_of_the_factors_is_refused(design_id: str, visit: Visit) -> None:
    at = visit(design_id)
    sound(at.file_uploader(key="coverage_upload_0").upload("text.csv", b"text\na\nb\n", "text/csv").run())
    assert "text.csv: it has none of the factors: " in text_of(at)
    assert groups(at) == ["design from real"]


def test_the_same_file_is_not_compared_twice(design_id: str, visit: Visit) -> None:
    at = visit(design_id)
    content = "".join(CRASHES.read_text(encoding="utf-8").splitlines(keepends=True)[:51]).encode()
    for turn in (0, 1):
        sound(at.file_uploader(key=f"coverage_upload_{turn}").upload("same.csv", content, "text/csv").run())
    assert "same.csv: this file is compared already." in text_of(at)


def test_a_broken_file_is_refused_and_the_page_stays(design_id: str, visit: Visit) -> None:
    at = visit(design_id)
    sound(at.file_uploader(key="coverage_upload_0").upload("broken.csv", b"a,b\n1,2,3\n", "text/csv").run())
    assert "broken.csv" in text_of(at)
    assert len(factors(at)) == 13


def test_distances_are_those_of_the_projection_and_of_the_file(study: Study, generated: Path) -> None:
    outcome = project(study)
    found = covered(study, outcome, {"generated": read_output(generated).path})
    rows = {row["factor"]: row for row in csv.DictReader(io.StringIO(distances_csv(found)))}
    assert list(rows) == list(study.delivered)
    for shift in outcome.shifts:
        assert float(rows[shift.factor]["tv design from real"]) == pytest.approx(shift.tv, abs=1e-12)
        assert 0 <= float(rows[shift.factor]["js generated from design"]) <= 1
    assert rows["sex"]["ks design from real"] == ""
    assert float(rows["ageOFocc"]["wasserstein generated from real"]) > 0
    assert float(rows["sex"]["tv generated from design"]) <= 0.5 / 2000 * 2  # two levels, each exact to one row


def test_names_of_files_and_factors_are_text(study: Study, generated: Path) -> None:
    found = covered(study, None, {"<b>file</b>": generated})
    table = str(distances_table(found))
    assert "&lt;b&gt;file&lt;/b&gt;" in table
    assert "<b>file</b>" not in table
