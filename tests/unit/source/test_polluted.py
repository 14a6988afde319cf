"""A sample of polluted files, two of each kind: no table is wrong, and what can be told from the file is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.polluted import READERS, REFUSED, RIGHT, verdict
from benchmarks.polluted_files import KINDS, polluted

REFUSED_THOUGH_CLEAR = {"unusual delimiter", "blank as delimiter", "encoding", "cell too many"}
"""What a person is asked to say or mend: a delimiter that is not looked for, an encoding that is not UTF-8, an empty
value too many."""


@pytest.mark.parametrize("seed", range(1_000 * len(KINDS), 1_002 * len(KINDS)))
def test_a_polluted_file_is_read_right_or_refused(tmp_path: Path, seed: int) -> None:
    one = polluted(seed)
    refused = one.right is None or one.kind in REFUSED_THOUGH_CLEAR
    assert (one.kind, verdict(one, READERS["Trimtab"], tmp_path)) == (one.kind, REFUSED if refused else RIGHT)
