"""The YAML text of data, compact and stable: every reader, of YAML 1.1 or 1.2, sees the same."""

from __future__ import annotations

import re
from io import StringIO
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.emitter import Emitter, ScalarAnalysis
from ruamel.yaml.nodes import Node
from ruamel.yaml.representer import SafeRepresenter

from trimtab.core.yaml.words import PREFIX, WordsOfAll

WIDTH = 120
UNFOLDED = 10**9
"""A width for text that stays on one line."""
BREAKS = frozenset("\x85\u2028\u2029")
"""What ends a line for some readers: written as escapes."""


class Flow(dict[str, Any]):
    """A mapping that is written on one line."""


class Lines(list[Any]):
    """A list that is written with a line, or several, for each item."""


class _Quoted(str):
    """A text with the quotes it has."""

    style: str


class _Representer(SafeRepresenter):
    """SafeRepresenter that keeps the order of keys and writes out what occurs twice."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


class _Emitter(Emitter):
    """Emitter that indents each level by two, lists below a key too, and quotes what ends a word in YAML 1.1."""

    def increase_indent(self, flow: bool = False, sequence: bool | None = None, indentless: bool = False) -> None:
        self.indents.append(self.indent, sequence)
        if self.indent is None:
            self.indent = self.best_map_indent if flow else 0
        else:
            self.indent += self.best_map_indent

    def choose_scalar_style(self) -> Any:
        style = super().choose_scalar_style()
        # Single quotes where they do: ruamel takes double ones for a text with a quote or a break in it.
        if style == '"' and self.event.style != '"' and self.analysis.allow_single_quoted:
            return '"' if self.simple_key_context and self.analysis.multiline else "'"
        return style

    def write_plain(self, text: str, split: bool = True) -> None:
        # A line is folded after the word that crosses the width; ruamel folds before it and leaves a blank there.
        self._put("" if self.whitespace else " ")
        self.whitespace = self.indention = False
        before = ""
        for i, word in enumerate(text.split(" ")):
            if i and before and word and split and self.column > self.best_width:
                self.write_indent()
                self.whitespace = self.indention = False
            elif i:
                self._put(" ")
            self._put(word)
            before = word

    def write_double_quoted(self, text: str, split: bool = True) -> None:
        super().write_double_quoted(text, split=False)  # where ruamel folds one, another text can be read from it

    def _put(self, text: str) -> None:
        self.column += len(text)
        self.stream.write(text)

    def analyze_scalar(self, scalar: Any) -> ScalarAnalysis:
        found: ScalarAnalysis = super().analyze_scalar(scalar)
        if ":" in scalar or "?" in scalar:
            found.allow_flow_plain = False
        if BREAKS & set(scalar):
            found.allow_flow_plain = found.allow_block_plain = found.allow_single_quoted = False
        return found


def _float(representer: _Representer, data: float) -> Node:
    node: Node = representer.represent_float(data)
    if "." not in node.value:  # YAML 1.1 takes 1e-07 for a text
        node.value = node.value.replace("e", ".0e")
    return node


def _mapping(representer: _Representer, data: dict[str, Any]) -> Node:
    return representer.represent_mapping(f"{PREFIX}map", list(data.items()), flow_style=isinstance(data, Flow))


def _sequence(representer: _Representer, data: list[Any]) -> Node:
    return representer.represent_sequence(f"{PREFIX}seq", data, flow_style=not isinstance(data, Lines))


def _quoted(representer: _Representer, data: _Quoted) -> Node:
    node: Node = representer.represent_scalar(f"{PREFIX}str", str(data), style=data.style)
    return node


_Representer.add_representer(_Quoted, _quoted)
_Representer.add_representer(float, _float)
_Representer.add_representer(dict, _mapping)
_Representer.add_representer(Flow, _mapping)
_Representer.add_representer(list, _sequence)
_Representer.add_representer(Lines, _sequence)


def write(data: dict[str, Any], *, width: int = WIDTH) -> str:
    """YAML text of `data`: keys in the given order, `Flow` mappings and lists on one line, `Lines` on many.

    Lines of more than `width` characters are folded.
    """
    yaml = YAML(typ="safe", pure=True)
    yaml.Resolver, yaml.Representer, yaml.Emitter = WordsOfAll, _Representer, _Emitter
    yaml.width = width
    yaml.brace_single_entry_mapping_in_flow_sequence = True
    text = StringIO()
    yaml.dump(data, text)
    return text.getvalue()


def inline(data: Any, style: str | None = None) -> str:
    """Data on one line, as they stand inside of a flow mapping; a text with the quotes of `style`, if it has one."""
    return write(Flow({"x": _on_one_line(data, style)}), width=UNFOLDED).removeprefix("{x: ").removesuffix("}\n")


def _on_one_line(data: Any, style: str | None = None) -> Any:
    if isinstance(data, dict):
        return Flow({key: _on_one_line(part) for key, part in data.items()})
    if isinstance(data, list):
        return [_on_one_line(part) for part in data]
    if isinstance(data, str) and (style or "\n" in data):
        data = _Quoted(data)
        data.style = '"' if "\n" in data or not style else style
    return data


def indented(data: Any, column: int, *, key: str | None = None) -> str:
    """A key and its data, or an item, as it stands in a block collection at a column, without the first indentation."""
    block = isinstance(data, dict) and not isinstance(data, Flow)
    text = write({key: data}) if key is not None else write(data) if block else write({"x": data}).removeprefix("x: ")
    first, *more = text.removesuffix("\n").split("\n")
    return "\n".join([first, *(" " * column + line if line else line for line in more)])


def on_one_line(part: Any) -> str:
    """A part of a file as it stands there, on one line.

    >>> on_one_line({"rate": 0.05, "when": "visib < 1"})
    '{rate: 0.05, when: visib < 1}'
    """
    text = write(Flow({"x": part}), width=UNFOLDED).removeprefix("{x: ").removesuffix("}\n")
    return re.sub(r"\n\s*", " ", text)  # line breaks of a text
