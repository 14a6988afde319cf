"""YAML as people mean it: read with bounds and without surprises, written in a stable, compact form.

Plain words are read as YAML 1.2 does, not 1.1: only true and false are booleans (Norway's `NO` is a text), and `1e5` is
a number. Codes and times such as `010`, `0x1F` and `12:30` are texts. What is written reads the same under either.
"""

from __future__ import annotations

import re
from collections.abc import Hashable
from typing import Any

import yaml

from trimtab.core.errors import InputError

LARGEST = 1_000_000
"""Characters of a design file."""
MOST_NODES = 100_000
"""Values of a design file once its aliases are written out."""

_FLOAT = re.compile(
    r"[-+]?(\.[0-9]+|[0-9]+\.[0-9]*|[0-9]+(?=[eE]))([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)"
)
_BOOL = re.compile(r"true|True|TRUE|false|False|FALSE")
_INT = re.compile(r"0|[-+]?[1-9][0-9]*|-0|\+0")
_NULL = re.compile(r"~|null|Null|NULL|")


class _Loader(yaml.SafeLoader):
    """SafeLoader with YAML 1.2's plain words, without duplicate keys."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012  (yaml's own way)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen = set()
        for key_node, _ in node.value:
            if key_node.tag == "tag:yaml.org,2002:merge":
                continue
            if not isinstance(key_node, yaml.ScalarNode):
                raise yaml.constructor.ConstructorError(None, None, "a key must be one word", key_node.start_mark)
            if key_node.value in seen:
                problem = f"the key `{key_node.value}` stands twice"
                raise yaml.constructor.ConstructorError(None, None, problem, key_node.start_mark)
            seen.add(key_node.value)
        return super().construct_mapping(node, deep)


class _Dumper(yaml.SafeDumper):
    """SafeDumper that quotes a text if either version of YAML would read it as something else."""

    yaml_implicit_resolvers = {  # noqa: RUF012
        first: list(resolvers) for first, resolvers in yaml.SafeDumper.yaml_implicit_resolvers.items()
    }

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, indentless=False)  # lists below a key are indented


class Flow(dict[str, Any]):
    """A mapping that is written on one line."""


class Lines(list[Any]):
    """A list that is written with a line, or several, for each item."""


for _tag, _pattern, _first in (
    ("bool", _BOOL, "tTfF"),
    ("int", _INT, "-+0123456789"),
    ("float", _FLOAT, "-+.0123456789"),
    ("null", _NULL, ["~", "n", "N", ""]),
    ("merge", re.compile("<<"), "<"),
):
    _whole = re.compile(rf"(?:{_pattern.pattern})\Z")
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", _whole, list(_first))
    _Dumper.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", _whole, list(_first))

_Dumper.add_representer(
    Flow, lambda dumper, data: dumper.represent_mapping("tag:yaml.org,2002:map", data.items(), flow_style=True)
)
_Dumper.add_representer(
    list, lambda dumper, data: dumper.represent_sequence("tag:yaml.org,2002:seq", data, flow_style=True)
)
_Dumper.add_representer(
    Lines, lambda dumper, data: dumper.represent_sequence("tag:yaml.org,2002:seq", data, flow_style=False)
)


def read(text: str, *, owner: str) -> Any:
    """The data of one YAML document. Raises InputError with the line of the fault."""
    if len(text) > LARGEST:
        raise InputError(f"{owner}: a design file may have {LARGEST:,} characters, this one has {len(text):,}.")
    try:
        loader = _Loader(text)
        tree = loader.get_single_node()
        if tree is None:
            return None
        if _expanded(tree, {}, set()) > MOST_NODES:
            raise InputError(f"{owner}: it holds more than {MOST_NODES:,} values, aliases (*) written out.")
        return loader.construct_document(tree)
    except RecursionError as error:
        raise InputError(f"{owner}: it nests too deeply for a design file.") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or " ".join(str(error).split())
        raise InputError(f"{owner}{line}: this is no YAML that can be read: {problem}.") from error
    except ValueError as error:
        raise InputError(f"{owner}: this is no YAML that can be read: {error}.") from error


def write(data: dict[str, Any]) -> str:
    """YAML text of `data`: keys in the given order, `Flow` mappings and lists on one line, `Lines` on many."""
    return yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)


def _expanded(node: yaml.Node, sizes: dict[int, int], open_: set[int]) -> int:
    """Number of values below a node, counting what an alias stands for each time."""
    if id(node) in open_:
        raise yaml.constructor.ConstructorError(None, None, "an alias stands for itself", node.start_mark)
    if id(node) not in sizes:
        open_.add(id(node))
        children: list[yaml.Node] = []
        if isinstance(node, yaml.SequenceNode):
            children = node.value
        elif isinstance(node, yaml.MappingNode):
            children = [child for pair in node.value for child in pair]
        sizes[id(node)] = 1 + sum(_expanded(child, sizes, open_) for child in children)
        open_.discard(id(node))
    return sizes[id(node)]
