"""Tables of the command line: aligned, whole, and text."""

from __future__ import annotations

import pytest

from trimtab.core.cli.console import print_table


def test_a_table_is_aligned_and_whole(capsys: pytest.CaptureFixture[str]) -> None:
    long = "a name that is longer than any window " * 9 + "!"
    print_table(
        ("factor", "rows", "more"),
        [("霧と風", "1,234", "[bold]x[/bold]"), ("fog", "−5", ":smile: \x1b[31mred\n"), (long, "–", "")],
    )
    width = len(long)
    assert capsys.readouterr().out.splitlines() == [
        f"{'factor':{width}}   rows  more",
        f"{'霧と風':{width - 3}}  1,234  [bold]x[/bold]",
        f"{'fog':{width}}     −5  :smile:  [31mred",
        f"{long}      –",
    ]
    print_table(("factor",), [])
    assert capsys.readouterr().out == ""


def test_a_window_does_not_cut_what_is_piped(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    print_table(("a", "b"), [("x" * 50, "y" * 50)])
    assert capsys.readouterr().out.splitlines()[1] == f"{'x' * 50}  {'y' * 50}"
