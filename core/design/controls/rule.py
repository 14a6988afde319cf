"""Rules: conditions that every row meets."""

from __future__ import annotations

from trimtab.core.design.controls.kind import Kind


class RuleKind(Kind):
    """Rules: conditions that every row meets."""

    word, part, noun, place = "rule", "rules", "rule", 70
    gives_way = "Remove the rule"

    @classmethod
    def asks(cls, share: str) -> str:
        return "is to be true in every row"
