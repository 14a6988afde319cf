"""Places that a command must not or can't write to, or can't read: exit 2 with the reason, and nothing changed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Trimtab = Callable[..., Any]
ROOT = Path(__file__).parents[2]
DATA = "size,road\n" + "".join(f"{i % 7},{'wet' if i % 3 else 'dry'}\n" for i in range(60))
RUN = [sys.executable, "-c", "from trimtab.core.cli import main; main()"]


@pytest.fixture
def place(folder: Path, trimtab: Trimtab) -> Path:
    """A folder with data and their design."""
    (folder / "data.csv").write_text(DATA, encoding="utf-8")
    assert trimtab("init", "data.csv", "-o", "d.yaml").code == 0
    (folder / "patch.yaml").write_text("rows: 70\n", encoding="utf-8")
    (folder / "gap.json").write_text('{"road": "dry"}', encoding="utf-8")
    return folder


def state(folder: Path) -> dict[str, bytes]:
    return {str(one): one.read_bytes() if one.is_file() else b"" for one in folder.rglob("*")}


def refused(trimtab: Trimtab, place: Path, *arguments: str, said: str) -> None:
    before = state(place)
    ended = trimtab(*arguments)
    assert (ended.code, ended.out) == (2, "")
    assert said in ended.err
    assert state(place) == before


@pytest.mark.parametrize("output", ["data.csv", "link.csv", "hard.csv", "sub/../data.csv", "patch.yaml", "gap.json"])
def test_no_design_is_written_over_what_it_is_made_from(place: Path, trimtab: Trimtab, output: str) -> None:
    (place / "sub").mkdir()
    (place / "link.csv").symlink_to(place / "data.csv")
    os.link(place / "data.csv", place / "hard.csv")
    given = ["--gap", "@gap.json", "--rows", "30"] if output == "gap.json" else ["--patch", "patch.yaml"]
    refused(trimtab, place, "apply", "d.yaml", *given, "-o", output, "--force", said="from which the design is made")
    if "data" in output or ".csv" in output:
        refused(trimtab, place, "init", "data.csv", "-o", output, "--force", said="from which the design is made")


def test_what_stands_in_the_place_of_a_receipt_is_told_before_any_work(place: Path, trimtab: Trimtab) -> None:
    (place / "a.csv.receipt.json").mkdir()
    refused(trimtab, place, "sample", "d.yaml", "-o", "a.csv", "--force", said="a.csv.receipt.json: it is a folder")
    (place / "b.csv.receipt.json").write_text("[1]", encoding="utf-8")
    refused(trimtab, place, "sample", "d.yaml", "-o", "b.csv", said="b.csv.receipt.json: it is there already")
    assert trimtab("sample", "d.yaml", "-n", "40", "-o", "b.csv", "--force").code == 0
    (place / "b.csv").unlink()  # a receipt whose rows are gone may go
    assert trimtab("sample", "d.yaml", "-n", "40", "-o", "b.csv").code == 0


@pytest.mark.parametrize("name", ["pipe.csv", "null.csv"])
def test_pipes_and_devices_are_not_replaced(place: Path, trimtab: Trimtab, name: str) -> None:
    os.mkfifo(place / "pipe.csv")
    (place / "null.csv").symlink_to(os.devnull)
    for command in (["sample", "d.yaml"], ["init", "data.csv"]):
        ended = trimtab(*command, "-o", name, "--force")
        assert (ended.code, "it is a device or a pipe" in ended.err) == (2, True)
    assert (place / "pipe.csv").is_fifo()
    assert not Path(os.devnull).is_file()


@pytest.mark.parametrize(
    "arguments",
    [
        ["check", "pipe"],
        ["review", "pipe"],
        ["apply", "d.yaml", "--patch", "pipe", "-o", "x.yaml"],
        ["apply", "d.yaml", "--gap", "@pipe", "--rows", "3", "-o", "x.yaml"],
    ],
)
def test_a_pipe_is_not_waited_for(place: Path, trimtab: Trimtab, arguments: list[str]) -> None:
    os.mkfifo(place / "pipe")
    ended = trimtab(*arguments)
    assert (ended.code, "it is a pipe or a device" in ended.err) == (2, True)


LONG = "n" * 300


@pytest.mark.parametrize(
    "arguments",
    [
        ["sample", "d.yaml", "-o", f"{LONG}.csv"],
        ["sample", "d.yaml", "-o", "n" * 250],  # its receipt has no name
        ["init", "data.csv", "-o", f"{LONG}.yaml"],
        ["apply", "d.yaml", "--patch", "patch.yaml", "-o", f"{LONG}.yaml"],
        ["verify", f"{LONG}.csv", "--design", "d.yaml"],
        ["profile", f"{LONG}.csv"],
        ["check", f"{LONG}.yaml"],
    ],
)
def test_a_name_that_is_too_long_is_told(place: Path, trimtab: Trimtab, arguments: list[str]) -> None:
    refused(trimtab, place, *arguments, said="File name too long")


def test_a_folder_without_a_name_is_measured(place: Path, trimtab: Trimtab, monkeypatch: pytest.MonkeyPatch) -> None:
    assert trimtab("sample", "d.yaml", "-n", "60", "-o", "parts").code == 0
    monkeypatch.chdir(place / "parts")
    found = trimtab("verify", ".", "--design", "../d.yaml", "--json")
    assert (found.code, json.loads(found.out)["receipt_matches"]) == (0, True)


def test_a_full_standard_output_is_told_and_a_reader_that_left_is_no_broken_promise(place: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with Path("/dev/full").open("w") as full:
        ended = subprocess.run(
            [*RUN, "schema"], env=environment, stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    told = "error: standard output: it can't be written: No space left on device.\n"
    assert (ended.returncode, ended.stderr) == (2, told)
    reader, writer = os.pipe()
    os.close(reader)
    gone = subprocess.run([*RUN, "schema"], env=environment, stdout=writer, stderr=subprocess.PIPE, check=False)
    os.close(writer)
    assert (gone.returncode, gone.stderr) == (141, b"")


@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("mount"), reason="only root can mount a file system")
@pytest.mark.parametrize(
    ("options", "said"), [("ro", "Read-only file system"), ("size=16k", "No space left on device")]
)
def test_a_disk_that_takes_nothing_is_told(place: Path, trimtab: Trimtab, options: str, said: str) -> None:
    disk = place / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(disk)], check=False)
    if mounted.returncode:
        pytest.skip("no file system can be mounted here")
    try:
        if "size" in options:
            (disk / "taken").write_bytes(b"x" * 12_000)
        for name in ("rows.csv", "rows.parquet", "parts"):
            refused(trimtab, place, "sample", "d.yaml", "-n", "5000", "-o", f"disk/{name}", said=said)
    finally:
        subprocess.run(["umount", str(disk)], check=True)
