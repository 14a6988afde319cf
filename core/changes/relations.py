"""What a design says of what always holds: one relation kept again, or all that were found."""

from __future__ import annotations

from collections.abc import Sequence

from trimtab.core.design.design import Design
from trimtab.core.relations.relation import Found, Relation
from trimtab.core.study.neutral import worth_keeping


def with_kept(design: Design, found: Sequence[Found], relation: Relation) -> Design:
    """The design in which a relation holds too, before those that were found after it: let go and kept again, it is
    where it was, and the design is what it was."""
    texts = [one.relation.text for one in found]
    later = texts[texts.index(relation.text) + 1 :] if relation.text in texts else []
    places = [place for place, one in enumerate(design.relations or ()) if one.text in later]
    return design.with_relation(relation, min(places, default=None))


def with_all_kept(design: Design, found: Sequence[Found]) -> Design:
    """The design in which all holds that was found and that rows can keep, but for what it drops or computes anew."""
    left_out = [name for name, factor in design.factors.items() if factor.role in ("drop", "derive")]
    for relation in reversed(worth_keeping(found, left_out)):
        design = with_kept(design, found, relation)
    return design if design.relations is not None else design.changed(relations=())
