"""The fingerprint of a design: one text for all that decides its rows, by which approvals and outputs know it again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from trimtab.core.design.controls.kind import KINDS
from trimtab.core.design.factors import Factor

TOLD = ("name", "description", "source")
"""Parts that decide no row; of the source its bytes do, and how they are read."""
TOLD_OF_FACTOR = ("unit", "description")
"""What is said of a factor that decides no row."""


def fingerprint_of(design: Mapping[str, Any]) -> str:
    """SHA-256, 64 hex digits, over what decides the rows of a design that is given as JSON has it.

    Designs with the same fingerprint give the same rows at the same seed, and the same bytes of them if they tell the
    same units and descriptions, which go with the rows.
    """
    # A part that the design does not use says nothing, so that a new kind of control changes no old fingerprint.
    unused = {kind.part for kind in KINDS.values() if kind.part not in ("", "events") and not design[kind.part]}
    if design["relations"] is not None:  # that nothing was found is something that was looked for
        unused.discard("relations")
    if design["mode"] != "blend":
        unused.add("blend")
    matters = {part: said for part, said in design.items() if part not in {*TOLD, *unused}}
    matters["source"] = _source(design["source"])
    factors = {name: _factor(said) for name, said in design["factors"].items()}
    matters["factors"] = {name: said for name, said in factors.items() if said is not None}
    if "levels" in matters:  # the order of their shares is that of the score
        matters["levels"] = {
            name: {**level, "shares": list(level["shares"].items())} for name, level in matters["levels"].items()
        }
    if order := _order(design):
        matters["order"] = order
    return hashlib.sha256(json.dumps(matters, sort_keys=True).encode()).hexdigest()


def _source(said: Mapping[str, Any] | None) -> Any:
    """The bytes of a source by their SHA-256, and how they are to be read, where that is said."""
    if said is None:
        return None
    reading = {field: value for field, value in said.items() if field not in ("path", "sha256") and value is not None}
    return {"sha256": said["sha256"], **reading} if reading else said["sha256"]


def _factor(said: Mapping[str, Any]) -> dict[str, Any] | None:
    """What is said of a factor beside what people are told; None if that is nothing."""
    plain = Factor(**{field: said[field] for field in TOLD_OF_FACTOR}).model_dump(mode="json")
    if said == plain:
        return None
    unsaid = (("expression", None), ("format", None), ("order", None))  # of later versions: approvals given before stay
    told = (*TOLD_OF_FACTOR, *(field for field, value in unsaid if said[field] == value))
    return {field: value for field, value in said.items() if field not in told}


def _order(design: Mapping[str, Any]) -> dict[str, list[str]]:
    """The names whose order decides rows or columns, by the path of their mapping, wherever it is not the alphabet's.

    Columns of a source stand in the source's order and quantiles in that of their shares, so these are not asked.
    """
    declared = design["source"] is None
    named: dict[str, Any] = {
        "factors": {name: said for name, said in design["factors"].items() if declared or said["role"] == "derive"},
        **{part: design[part] for part in ("events", "levels", "labels")},
    }
    for name, said in design["factors"].items():
        named[f"factors.{name}"] = (said["target"] or {}).get("weights")
    for at, pair in enumerate(design["pairs"]):
        named[f"pairs.{at}"] = pair["weights"]
        if isinstance(pair["weights"], Mapping):
            named |= {f"pairs.{at}.{level}": row for level, row in pair["weights"].items()}
    orders = {path: list(names) for path, names in named.items() if isinstance(names, Mapping)}
    return {path: names for path, names in orders.items() if names != sorted(names)}
