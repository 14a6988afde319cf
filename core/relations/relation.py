"""What every kind of relation is: an entry of the design file, a sentence, a query that any table can be asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from trimtab.core.design.fields import Model
from trimtab.core.errors import InputError
from trimtab.core.expressions.reading import is_plain_name
from trimtab.core.relations.sample import Sample
from trimtab.core.source.columns import Column

Change = Literal["missing", "lower", "higher", "other"]
"""What may happen to one value of a row while all others stay: it goes, or another one takes its place, which is lower
or higher than any that the column has, or anything else."""

KINDS: dict[str, type[Relation]] = {}
"""Every kind by its name, which is the key of its entry in a design file; defining the class registers it."""


class Relation(Model):
    """Something that holds in every row of a table.

    A kind has the field that it is named for, so that its entry in a design file is `{kind: …}`.
    """

    kind: ClassVar[str]
    title: ClassVar[str]
    """The kind in plain words."""
    one_donor: ClassVar[bool] = True
    """Whether it holds if all its factors come from one real row."""
    counts_gaps: ClassVar[bool] = False
    """Whether a missing value is a value to it."""
    of_kinds: ClassVar[tuple[str, ...]] = ()
    """The kinds its factors can have; none for any."""

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        if "kind" in cls.__dict__:
            KINDS[cls.kind] = cls

    @property
    def factors(self) -> tuple[str, ...]:
        """The columns it speaks of, each once."""
        raise NotImplementedError

    @property
    def decided(self) -> tuple[str, ...]:
        """Those of its factors that follow from the others."""
        return ()

    @property
    def text(self) -> str:
        """What holds, for people."""
        raise NotImplementedError

    def bears(self, factor: str, change: Change) -> bool:
        """Whether every row that keeps it still does, if the value of one of its factors alone changes so."""
        return False

    def bears_renewal(self, factor: str) -> bool:
        """Whether it still holds if the values of one of its factors are made anew, each for rows of one old one."""
        return False

    def kept_in(self, columns: Mapping[str, Column]) -> bool:
        """Whether rows that are made of these columns can keep it."""
        return True

    def example(self, values: Mapping[str, str]) -> str:
        """A row for people, whose `values` are texts, in the order in which `text` names the factors; an arrow leads to
        what follows from the others."""
        given = ", ".join(values[name] for name in self.factors if name not in self.decided)
        follows = ", ".join(values[name] for name in self.decided)
        return f"{given} → {follows}" if follows else given

    def check(self, kinds: Mapping[str, str]) -> None:
        """Raise InputError unless its factors have `kinds` of which it can hold."""
        wrong = [name for name in self.factors if self.of_kinds and kinds[name] not in self.of_kinds]
        if wrong:
            raise InputError(
                f"Relation `{self.text}`: `{wrong[0]}` is {kinds[wrong[0]]}; it must be {' or '.join(self.of_kinds)}."
            )

    def query(self, table: str, kinds: Mapping[str, str]) -> str:
        """SQL that gives one row: how many rows of `table` could break it, and how many do, both whole numbers.

        `kinds` are those of the columns. Raises InputError if an expression in it can't be read.
        """
        raise NotImplementedError

    def formulas(self, kinds: Mapping[str, str]) -> Mapping[str, str]:
        """SQL that computes some of its `decided` factors from columns of these kinds."""
        return {}

    @classmethod
    def find(cls, sample: Sample) -> list[Claim]:
        """What seems to hold, and is more than chance, in a sample of rows."""
        raise NotImplementedError


class RowRelation(Relation):
    """A relation that each row keeps or breaks by itself."""

    def conditions(self, kinds: Mapping[str, str]) -> tuple[str, str]:
        """Two SQL conditions: whether a row could break it, and whether it holds there."""
        raise NotImplementedError

    def query(self, table: str, kinds: Mapping[str, str]) -> str:
        """See `Relation.query`."""
        tested, holds = self.conditions(kinds)
        broken = f"({tested}) AND ({holds}) IS NOT TRUE"
        return f"SELECT count(*) FILTER (WHERE {tested}), count(*) FILTER (WHERE {broken}) FROM {table}"


@dataclass(frozen=True)
class Claim:
    """A relation that a sample suggests. `surprise`: how unlikely it is by chance, in nats."""

    relation: Relation
    surprise: float


@dataclass(frozen=True)
class Found:
    """A relation with its evidence on a whole source: `rows` that could have broken it, `exceptions` that did."""

    relation: Relation
    rows: int
    exceptions: int
    surprise: float


def written(name: str) -> str:
    """A column as a person would write it in an expression.

    >>> written("dep_delay"), written("dep delay")
    ('dep_delay', '"dep delay"')
    """
    return name if is_plain_name(name) else '"' + name.replace('"', '""') + '"'


def listed(names: Sequence[str]) -> str:
    """Names in a sentence: a, b and c."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def relation_json(found: Found) -> dict[str, Any]:
    """A relation in the names of the command line's contract; `surprise` says how unlikely it is by chance, in nats."""
    return {
        "kind": found.relation.kind,
        "factors": list(found.relation.factors),
        "text": found.relation.text,
        "rows": found.rows,
        "exceptions": found.exceptions,
        "surprise": found.surprise,
    }
