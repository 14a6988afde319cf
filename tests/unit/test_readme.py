"""What the README shows is there: its example in Python runs, and its commands are those that exist."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import typer

from trimtab.core.cli import app

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS: Any = typer.main.get_command(app).commands  # type: ignore[attr-defined]
TOLD = dict(re.findall(r"^\| `trimtab (\w+)(.*)\|$", README, re.MULTILINE))
"""A command of the table -> the rest of its row."""


def test_the_example_in_python_runs(folder_and_home: Path) -> None:
    (folder_and_home / "sample_data").symlink_to(ROOT / "sample_data")
    (block,) = re.findall(r"^```python\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    found: dict[str, Any] = {}
    exec(compile(block, "README.md", "exec"), found)
    assert found["checked"].feasible
    assert len(found["frame"]) == 20_000
    assert found["rows"].receipt.kept
    assert [file.name for file in folder_and_home.iterdir()] == ["sample_data"]


def test_the_table_of_commands_names_all_there_are_and_no_other() -> None:
    assert sorted(TOLD) == sorted(COMMANDS)


@pytest.mark.parametrize("name", sorted(TOLD))
def test_a_command_has_the_options_that_the_table_names(name: str) -> None:
    known = {option for parameter in COMMANDS[name].params for option in parameter.opts}
    named = set(re.findall(r"(?<![\w-])--?[a-z][\w-]*", TOLD[name]))
    assert named <= known
    assert "--json" in known


def test_the_commands_of_the_example_are_in_the_table() -> None:
    shown = set(re.findall(r"^trimtab (\w+)", README, re.MULTILINE))
    assert shown
    assert shown <= set(TOLD)
