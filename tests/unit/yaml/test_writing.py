"""YAML is written compactly, and so that every reader sees the same."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from trimtab.core.yaml.reading import read
from trimtab.core.yaml.writing import Flow, Lines, write


@pytest.mark.parametrize(
    "text",
    [
        *("NO", "1e5", "1.5", "010", "0o14", "12:30", "1_000", "true", "2013-05-31", "~", "", "<<", "=", "a: b", " x"),
        *("a:b", "a?b", "a, b", "a #b", "- a", "it's", 'a "b"', "a\nb", "a\n\n b ", "tab\t", "\r", "a\x85b", "\u2028"),
        *(
            "\ufeff",
            "é",
            "🌫",
            "🌫 \t",
            "x" * 300,
            "word " * 60,
            "word's " * 60,
            "a\tb = 'dead' \"c\"  " * 20,
            "a\nb  c " * 60,
        ),
    ],
)
def test_a_text_is_read_as_a_text_by_every_reader(text: str) -> None:
    written = write({text: text, "list": [text]})
    assert read(written, owner="d.yaml") == {text: text, "list": [text]}
    assert yaml.safe_load(written) == {text: text, "list": [text]}, "PyYAML, which most programs read with"


PIECES = [
    "a",
    "word ",
    " ",
    "\n",
    "\t",
    "'",
    '"',
    ", ",
    ": ",
    "#",
    " #",
    "é🌫",
    "\\",
    "\u2028",
    "\x85",
    "x" * 70,
    "-",
    "?",
    "{",
    "]",
]


@settings(max_examples=300, deadline=None)
@given(text=st.lists(st.sampled_from(PIECES), min_size=1, max_size=40).map("".join))
def test_whatever_it_is_made_of_and_wherever_it_stands(text: str) -> None:
    data = {"k": text, "l": Lines([text, Flow({"c": [text]})]), "b": {"c": {text: Flow({"q": text})}}}
    written = write(data)
    assert read(written, owner="d.yaml") == yaml.safe_load(written) == data


@pytest.mark.parametrize("number", [1e-07, 1e22, 5e-324, -0.0, 0.1, 12.5, 10**20, -3, float("inf")])
def test_a_number_is_read_as_that_number_by_every_reader(number: float) -> None:
    written = write({"a": number})
    assert read(written, owner="d.yaml") == yaml.safe_load(written) == {"a": number}


def test_a_long_line_is_folded_after_the_word_that_crosses_the_width() -> None:
    weights = list(range(10_000, 10_040))
    lines = write({"factors": {"visib": {"weights": weights}}}).splitlines()
    assert [len(line) for line in lines] == [8, 8, 125, 124, 54]
    assert not any(line.endswith(" ") for line in lines)
    assert write({"a": weights}, width=1000).count("\n") == 1


def test_flow_mappings_and_lists_are_on_one_line() -> None:
    assert write({"a": Flow({"b": [1, 2], "c": Flow({"d": "x y"})}), "e": {"f": 1}}) == (
        "a: {b: [1, 2], c: {d: x y}}\ne:\n  f: 1\n"
    )


def test_lists_may_have_a_line_for_each_item() -> None:
    data = {"a": Lines([Flow({"b": [1, 2]}), "x > 1", {"c": Flow({"d": 1}), "e": [3]}]), "f": 1}
    assert write(data) == "a:\n  - {b: [1, 2]}\n  - x > 1\n  - c: {d: 1}\n    e: [3]\nf: 1\n"
    assert read(write(data), owner="d.yaml") == data
