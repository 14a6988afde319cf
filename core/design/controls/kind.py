"""What every kind of control is on the floor of the design: its word, its place in the file, what messages call it.

Defining a subclass of Kind registers the kind. It has a file of its name here, and one on every other floor.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from trimtab.core.design.definition import Definition, Expressions
from trimtab.core.design.fields import Model
from trimtab.core.source.axes import Axis
from trimtab.core.source.columns import Column

KINDS: dict[str, type[Kind]] = {}
"""Every kind by its word, in the order of their places."""


@dataclass(frozen=True, order=True)
class ControlName:
    """Which control: its `kind`, and the factor, event, pair or rule that it is `of`. A value: nobody takes its text
    apart."""

    kind: str
    of: str

    def __str__(self) -> str:
        """How lists and JSON have it: `event fog`."""
        return f"{self.kind} {self.of}".rstrip()

    @property
    def called(self) -> str:
        """How sentences have it: "event `fog`", "the missing share of `pressure`"."""
        return KINDS[self.kind].called(self.of)


class Kind:
    """A kind of control. `word` is what it is called, `part` the key of the design file that lists its controls (none
    for what a factor itself says), `noun` the word that counts them, `place` where it stands among all kinds."""

    word: ClassVar[str]
    part: ClassVar[str] = ""
    noun: ClassVar[str] = ""
    place: ClassVar[int]
    gives_way: ClassVar[str] = ""
    """What to do so that a conflict is gone, its control taken away; none if another number is all that helps."""
    as_asked: ClassVar[str] = "as designed"
    """How the shares of a factor are going to be, where it sets them."""
    unique: ClassVar[str] = ""
    """The field that tells its controls apart, of which a design has each only once; none if only their content does.
    The order of several factors says nothing."""
    identifiers: ClassVar[bool] = False
    """Its controls have names that people give, and read with spaces."""

    def __init_subclass__(cls) -> None:
        known = sorted([*KINDS.values(), cls], key=lambda kind: kind.place)
        KINDS.clear()
        KINDS.update({kind.word: kind for kind in known})

    @classmethod
    def called(cls, of: str) -> str:
        """A control of this kind in a sentence."""
        return f"{cls.word} `{of}`"

    @classmethod
    def asks(cls, share: str) -> str:
        """What it asks for, after its name, where a conflict is told: a `share` as text, and where."""
        return f"asks for {share}"

    @classmethod
    def limit(cls, limit: str, *, most: bool, certain: bool) -> str:
        """The nearest share that works, where a conflict is told: the most of it, or the least. Unless it is `certain`,
        several of its bins must move together."""
        if not certain:
            return f"with other bins moved too, {limit} would work there"
        return f"the {'most' if most else 'least'} that works is {limit}"

    @classmethod
    def alone(cls, nearest: float, rows: int, called: str) -> str | None:
        """Why it can't be met by itself on so many rows, and what these are `called`; None if its limit says all."""
        return None

    @classmethod
    def of(cls, part: Any) -> str:
        """What a control of a list is of, given its part of the file."""
        return str(part)

    @classmethod
    def parts(cls, data: Mapping[str, Any]) -> Iterator[tuple[ControlName, Any]]:
        """The controls of this kind in the content of a design file, each with its part of it."""
        listed = data.get(cls.part, ())
        named = listed.items() if isinstance(listed, Mapping) else ((cls.of(part), part) for part in listed)
        for of, part in named:
            yield ControlName(cls.word, str(of)), part


class Names(Protocol):
    """What a control may name, as `Language` knows it."""

    columns: Mapping[str, Column]

    @property
    def names(self) -> tuple[str, ...]:
        """Names that are no plain column."""

    def kind_of(self, name: str, *, owner: str) -> str:
        """The kind of what `name` stands for. Raises InputError, on behalf of `owner`, for what none can name."""

    def role_of(self, name: str) -> str:
        """The role of a factor."""


class Listed(Model):
    """A control that stands in a list or a mapping of the design file."""

    def check(self, names: Names) -> None:
        """Check it against the factors that it names. Raises InputError for what it can't name, and for values that
        there can't be."""

    @property
    def on_axes(self) -> Sequence[str]:
        """The factors whose display bins it speaks of."""
        return ()

    def check_bins(self, axes: Sequence[Axis]) -> None:
        """Check it on the display axes of `on_axes`. Raises InputError for bins that there are not."""


class Defining(Listed):
    """A control that computes a column: a level mix, a label."""

    @property
    def nameable(self) -> bool:
        """Whether other expressions may name its column."""
        return True

    def define(self, name: str, read: Expressions) -> Definition:
        """The column that it computes. Raises InputError for an expression that is not understood."""
        raise NotImplementedError
