"""What a design says of what always holds: one relation kept again, or all that were found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from trimtab.core.design.controls.relation import relation_faults
from trimtab.core.design.design import Design
from trimtab.core.design.factors import LEFT_OUT, NO_FACTOR
from trimtab.core.errors import InputError
from trimtab.core.relations.key import Key
from trimtab.core.relations.relation import Found, Relation
from trimtab.core.source.columns import Column
from trimtab.core.study.neutral import worth_keeping


def with_kept(design: Design, found: Sequence[Found], relation: Relation) -> Design:
    """The design in which a relation holds too, before those that were found after it: let go and kept again, it is
    where it was, and the design is what it was."""
    texts = [one.relation.text for one in found]
    later = texts[texts.index(relation.text) + 1 :] if relation.text in texts else []
    places = [place for place, one in enumerate(design.relations or ()) if one.text in later]
    design = _with_role(design, relation, LEFT_OUT, "follow")
    return design.with_relation(relation, min(places, default=None))


def without_kept(design: Design, relation: Relation) -> Design:
    """The design in which a relation need not hold. The identifier of a key is carried then, as `init` has it: in a
    made row its values would say that it is a real one."""
    return _with_role(design.without_relation(relation.text), relation, ("follow",), "carry")


def _with_role(design: Design, relation: Relation, before: Sequence[str], after: str) -> Design:
    """The design with another role of the identifier whose key a relation is, if it has one of the roles `before`."""
    name = relation.factors[0]
    alone = isinstance(relation, Key) and len(relation.factors) == 1
    return design.with_factor(name, role=after) if alone and design.factor(name).role in before else design


def with_all_kept(design: Design, found: Sequence[Found], columns: Mapping[str, Column]) -> Design:
    """The design in which all holds that was found and that rows can keep, but for columns that are no factors."""
    left_out = [name for name, factor in design.factors.items() if factor.role in NO_FACTOR]
    for relation in reversed(worth_keeping(found, columns, left_out)):
        design = with_kept(design, found, relation)
    return design if design.relations is not None else design.changed(relations=())


def relation_from(entry: Mapping[str, Any], design: Design, columns: Mapping[str, Column]) -> Relation:
    """The relation of an entry as a design file has it, such as `{"order": ["start", "end"]}`. Raises InputError if it
    is none, or can't hold in these columns."""
    try:
        (relation,) = design.changed(relations=(entry,)).relations or ()
    except InputError as error:
        raise InputError(str(error).replace(f"Design `{design.name}`: relations.0: ", "")) from error
    derived = [name for name, factor in design.factors.items() if factor.role == "derive"]
    for fault in relation_faults([relation], columns, derived):
        raise fault
    return relation
