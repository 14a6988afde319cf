"""A YAML text with other data: only what differs is changed, all else stays as it was written, comments too."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from trimtab.core.yaml.entries import Entry, Otherwise, block_entries, end_of, flow_entries
from trimtab.core.yaml.reading import places
from trimtab.core.yaml.steps import UNCHANGED, UNSAID, Step, same, steps
from trimtab.core.yaml.writing import indented, inline


def revise(text: str, before: dict[str, Any], after: dict[str, Any]) -> str | None:
    """`text`, which says `before`, changed so that it says `after`; None where that can't be done in place.

    Both are data as `write` takes them, and may leave out what the text says though it goes without saying. A new key
    stands behind the one before it in `after`; a key that goes takes its own comment along; a new name of the same data
    is changed in place. What the text says in another form than `before`, or with an alias, is written anew where it
    changes. Read the result: where an alias stands for what was changed, it says something else.
    """
    if "\r\n" in text:
        revised = revise(text.replace("\r\n", "\n"), before, after)
        return None if revised is None else revised.replace("\n", "\r\n")
    tree = places(text)
    if not isinstance(tree, MappingNode) or not tree.value or not after:
        return None
    try:
        if tree.flow_style:
            start, stop = tree.start_mark.index, tree.end_mark.index
            return text[:start] + _flow(text, tree, before, after) + text[stop:]
        return _block(text, tree, 0, len(text), before, after)
    except Otherwise:
        return None


def _block(text: str, node: Node, start: int, stop: int, before: Any, after: Any) -> str:
    """`text[start:stop]`, a block collection with what stands around it, with other data."""
    opening, entries = block_entries(text, node, start, stop)
    planned = steps(entries, before, after)
    slots = _slots(planned)
    column, dash = entries[0].column, "- " if isinstance(node, SequenceNode) else ""
    new_line = f"\n{' ' * column}{dash}"
    behind_dash = "\n" not in entries[0].own  # the first entry stands on the line of what it belongs to

    def new(behind: int | None) -> list[str]:
        width = column + len(dash)
        found = [step for step in planned if step.old is None and step.behind == behind]
        return [indented(step.now, width, key=None if dash else step.key) for step in found]

    pieces = []
    for i, entry in enumerate(entries):
        pieces.append(entry.stay)
        if i in slots:
            source = entries[slots[i].old or 0]
            own = entry.own if behind_dash else source.own
            pieces.append(own + _changed(text, source, slots[i], entry.column + len(dash)))
            pieces += [new_line + one for one in new(slots[i].old)]
    body, first = "".join(pieces), new(None)
    if behind_dash:
        if 0 not in slots:
            body = body.lstrip()
        body = new_line.join([*first, body])
    else:
        body = "".join(new_line + one for one in first) + body
    return opening + body + text[entries[-1].stop : stop]


def _flow(text: str, node: Node, before: Any, after: Any) -> str:
    """The text of a flow collection with other data."""
    opening, entries, closing = flow_entries(text, node)
    planned = steps(entries, before, after)
    slots = _slots(planned)
    parts: list[list[str]] = []  # of each entry what stands before it, itself, and what follows on its line

    def add(behind: int | None) -> None:
        for step in planned:
            if step.old is None and step.behind == behind:
                follows = ", "
                if parts and behind is not None:  # the comment behind an entry stays at the end of the line
                    follows, parts[-1][2] = parts[-1][2], ", "
                pair = inline({step.key: step.now})[1:-1] if isinstance(before, dict) else inline(step.now)
                parts.append(["", pair, follows])

    add(None)
    stay = ""
    for i, entry in enumerate(entries):
        stay += entry.stay
        if i in slots:
            source = entries[slots[i].old or 0]
            parts.append([stay + entry.own, _changed(text, source, slots[i], None), entry.head])
            stay = ""
            add(slots[i].old)
    for part in parts[:-1]:
        if not part[2].lstrip().startswith(","):
            part[2] = "," + (part[2] or " ")
    if parts[-1][2].strip() == "," and "\n" not in closing:
        parts[-1][2] = ""
    return opening + "".join(map("".join, parts)) + stay + closing


def _slots(planned: Sequence[Step]) -> dict[int, Step]:
    """Which entry stands where one stood that is still there."""
    kept = [step for step in planned if step.old is not None]
    return dict(zip(sorted(step.old or 0 for step in kept), kept, strict=True))


def _changed(text: str, entry: Entry, step: Step, column: int | None) -> str:
    """The text of an entry with another key or other data; `column` is None inside of a flow collection."""
    head = _head(text, entry, step)
    was, now, node = step.was, step.now, entry.value
    if now is UNCHANGED or (was is not UNSAID and same(was, now)):
        return head + text[entry.value_from : entry.stop]
    try:
        if _alike(node, was, now):
            if not _in_flow(node):
                return head + _block(text, node, entry.value_from, entry.stop, was, now)
            start, stop = node.start_mark.index, node.end_mark.index
            return head + text[entry.value_from : start] + _flow(text, node, was, now) + text[stop : entry.stop]
    except Otherwise:
        pass
    return head + _other_value(text, entry, now, column)


def _head(text: str, entry: Entry, step: Step) -> str:
    """What stands before the value of an entry."""
    if entry.key_node is None or step.key == entry.key:
        return text[entry.start : entry.value_from]
    key = inline({step.key: 0})
    if key.startswith("{? "):
        raise Otherwise
    return key[1 : -len(": 0}")] + text[entry.key_node.end_mark.index : entry.value_from]


def _alike(node: Node, was: Any, now: Any) -> bool:
    """Whether both data are of the kind that a node has in the text, so that their parts can be changed."""
    kind = dict if isinstance(node, MappingNode) else list
    collection = isinstance(node, MappingNode | SequenceNode) and bool(node.value)
    return collection and isinstance(was, kind) and isinstance(now, kind) and bool(now)


def _in_flow(node: Node) -> bool:
    return bool(getattr(node, "flow_style", False))


def _other_value(text: str, entry: Entry, now: Any, column: int | None) -> str:
    """What stands behind the colon or dash of an entry, with other data as a whole; comments inside of them go."""
    node = entry.value
    style = node.style if isinstance(node, ScalarNode) and node.style in ("'", '"') else None
    in_line = column is None or style or isinstance(now, dict | list)
    value = inline(now, style) if in_line else indented(now, column or 0)
    many_lines = node.style in ("|", ">") if isinstance(node, ScalarNode) else not _in_flow(node)
    if many_lines:
        line = text[entry.value_from : entry.stop].partition("\n")[0]
        comment = f"  {line[line.index('#') :]}" if "#" in line else ""
        return f" {value}{comment}"
    gap = text[entry.value_from : node.start_mark.index]
    if not gap and entry.key_node is not None:
        gap = " "
    return gap + value + text[end_of(text, node) : entry.stop]
