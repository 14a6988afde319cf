"""Operations from the sculptor: what a person did to the bars, each applied once and in order."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from trimtab.core.changes.presets import PRESETS
from trimtab.core.errors import InputError, nearest
from trimtab.ui.parts.inbox import Inbox


@dataclass(frozen=True)
class Operation:
    """One finished gesture.

    `weights` are the shares asked for, one per bin without missing, each 0 to 1, summing to 1; `label` names the step
    for undo ("drag visib"); `preset` is the name of the preset that gave the weights, None when a hand did; `locks` are
    the bins that were locked, so that the gesture did not move them.
    """

    seq: int
    factor: str
    weights: tuple[float, ...]
    label: str
    preset: str | None = None
    locks: tuple[int, ...] = ()


@dataclass(frozen=True)
class Locking:
    """The bins of a factor that are locked from now on, by their labels. A state of the page, not of the design."""

    seq: int
    factor: str
    labels: tuple[str, ...]


@dataclass(frozen=True)
class Asking:
    """Two values of a factor, as they were typed, between which the share is asked for; empty: no more."""

    seq: int
    factor: str
    low: str
    high: str


@dataclass(frozen=True)
class Over:
    """The saved version that is laid over the bars; None: none."""

    seq: int
    factor: str
    number: int | None


class OpsInbox(Inbox[Operation]):
    """The inbox of shares that are typed or drawn elsewhere than in the sculptor.

    An operation is `{"seq", "factor", "kind", "weights", "label", "name"}`.
    """

    def __init__(self) -> None:
        super().__init__("the sculptor", _operation)


Gesture = Operation | Locking | Asking | Over
"""What a sculptor sends: an edit of the design, or what the session keeps beside it."""


class SculptorInbox(Inbox[Gesture]):
    """The inbox of all sculptors of a session: operations, and what is no edit of the design, each with its "seq" and
    "factor": `{"kind": "locks", "labels"}`, `{"kind": "between", "low", "high"}`, `{"kind": "over", "number"}`."""

    def __init__(self) -> None:
        super().__init__("the sculptor", _any)


def _any(seq: int, raw: Mapping[str, object]) -> Gesture:
    readers: dict[str, Callable[[int, Mapping[str, object]], Gesture]] = {
        "locks": _locking,
        "between": _asking,
        "over": _over,
    }
    return readers.get(str(raw.get("kind")), _operation)(seq, raw)


def _locking(seq: int, raw: Mapping[str, object]) -> Locking:
    factor, labels = raw.get("factor"), raw.get("labels")
    if not isinstance(factor, str) or not isinstance(labels, list) or not all(isinstance(one, str) for one in labels):
        raise InputError(
            f"Locks {seq}: `factor` must be text and `labels` a list of texts, got {factor!r}, {labels!r}."
        )
    return Locking(seq, factor, tuple(labels))


def _asking(seq: int, raw: Mapping[str, object]) -> Asking:
    factor, low, high = (raw.get(key) for key in ("factor", "low", "high"))
    if not isinstance(factor, str) or not isinstance(low, str) or not isinstance(high, str):
        raise InputError(f"Share between {seq}: `factor`, `low` and `high` must be text, got {raw!r}.")
    return Asking(seq, factor, low, high)


def _over(seq: int, raw: Mapping[str, object]) -> Over:
    factor, number = raw.get("factor"), raw.get("number")
    if not isinstance(factor, str) or not (number is None or isinstance(number, int)):
        raise InputError(f"Version laid over {seq}: `factor` must be text and `number` a whole number, got {raw!r}.")
    return Over(seq, factor, number)


def _operation(seq: int, raw: Mapping[str, object]) -> Operation:
    factor, label, kind, name = (raw.get(key) for key in ("factor", "label", "kind", "name"))
    if not isinstance(factor, str) or not isinstance(label, str):
        raise InputError(f"Operation {seq}: `factor` and `label` must be text, got {factor!r} and {label!r}.")
    if kind not in ("weights", "preset"):
        raise InputError(f"Operation on `{factor}`: `kind` must be weights or preset, got {kind!r}.")
    if kind == "preset" and name not in PRESETS:
        raise InputError(f"Operation on `{factor}`: unknown preset {name!r}.{nearest(str(name), PRESETS)}")
    weights = _weights(factor, raw.get("weights"))
    locks = _locks(factor, raw.get("locks", []), len(weights))
    return Operation(seq, factor, weights, label, str(name) if kind == "preset" else None, locks)


def _locks(factor: str, raw: object, bins: int) -> tuple[int, ...]:
    if not isinstance(raw, list) or not all(isinstance(one, int) and 0 <= one < bins for one in raw):
        raise InputError(f"Operation on `{factor}`: `locks` must be numbers of bins below {bins}, got {raw!r}.")
    return tuple(raw)


def _weights(factor: str, raw: object) -> tuple[float, ...]:
    """Shares that sum to 1; rounding of the browser's arithmetic is taken out."""
    if not isinstance(raw, list) or not raw or not all(_is_share(weight) for weight in raw):
        raise InputError(f"Operation on `{factor}`: `weights` must be a list of shares from 0 to 1, got {raw!r}.")
    total = math.fsum(raw)
    if not math.isclose(total, 1, abs_tol=1e-6):
        raise InputError(f"Operation on `{factor}`: `weights` must sum to 1, got {total}.")
    return tuple(weight / total for weight in raw)


def _is_share(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1 + 1e-9
