"""What always holds in the real rows, as a page shows it: evidence, examples, and whether the design keeps it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from trimtab.core.design.factors import LEFT_OUT
from trimtab.core.relations.finding import count
from trimtab.core.relations.key import Key
from trimtab.core.relations.relation import Found, Relation
from trimtab.core.shown.examples import examples
from trimtab.core.study.study import Study
from trimtab.core.words.plain import capital, listed

REPEATED = "Rows are made of real values and would repeat them, so the design can’t be met with it. Let it go."


@dataclass(frozen=True)
class Holding:
    """A relation: real `rows` that could have broken it, `exceptions` that do, and real rows as `examples`.

    `kept`: the design has it. `can_change`: a person may keep it or let it go. `remark`: what else is to be known of
    it, a sentence or nothing.
    """

    relation: Relation
    rows: int
    exceptions: int
    examples: tuple[str, ...]
    kept: bool
    can_change: bool
    remark: str


def holdings(study: Study, found: Sequence[Found]) -> tuple[Holding, ...]:
    """All that was `found` in the study's source, then what only its design has; the rows of that are counted."""
    kept = {one.text for one in study.design.relations or ()}
    known = {one.relation.text for one in found}
    own = counted(study, [one for one in study.design.relations or () if one.text not in known])
    return tuple(_holding(study, one, kept=one.relation.text in kept) for one in (*found, *own))


def counted(study: Study, relations: Sequence[Relation]) -> tuple[Found, ...]:
    """Relations that nobody found, with their rows and exceptions in the source; that they surprise is not known."""
    kinds = {name: column.kind for name, column in study.columns.items()}

    def make() -> tuple[Found, ...]:
        rows = count(study.source.path, relations, kinds)
        return tuple(Found(one, *both, surprise=0.0) for one, both in zip(relations, rows, strict=True))

    # Models may hold dictionaries, which are no keys.
    return study.memo.of("rows of relations", tuple(one.model_dump_json() for one in relations), make)


def _holding(study: Study, one: Found, *, kept: bool) -> Holding:
    relation = one.relation
    shown = study.memo.of(
        "examples of a relation", (relation.kind, relation.model_dump_json()), lambda: examples(relation, study.columns)
    )
    computed = [name for name in relation.factors if study.role(name) == "derive"]
    can_change = kept or (relation.kept_in(study.columns) and not computed)
    return Holding(
        relation, one.rows, one.exceptions, shown, kept, can_change, _remark(study, relation, kept, computed)
    )


def _remark(study: Study, relation: Relation, kept: bool, computed: Sequence[str]) -> str:
    if computed:
        return f"{listed(computed)} {_is(computed)} computed by the design, so this does not hold in generated rows."
    dropped = [name for name in relation.factors if study.role(name) in LEFT_OUT]
    able = relation.kept_in(study.columns)
    if dropped and isinstance(relation, Key) and len(relation.factors) == 1 and able:
        return f"{listed(dropped)} {_is(dropped)} left out. Kept, {relation.renewal(study.columns)}."
    if dropped:
        return f"{listed(dropped)} {_is(dropped)} left out, so there is nothing to keep."
    if not able:
        return REPEATED if kept else "Generated rows don’t keep it."
    return f"{capital(relation.renewal(study.columns))}." if kept and isinstance(relation, Key) else ""


def _is(names: Sequence[str]) -> str:
    return "is" if len(names) == 1 else "are"
