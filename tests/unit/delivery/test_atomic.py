"""Files and folders appear whole or not at all, and what was there stays when they don't."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from trimtab.core import atomic, scratch
from trimtab.core.atomic import append_line, replacing, write_new, write_text
from trimtab.core.errors import CancelledError, InputError

ROOT = Path(__file__).parents[3]


def test_a_file_takes_the_place_of_the_old_one(tmp_path: Path) -> None:
    target = tmp_path / "a.txt"
    target.write_text("old")
    with replacing(target) as beside:
        beside.write_text("new")
        assert target.read_text() == "old"
        assert (beside.name, beside.parents[2]) == ("a.txt", tmp_path)
    assert target.read_text() == "new"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("error", [CancelledError("stop"), KeyboardInterrupt(), SystemExit(143), ValueError("x")])
def test_whatever_is_raised_leaves_nothing_and_the_old_file(tmp_path: Path, error: BaseException) -> None:
    target = tmp_path / "a.txt"
    target.write_text("old")
    with pytest.raises(type(error)), replacing(target) as beside:  # noqa: PT012 - raised half-way on purpose
        beside.write_text("half")
        raise error
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_folder_replaces_a_folder_and_keeps_it_on_an_error(tmp_path: Path) -> None:
    target = tmp_path / "parts"
    for content in ("one", "two"):
        with replacing(target) as beside:
            beside.mkdir()
            (beside / content).write_text(content)
    assert [file.name for file in target.iterdir()] == ["two"]
    with pytest.raises(ValueError, match="half-way"), replacing(target) as beside:  # noqa: PT012
        beside.mkdir()
        (beside / "three").write_text("half")
        raise ValueError("half-way")
    assert [file.name for file in target.iterdir()] == ["two"]
    assert list(tmp_path.iterdir()) == [target]


def test_a_full_disk_is_told_with_the_name_of_the_file(tmp_path: Path) -> None:
    full = Path("/dev/full")
    told = pytest.raises(InputError, match=r"a\.txt: it can't be written: No space left on device")
    with told, replacing(tmp_path / "a.txt"):
        full.write_text("x")
    assert list(tmp_path.iterdir()) == []


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no/a\.txt: it can't be written: No such file or directory"):
        write_text(tmp_path / "no" / "a.txt", "x")


def test_write_new_never_replaces(tmp_path: Path) -> None:
    assert write_new(tmp_path / "a.txt", "first")
    assert not write_new(tmp_path / "a.txt", "second")
    assert (tmp_path / "a.txt").read_text() == "first"
    assert [file.name for file in tmp_path.iterdir()] == ["a.txt"]


def test_two_processes_that_write_one_file_never_mix(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from trimtab.core.atomic import write_text\n"
        "for _ in range(50): write_text(Path(sys.argv[1]), sys.argv[2] * 100_000)"
    )
    target = tmp_path / "shared.txt"
    writers = [subprocess.Popen([sys.executable, "-c", script, target, letter], cwd=ROOT) for letter in "ab"]
    seen = set()
    while any(writer.poll() is None for writer in writers):
        if target.exists():
            text = target.read_text()
            seen.add((len(text), len(set(text))))
    assert [writer.returncode for writer in writers] == [0, 0]
    assert seen == {(100_000, 1)}
    assert list(tmp_path.iterdir()) == [target]


def test_a_line_is_added_whole_and_after_half_a_line_a_new_one_begins(tmp_path: Path) -> None:
    file = tmp_path / "lines"
    append_line(file, "one")
    append_line(file, "zwölf")
    assert file.read_text(encoding="utf-8") == "one\nzwölf\n"
    file.write_bytes(file.read_bytes()[:-4])
    append_line(file, "three")
    assert file.read_bytes().splitlines()[-1] == b"three"
    with pytest.raises(ValueError, match="a line break"):
        append_line(file, "four\nfive")


@pytest.mark.parametrize("step", ["_locked", "clear"])
def test_a_signal_while_the_folder_is_made_or_cleared_leaves_nothing(
    step: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = getattr(scratch, step)

    def struck(*arguments: Any, **named: Any) -> Any:
        made = plain(*arguments) if step == "_locked" else None
        signal.raise_signal(signal.SIGTERM)
        return made if step == "_locked" else plain(*arguments, **named)

    def ended(*_: object) -> None:
        raise SystemExit(143)

    monkeypatch.setattr(scratch, step, struck)
    before = signal.signal(signal.SIGTERM, ended)
    try:
        with pytest.raises(SystemExit, match="143"), scratch.scratch(tmp_path, atomic.PARTIAL):
            pass
    finally:
        signal.signal(signal.SIGTERM, before)
    assert list(tmp_path.iterdir()) == []
