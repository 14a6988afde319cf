"""One control in words, and how a kind of control registers its sentences."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from trimtab.core.design.controls.kind import ControlName
from trimtab.core.registering import Places
from trimtab.core.study.study import Study
from trimtab.core.words.rates import of_rows


@dataclass(frozen=True)
class Sentence:
    """One control in words: `subject`, in brackets `detail`, then `text`, in which `asked` matters most.

    `name` is the control's.
    """

    name: ControlName
    subject: str
    text: str
    detail: str = ""
    asked: str = ""

    @property
    def control(self) -> str:
        """The control's name as `trimtab diff` has it."""
        return str(self.name)

    @property
    def kind(self) -> str:
        """The kind of control: target, keep, event, …"""
        return self.name.kind

    @property
    def line(self) -> str:
        """The sentence as a line of text."""
        return f"{self.subject}{f' ({self.detail})' if self.detail else ''}: {self.text}"


Sentences = Callable[[Study], Iterable[Sentence]]
S = TypeVar("S", bound=Sentences)

SENTENCES = Places[Sentences]()
"""What makes the sentences of each kind, in the order in which they are read."""


def sentences_at(place: int) -> Callable[[S], S]:
    """Register a function that makes the sentences of a kind; `place` is where they stand among the others."""

    def register(sentences: S) -> S:
        SENTENCES.put(place, sentences)
        return sentences

    return register


def of_all(share: float) -> str:
    """A share of the rows as a rate of all: "in 3 of 4 rows"."""
    return f"in {of_rows(share, 2)}"
