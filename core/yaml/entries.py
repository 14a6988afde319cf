"""Where the entries of a YAML collection begin and end in its text, and which comments are theirs.

An entry is its key and its value, with the comment behind it and deeper ones below it. The comment lines right above it
are its own too. ruamel would move comments where entries come and go, so they are left in the text here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ruamel.yaml.nodes import MappingNode, Node, ScalarNode

from trimtab.core.yaml.reading import MERGE, word_text


class Otherwise(Exception):  # noqa: N818  (no error: what is meant has to be written in another way)
    """A part of a text can't be changed in place."""


@dataclass(frozen=True)
class Entry:
    """One entry of a collection; numbers are positions in the text.

    `text[start:stop]` is the entry, its value begins behind `value_from`. `stay` and `own` are what stands before it:
    what stays without it, and what goes with it, its comment lines and its indentation. In a flow collection `head` is
    what follows on its line: the comma and a comment.
    """

    key: str
    key_node: Node | None
    value: Node
    start: int
    value_from: int
    stop: int
    column: int
    stay: str = ""
    own: str = ""
    head: str = ""


def end_of(text: str, node: Node) -> int:
    """Where the content of a node ends: without blank lines and comments behind it."""
    if isinstance(node, ScalarNode):
        start, stop = node.start_mark.index, node.end_mark.index
        if node.style not in ("|", ">"):
            return int(stop)
        if "+" in text[start:stop].split("\n", 1)[0]:  # blank lines at its end belong to it
            return int(stop) - text[start:stop].endswith("\n")
        return int(start) + len(text[start:stop].rstrip())
    if getattr(node, "flow_style", None) or not node.value:
        return int(node.end_mark.index)
    last = node.value[-1]
    return end_of(text, last[1] if isinstance(last, tuple) else last)


def block_entries(text: str, node: Node, start: int, stop: int) -> tuple[str, list[Entry]]:
    """The entries of a block collection within `text[start:stop]`, and what stands on the line before the first."""
    entries: list[Entry] = []
    opening, before = "", start
    for key_node, value in _pairs(node):
        at = key_node.start_mark.index if key_node else _dash(text, before, value)
        lead = text[before:at]
        if not entries:
            opening, line, rest = lead.partition("\n")
            opening, lead = (lead, "") if start == 0 or not line else (opening, line + rest)
        column = at - (text.rfind("\n", 0, at) + 1)
        if entries and column != entries[0].column:  # as behind `? `
            raise Otherwise
        stay, own = _above(lead)
        value_from = _behind_colon(text, key_node) if key_node else at + 1
        before = _below(text, max(value_from, end_of(text, value)), column, stop)
        entries.append(Entry(_key(key_node), key_node, value, at, value_from, before, column, stay, own))
    return opening, entries


def flow_entries(text: str, node: Node) -> tuple[str, list[Entry], str]:
    """The entries of a flow collection, and what stands before the first and behind the last, with the brackets."""
    entries: list[Entry] = []
    pairs = _pairs(node)
    starts = [(key_node or value).start_mark.index for key_node, value in pairs]
    opening, line, rest = text[node.start_mark.index : starts[0]].partition("\n")
    stay, own = _above(line + rest)
    for i, (key_node, value) in enumerate(pairs):
        value_from = _behind_colon(text, key_node) if key_node else starts[i]
        stop = max(value_from, end_of(text, value))
        gap = text[stop : starts[i + 1] if i + 1 < len(pairs) else node.end_mark.index]
        head, line, rest = gap.partition("\n")
        if not line and i + 1 == len(pairs):
            head = "," if gap.lstrip().startswith(",") else ""
            rest = gap.lstrip().removeprefix(",") if head else gap
        entries.append(Entry(_key(key_node), key_node, value, starts[i], value_from, stop, 0, stay, own, head))
        stay, own = _above(line + rest)
    return opening, entries, stay + own


def _pairs(node: Node) -> Sequence[tuple[Node | None, Node]]:
    if isinstance(node, MappingNode):
        if any(key.tag == MERGE for key, _ in node.value):
            raise Otherwise
        return list(node.value)
    return [(None, value) for value in node.value]


def _key(node: Node | None) -> str:
    return "" if node is None else word_text(node)


def _behind_colon(text: str, key_node: Node) -> int:
    found = re.compile(r"[ \t]*:").match(text, key_node.end_mark.index)
    if found is None:
        raise Otherwise
    return found.end()


def _dash(text: str, before: int, value: Node) -> int:
    """Where the dash of an item stands: between the item before and its value, comments aside."""
    found = re.compile(r"(?:[ \t]*(?:#[^\n]*)?\n)*[ \t]*(-)(?=\s)").match(text, before)
    if found is None or found.end() > value.start_mark.index:
        raise Otherwise
    return found.start(1)


def _above(lead: str) -> tuple[str, str]:
    """What stands before an entry, from the line break that ends the one before: what stays, and what is its own."""
    first, *full = lead.split("\n")
    if not full:
        return "", lead
    *above, indent = full
    at = len(above)
    while at and above[at - 1].lstrip().startswith("#"):
        at -= 1
    return "\n".join([first, *above[:at]]), "\n".join(["", *above[at:], indent])


def _below(text: str, end: int, column: int, stop: int) -> int:
    """Where an entry ends that has its value until `end`: with the rest of the line, and deeper comments below."""

    def line_end(at: int) -> int:
        found = text.find("\n", at, stop)
        return stop if found < 0 else found

    end = at = line_end(end)
    while at < stop:
        line = text[at + 1 : line_end(at + 1)]
        at = line_end(at + 1)
        if not line.strip():
            continue
        if not line.lstrip().startswith("#") or len(line) - len(line.lstrip()) <= column:
            break
        end = at
    return end
