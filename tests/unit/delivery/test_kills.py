"""Killed while writing: nothing torn, nothing lost, and nothing left after the next run; two writers never mix."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from trimtab.core.atomic import replacing, write_text
from trimtab.core.delivery.places import receipt_path
from trimtab.core.delivery.receipt import deliver
from trimtab.core.delivery.writers import digest
from trimtab.core.errors import InputError
from trimtab.core.scratch import TEMPORARY, scratch
from trimtab.core.study.study import Study

ROOT = Path(__file__).parents[3]
WRITER = """
import os, signal, sys
from pathlib import Path
left = int(sys.argv[4])
def kill(event, _):
    global left
    if left >= 0 and event in ("os.rename", "os.remove", "os.mkdir", "os.rmdir", "fcntl.flock"):
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
from trimtab.core.atomic import companion_of, replacing
target, word, times = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
beside = target.with_name(target.name + ".receipt.json")
print("ready", flush=True)
sys.addaudithook(kill)
for i in range(times):
    text = f"{word}{i}"
    with replacing(target, companions=[beside]) as new:
        if target.suffix:
            new.write_text(text * 1000)
        else:
            new.mkdir()
            for part in range(3):
                (new / f"part-{part}").write_text(text * 1000)
        companion_of(new, beside).write_text(text)
"""


def writer(target: Path, word: str, times: int, *, killed_at: int = -1) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WRITER, target, word, str(times), str(killed_at)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def content(target: Path) -> set[str]:
    return {file.read_text() for file in (target.iterdir() if target.is_dir() else [target])}


def check_whole(target: Path) -> None:
    """There is one whole content, and a receipt, if there is one, speaks of it."""
    (text,) = content(target)
    beside = receipt_path(target)
    if beside.exists():
        assert text == beside.read_text() * 1000


@pytest.mark.parametrize("name", ["rows.csv", "rows"])
def test_a_kill_tears_and_loses_nothing(tmp_path: Path, name: str) -> None:
    target = tmp_path / name
    chance = random.Random(5)
    writer(target, "first.", 1).communicate()  # on a busy machine no other may come as far
    for kill in range(12):
        process = writer(target, f"{kill}.", 100_000)
        time.sleep(0.02 + chance.random() * 0.1)
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
        write_text(tmp_path / "other.txt", "the next run")
        check_whole(target)
        assert {file.name for file in tmp_path.iterdir()} <= {name, receipt_path(target).name, "other.txt"}


@pytest.mark.parametrize("name", ["rows.csv", "rows"])
def test_of_two_writers_rows_and_receipt_are_of_one(tmp_path: Path, name: str) -> None:
    target = tmp_path / name
    for _ in range(2):
        processes = [writer(target, word, 60) for word in "ab"]
        assert [process.wait() for process in processes] == [0, 0]
        for process in processes:
            process.communicate()
        assert receipt_path(target).exists()
        check_whole(target)


@pytest.mark.parametrize("name", ["rows.csv", "rows"])
def test_a_kill_before_any_step_leaves_the_old_or_the_new_whole(tmp_path: Path, name: str) -> None:
    """Killed at the first change of the disk, at the second, and so on, until there is none left."""
    target = tmp_path / name
    writer(target, "old.", 1).communicate()
    texts = []
    for step in range(60):
        process = writer(target, f"new{step}.", 1, killed_at=step)
        process.communicate()
        write_text(tmp_path / "other.txt", "the next run")
        assert receipt_path(target).exists()
        check_whole(target)
        texts.append(receipt_path(target).read_text())
        assert {file.name for file in tmp_path.iterdir()} == {name, receipt_path(target).name, "other.txt"}
        if process.returncode == 0:
            break
    assert process.returncode == 0
    assert step > 15
    assert texts[0] == "old.0"
    assert texts[-1] == f"new{step}.0"


def test_what_is_in_use_is_not_cleared_away(tmp_path: Path) -> None:
    with scratch(tmp_path, TEMPORARY) as own, scratch(tmp_path, TEMPORARY) as other:
        assert own.is_dir()
        assert other.is_dir()
    assert list(tmp_path.iterdir()) == []


def test_a_link_is_followed_and_stays(tmp_path: Path) -> None:
    (tmp_path / "far").mkdir()
    (tmp_path / "far" / "a.txt").write_text("old")
    (tmp_path / "a.txt").symlink_to(tmp_path / "far" / "a.txt")
    with replacing(tmp_path / "a.txt") as new:
        new.write_text("new")
    assert (tmp_path / "a.txt").is_symlink()
    assert content(tmp_path / "far" / "a.txt") == {"new"}
    assert [file.name for file in (tmp_path / "far").iterdir()] == ["a.txt"]


def test_what_trimtab_did_not_make_is_not_replaced_unasked(study: Study, tmp_path: Path) -> None:
    target = tmp_path / "rows.csv"
    target.write_text("mine")
    with pytest.raises(InputError, match=r"rows\.csv: it is there already, and Trimtab did not make it"):
        deliver(study, target, rows=50)
    assert target.read_text() == "mine"
    deliver(study, target, rows=50, replace=True)
    deliver(study, target, rows=60)  # Trimtab's own
    told = json.loads(receipt_path(target).read_text(encoding="utf-8"))
    assert (told["rows"], told["file"]["sha256"]) == (60, digest([target]))
    target.write_text(target.read_text().replace("f", "m", 1))
    with pytest.raises(InputError, match="or it was changed since"):
        deliver(study, target, rows=50)


def test_the_source_is_never_replaced(study: Study, tmp_path: Path) -> None:
    link = tmp_path / "link.parquet"
    link.symlink_to(study.source.path)
    for path in (study.source.path, link, study.source.path.parent):
        with pytest.raises(InputError, match=r"from which the rows are to be made|holds other files"):
            deliver(study, path, rows=50, replace=True)
    assert study.source.path.is_file()
