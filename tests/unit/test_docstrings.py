"""The examples in docstrings give what they say."""

from __future__ import annotations

import doctest
import importlib
from pathlib import Path

import pytest

CORE = Path(__file__).resolve().parents[2] / "core"
# Not by --doctest-modules, which looks through hundreds of files without an example in every worker.
WITH_EXAMPLES = [file for file in sorted(CORE.rglob("*.py")) if ">>> " in file.read_text(encoding="utf-8")]


@pytest.mark.parametrize("file", WITH_EXAMPLES, ids=lambda file: str(file.relative_to(CORE)))
def test_examples(file: Path) -> None:
    parts = file.relative_to(CORE).with_suffix("").parts
    tried = doctest.testmod(importlib.import_module(".".join(("trimtab", "core", *parts))))
    assert tried.attempted > 0
    assert tried.failed == 0, "what was expected and what came is printed above"
