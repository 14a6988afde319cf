"""Operations from the sculptor: what a person did to the bars, each applied once and in order."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from trimtab.core.changes.presets import PRESETS
from trimtab.core.errors import InputError, nearest

REMEMBERED = 32  # mounts whose acknowledgements are kept; a browser tab makes a new one at every visit of the page


@dataclass(frozen=True)
class Operation:
    """One finished gesture.

    `weights` are the shares asked for, one per bin without missing, each 0 to 1, summing to 1; `label` names the step
    for undo ("drag visib"); `preset` is the name of the preset that gave the weights, None when a hand did.
    """

    seq: int
    factor: str
    weights: tuple[float, ...]
    label: str
    preset: str | None = None


class OpsInbox:
    """Takes the messages of all sculptors of a session and remembers what was applied.

    The browser sends every operation again until it is acknowledged, so the same one may arrive often.
    """

    def __init__(self) -> None:
        self._acks: dict[str, int] = {}

    @property
    def acks(self) -> dict[str, int]:
        """The last applied `seq` of each mount: goes back to the browser as `data["acks"]`."""
        return dict(self._acks)

    def receive(self, message: object, apply: Callable[[Operation], None]) -> dict[str, int]:
        """Call `apply` for each operation not seen before, in order, and return the new acknowledgements.

        `message` is `{"mount": str, "ops": [{"seq", "factor", "kind", "weights", "label", "name"}, ...]}`; None, which
        Streamlit gives when nothing happened, changes nothing. An operation counts as seen before it is applied: one
        that fails is not tried again, the ones behind it come with the next message.

        Raises: InputError for a message or an operation of another form, and whatever `apply` raises.
        """
        if message is None:
            return self.acks
        mount, operations = _opened(message)
        seen = self._acks.pop(mount, 0)
        self._acks[mount] = seen  # the mount heard last stands last, the oldest is forgotten first
        while len(self._acks) > REMEMBERED:
            del self._acks[next(iter(self._acks))]
        for seq, raw in sorted(operations.items()):
            if seq > seen:
                self._acks[mount] = seq
                apply(_operation(seq, raw))
        return self.acks


def _opened(message: object) -> tuple[str, dict[int, Mapping[str, object]]]:
    """The mount and its operations by `seq`."""
    if not isinstance(message, Mapping):
        raise InputError(f"Message of the sculptor: must be a mapping, got {type(message).__name__}.")
    mount, raw = message.get("mount"), message.get("ops")
    if not isinstance(mount, str) or not isinstance(raw, list):
        raise InputError(f"Message of the sculptor: `mount` must be text and `ops` a list, got {mount!r} and {raw!r}.")
    operations: dict[int, Mapping[str, object]] = {}
    for operation in raw:
        seq = operation.get("seq") if isinstance(operation, Mapping) else None
        if not isinstance(seq, int) or isinstance(seq, bool) or seq < 1:
            raise InputError(f"Message of the sculptor: `seq` must be a whole number of at least 1, got {operation!r}.")
        operations[seq] = operation
    return mount, operations


def _operation(seq: int, raw: Mapping[str, object]) -> Operation:
    factor, label, kind, name = (raw.get(key) for key in ("factor", "label", "kind", "name"))
    if not isinstance(factor, str) or not isinstance(label, str):
        raise InputError(f"Operation {seq}: `factor` and `label` must be text, got {factor!r} and {label!r}.")
    if kind not in ("weights", "preset"):
        raise InputError(f"Operation on `{factor}`: `kind` must be weights or preset, got {kind!r}.")
    if kind == "preset" and name not in PRESETS:
        raise InputError(f"Operation on `{factor}`: unknown preset {name!r}.{nearest(str(name), PRESETS)}")
    return Operation(seq, factor, _weights(factor, raw.get("weights")), label, str(name) if kind == "preset" else None)


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
