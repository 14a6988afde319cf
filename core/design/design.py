"""The design: what the training set should contain. Declarative; it never calls the engine."""

from __future__ import annotations

import hashlib
import json
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError, model_validator

from core.design.controls import Event, Floor, Label, LevelMix, Pair, Sweep
from core.design.factors import Factor
from core.design.faults import explain, not_built
from core.design.fields import Identifier, Model, Name, Sha256, Text, broken
from core.errors import InputError, nearest

Rows = Annotated[int, Field(strict=True, ge=1)]
Seed = Annotated[int, Field(strict=True, ge=0, lt=2**63)]


class SourceRef(Model):
    """The real data a design stands on."""

    path: Text = Field(description="Relative to the design file.")
    sha256: Sha256 | None = Field(default=None, description="SHA-256 of the file's bytes.")


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
    rows: Rows = Field(default=10_000, description="Rows to generate.")
    mode: Literal["standalone", "supplement"] = Field(
        default="standalone", description="The rows alone meet the design, or the source and the rows together."
    )
    source: SourceRef | None = Field(default=None, description="The real data.")
    factors: dict[Name, Factor] = Field(default={}, description="Column -> what is said of it.")
    pairs: tuple[Pair, ...] = Field(default=(), description="How two factors depend on each other.")
    events: dict[Identifier, Event] = Field(default={}, description="Name -> condition and how often it is true.")
    levels: dict[Identifier, LevelMix] = Field(default={}, description="Name -> score, cuts and shares.")
    labels: dict[Identifier, Label] = Field(default={}, description="Name -> how the label is made.")
    rules: tuple[Text, ...] = Field(default=(), description="SQL conditions that are true in every row.")
    sweeps: tuple[Sweep, ...] = Field(default=(), description="Groups of rows that differ in one factor.")
    floors: tuple[Floor, ...] = Field(default=(), description="Combinations that occur at least so often.")
    output: Output = Field(default=Output(), description="What the rows are written with.")

    @model_validator(mode="after")
    def _parts_agree(self) -> Design:
        if self.source is None:
            broken(not_built("a design without `source`", "add the source"))
        many = [f"`{name}` ({event.rows})" for name, event in self.events.items() if (event.rows or 0) > self.rows]
        if many:
            broken(f"events can't ask for more rows than the design's {self.rows}, got {', '.join(many)}")
        return self

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

    def with_event(self, name: str, **changes: Any) -> Design:
        """A copy in which an event is added or its fields are changed; a `rate` replaces `rows`, and `rows` a rate."""
        before = dict(self.events[name]) if name in self.events else {}
        size = {"rate", "rows"} & changes.keys()
        kept = {field: value for field, value in before.items() if not size or field == "when"}
        return self.changed(events={**self.events, name: {**kept, **changes}})

    def without(self, event: str) -> Design:
        """A copy without one event. Raises InputError if there is none of this name."""
        if event not in self.events:
            raise InputError(f"Design `{self.name}`: there is no event `{event}`.{nearest(event, self.events)}")
        return self.changed(events={name: kept for name, kept in self.events.items() if name != event})

    def without_factor(self, name: str) -> Design:
        """A copy that says nothing of a column, so that it follows."""
        return self.changed(factors={known: factor for known, factor in self.factors.items() if known != name})

    def fingerprint(self) -> str:
        """SHA-256 over what decides the rows: not name, description, units or the source's path."""
        matters = self.model_dump(mode="json", exclude={"name", "description", "source"})
        matters["source"] = self.source.sha256 if self.source else None
        matters["factors"] = {
            name: {field: value for field, value in factor.items() if field != "unit"}
            for name, factor in matters["factors"].items()
            if self.factors[name] != Factor(unit=self.factors[name].unit)
        }
        return hashlib.sha256(json.dumps(matters, sort_keys=True).encode()).hexdigest()
