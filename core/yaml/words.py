"""What plain words mean: as in YAML 1.2, not 1.1.

Only true and false are booleans (Norway's `NO` is a text), and `1e5` is a number. Codes and times such as `010`, `0x1F`
and `12:30` are texts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from ruamel.yaml.resolver import BaseResolver

PREFIX = "tag:yaml.org,2002:"
MEANINGS: dict[str, tuple[str, Iterable[str]]] = {
    "bool": (r"true|True|TRUE|false|False|FALSE", "tTfF"),
    "int": (r"0|[-+]?[1-9][0-9]*|-0|\+0", "-+0123456789"),
    "float": (
        r"[-+]?(\.[0-9]+|[0-9]+\.[0-9]*|[0-9]+(?=[eE]))([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)",
        "-+.0123456789",
    ),
    "null": (r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    "merge": (r"<<", "<"),
}
"""Per tag the whole words that have it, and the characters with which they begin."""

OTHER_MEANINGS: dict[str, tuple[str, Iterable[str]]] = {
    "bool": (r"yes|Yes|YES|no|No|NO|on|On|ON|off|Off|OFF", "yYnNoO"),
    "int": (
        r"[-+]?(0b[01_]+|0o[0-7]+|0[0-7_]+|[1-9][0-9_]*|0x[0-9a-fA-F_]+|[1-9][0-9_]*(:[0-5]?[0-9])+)",
        "-+0123456789",
    ),
    "float": (
        r"[-+]?[0-9][0-9_]*\.[0-9_]*([eE][-+][0-9]+)?|\.[0-9][0-9_]*([eE][-+][0-9]+)?"
        r"|[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+\.[0-9_]*",
        "-+.0123456789",
    ),
    "timestamp": (
        r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
        r"|[0-9]{4}-[0-9][0-9]?-[0-9][0-9]?([Tt]|[ \t]+)[0-9][0-9]?:[0-9]{2}:[0-9]{2}(\.[0-9]*)?"
        r"([ \t]*(Z|[-+][0-9][0-9]?(:[0-9]{2})?))?",
        "0123456789",
    ),
    "value": (r"=", "="),
}
"""What readers of YAML 1.1 (and of 1.2 with its octal numbers) take for something else than a text."""


class Words(BaseResolver):
    """The tags of plain words; all other words are texts."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012  (ruamel's own way)

    def __init__(self, version: object = None, loader: Any = None) -> None:
        super().__init__(loader)
        self._loader_version = version

    @property
    def processing_version(self) -> tuple[int, int]:
        """The version of YAML that ruamel reads by, whatever a file says of itself."""
        return (1, 2)


class WordsOfAll(Words):
    """The tags of plain words with what other readers take for more than a text: in writing, those are quoted."""


def _learn(words: type[Words], meanings: Mapping[str, tuple[str, Iterable[str]]]) -> None:
    for tag, (pattern, beginnings) in meanings.items():
        words.add_implicit_resolver_base(PREFIX + tag, re.compile(rf"(?:{pattern})\Z"), list(beginnings))


_learn(Words, MEANINGS)
_learn(WordsOfAll, MEANINGS)
_learn(WordsOfAll, OTHER_MEANINGS)
