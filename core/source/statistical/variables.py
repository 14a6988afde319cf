"""A variable of a statistics package: what its values are called, and which of them mean missing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Value = Any
"""A number, a text, a date or a time."""
MOST_KEPT = 1_000
"""Values without a label are remembered up to so many."""
SHOWN = 5


@dataclass
class Variable:
    """One variable. `labels` are those of its values, `ranges` (from, to) and `letters` what is declared to mean
    missing; `is_text`: it holds texts.

    What is met in the rows: `rows` of each missing value, the values that have a label and those that have none.
    """

    name: str
    labels: Mapping[Value, str]
    ranges: Sequence[tuple[Value, Value]]
    letters: frozenset[str]
    is_text: bool
    rows: Counter[Value] = field(default_factory=Counter)
    labelled: set[Value] = field(default_factory=set)
    bare: set[Value] = field(default_factory=set)

    @property
    def is_plain(self) -> bool:
        """Whether there is nothing to look at in the rows."""
        return not (self.labels or self.ranges or self.letters)

    def is_missing(self, value: Value) -> bool:
        """Whether a value is declared to mean missing."""
        if isinstance(value, str) and not self.is_text:
            return True  # a letter among numbers: Stata's .a to .z, SAS's .A to .Z and ._
        return any(type(low) is type(value) and low <= value <= high for low, high in self.ranges)

    def look_at(self, values: Sequence[Value], *, kept: bool) -> None:
        """Take note of some rows; `kept`: what is declared missing is a value like any other."""
        for value, times in Counter(values).items():
            if value is None or value == "":
                continue
            if self.is_missing(value):
                self.rows[value] += times
                if not kept:
                    continue
            if self.labels.get(value):
                self.labelled.add(value)
            elif len(self.bare) < MOST_KEPT:
                self.bare.add(value)

    def texts(self, labels: str | None) -> dict[Value, str]:
        """The text of each value that is its label; empty if values stay what they are. `labels` is what a person
        said: text or codes."""
        wanted = bool(self.labelled) and (labels == "text" or (labels is None and not self.bare))
        if not wanted:
            return {}
        times = Counter([*(self.labels[value] for value in self.labelled), *map(code_of, self.bare)])
        return {
            value: label if times[label] == 1 else f"{label} ({code_of(value)})"
            for value, label in self.labels.items()
            if label
        }

    def notes(self, labels: str | None, *, kept: bool) -> list[str]:
        """What a person must be told."""
        found = []
        if self.rows and not kept:
            told = ", ".join(
                f"{self._named(value)}: {times:,}" for value, times in sorted(self.rows.items(), key=_order)
            )
            found.append(
                f"`{self.name}` is missing by declaration in {self.rows.total():,} rows ({told}), and the reasons are "
                "not kept (--missing '' keeps these as values)"
            )
        if self.labelled and self.bare:
            some = _listed([code_of(value) for value in sorted(self.bare, key=code_of)])
            if labels is None:
                names = _listed([self._named(value) for value in sorted(self.labelled, key=code_of)])
                found.append(
                    f"`{self.name}` stays codes: of its values some have a label ({names}), and others have none "
                    f"({some}) (--labels text takes the labels there are)"
                )
            elif labels == "text":
                found.append(f"`{self.name}` has values without a label, which stand as they are: {some}")
        doubled = [
            text for value, text in self.texts(labels).items() if value in self.labelled and text != self.labels[value]
        ]
        if doubled:
            found.append(
                f"`{self.name}` has one label for several values, told apart by these: {_listed(sorted(doubled))}"
            )
        return found

    def _named(self, value: Value) -> str:
        label = self.labels.get(value)
        return f"{code_of(value)} = {label}" if label else code_of(value)


def code_of(value: Value) -> str:
    """A value as it is stored, as a text."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _order(item: tuple[Value, int]) -> tuple[str, str]:
    return type(item[0]).__name__, f"{item[0]!s:>20}"


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more
