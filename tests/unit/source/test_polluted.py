"""A sample of polluted files of each kind: no table is wrong, and what can be told from the file is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.polluted import READERS, RIGHT, WRONG, verdict
from benchmarks.pollution.draft import KINDS
from benchmarks.pollution.files import polluted

ASKED = {
    "unusual delimiter",
    "blank as delimiter",
    "blank as delimiter all quoted",
    "delimiter of two signs",
    "other encoding",
    "blank lines",
    "line ends of three sorts",
    "title with delimiters",
    "units for all",
    "header over columns",
    "errors of a spreadsheet",
}
"""Kinds of which a person is asked what the file alone may not tell, such as an encoding."""


@pytest.mark.parametrize("seed", range(1_000 * len(KINDS), 1_001 * len(KINDS)))
def test_a_polluted_file_is_read_right_or_refused(tmp_path: Path, seed: int) -> None:
    one = polluted(seed)
    found = verdict(one, READERS["Trimtab"], tmp_path)
    assert (one.kind, found) != (one.kind, WRONG)
    if one.right is not None and one.kind not in ASKED:
        assert (one.kind, found) == (one.kind, RIGHT)
