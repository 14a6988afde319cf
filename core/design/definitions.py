"""Columns computed from others: derived factors, level mixes and labels, each as one expression over the source."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from trimtab.core.design.controls.kind import Defining
from trimtab.core.design.definition import Definition, kind_of
from trimtab.core.design.design import Design
from trimtab.core.design.factors import LEFT_OUT, NO_FACTOR, Factor
from trimtab.core.errors import InputError, nearest
from trimtab.core.expressions import Predicate, Scalar, parse_predicate, parse_scalar
from trimtab.core.source.columns import Column
from trimtab.core.source.kinds import Kind

LONGEST_CHAIN = 30
"""Definitions that may be named one through the other."""


@dataclass(frozen=True)
class _Meanings(Mapping[str, Scalar]):
    """What names stand for, read when it is asked for, on behalf of the expression of `owner`."""

    language: Language
    owner: str

    def __getitem__(self, name: str) -> Scalar:
        if name not in self.language.names:
            raise KeyError(name)
        return self.language.meaning(name, self.owner)

    def __contains__(self, name: object) -> bool:
        return name in self.language.names

    def __iter__(self) -> Iterator[str]:
        return iter(self.language.names)

    def __len__(self) -> int:
        return len(self.language.names)


@dataclass
class Language:
    """What the expressions of a design may name: columns that are factors, derived factors, levels and labels.

    Definitions are read when they are first named, so `definitions` is in an order that can be computed. A fault in
    one is raised again, in the same words, by whatever names it.
    """

    design: Design
    columns: Mapping[str, Column]
    definitions: dict[str, Definition] = field(default_factory=dict)
    _faults: dict[str, InputError] = field(default_factory=dict)
    _open: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        derived = {name: factor for name, factor in self.design.factors.items() if factor.role == "derive"}
        self._parts: dict[str, Factor | Defining] = {**derived, **self.design.levels, **self.design.labels}
        self._kinds: dict[str, str] = {
            name: column.kind for name, column in self.columns.items() if self.design.factor(name).role not in NO_FACTOR
        }

    def predicate(self, text: str, *, owner: str) -> Predicate:
        """A condition. Raises InputError, naming `owner`, for all that `parse_predicate` refuses, a column that is
        dropped, a label with a probability, and names that are computed from what names them."""
        return parse_predicate(text, self._kinds, owner=owner, definitions=_Meanings(self, owner))

    def scalar(self, text: str, *, owner: str) -> Scalar:
        """An expression with any result, under the same checks."""
        return parse_scalar(text, self._kinds, owner=owner, definitions=_Meanings(self, owner))

    def event(self, name: str) -> Predicate:
        """The condition of an event."""
        return self.predicate(self.design.events[name].when, owner=f"Event `{name}`")

    def rule(self, rule: str) -> Predicate:
        """The condition of a rule."""
        return self.predicate(rule, owner=f"Rule `{rule}`")

    def define(self, name: str) -> Definition:
        """The definition of a derived factor, a level mix or a label; what it names is defined before it."""
        if name in self._faults:
            raise self._faults[name]
        if name not in self.definitions:
            self._open.append(name)
            try:
                self.definitions[name] = self._definition(name)
            except InputError as error:
                self._faults[name] = error
                raise
            finally:
                self._open.pop()
        return self.definitions[name]

    def define_all(self) -> dict[str, Definition]:
        """Every definition. Raises one InputError with a line for each fault."""
        faults = []
        for name in self._parts:
            try:
                self.define(name)
            except InputError as error:
                faults.append(str(error))
        if faults:
            raise InputError("\n".join(dict.fromkeys(faults)))
        return self.definitions

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Names that are no plain column: what is computed, then what is carried or dropped."""
        none = [name for name, factor in self.design.factors.items() if factor.role in LEFT_OUT]
        return tuple(dict.fromkeys((*self._parts, *none)))

    def meaning(self, name: str, owner: str) -> Scalar:
        """The expression that one of `names` stands for. Raises InputError, naming `owner`, if it stands for none."""
        part = self._parts.get(name)
        if part is None and self.role_of(name) == "carry":
            raise InputError(
                f"{owner}: `{name}` has role carry: it is no factor, a real row brings its own value and a made one "
                "has none, so nothing can name it. Let it follow if it is to be controlled."
            )
        if part is None:
            raise InputError(f"{owner}: `{name}` has role drop, so the rows don't have it and nothing can name it.")
        if name in self._open:
            way = " → ".join([*self._open[self._open.index(name) :], name])
            raise InputError(f"{owner}: no column can be computed from itself: {way}.")
        if not isinstance(part, Factor) and not part.nameable:
            raise InputError(
                f"{owner}: the label `{name}` is drawn with a probability once all conditions are decided, so none can "
                "name it; a label with a `rule` can be named."
            )
        if len(self._open) >= LONGEST_CHAIN:
            raise InputError(f"{owner}: more than {LONGEST_CHAIN} columns are computed one from the other.")
        return self.define(name).scalar

    def kind_of(self, name: str, *, owner: str) -> Kind:
        """The kind of a factor, a level mix or a label that a control of `owner` names. Raises InputError for what it
        can't name, as for a condition."""
        if name in self.names:
            self.meaning(name, owner)
            return self.define(name).kind
        if name not in self.columns:
            raise InputError(
                f"{owner}: there is no factor `{name}`.{nearest(name, dict.fromkeys((*self._kinds, *self.names)))}"
            )
        return self.columns[name].kind

    def role_of(self, name: str) -> str:
        """The role of a factor; `follow` if the design says nothing."""
        return self.design.factor(name).role

    def _definition(self, name: str) -> Definition:
        part = self._parts[name]
        return self._derived(name, part) if isinstance(part, Factor) else part.define(name, self)

    def _derived(self, name: str, factor: Factor) -> Definition:
        owner = f"Factor `{name}`"
        scalar = self.varying(factor.expression or "", owner)
        natural = kind_of(scalar)
        kind = factor.kind or natural
        fits: dict[Kind, tuple[Kind, ...]] = {
            "continuous": ("continuous", "count", "categorical"),
            "count": ("count", "continuous", "categorical"),
        }
        allowed = fits.get(natural, tuple(dict.fromkeys((natural, "categorical"))))
        if kind not in allowed:
            raise InputError(f"{owner}: an expression of kind {natural} can be {' or '.join(allowed)}, not {kind}.")
        if kind == "categorical" and scalar.type != "text":
            text = parse_scalar("CAST(x AS VARCHAR)", {}, owner=owner, definitions={"x": scalar})
            scalar = replace(text, text=scalar.text)
        factor.check_edges(name, kind)
        return Definition(name, "derive", kind, scalar)

    def number(self, text: str, owner: str) -> Scalar:
        """An expression that gives a number for each row."""
        scalar = self.scalar(text, owner=owner)
        if scalar.type != "number":
            raise InputError(f"{owner}: `{text}` must be a number for each row.")
        return scalar

    def varying(self, text: str, owner: str) -> Scalar:
        """An expression that names some column, so that it is not the same for every row."""
        scalar = self.scalar(text, owner=owner)
        if not scalar.columns:
            raise InputError(f"{owner}: `{text}` names no column: it is the same for every row.")
        return scalar


def definitions_of(design: Design, columns: Mapping[str, Column]) -> dict[str, Definition]:
    """The columns that a design computes, by name, in an order in which they can be computed.

    Raises one InputError with a line for each that can't be read, that names what is dropped, or that is computed from
    itself.
    """
    return Language(design, columns).define_all()


def event_predicate(design: Design, name: str, columns: Mapping[str, Column]) -> Predicate:
    """The condition of an event over columns of the source. Raises InputError, naming the event."""
    return Language(design, columns).event(name)


def rule_predicates(design: Design, columns: Mapping[str, Column]) -> tuple[Predicate, ...]:
    """The conditions of all rules, in the order of the design. Raises InputError, naming the rule."""
    return tuple(map(Language(design, columns).rule, design.rules))
