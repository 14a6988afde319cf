"""YAML is read with bounds and without surprises."""

from __future__ import annotations

from typing import Any

import pytest

from trimtab.core.errors import InputError
from trimtab.core.yaml.reading import read


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("NO", "NO"),
        ("yes", "yes"),
        ("on", "on"),
        ("true", True),
        ("False", False),
        ("010", "010"),
        ("12:30", "12:30"),
        ("1_000", "1_000"),
        ("2013-05-31", "2013-05-31"),
        ("0x1F", "0x1F"),
        ("1e5", 1e5),
        ("1.5", 1.5),
        (".5", 0.5),
        ("-3", -3),
        ("+3", 3),
        ("0", 0),
        ("-.inf", float("-inf")),
        ("~", None),
        ("null", None),
        ("", None),
        ("'1'", "1"),
        ("=", "="),
    ],
)
def test_plain_words_mean_what_people_mean(text: str, value: Any) -> None:
    found = read(f"a: {text}", owner="d.yaml")["a"]
    assert found == value
    assert type(found) is type(value)


def test_anchors_and_merges_are_written_out() -> None:
    text = "base: &b {x: 1, y: 2}\nnext: {<<: *b, y: 3}\nlist: [*b]"
    assert read(text, owner="d.yaml") == {
        "base": {"x": 1, "y": 2},
        "next": {"x": 1, "y": 3},
        "list": [{"x": 1, "y": 2}],
    }


BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]\n" for i in range(1, 9)
)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\nb: 2\na: 3", r"^d\.yaml, line 3: this is no YAML that can be read: the key `a` stands twice\.$"),
        ("a: {b: 1, b: 2}", r"line 1: .* the key `b` stands twice"),
        ("a: [1, 2", r"line 1: this is no YAML"),
        ("a: b: c", r"line 1: this is no YAML that can be read: mapping values are not allowed here"),
        ("? [1]\n: 2", "a key must be one word"),
        ("a: !!python/object/apply:os.system [ls]", "could not determine a constructor"),
        ("a: !!python/name:os.system", "could not determine a constructor"),
        ("--- 1\n--- 2", "line 2: this is no YAML that can be read: but found another document"),
        ("a: \x07", "special characters are not allowed"),
        ("a: 1\nb: !!int", r"^d\.yaml, line 2: this is no YAML that can be read: `` is no int\.$"),
        ("a: !!bool x", "line 1: .* `x` is no bool"),
        ("a: " + "9" * 5_000, r"line 1: .* `9{60}` is no int"),
        ("a: &b 1\nc: &b 2", "line 2: .* the anchor `b` stands twice"),
        ("a: |\n \n   x", "line 3: .* more indented follow up line"),
        ("a: &a [*a]", "an alias stands for itself"),
        ("a: *b", "found undefined alias"),
        (BOMB, r"^d\.yaml: it holds more than 100,000 values, aliases \(\*\) written out\."),
        ("[" * 5_000, "it nests too deeply"),
        ("x" * 1_000_001, r"a design file may have 1,000,000 characters, this one has 1,000,001"),
    ],
)
def test_refuses(text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read(text, owner="d.yaml")


def test_an_empty_text_is_nothing() -> None:
    assert read("", owner="d.yaml") is None
    assert read("# only a comment\n", owner="d.yaml") is None
