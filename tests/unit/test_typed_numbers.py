"""Whole numbers as people type them."""

from __future__ import annotations

import pytest

from trimtab.core.errors import InputError
from trimtab.core.words.typed import whole_number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("20000", 20_000),
        ("20,000", 20_000),
        (" 20 000 ", 20_000),
        ("20_000", 20_000),
        ("10k", 10_000),
        ("1.5M", 1_500_000),
    ],
)
def test_a_number_is_read(text: str, number: int) -> None:
    assert whole_number(text, owner="rows") == number


@pytest.mark.parametrize("text", ["", "many", "-5", "1.5", "1e400", "0.0001k", "10 kg"])
def test_anything_else_is_refused_with_what_was_typed(text: str) -> None:
    with pytest.raises(InputError, match=rf"^rows: must be a whole number such as 100,000 or 10k, got `{text}`\.$"):
        whole_number(text, owner="rows")
