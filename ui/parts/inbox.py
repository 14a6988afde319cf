"""Operations from a component: what a person did, each applied once and in order, however often it was sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Generic, TypeVar

from trimtab.core.errors import InputError

REMEMBERED = 32  # mounts whose acknowledgements are kept; a browser tab makes a new one at every visit of the page

T = TypeVar("T")


class Inbox(Generic[T]):
    """Takes the messages of all components of a kind in a session and remembers what was applied.

    The browser sends every operation again until it is acknowledged, so the same one may arrive often.
    """

    def __init__(self, owner: str, read: Callable[[int, Mapping[str, object]], T]) -> None:
        """`owner` names the component in messages; `read` makes an operation of its number and what was sent."""
        self._owner, self._read = owner, read
        self._acks: dict[str, int] = {}

    @property
    def acks(self) -> dict[str, int]:
        """The last applied `seq` of each mount: goes back to the browser as `data["acks"]`."""
        return dict(self._acks)

    def receive(self, message: object, apply: Callable[[T], None]) -> dict[str, int]:
        """Call `apply` for each operation not seen before, in order, and return the new acknowledgements.

        `message` is `{"mount": str, "ops": [{"seq": int, …}, …]}`; None, which Streamlit gives when nothing happened,
        changes nothing. An operation counts as seen before it is applied: one that fails is not tried again, the ones
        behind it come with the next message.

        Raises: InputError for a message or an operation of another form, and whatever `apply` raises.
        """
        if message is None:
            return self.acks
        mount, operations = self._opened(message)
        seen = self._acks.pop(mount, 0)
        self._acks[mount] = seen  # the mount heard last stands last, the oldest is forgotten first
        while len(self._acks) > REMEMBERED:
            del self._acks[next(iter(self._acks))]
        for seq, raw in sorted(operations.items()):
            if seq > seen:
                self._acks[mount] = seq
                apply(self._read(seq, raw))
        return self.acks

    def _opened(self, message: object) -> tuple[str, dict[int, Mapping[str, object]]]:
        """The mount and its operations by `seq`."""
        owner = f"Message of {self._owner}"
        if not isinstance(message, Mapping):
            raise InputError(f"{owner}: must be a mapping, got {type(message).__name__}.")
        mount, raw = message.get("mount"), message.get("ops")
        if not isinstance(mount, str) or not isinstance(raw, list):
            raise InputError(f"{owner}: `mount` must be text and `ops` a list, got {mount!r} and {raw!r}.")
        operations: dict[int, Mapping[str, object]] = {}
        for operation in raw:
            seq = operation.get("seq") if isinstance(operation, Mapping) else None
            if not isinstance(seq, int) or isinstance(seq, bool) or seq < 1:
                raise InputError(f"{owner}: `seq` must be a whole number of at least 1, got {operation!r}.")
            operations[seq] = operation
        return mount, operations
