"""The design: what the training set should contain. Declarative; it never calls the engine."""

from __future__ import annotations

from collections import Counter
from collections.abc import Set
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError, model_validator

from trimtab.core.design.controls.event import Event
from trimtab.core.design.controls.floor import Floor
from trimtab.core.design.controls.kind import KINDS, Listed
from trimtab.core.design.controls.label import Label
from trimtab.core.design.controls.level import LevelMix
from trimtab.core.design.controls.pair import Pair
from trimtab.core.design.controls.quantiles import Quantiles
from trimtab.core.design.controls.sweep import Sweep
from trimtab.core.design.factors import Factor
from trimtab.core.design.faults import explain
from trimtab.core.design.fields import Identifier, Model, Name, Text, broken
from trimtab.core.design.fingerprint import fingerprint_of
from trimtab.core.design.parts.blend import REAL_FIRST, Blend, Mode, Rows
from trimtab.core.design.parts.source_ref import SourceRef
from trimtab.core.errors import InputError, nearest
from trimtab.core.relations.relation import Relation
from trimtab.core.relations.union import AnyRelation

Line = Annotated[int, Field(strict=True, ge=0)]
Lines = Annotated[int, Field(strict=True, ge=1)]
Seed = Annotated[int, Field(strict=True, ge=0, lt=2**63)]

COLD_ROLES = ("target", "hold", "derive")
"""Roles a factor can have without a source."""


class Output(Model):
    """What the rows are written with."""

    provenance: bool = Field(default=True, strict=True, description="Add columns such as _origin and _weight.")


class Design(Model):
    """A design. Copies with a change are made by the methods; each is validated as a whole.

    A factor that is not named has role follow.
    """

    trimtab: Literal[1] = Field(default=1, description="Version of the format.")
    name: Text = Field(description="Name.")
    description: str = Field(default="", strict=True, description="What it is for.")
    seed: Seed = Field(default=0, description="Same design, same seed: same rows.")
    rows: Rows = Field(
        default=10_000, description="Rows to generate; most: as many as whole real rows can fill (select, blend)."
    )
    mode: Mode = Field(
        default="standalone",
        description="The rows alone meet the design (standalone), or the source and they together (supplement); or "
        "rows are whole real ones, each at most once (select), or those first and made ones where they run out (blend)",
    )
    blend: Blend = Field(default=Blend(), description="Mode blend: how many rows may be made, and what comes first.")
    source: SourceRef | None = Field(default=None, description="The real data; without it, all is declared.")
    factors: dict[Name, Factor] = Field(default={}, description="Column -> what is said of it.")
    pairs: tuple[Pair, ...] = Field(default=(), description="How two factors depend on each other.")
    quantiles: tuple[Quantiles, ...] = Field(default=(), description="Where quantiles of numbers lie.")
    events: dict[Identifier, Event] = Field(default={}, description="Name -> condition and how often it is true.")
    levels: dict[Identifier, LevelMix] = Field(default={}, description="Name -> score, cuts and shares.")
    labels: dict[Identifier, Label] = Field(default={}, description="Name -> how the label is made.")
    rules: tuple[Text, ...] = Field(default=(), description="SQL conditions that are true in every row.")
    sweeps: tuple[Sweep, ...] = Field(default=(), description="Groups of rows that differ in one factor.")
    floors: tuple[Floor, ...] = Field(default=(), description="Combinations that occur at least so often.")
    relations: tuple[AnyRelation, ...] | None = Field(
        default=None,
        description="What always holds in the source and therefore in every row; an empty list: nothing was found.",
    )
    output: Output = Field(default=Output(), description="What the rows are written with.")

    def __init__(self, **fields: Any) -> None:
        """A design of its fields, each as in a file. Raises InputError, naming every fault."""
        try:
            super().__init__(**fields)
        except ValidationError as error:
            name = fields.get("name")
            owner = f"Design `{name}`" if isinstance(name, str) and name else "Design"
            raise explain(error, Design, owner=owner) from error

    # A file is validated without it: then the faults are told in the name of the file.
    __init__.__pydantic_base_init__ = True  # type: ignore[attr-defined]

    @model_validator(mode="after")
    def _parts_agree(self) -> Design:
        problems = [*self._size_problems(), *self._cold_start_problems(), *self._real_row_problems()]
        pairs = Counter(frozenset(pair.factors) for pair in self.pairs)
        twice = [pair.name for pair in self.pairs if pairs[frozenset(pair.factors)] > 1]
        if twice:
            problems.append(f"`pairs` must be of different factors, got {' and '.join(twice)}")
        swept = Counter(sweep.factor for sweep in self.sweeps)
        again = [name for name, times in swept.items() if times > 1]
        if again:
            problems.append(f"`sweeps` must be of different factors, got `{again[0]}` more than once")
        cut = Counter(one.factor for one in self.quantiles)
        problems += [f"`quantiles` must be of different factors, got `{name}` twice" for name in cut if cut[name] > 1]
        repeated = [rule for rule, times in Counter(self.rules).items() if times > 1]
        if repeated:
            problems.append(f"`rules` must differ, got `{repeated[0]}` more than once")
        if problems:
            broken("; ".join(problems))
        return self

    def _size_problems(self) -> list[str]:
        problems = []
        if self.rows == "most":
            return []
        many = [f"`{name}` ({event.rows})" for name, event in self.events.items() if (event.rows or 0) > self.rows]
        # Rows of a supplement's event may be rows of the source.
        if many and self.mode != "supplement":
            problems.append(f"events can't ask for more rows than the design's {self.rows}, got {', '.join(many)}")
        taken = [(sweep.factor, sweep.groups * len(sweep.values)) for sweep in self.sweeps]
        if sum(rows for _, rows in taken) > self.rows:
            listed = ", ".join(f"`{factor}` ({rows})" for factor, rows in taken)
            problems.append(
                f"sweeps can't take more rows than the design's {self.rows}; groups times values are {listed}"
            )
        return problems

    def _cold_start_problems(self) -> list[str]:
        """What is missing where there is no source to learn from."""
        if self.source is not None:
            return []
        problems = []
        if self.mode == "supplement":
            problems.append("mode supplement adds to a source: it needs a `source`")
        if self.takes_real_rows:
            problems.append(f"mode {self.mode} takes real rows: it needs a `source`")
        open_ = [f"`{name}` ({one.role})" for name, one in self.factors.items() if one.role not in COLD_ROLES]
        if open_:
            problems.append(
                "without a `source` to learn from, every factor has role target, hold or derive, or is left out; got "
                + ", ".join(open_)
            )
        if not any(one.role in ("target", "hold") for one in self.factors.values()):
            problems.append("without a `source` to learn from, at least one factor needs role target or hold")
        return problems

    def _real_row_problems(self) -> list[str]:
        """What real rows can't be, and what is said of a blend that is none."""
        problems = []
        if self.rows == "most" and not self.takes_real_rows:
            problems.append(f"`rows: most` goes with the modes select and blend, not with mode {self.mode}")
        if self.mode == "select" and self.sweeps:
            swept = ", ".join(f"`{one.factor}`" for one in self.sweeps)
            problems.append(
                f"mode select takes real rows as they are, and sweeps ({swept}) change a value in each; mode blend can "
                "make them"
            )
        if self.mode == "select" and self.floors:
            problems.append("mode select can't keep `floors`, for which rows may have to be made; mode blend can")
        if self.mode != "blend" and self.blend != Blend():
            problems.append(f"`blend` goes with mode blend, not with mode {self.mode}")
        return problems

    @property
    def most_made(self) -> float:
        """The largest share of the rows that may be made (0 to 1): none of a selection, nor of the most real rows."""
        if self.mode == "select" or self.rows == "most":
            return 0.0
        return self.blend.made_at_most if self.mode == "blend" else 1.0

    @property
    def takes_real_rows(self) -> bool:
        """Whether rows are whole real ones as far as these reach."""
        return self.mode in REAL_FIRST

    @property
    def listed(self) -> tuple[Listed, ...]:
        """The controls that stand in a list or a mapping of the file, kind by kind."""
        parts = [getattr(self, kind.part) for kind in KINDS.values() if kind.part]
        every = [one for part in parts for one in (part.values() if isinstance(part, dict) else part or ())]
        return tuple(one for one in every if isinstance(one, Listed))  # a rule is a text

    def factor(self, name: str) -> Factor:
        """What the design says of a column; role follow if it says nothing."""
        return self.factors.get(name, Factor())

    def changed(self, **changes: Any) -> Design:
        """A copy with other values of its fields. Raises InputError, naming every fault."""
        try:
            return Design.model_validate({**dict(self), **changes})
        except ValidationError as error:
            raise explain(error, Design, owner=f"Design `{self.name}`") from error

    def with_factor(self, name: str, **changes: Any) -> Design:
        """A copy in which fields of a factor are changed; None takes a field away."""
        return self.changed(factors={**self.factors, name: {**dict(self.factor(name)), **changes}})

    def without_factor(self, name: str) -> Design:
        """A copy that says nothing of a column, so that it follows."""
        return self.changed(factors={known: factor for known, factor in self.factors.items() if known != name})

    def with_event(self, name: str, **changes: Any) -> Design:
        """A copy in which an event is added or its fields are changed; a `rate` replaces `rows`, and `rows` a rate."""
        return self._with_named("events", name, changes, instead={"rate", "rows"})

    def without(self, event: str) -> Design:
        """A copy without one event. Raises InputError if there is none of this name."""
        return self._without_named("events", event, "event")

    def with_level(self, name: str, **changes: Any) -> Design:
        """A copy in which a level mix is added or its fields are changed."""
        return self._with_named("levels", name, changes)

    def without_level(self, name: str) -> Design:
        """A copy without one level mix. Raises InputError if there is none of this name."""
        return self._without_named("levels", name, "level mix")

    def with_label(self, name: str, **changes: Any) -> Design:
        """A copy in which a label is added or its fields are changed; a `rule` replaces a `probability`, and back."""
        return self._with_named("labels", name, changes, instead={"rule", "probability"})

    def without_label(self, name: str) -> Design:
        """A copy without one label. Raises InputError if there is none of this name."""
        return self._without_named("labels", name, "label")

    def with_pair(self, **fields: Any) -> Design:
        """A copy with a pair of two `factors`; it takes the place of one that there is, in either order."""
        both = set(fields.get("factors", ()))
        at = next((i for i, one in enumerate(self.pairs) if set(one.factors) == both), None)
        return self._with_listed("pairs", fields, at)

    def without_pair(self, name: str) -> Design:
        """A copy without the pair of this name, such as `carrier × late`. Raises InputError if there is none."""
        names = [pair.name for pair in self.pairs]
        if name not in names:
            raise InputError(f"Design `{self.name}`: there is no pair `{name}`.{nearest(name, names)}")
        return self._without_listed("pairs", names.index(name))

    def with_rule(self, rule: str, at: int | None = None) -> Design:
        """A copy with one rule more, or with another one at a position (from 0)."""
        return self._with_listed("rules", rule, at)

    def without_rule(self, at: int) -> Design:
        """A copy without the rule at a position (from 0). Raises InputError if there is none."""
        return self._without_listed("rules", at)

    def with_sweep(self, at: int | None = None, **changes: Any) -> Design:
        """A copy with one sweep more, or with fields of the one at a position (from 0) changed."""
        before = {} if at is None else dict(self._listed("sweeps", at))
        return self._with_listed("sweeps", {**before, **changes}, at)

    def without_sweep(self, at: int) -> Design:
        """A copy without the sweep at a position (from 0). Raises InputError if there is none."""
        return self._without_listed("sweeps", at)

    def with_floor(self, at: int | None = None, **changes: Any) -> Design:
        """A copy with one floor more, or with fields of the one at a position (from 0) changed."""
        before = {} if at is None else dict(self._listed("floors", at))
        return self._with_listed("floors", {**before, **changes}, at)

    def without_floor(self, at: int) -> Design:
        """A copy without the floor at a position (from 0). Raises InputError if there is none."""
        return self._without_listed("floors", at)

    def without_relation(self, text: str) -> Design:
        """A copy that lets go of the relation with this text. Raises InputError if there is none."""
        known = [one.text for one in self.relations or ()]
        if text not in known:
            raise InputError(f"Design `{self.name}`: there is no relation `{text}`.{nearest(text, known)}")
        return self._without_listed("relations", known.index(text))

    def with_relation(self, relation: Relation, at: int | None = None) -> Design:
        """A copy in which one relation more holds in every row, before the one at a position (from 0) or as the last;
        one that does already is there once."""
        known = self.relations or ()
        before = known[:at]
        return self if relation in known else self.changed(relations=(*before, relation, *known[len(before) :]))

    def fingerprint(self) -> str:
        """SHA-256 over what decides the rows: not name, description, units or the source's path."""
        return fingerprint_of(self.model_dump(mode="json"))

    @property
    def content(self) -> str:
        """All that it says, in its own order, as one text: what an answer about it depends on. The fingerprint is of
        what decides the rows only."""
        return self.model_dump_json()

    def _with_named(self, part: str, name: str, changes: dict[str, Any], instead: Set[str] = frozenset()) -> Design:
        """A copy in which one of a mapping is added or changed; of the fields `instead`, one takes away the others."""
        known = getattr(self, part)
        before = dict(known[name]) if name in known else {}
        replaced = instead if instead & changes.keys() else set()
        kept = {field: value for field, value in before.items() if field not in replaced}
        return self.changed(**{part: {**known, name: {**kept, **changes}}})

    def _without_named(self, part: str, name: str, called: str) -> Design:
        known = getattr(self, part)
        if name not in known:
            raise InputError(f"Design `{self.name}`: there is no {called} `{name}`.{nearest(name, known)}")
        return self.changed(**{part: {other: one for other, one in known.items() if other != name}})

    def _listed(self, part: str, at: int) -> Any:
        known = getattr(self, part)
        if not 0 <= at < len(known):
            raise InputError(f"Design `{self.name}`: `{part}` has {len(known)} entries, so none at position {at}.")
        return known[at]

    def _with_listed(self, part: str, one: Any, at: int | None) -> Design:
        known = list(getattr(self, part))
        if at is None:
            known.append(one)
        else:
            self._listed(part, at)
            known[at] = one
        return self.changed(**{part: known})

    def _without_listed(self, part: str, at: int) -> Design:
        self._listed(part, at)
        known = getattr(self, part)
        return self.changed(**{part: (*known[:at], *known[at + 1 :])})
