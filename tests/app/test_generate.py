"""The page generate: rows and seed, feasibility, the job behind it, receipts and files."""

from __future__ import annotations

import io
import json
import re
import sys
import threading
import zipfile
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pyarrow.csv
import pyarrow.parquet as pq
import pytest
from streamlit.testing.v1 import AppTest

from tests.patience import PATIENCE
from trimtab.core.cli import main
from trimtab.core.delivery.outputs import list_outputs
from trimtab.core.delivery.receipt import MEASURING, Delivery, compare
from trimtab.core.design.files import load, loads
from trimtab.core.errors import Progress
from trimtab.core.papers.bundle import read_bundle
from trimtab.core.papers.downloads import DOWNLOADS
from trimtab.core.papers.said import Said
from trimtab.core.study.study import Study, open_study
from trimtab.core.workspace.workspace import Workspace
from trimtab.ui.delivery import delivery, jobs
from trimtab.ui.delivery.from_disk import SERVED
from trimtab.ui.delivery.jobs import JOBS, Job
from trimtab.ui.delivery.papers import paper_bytes

from .looking import sound, text_of, undo

ROOT = Path(__file__).parents[2]
CRASHES = ROOT / "sample_data" / "crashes.csv"
DESIGN = """
trimtab: 1
name: few
seed: 3
rows: 2000
source: {path: crashes.csv, sha256: %s}
factors:
  sex: {role: keep}
events:
  fast: {when: "dvcat = '55+'", rate: 0.2}
"""
CONFLICT = "  faster: {when: \"dvcat = '55+' AND airbag = 'none'\", rate: 0.5}\n"

Visit = Callable[..., AppTest]


@pytest.fixture
def design_id(home: Workspace, sha256: str) -> str:
    return home.save_design(loads(DESIGN % sha256))


@pytest.fixture
def visit(start: Visit) -> Visit:
    """`visit(design_id)`: the page in a session of its own."""
    return lambda design_id: start("generate", design_id)


def generate(at: AppTest, design_id: str) -> AppTest:
    """Click, wait for the job, and draw the page again."""
    sound(at.button(key="generate_start").click().run())
    finish(design_id)
    return sound(at.run())


def finish(design_id: str) -> None:
    for thread in threading.enumerate():
        if thread.name == f"generate {design_id}":
            thread.join(timeout=PATIENCE)
            assert not thread.is_alive()


def files(home: Workspace, design_id: str) -> list[Path]:
    return sorted((home.home / "outputs" / design_id).glob("*"))


def labels(at: AppTest) -> list[str]:
    return [element.proto.label for element in at.get("download_button")]


def test_rows_and_seed_are_edits_of_the_design(home: Workspace, design_id: str, visit: Visit) -> None:
    at = visit(design_id)
    assert at.text_input(key="generate_rows").value == "2,000"
    sound(at.text_input(key="generate_rows").set_value("1.5k").run())
    sound(at.text_input(key="generate_seed").set_value("12").run())
    design = home.load_design(design_id)
    assert (design.rows, design.seed) == (1500, 12)
    assert at.text_input(key="generate_rows").value == "1,500"
    assert at.button(key="generate_start").label == "Generate 1,500 rows"
    undo(at)
    assert home.load_design(design_id).seed == 3
    assert at.text_input(key="generate_seed").value == "3"
    sound(at.button(key="generate_10000").click().run())
    assert home.load_design(design_id).rows == 10_000


@pytest.mark.parametrize(
    ("field", "typed", "told"),
    [
        ("rows", "many", "must be a whole number such as 100,000 or 10k, got <b>many</b>"),
        ("rows", "0", "rows"),
        ("seed", "-1", "must be a whole number"),
    ],
)
def test_what_is_no_number_of_rows_is_refused(
    home: Workspace, design_id: str, visit: Visit, field: str, typed: str, told: str
) -> None:
    at = visit(design_id)
    sound(at.text_input(key=f"generate_{field}").set_value(typed).run())
    assert told in text_of(at)
    assert (home.load_design(design_id).rows, home.load_design(design_id).seed) == (2000, 3)
    assert at.text_input(key=f"generate_{field}").value == typed


def test_the_page_says_what_will_come_out(design_id: str, visit: Visit) -> None:
    text = re.sub(r"<[^>]+>", "", text_of(visit(design_id)))
    assert "2,000 rows, exactly" in text
    assert "fast in exactly 400 rows, 1 in 5" in text
    assert "sex as in the source" in text
    assert "carried along" in text


def test_rows_receipt_and_files(home: Workspace, design_id: str, visit: Visit) -> None:
    at = generate(visit(design_id), design_id)
    rows, receipt, design = files(home, design_id)
    assert (receipt.name, design.name) == (f"{rows.name}.receipt.json", f"{rows.stem}.yaml")
    table = pq.read_table(rows)
    assert table.num_rows == 2000
    assert table["dvcat"].to_pylist().count("55+") == 400
    text = text_of(at)
    for promise in ("rows", "event fast", "keep sex", "weight", "columns"):
        assert f'data-promise="{promise}"' in text
    assert text.count("</i> kept<") == 5
    assert "5 of 5 promises kept" in text
    assert "older revision" not in text
    assert [label for label in labels(at) if label != "Download the design file"] == [
        f"Download Parquet ({rows.stat().st_size / 1e3:.1f} kB)",
        "Download Arrow",
        "Download CSV",
        "Download JSON Lines",
        "Download receipt",
        *(one.label for one in DOWNLOADS),
        "Download this design",
    ]


def test_papers_of_an_output(home: Workspace, design_id: str, visit: Visit, tmp_path: Path) -> None:
    generate(visit(design_id), design_id)
    rows, _, design = files(home, design_id)
    (output,) = list_outputs(rows.parent)
    card, croissant, sets, packed = (
        paper_bytes(one, output, None, Said(approval="Approved by Ann"), home)
        for one in sorted(DOWNLOADS, key=lambda one: [".md", ".croissant.json", ".xosc", ".zip"].index(one.suffix))
    )
    assert "Approval of the design: Approved by Ann." in card.decode()
    assert json.loads(croissant)["distribution"][0]["contentUrl"] == rows.name
    assert len(ElementTree.fromstring(sets).findall(".//ParameterValueSet")) == 2000
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        archive.extractall(tmp_path)
    bundle = tmp_path / rows.stem
    assert read_bundle(bundle).whole
    assert (bundle / "data.parquet").read_bytes() == rows.read_bytes()
    assert load(bundle / "design.yaml").fingerprint() == load(design).fingerprint()


@pytest.mark.parametrize("suffix", ["parquet", "csv"])
def test_the_command_that_is_shown_makes_the_same_bytes(
    home: Workspace, design_id: str, visit: Visit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str
) -> None:
    at = visit(design_id)
    at.segmented_control(key="generate_format").set_value({"parquet": "Parquet", "csv": "CSV"}[suffix]).run()
    generate(at, design_id)
    made = next(file for file in files(home, design_id) if file.suffix == f".{suffix}")
    command = at.code[0].value
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "crashes.csv").write_bytes(CRASHES.read_bytes())
    (elsewhere / f"{made.stem}.yaml").write_bytes(made.with_suffix(".yaml").read_bytes())
    monkeypatch.chdir(elsewhere)
    monkeypatch.delenv("TRIMTAB_HOME")
    monkeypatch.setattr(sys, "argv", command.split())
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code in (0, None)
    assert (elsewhere / made.name).read_bytes() == made.read_bytes()


def test_the_format_asked_for_is_written_beside_the_parquet_file(home: Workspace, design_id: str, visit: Visit) -> None:
    at = visit(design_id)
    at.segmented_control(key="generate_format").set_value("CSV.gz").run()
    at = generate(at, design_id)
    names = [file.name for file in files(home, design_id)]
    copy = next(file for file in files(home, design_id) if file.name.endswith(".csv.gz"))
    assert len(names) == 4
    table = pyarrow.csv.read_csv(copy)
    assert table.num_rows == 2000
    assert any(label.startswith("Download CSV.gz (") for label in labels(at))


def test_a_change_afterwards_marks_the_receipt(design_id: str, visit: Visit) -> None:
    at = generate(visit(design_id), design_id)
    sound(at.text_input(key="generate_seed").set_value("4").run())
    assert "made by an older revision of the design" in text_of(at)
    undo(at)
    assert "older revision" not in text_of(at)


def test_earlier_outputs_are_listed_and_can_be_deleted(home: Workspace, design_id: str, visit: Visit) -> None:
    at = generate(visit(design_id), design_id)
    sound(at.text_input(key="generate_rows").set_value("100").run())
    at = generate(at, design_id)
    assert len(files(home, design_id)) == 6
    assert [bool(re.search(r"2,000 rows.*5 of 5 promises kept.*older revision", one.label)) for one in at.expander] == [
        True
    ]
    first = next(button for button in at.button if button.label == "Delete this output")
    sound(first.click().run())
    assert len(files(home, design_id)) == 3
    assert not at.expander


def test_a_conflict_is_told_and_nothing_can_be_started(home: Workspace, sha256: str, visit: Visit) -> None:
    stuck = home.save_design(loads(DESIGN % sha256 + CONFLICT))
    at = visit(stuck)
    assert at.button(key="generate_start").disabled
    text = re.sub(r"<[^>]+>", "", text_of(at))
    assert "pull against each other" in text
    assert "20.0 %" in text, "the nearest value that works"
    assert not files(home, stuck)


def test_a_running_job_is_seen_by_every_session_and_started_once(home: Workspace, design_id: str, visit: Visit) -> None:
    first = visit(design_id)
    sound(first.text_input(key="generate_rows").set_value("5M").run())
    sound(first.button(key="generate_start").click().run())
    job = JOBS.get(home, design_id)
    assert job is not None
    second = visit(design_id)  # as after F5: another session of the same design
    assert not [button for button in second.button if button.key == "generate_start"]
    assert JOBS.start(home, design_id, job.study, ".parquet") is job
    sound(second.button(key="tt_cancel").click().run())
    finish(design_id)
    assert job.status().state == "cancelled"
    assert files(home, design_id) == []
    assert "Generating was cancelled. Nothing was kept of it." in text_of(sound(first.run()))
    assert not first.button(key="generate_start").disabled


def test_progress_has_a_rate_and_ends_with_all_rows(home: Workspace, design_id: str, visit: Visit) -> None:
    at = visit(design_id)
    sound(at.text_input(key="generate_rows").set_value("200k").run())
    generate(at, design_id)
    job = JOBS.get(home, design_id)
    assert job is not None
    status = job.status()
    assert (status.state, status.done, status.total) == ("done", 200_000, 200_000)
    assert status.rate is not None
    assert status.rate > 0
    assert status.left == 0


def test_the_bar_is_of_the_whole_and_tells_what_is_being_done(home: Workspace, design_id: str, visit: Visit) -> None:
    visit(design_id)
    found = home.load_design(design_id)
    study = open_study(found.changed(rows=200_000), home.source(found.source.sha256 or ""))  # type: ignore[union-attr]
    job = Job(study, home.output(design_id, "rows.parquet"), ".parquet", "")
    assert (job.status().share, job.status().left) == (0, None)
    shares = []
    for done in (65_536, 131_072, 200_000):
        job._progress(done, 200_000, f"{done:,} of 200,000 rows")
        shares.append(job.status().share)
    job._progress(200_000, 200_000, MEASURING)
    status = job.status()
    assert status.stage.lower() == MEASURING
    assert status.left is not None
    assert status.left > 0
    shares.append(status.share)
    assert shares == sorted(shares)
    assert shares[-1] < 1, "it stands at its end while there is still something to do"


def test_files_are_ready_while_copies_are_counted(
    home: Workspace, design_id: str, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    counting, go_on = threading.Event(), threading.Event()

    def slowly(study: Study, delivery: Delivery, *, progress: Progress) -> Delivery:
        counting.set()
        assert go_on.wait(PATIENCE)
        return compare(study, delivery, progress=progress)

    monkeypatch.setattr(jobs, "compare", slowly)
    at = visit(design_id)
    at.segmented_control(key="generate_format").set_value("CSV").run()
    sound(at.button(key="generate_start").click().run())
    assert counting.wait(PATIENCE)
    at = visit(design_id)
    assert not at.button(key="generate_start").disabled
    assert [one for one in labels(at) if one.startswith(("Download Parquet", "Download CSV ("))] != []
    assert "5 of 5 promises kept" in text_of(at)
    assert "Counting copies of real rows" in text_of(at)
    sound(at.button(key="tt_leave_counting").click().run())
    go_on.set()
    finish(design_id)
    assert "How many rows equal a real one is not measured." in text_of(sound(at.run()))
    assert len(files(home, design_id)) == 4
    monkeypatch.setattr(jobs, "compare", compare)
    at = generate(at, design_id)
    assert re.search(r"of the rows equal a real row in every factor", text_of(at))


def test_a_job_that_fails_says_why_and_leaves_nothing(
    home: Workspace, sha256: str, design_id: str, visit: Visit
) -> None:
    at = visit(design_id)
    # The design changes into one that can't be met between the page and the click.
    source = home.source(sha256)
    study = open_study(loads(DESIGN % sha256 + CONFLICT), source)
    job = JOBS.start(home, design_id, study, ".parquet")
    finish(design_id)
    assert job.status().state == "failed"
    assert "the most that works is" in text_of(sound(at.run()))
    assert files(home, design_id) == []
    assert not at.button(key="generate_start").disabled


def test_a_large_file_comes_from_the_disk_where_the_server_gives_it(
    home: Workspace, design_id: str, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = generate(visit(design_id), design_id)
    monkeypatch.setattr(delivery, "HELD", 1000)
    monkeypatch.setattr(SERVED, "on", True)
    (link,) = sound(at.run()).get("link_button")
    rows = files(home, design_id)[0]
    assert link.proto.label == f"Download Parquet ({rows.stat().st_size / 1e3:.1f} kB)"
    assert SERVED.path(link.proto.url.split("/")[2]) == rows.resolve()


def test_a_split_is_made_and_shown_part_by_part(home: Workspace, design_id: str, visit: Visit) -> None:
    at = visit(design_id)
    at.text_input(key="generate_split").set_value("train=0.8 test").run()
    at.button(key="generate_start").click().run()
    assert "parts are written as train=0.8,validation=0.1,test=0.1" in text_of(at)
    assert files(home, design_id) == []
    at.text_input(key="generate_split").set_value("train=0.75, test=0.25").run()
    generate(at, design_id)
    made = [pq.read_table(file).num_rows for file in files(home, design_id) if file.suffix == ".parquet"]
    assert made == [500, 1500]
    text = re.sub(r"<[^>]+>", "", text_of(at))
    assert text.index("train: 1,500 rows") < text.index("test: 500 rows")
    assert at.code[0].value.endswith(".parquet --split train=0.75,test=0.25")
