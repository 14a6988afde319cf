"""A design's text with another design: it says just that, and each comment stands where it stood."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Hashable, Iterator
from typing import Any

from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st
from ruamel.yaml.nodes import MappingNode, Node, SequenceNode

from trimtab.core.design.design import Design
from trimtab.core.design.files import dumps, loads, revised
from trimtab.core.errors import InputError
from trimtab.core.yaml.entries import Otherwise, block_entries, end_of
from trimtab.core.yaml.reading import places

from .test_design_round_trip import designs

Place = tuple[Hashable, ...]
COMMENT = re.compile(r"(^|\s)#.*", re.MULTILINE)


@st.composite
def edits(draw: st.DrawFn) -> tuple[Design, Design]:
    """A design and another one that has some of its parts, in part or whole."""
    before, other = draw(designs()), draw(designs())
    changes: dict[str, Any] = {}
    for name in draw(st.sets(st.sampled_from(list(Design.model_fields)), max_size=5)):
        ours, theirs = getattr(before, name), getattr(other, name)
        if isinstance(ours, dict):
            both = draw(st.permutations([*ours.items(), *theirs.items()]))
            changes[name] = dict(both[: draw(st.integers(0, len(both)))])
        elif isinstance(ours, tuple):
            changes[name] = draw(st.lists(st.sampled_from([*ours, *theirs]), max_size=4)) if ours or theirs else ()
        else:
            changes[name] = theirs
    try:
        return before, before.changed(**changes)
    except InputError:
        assume(False)
        raise


def block_places(text: str) -> Iterator[tuple[Place, int, Node]]:
    """Every entry of the text's block collections: what it is, the line it begins on, and its value."""

    def walk(node: Node, place: Place, start: int, stop: int) -> Iterator[tuple[Place, int, Node]]:
        if not isinstance(node, MappingNode | SequenceNode) or node.flow_style or not node.value:
            return
        for entry in block_entries(text, node, start, stop)[1]:
            own = (
                entry.key if entry.key_node else " ".join(COMMENT.sub("", text[entry.value_from : entry.stop]).split())
            )
            here = (*place, own)
            yield here, text.count("\n", 0, entry.start), entry.value
            yield from walk(entry.value, here, entry.value_from, entry.stop)

    tree = places(text)
    assert tree is not None
    return walk(tree, (), 0, len(text))


def commented(text: str) -> tuple[str, dict[Place, str]]:
    """The text with a comment above and one beside each entry of its block collections, and which are whose."""
    lines = text.split("\n")
    above: dict[int, str] = {}
    whose = {}
    for number, (place, line, value) in enumerate(block_places(text)):
        if lines[line].lstrip().startswith("-") and line in above:
            continue  # the first key of an item shares its line
        above.setdefault(line, f"{' ' * (len(lines[line]) - len(lines[line].lstrip()))}# {number}")
        whose[place] = f"# {number}"
        last = text.count("\n", 0, end_of(text, value))
        if last == line or not isinstance(value, MappingNode | SequenceNode):
            lines[last] += f"  # beside {number}"
    return "\n".join(f"{above[i]}\n{line}" if i in above else line for i, line in enumerate(lines)), whose


# Not shrunk: that takes five minutes.
@settings(max_examples=20, deadline=None, phases=[Phase.generate])
@given(edit=edits())
def test_the_text_says_the_other_design_and_keeps_each_comment(edit: tuple[Design, Design]) -> None:
    before, after = edit
    text = dumps(before)
    plain = all(one_line(design) for design in edit)
    text, whose = commented(dumps(before)) if plain else (dumps(before), {})
    assert loads(text) == before
    found = revised(text, after)
    assert dumps(loads(found)) == dumps(after)
    assert revised(text, before) == text
    if not plain:
        return
    lines = found.split("\n")
    now = [(place, line) for place, line, _ in block_places(found)]
    once = Counter(place for place, _ in now)
    for place, line in now:
        if place in whose and once[place] == 1:
            assert lines[line - 1].strip() == whose[place], place
    for place, comment in whose.items():
        assert once[place] or comment not in map(str.strip, lines) or renamed(place, once)


def one_line(design: Design) -> bool:
    """Whether each key of a design stands on one line; one of several, behind `? `, is written anew with all around."""
    try:
        return bool(list(block_places(dumps(design))))
    except Otherwise:
        return False


def renamed(place: Place, now: Counter[Place]) -> bool:
    """Whether an entry may stand under another name now: as one of another name, or another item of its list."""
    return any(other[:-1] == place[:-1] for other in now) or any(
        len(other) == len(place) and other[0] == place[0] for other in now
    )
