"""The data of a YAML text, read with bounds: size, depth, aliases and duplicate keys."""

from __future__ import annotations

import stat
from collections.abc import Hashable
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.composer import Composer, ComposerError
from ruamel.yaml.constructor import ConstructorError, SafeConstructor
from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import AliasEvent
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from trimtab.core.errors import InputError
from trimtab.core.yaml.words import PREFIX, Words

LARGEST = 1_000_000
"""Characters of a text."""
MOST_NODES = 100_000
"""Values of a text once its aliases are written out."""
MERGE = f"{PREFIX}merge"


def text_of(path: Path, noun: str, *, largest: int | None = LARGEST) -> str:
    """The text of a file, its line breaks as they are; not much more than the `largest` number of characters is read.

    Raises InputError, which calls the file `noun`, if it can't be read, is a pipe or a device, or is not UTF-8.
    """
    try:
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):  # opening a pipe would wait for ever
            raise InputError(f"{path}: the {noun} can't be read: it is a pipe or a device. Save it as a file.")
        with path.open("rb") as file:
            raw = file.read(-1 if largest is None else 4 * largest + 1)  # a character takes at most four bytes
    except OSError as error:
        raise InputError(f"{path}: the {noun} can't be read: {error.strerror}.") from error
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{path.name}: a {noun} is UTF-8 text; byte {error.start} is not.") from error


class _Composer(Composer):
    """Composer without second meanings of an anchor."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        event = self.parser.peek_event()
        if not isinstance(event, AliasEvent) and event.anchor in self.anchors:
            raise ComposerError(None, None, f"the anchor `{event.anchor}` stands twice", event.start_mark)
        return super().compose_node(parent, index)


class Alias(ScalarNode):
    """A place where an alias (*) stands for something."""


class _Places(_Composer):
    """Composer that leaves an alias where it stands."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        event = self.parser.peek_event()
        if not isinstance(event, AliasEvent):
            return super().compose_node(parent, index)
        super().compose_node(parent, index)
        return Alias(f"{PREFIX}alias", event.anchor, event.start_mark, event.end_mark)


class _Constructor(SafeConstructor):
    """SafeConstructor without duplicate keys, and without tags of other programs."""

    def construct_object(self, node: Any, deep: bool = False) -> Any:
        try:
            return super().construct_object(node, deep)
        except (ValueError, LookupError, AttributeError, TypeError) as error:  # a word that its tag doesn't fit
            if not isinstance(node, ScalarNode):
                raise
            problem = f"`{node.value[:60]}` is no {str(node.tag).removeprefix(PREFIX)}"
            raise ConstructorError(None, None, problem, node.start_mark) from error

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Hashable, Any]:
        seen = set()
        for key_node, _ in node.value if isinstance(node, MappingNode) else ():
            if key_node.tag == MERGE:
                continue
            if not isinstance(key_node, ScalarNode):
                raise ConstructorError(None, None, "a key must be one word", key_node.start_mark)
            if key_node.value in seen:
                raise ConstructorError(None, None, f"the key `{key_node.value}` stands twice", key_node.start_mark)
            seen.add(key_node.value)
        found: dict[Hashable, Any] = super().construct_mapping(node, deep)
        return found


def read(text: str, *, owner: str) -> Any:
    """The data of one YAML document: dict, list, str, int, float, bool, None.

    Raises InputError, which begins with `owner`, with the line of the fault.
    """
    if len(text) > LARGEST:
        raise InputError(f"{owner}: a design file may have {LARGEST:,} characters, this one has {len(text):,}.")
    try:
        yaml = _yaml()
        tree = yaml.compose(text)
        if tree is None:
            return None
        if _expanded(tree, {}, set()) > MOST_NODES:
            raise InputError(f"{owner}: it holds more than {MOST_NODES:,} values, aliases (*) written out.")
        return yaml.constructor.construct_document(tree)
    except RecursionError as error:
        raise InputError(f"{owner}: it nests too deeply for a design file.") from error
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        parts = (getattr(error, "problem", None), getattr(error, "context", None), " ".join(str(error).split()))
        problem = next(part for part in parts if part)
        raise InputError(f"{owner}{line}: this is no YAML that can be read: {problem}.") from error


def places(text: str) -> Node | None:
    """The nodes of a text that `read` takes, with their places in it. Not to be changed."""
    yaml = _yaml()
    yaml.Composer = _Places
    tree: Node | None = yaml.compose(text)
    return tree


def word_text(node: Node) -> str:
    """The text that a word stands for as a key: itself, and of a number or truth what it comes to, such as `true`."""
    if node.tag == f"{PREFIX}str":
        return str(node.value)
    value = _yaml().constructor.construct_object(node)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _yaml() -> YAML:
    yaml = YAML(typ="safe", pure=True)
    yaml.Resolver, yaml.Composer, yaml.Constructor = Words, _Composer, _Constructor
    return yaml


def _expanded(node: Node, sizes: dict[int, int], open_: set[int]) -> int:
    """Number of values below a node, counting what an alias stands for each time."""
    if id(node) in open_:
        raise ConstructorError(None, None, "an alias stands for itself", node.start_mark)
    if id(node) not in sizes:
        open_.add(id(node))
        children: list[Node] = []
        if isinstance(node, SequenceNode):
            children = node.value
        elif isinstance(node, MappingNode):
            children = [child for pair in node.value for child in pair]
        sizes[id(node)] = 1 + sum(_expanded(child, sizes, open_) for child in children)
        open_.discard(id(node))
    return sizes[id(node)]
