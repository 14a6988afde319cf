"""A run for a folder that is killed goes on at the first missing part and gives the same bytes; nothing half stands."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from trimtab.core.delivery import receipt as receipts
from trimtab.core.delivery import resuming
from trimtab.core.delivery.manifest import differences, manifest_path
from trimtab.core.delivery.places import receipt_path
from trimtab.core.delivery.receipt import MEASURING, Delivery, deliver
from trimtab.core.design.files import loads
from trimtab.core.errors import CancelledError
from trimtab.core.formats import folder as folders
from trimtab.core.formats.folder import Folder
from trimtab.core.sampling import computed, plan, run
from trimtab.core.source.spool import spool
from trimtab.core.study.study import Study, open_study

ROOT = Path(__file__).parents[3]
SMALL = (plan, run, computed, resuming)
ROWS, BLOCK, PART = 4_500, 500, 1_000
DESIGN = """
trimtab: 1
name: parts
seed: 5
source: {path: crashes.csv}
factors: {sex: {role: keep}}
events: {fast: {when: "dvcat = '55+'", rate: 0.1}}
"""
KILLED = """
import os, signal, sys
from pathlib import Path
sys.path.insert(0, sys.argv.pop(1))
import test_resuming as own
for module in own.SMALL:
    module.BLOCK = own.BLOCK
own.folders.PART_ROWS = own.PART
own.receipts.copies_of = lambda *_, **__: None
source, target, at = sys.argv[1:]
def progress(done, total, message):
    if message == at or done == int(at):
        os.kill(os.getpid(), signal.SIGKILL)
study = own.open_study(own.loads(own.DESIGN), own.spool(Path(source), Path(target).parents[1] / "home"))
own.deliver(study, target, rows=own.ROWS, progress=progress)
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the first rows of the crash records."""
    folder = tmp_path_factory.mktemp("resuming")
    lines = (ROOT / "sample_data" / "crashes.csv").read_text(encoding="utf-8").splitlines(keepends=True)[:801]
    (folder / "crashes.csv").write_text("".join(lines), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def small(home: Path) -> Iterator[Study]:
    """A study whose blocks have 500 rows, two to a part."""
    with pytest.MonkeyPatch.context() as patch:
        for module in SMALL:
            patch.setattr(module, "BLOCK", BLOCK)
        patch.setattr(folders, "PART_ROWS", PART)
        patch.setattr(receipts, "copies_of", lambda *_, **__: None)  # it is of no concern here, and takes longest
        yield open_study(loads(DESIGN), spool(home / "crashes.csv", home))


def cut_off(study: Study, target: Path, at: int | str, form: Folder | None = None, **options: int) -> None:
    """A run that leaves what a kill at this moment leaves."""

    def progress(done: int, total: int, message: str) -> None:
        if at in (done, message):
            raise CancelledError("killed")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(resuming, "_clear", lambda place, handle: os.close(handle))
        with pytest.raises(CancelledError, match="killed"):
            deliver(study, target, rows=ROWS, form=form, progress=progress, **options)


def made(study: Study, target: Path, form: Folder | None = None, **options: int) -> tuple[Delivery, list[int]]:
    """A run to the end, and how many rows were there at each step of it."""
    steps: list[int] = []
    return deliver(study, target, rows=ROWS, form=form, progress=lambda done, *_: steps.append(done), **options), steps


def left(folder: Path) -> list[str]:
    return sorted(one.name for one in folder.glob(".trimtab-*"))


def contents(target: Path) -> dict[str, bytes]:
    files = [*target.rglob("*.parquet"), receipt_path(target), manifest_path(target)]
    return {file.relative_to(target.parent).as_posix(): file.read_bytes() for file in files}


@pytest.fixture(scope="module")
def whole(small: Study, home: Path) -> dict[str, bytes]:
    (home / "whole").mkdir()
    made(small, home / "whole" / "rows")
    return contents(home / "whole" / "rows")


@pytest.mark.parametrize(("at", "there"), [(500, 0), (1_500, 1_000), (3_000, 2_000), (4_500, 4_000), (MEASURING, ROWS)])
def test_a_run_goes_on_where_it_was_cut_off(
    small: Study, tmp_path: Path, whole: dict[str, bytes], at: int | str, there: int
) -> None:
    target = tmp_path / "rows"
    cut_off(small, target, at, workers=2)
    assert not target.exists()
    assert not receipt_path(target).exists()
    assert len(left(tmp_path)) == 1
    delivery, steps = made(small, target)
    assert delivery.resumed == there
    assert [step for step in steps if step < ROWS] == list(range(there + BLOCK, ROWS, BLOCK))
    assert contents(target) == whole
    assert left(tmp_path) == []


def test_a_kill_is_survived(small: Study, home: Path, whole: dict[str, bytes]) -> None:
    (home / "killed").mkdir()
    target = home / "killed" / "rows"
    command = [sys.executable, "-c", KILLED, Path(__file__).parent, home / "crashes.csv", target, "2500"]
    assert subprocess.run(command, cwd=ROOT, check=False).returncode == -signal.SIGKILL
    delivery, _ = made(small, target)
    assert delivery.resumed == 2_000
    assert contents(target) == whole


def test_rows_by_value_go_on_too(small: Study, tmp_path: Path) -> None:
    made(small, tmp_path / "whole", Folder("dvcat"))
    cut_off(small, tmp_path / "rows", 2_500, Folder("dvcat"))
    delivery, _ = made(small, tmp_path / "rows", Folder("dvcat"))
    assert delivery.resumed == 2_000
    wanted = {name.partition("/")[2]: content for name, content in contents(tmp_path / "whole").items() if "/" in name}
    found = {name.partition("/")[2]: content for name, content in contents(tmp_path / "rows").items() if "/" in name}
    assert found == wanted
    assert delivery.kept
    told = json.loads(manifest_path(tmp_path / "rows").read_text())
    assert (told["rows"], told["partition_by"]) == (ROWS, "dvcat")
    assert {part["name"] for part in told["parts"]} == set(found)


def test_a_damaged_part_and_those_behind_it_are_made_again(
    small: Study, tmp_path: Path, whole: dict[str, bytes]
) -> None:
    target = tmp_path / "rows"
    cut_off(small, target, 4_500)
    (kept,) = tmp_path.glob(".trimtab-parts-*")
    part = kept / "parts" / "part-00001.parquet"
    part.write_bytes(part.read_bytes()[:-1] + b"x")
    delivery, _ = made(small, target)
    assert delivery.resumed == 1_000
    assert contents(target) == whole


def test_what_was_made_of_something_else_is_not_taken(small: Study, tmp_path: Path, whole: dict[str, bytes]) -> None:
    target = tmp_path / "rows"
    cut_off(small, target, 3_000, seed=6)
    assert made(small, target)[0].resumed == 0
    assert contents(target) == whole
    assert left(tmp_path) == []
    cut_off(small, target, 3_000, Folder("sex"))
    assert contents(target) == whole
    assert made(small, target)[0].resumed == 0


def test_a_run_that_is_stopped_leaves_nothing(small: Study, tmp_path: Path) -> None:
    def stop(done: int, total: int, message: str) -> None:
        if done == 2_500:
            raise CancelledError("stopped")

    with pytest.raises(CancelledError, match="stopped"):
        deliver(small, tmp_path / "rows", rows=ROWS, progress=stop)
    assert list(tmp_path.iterdir()) == []


def test_two_runs_for_one_place_at_once_do_not_mix(small: Study, tmp_path: Path, whole: dict[str, bytes]) -> None:
    inner: list[Delivery] = []

    def other(done: int, total: int, message: str) -> None:
        if done == 2_500 and not inner:
            inner.append(deliver(small, tmp_path / "rows", rows=ROWS))

    assert deliver(small, tmp_path / "rows", rows=ROWS, progress=other).resumed == 0
    assert contents(tmp_path / "rows") == whole
    assert left(tmp_path) == []


def test_a_manifest_tells_which_part_is_not_as_it_was(small: Study, tmp_path: Path) -> None:
    target = tmp_path / "rows"
    delivery, _ = made(small, target)
    assert differences(target) == []
    assert [part.rows for part in delivery.written.parts] == [1_000] * 4 + [500]
    (target / "part-00001.parquet").unlink()
    (target / "part-00003.parquet").write_bytes((target / "part-00002.parquet").read_bytes())
    (target / "part-00009.parquet").write_bytes((target / "part-00002.parquet").read_bytes())
    assert differences(target) == [
        "part-00001.parquet is missing",
        "part-00009.parquet is not one of its parts",
        "part-00003.parquet was changed",
    ]


def test_a_disk_without_links_takes_the_parts_themselves(
    small: Study, tmp_path: Path, whole: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_link(*_: object) -> None:
        raise OSError("not permitted")

    monkeypatch.setattr(os, "link", no_link)
    made(small, tmp_path / "rows")
    assert contents(tmp_path / "rows") == whole
