"""A text with other data: what differs is changed, everything else stays byte for byte."""

from __future__ import annotations

from difflib import ndiff
from typing import Any

import pytest

from trimtab.core.yaml.reading import read
from trimtab.core.yaml.revising import revise
from trimtab.core.yaml.writing import Flow, Lines

TEXT = """\
# A design for tests,
# written by hand.

name: "x"   # its name
note: >-
  long
  and folded
rows:   100
factors:  # columns
  # about a
  a:
    edges: [0, 1,
            5]   # three
    role: 'target'
    # at the end of a
  'b' : {role: keep, unit: "mi"}   # beside b

  # about c,
  # in two lines
  c: {
    # above u
    u: 1,   # beside u
    v: +2,
    w: 3   # beside w
  }
  # a thought at the end
rules:
- one   # beside one
# about two
- 'two'

# of no rule
pairs:
  - {of: [a, b], to: 1.0}   # first
  # about the second
  - of: [b, c]
    # its target
    to: 0x
# the end
"""
DATA = read(TEXT, owner="test")


def other(path: str, value: Any = None) -> dict[str, Any]:
    """The data with another value at a path of keys, or without it."""
    found = read(TEXT, owner="test")
    *above, last = [int(key) if key.isdigit() else key for key in path.split(".")]
    part = found
    for key in above:
        part = part[key]
    if value is None:
        del part[last]
    elif isinstance(part, list) and last == len(part):
        part.append(value)
    else:
        part[last] = value
    return found  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("path", "value", "lines"),
    [
        ("name", "y", ['- name: "x"   # its name', '+ name: "y"   # its name']),
        ("rows", 7, ["- rows:   100", "+ rows:   7"]),
        ("note", "short", ["- note: >-", "-   long", "-   and folded", "+ note: short"]),
        ("factors.a.edges.2", 6, ["-             5]   # three", "+             6]   # three"]),
        ("factors.a.edges.3", 9, ["-             5]   # three", "+             5, 9]   # three"]),
        ("factors.a.role", "on it's", ["-     role: 'target'", "+     role: 'on it''s'"]),
        ("factors.a.role", None, ["-     role: 'target'"]),
        ("factors.a.unit", "km", ["+     unit: km"]),
        (
            "factors.b.role",
            "012",
            ["-   'b' : {role: keep, unit: \"mi\"}   # beside b", "+   'b' : {role: '012', unit: \"mi\"}   # beside b"],
        ),
        (
            "factors.b.unit",
            None,
            ["-   'b' : {role: keep, unit: \"mi\"}   # beside b", "+   'b' : {role: keep}   # beside b"],
        ),
        (
            "factors.b.role",
            None,
            ["-   'b' : {role: keep, unit: \"mi\"}   # beside b", "+   'b' : {unit: \"mi\"}   # beside b"],
        ),
        ("factors.b", None, ["-   'b' : {role: keep, unit: \"mi\"}   # beside b"]),
        ("factors.c.u", None, ["-     # above u", "-     u: 1,   # beside u"]),
        ("factors.c.v", 5, ["-     v: +2,", "+     v: 5,"]),
        ("factors.c.w", None, ["-     w: 3   # beside w"]),
        ("factors.c.x", 4, ["-     w: 3   # beside w", "+     w: 3, x: 4   # beside w"]),
        (
            "factors.c",
            None,
            [
                "-   # about c,",
                "-   # in two lines",
                "-   c: {",
                "-     # above u",
                "-     u: 1,   # beside u",
                "-     v: +2,",
                "-     w: 3   # beside w",
                "-   }",
            ],
        ),
        ("factors.d", Flow({"role": "keep"}), ["+   d: {role: keep}"]),
        (
            "factors.a",
            Flow({"role": "keep"}),
            [
                "-     edges: [0, 1,",
                "-             5]   # three",
                "-     role: 'target'",
                "+     role: 'keep'",
            ],
        ),
        ("rules.0", None, ["- - one   # beside one"]),
        ("rules.1", None, ["- # about two", "- - 'two'"]),
        ("rules.2", "three: 3", ["+ - 'three: 3'"]),
        ("pairs.0.to", 2, ["-   - {of: [a, b], to: 1.0}   # first", "+   - {of: [a, b], to: 2}   # first"]),
        ("pairs.1.to", 2, ["-     to: 0x", "+     to: 2"]),
        ("pairs.1.of", None, ["-   - of: [b, c]", "+   - # its target", "-     # its target"]),
        ("pairs.0", None, ["-   - {of: [a, b], to: 1.0}   # first"]),
        ("pairs.1", None, ["-   # about the second", "-   - of: [b, c]", "-     # its target", "-     to: 0x"]),
        ("pairs.2", {"of": ["c"], "to": {"k": 1}}, ["+   - of: [c]", "+     to:", "+       k: 1"]),
        (
            "pairs",
            None,
            [
                "- pairs:",
                "-   - {of: [a, b], to: 1.0}   # first",
                "-   # about the second",
                "-   - of: [b, c]",
                "-     # its target",
                "-     to: 0x",
                "- # of no rule",
            ],
        ),
        ("sweeps", Lines([Flow({"a": 1})]), ["+ sweeps:", "+   - {a: 1}"]),
        ("more", "a\n b", ['+ more: "a\\n b"']),
    ],
)
def test_only_what_differs_changes(path: str, value: Any, lines: list[str]) -> None:
    after = other(path, value)
    found = revise(TEXT, DATA, after)
    assert found is not None
    assert read(found, owner="test") == after
    changed = [line for line in ndiff(TEXT.splitlines(), found.splitlines()) if line[0] in "+-"]
    assert sorted(changed) == sorted(lines)


def test_text_of_one_flow_mapping_and_of_windows() -> None:
    assert revise("{a: 1, b: 2}  # c\n", {"a": 1, "b": 2}, {"a": 3, "b": 2, "c": [4]}) == "{a: 3, b: 2, c: [4]}  # c\n"
    assert revise("a: 1  # x\r\nb: 2", {"a": 1, "b": 2}, {"a": 3, "b": 2, "c": 4}) == "a: 3  # x\r\nb: 2\r\nc: 4"


def test_another_name_and_another_order() -> None:
    text = "# one\na: 1  # 1\n# two\nb: {x: 2, y: 3}  # 2\n"
    data = {"a": 1, "b": {"x": 2, "y": 3}}
    assert revise(text, data, {"a": 1, "c": {"x": 2, "y": 3}}) == text.replace("b:", "c:")
    assert revise(text, data, {"a": 1, "b": {"y": 3, "x": 2}}) == text.replace("x: 2, y: 3", "y: 3, x: 2")
    nested = "m:\n" + "".join(f"  {line}\n" for line in text.splitlines())
    swapped = "m:\n  # two\n  b: {x: 2, y: 3}  # 2\n  # one\n  a: 1  # 1\n"
    assert revise(nested, {"m": data}, {"m": {"b": data["b"], "a": 1}}) == swapped


def test_what_is_new_stands_behind_what_it_follows_where_that_is_now() -> None:
    text, data = "m:\n  # one\n  a: 1\n  # two\n  b: 2\n", {"m": {"a": 1, "b": 2}}
    new = "m:\n  # two\n  b: 2\n  # one\n  a: 1\n  c: 3\n"
    assert revise(text, data, {"m": {"b": 2, "a": 1, "c": 3}}) == new
    assert revise("m: {a: 1, b: 2}", data, {"m": {"b": 2, "c": 3, "a": 1}}) == "m: {b: 2, c: 3, a: 1}"


def test_an_item_that_moves_takes_its_comment_along() -> None:
    text = "p:\n  # one\n  - 1  # 1\n  # two\n  - 2  # 2\n"
    moved = "p:\n  # two\n  - 2  # 2\n  - 3\n  # one\n  - 1  # 1\n"
    assert revise(text, {"p": [1, 2]}, {"p": [2, 3, 1]}) == moved
    assert revise(text, {"p": [1, 2]}, {"p": [2, 3]}) == "p:\n  # two\n  - 2  # 2\n  - 3\n"


def test_what_goes_without_saying_stays_said() -> None:
    assert revise("a: 1\nmode: x  # default\nb: 2\n", {"a": 1, "b": 2}, {"a": 1, "b": 3}) == (
        "a: 1\nmode: x  # default\nb: 3\n"
    )
    assert revise("a: 1\nmode: x  # default\n", {"a": 1}, {"a": 1, "mode": "y"}) == "a: 1\nmode: y  # default\n"


def test_what_is_said_in_another_form_is_written_anew_where_it_changes() -> None:
    text = "p:\n  - {target: {r: 1}, z: 2}  # c\n  - {target: {r: 5}}  # d\n"
    before = {"p": [{"z": 2, "r": 1}, {"r": 5}]}
    assert revise(text, before, {"p": [{"z": 2, "r": 3}, {"r": 5}]}) == (
        "p:\n  - {z: 2, r: 3}  # c\n  - {target: {r: 5}}  # d\n"
    )


@pytest.mark.parametrize("text", ["? a\n: 1\n", "{a}", "[1]", ""])
def test_what_can_t_be_changed_in_place(text: str) -> None:
    assert revise(text, {"a": 1}, {"a": 2}) is None
