"""t-way coverage and set differences as published.

Four booleans: combinatorial coverage measurement of NIST (Kuhn, Mendoza, Kacker and Lei 2013). Set difference: the
example of CODEX (Lanus, Freeman, Kuhn and Kacker 2021).
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from trimtab.core.cli import main
from trimtab.core.counting.levels import Levels, declared_levels
from trimtab.core.coverage.tway import t_way
from trimtab.core.source.axes import Axis
from trimtab.core.source.columns import read_columns
from trimtab.core.source.spool import spool

A = "N,Y,O\nY,Y,W\nY,Y,O\nN,N,W\n"
B = "N,Y,O\nY,Y,W\nY,Y,A\nN,N,W\n"


def written(folder: Path, name: str, text: str) -> Path:
    header = ",".join("abcd"[: len(text.splitlines()[0].split(","))])
    (folder / name).write_text(f"{header}\n{text}")
    return folder / name


def levels_of(file: Path, declared: dict[str, tuple[str, ...]]) -> list[Levels]:
    columns = read_columns(spool(file, file.parent / "home"), dict.fromkeys(declared, "categorical"))
    return [declared_levels(Axis(name, "categorical", levels=own), columns[name]) for name, own in declared.items()]


def test_four_booleans(tmp_path: Path) -> None:
    file = written(tmp_path, "four.csv", "0,0,0,0\n0,1,1,0\n1,0,0,1\n0,1,1,1\n")
    found = t_way({"four": file}, levels_of(file, dict.fromkeys("abcd", ("0", "1"))), 2)
    assert found.cells == 24
    assert found.coverage("four") == pytest.approx(19 / 24)
    shares = [float(one.covered[0] / one.cells) for one in found.combinations]
    assert shares == [0.75, 0.75, 0.75, 0.5, 1, 1]


def test_codex(tmp_path: Path) -> None:
    a, b = written(tmp_path, "A.csv", A), written(tmp_path, "B.csv", B)
    declared = {"a": ("N", "Y"), "b": ("N", "Y"), "c": ("O", "W", "A", "G")}
    found = t_way({"A": a, "B": b}, levels_of(a, declared), 2)
    assert found.cells == 20
    assert (found.coverage("A"), found.coverage("B")) == (10 / 20, 11 / 20)
    assert (found.set_difference("B", "A"), found.set_difference("A", "B")) == (2 / 11, 1 / 10)
    assert found.set_difference("A", "A") == 0
    assert found.outside == (0, 0)


def test_codex_on_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without a design the universe holds the levels of all data sets: three of `c`, so 16 cells."""
    files = [str(written(tmp_path, "A.csv", A)), str(written(tmp_path, "B.csv", B))]
    with pytest.raises(SystemExit) as ended:
        main(["coverage", *files, "--strength", "2", "--json"])
    found = json.loads(capsys.readouterr().out)["tway"]
    assert ended.value.code == 0
    assert (found["strength"], found["cells"], found["covered"]) == (2, 16, [10 / 16, 11 / 16])
    assert found["set_difference"] == [[0, 1 / 10], [2 / 11, 0]]
