"""Operations of the sculptor arrive often, late and together; each counts once."""

from __future__ import annotations

import math
from typing import Any

import pytest

from trimtab.core.errors import InputError
from trimtab.ui.parts.inbox import REMEMBERED
from trimtab.ui.sculptor.ops import Asking, Gesture, Locking, Operation, OpsInbox, Over, SculptorInbox


def op(seq: int, **changes: Any) -> dict[str, Any]:
    made = {"seq": seq, "factor": "visib", "kind": "weights", "weights": [0.25, 0.75], "label": "drag visib"}
    return {**made, **changes}


def message(*operations: Any, mount: str = "a") -> dict[str, Any]:
    return {"mount": mount, "ops": list(operations)}


def never(operation: Operation) -> None:
    raise AssertionError(f"applied {operation}")


def test_each_operation_is_applied_once_and_in_order() -> None:
    inbox = OpsInbox()
    applied: list[Operation] = []
    assert inbox.receive(message(op(1)), applied.append) == {"a": 1}
    assert inbox.receive(message(op(3), op(1), op(2)), applied.append) == {"a": 3}
    assert inbox.receive(message(op(1), op(2), op(3)), applied.append) == {"a": 3}
    assert [operation.seq for operation in applied] == [1, 2, 3]
    assert applied[0] == Operation(1, "visib", (0.25, 0.75), "drag visib")


def test_mounts_count_for_themselves() -> None:
    inbox = OpsInbox()
    applied: list[Operation] = []
    inbox.receive(message(op(1), op(2)), applied.append)
    assert inbox.receive(message(op(1), mount="b"), applied.append) == {"a": 2, "b": 1}
    assert len(applied) == 3


def test_nothing_happened() -> None:
    inbox = OpsInbox()
    inbox.receive(message(op(1)), lambda _: None)
    assert inbox.receive(None, never) == {"a": 1}


def test_acks_are_a_copy() -> None:
    inbox = OpsInbox()
    inbox.acks["a"] = 7
    assert inbox.acks == {}


def test_a_preset_brings_its_weights() -> None:
    applied: list[Operation] = []
    OpsInbox().receive(message(op(1, kind="preset", name="flatten", label="flatten visib")), applied.append)
    assert applied == [Operation(1, "visib", (0.25, 0.75), "flatten visib", preset="flatten")]


def test_rounding_of_the_browser_is_taken_out() -> None:
    applied: list[Operation] = []
    OpsInbox().receive(message(op(1, weights=[0.1 + 1e-9, 0.2, 0.7])), applied.append)
    assert math.fsum(applied[0].weights) == pytest.approx(1, abs=1e-15)


def test_an_operation_that_fails_is_not_tried_again_and_those_behind_it_are() -> None:
    inbox = OpsInbox()
    applied: list[int] = []

    def apply(operation: Operation) -> None:
        if operation.seq == 2:
            raise InputError("Target of `visib`: refused.")
        applied.append(operation.seq)

    with pytest.raises(InputError, match="refused"):
        inbox.receive(message(op(1), op(2), op(3)), apply)
    assert inbox.acks == {"a": 2}
    assert inbox.receive(message(op(3)), apply) == {"a": 3}
    assert applied == [1, 3]


def test_the_mount_silent_for_longest_is_forgotten() -> None:
    inbox = OpsInbox()
    for mount in range(REMEMBERED):
        inbox.receive(message(op(1), mount=str(mount)), lambda _: None)
    inbox.receive(message(op(2), mount="0"), lambda _: None)
    acks = inbox.receive(message(op(1), mount="new"), lambda _: None)
    assert len(acks) == REMEMBERED
    assert "1" not in acks
    assert acks["0"] == 2


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ("drag", "must be a mapping, got str"),
        ({"ops": []}, "`mount` must be text and `ops` a list, got None and "),
        ({"mount": "a", "ops": {}}, "`mount` must be text and `ops` a list"),
        (message("drag"), "`seq` must be a whole number of at least 1, got 'drag'"),
        (message(op(0)), "`seq` must be a whole number of at least 1"),
        (message(op(True)), "`seq` must be a whole number of at least 1"),
        (message(op(1, factor=None)), "Operation 1: `factor` and `label` must be text, got None"),
        (message(op(1, kind="move")), "Operation on `visib`: `kind` must be weights or preset, got 'move'"),
        (message(op(1, kind="preset", name="flaten")), "unknown preset 'flaten'. Did you mean `flatten`"),
        (message(op(1, weights=[])), "`weights` must be a list of shares from 0 to 1, got "),
        (message(op(1, weights=[0.5, "0.5"])), "`weights` must be a list of shares"),
        (message(op(1, weights=[-0.5, 1.5])), "`weights` must be a list of shares"),
        (message(op(1, weights=[math.nan, 1])), "`weights` must be a list of shares"),
        (message(op(1, weights=[0.5, 0.4])), "`weights` must sum to 1, got 0.9"),
    ],
)
def test_another_form_is_refused(sent: object, said: str) -> None:
    with pytest.raises(InputError, match=said):
        OpsInbox().receive(sent, never)


def test_what_is_no_edit_comes_between_gestures() -> None:
    applied: list[Gesture] = []
    locks = {"seq": 1, "factor": "visib", "kind": "locks", "labels": ["0–1"]}
    asked = {"seq": 3, "factor": "visib", "kind": "between", "low": "1", "high": "2"}
    over = {"seq": 4, "factor": "visib", "kind": "over", "number": 2}
    SculptorInbox().receive(message(locks, op(2, locks=[0]), asked, over), applied.append)
    assert applied == [
        Locking(1, "visib", ("0–1",)),
        Operation(2, "visib", (0.25, 0.75), "drag visib", locks=(0,)),
        Asking(3, "visib", "1", "2"),
        Over(4, "visib", 2),
    ]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"locks": [2]}, "`locks` must be numbers of bins below 2, got \\[2\\]"),
        ({"kind": "locks", "labels": "0–1"}, "`labels` a list of texts"),
        ({"kind": "between", "low": 1, "high": "2"}, "`low` and `high` must be text"),
        ({"kind": "over", "number": "2"}, "`number` a whole number"),
    ],
)
def test_gestures_of_another_form_are_refused(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        SculptorInbox().receive(message(op(1, **changes)), lambda _: None)
