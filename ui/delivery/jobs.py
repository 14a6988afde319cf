"""Generation in the background: one job per design in this process, with progress, cancel and how it ended.

The files come first; a job then goes on to count copies of real rows, which nobody has to wait for.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from trimtab.core.delivery.outputs import copy_rows, delete_output, new_path
from trimtab.core.delivery.receipt import MEASURING, Delivery, compare, deliver_rows
from trimtab.core.delivery.splitting import deliver_split, place_of
from trimtab.core.design.files import revised
from trimtab.core.errors import CancelledError, TrimtabError
from trimtab.core.formats import format_of
from trimtab.core.study.study import Study
from trimtab.core.workspace.workspace import Workspace

TAKES = {MEASURING: 2e-6}
"""Seconds a row that it took last time to measure the promises."""
COUNTING = "Counting copies of real rows"

State = Literal["running", "done", "cancelled", "failed"]


@dataclass(frozen=True)
class Status:
    """A job as it is at one moment.

    `done` of `total` rows are made (`done` is 0 before the first block); `rate` is rows per second since the first
    block, `left` the seconds until the files are there; both None while they can't be told. `share` is how much of that
    is done, 0 to 1, as far as one can know. `ready`: the files are there, and copies are being counted or were.
    `error` says why it failed.
    """

    state: State
    ready: bool
    stage: str
    done: int
    total: int
    rate: float | None
    left: float | None
    share: float
    error: str


def told(message: str) -> str:
    """What a job is doing, as the page says it."""
    return message[:1].upper() + message[1:]


@dataclass(eq=False)
class Job:
    """Rows of one design on their way to `path`; `text` is the one that the design has in the workspace, `shares` are
    those of the parts of a split, if there are any.

    Everything but `cancel` and `status` belongs to the job's thread.
    """

    study: Study
    path: Path
    suffix: str
    text: str
    shares: Mapping[str, float] = field(default_factory=dict)
    _cancel: threading.Event = field(default_factory=threading.Event)
    _state: State = "running"
    _ready: bool = False
    _stage: str = "Fitting the design"
    _done: int = 0
    _first: tuple[int, float] | None = None
    _last: float = 0.0
    _began: float = field(default_factory=time.monotonic)
    _stage_began: float = 0.0
    _share: float = 0.0
    _error: str = ""

    def cancel(self) -> None:
        """Ask the job to stop. Before the files are there what it wrote is taken away, afterwards they stay."""
        self._cancel.set()

    def status(self) -> Status:
        """How far it is."""
        total, done = self.study.size, self._done
        first, began = self._first or (0, self._last)
        rate = (done - first) / (self._last - began) if self._last > began else None
        left = self._left(rate)
        if left is not None:
            spent = time.monotonic() - self._began
            self._share = max(self._share, spent / (spent + left))
        return Status(self._state, self._ready, self._stage, done, total, rate, left, self._share, self._error)

    def _left(self, rate: float | None) -> float | None:
        """The seconds until the files are there, as far as one can know: by the rate of the rows, and by how long it
        took last time to measure them."""
        after = TAKES[MEASURING] * self.study.size
        if self._done < self.study.size:
            return (self.study.size - self._done) / rate + after if rate else None
        return 0.0 if self._ready else max(0.0, after - (time.monotonic() - self._stage_began))

    def run(self) -> None:
        """Make the rows, the receipt, the design's file and the copy asked for, or nothing at all; then count."""
        state: State = "done"
        try:
            self._deliver()
        except CancelledError:
            state = "done" if self._ready else "cancelled"
        except TrimtabError as error:
            state, self._error = "failed", str(error)
        except Exception as error:  # noqa: BLE001 - a thread has no one to raise to; the page shows it
            kept = "The files are there, copies were not counted." if self._ready else "Nothing was kept."
            state, self._error = "failed", f"Generating stopped unexpectedly: {error!r}. {kept}"
        if state != "done" and not self._ready:
            for name in self.shares or [""]:
                delete_output(place_of(self.path, name, format_of(self.path)) if name else self.path)
        self._state = state

    def _deliver(self) -> None:
        made = self._made()
        self._check()
        TAKES[MEASURING] = (time.monotonic() - self._stage_began) / max(1, made[-1].written.rows)
        if self.suffix != self.path.suffix:
            self._stage = f"Writing {self.suffix.removeprefix('.')}"
            for one in made:
                copy_rows(one.path, one.path.with_suffix(self.suffix), progress=lambda *_: self._check())
            self._check()
        self._stage, self._ready = COUNTING, True
        for one in made:
            compare(self.study, one, progress=lambda *_: self._check())

    def _made(self) -> list[Delivery]:
        text = revised(self.text, self.study.design)
        options: dict[str, Any] = {"workers": max(1, (os.cpu_count() or 1) - 1), "progress": self._progress}
        options["replace"] = True  # the folder of outputs is Trimtab's own
        if not self.shares:
            beside = {self.path.with_suffix(".yaml"): text}
            return [deliver_rows(self.study, self.path, beside=beside, **options)]
        form = format_of(self.path)
        made = deliver_split(self.study, self.path, self.shares, form, beside={".yaml": text}, **options)
        return list(made.values())

    def _progress(self, done: int, total: int, message: str) -> None:
        self._check()
        now = time.monotonic()
        if self._first is None:
            # The first block waits for the fit and the plan; rows per second are those of the blocks after it.
            self._first = done, now
        if message == MEASURING:
            self._stage, self._stage_began = told(message), now
            return
        self._done, self._last, self._stage, self._stage_began = done, now, "Making rows", now

    def _check(self) -> None:
        if self._cancel.is_set():
            raise CancelledError("Generating was cancelled; nothing was kept.")


class Jobs:
    """The jobs of this process by design, safe to use from many sessions."""

    def __init__(self) -> None:
        self._jobs: dict[tuple[Path, str], Job] = {}
        self._lock = threading.Lock()

    def get(self, workspace: Workspace, design_id: str) -> Job | None:
        """The job of a design that was started last, running or ended; None after `forget`."""
        with self._lock:
            return self._jobs.get(_key(workspace, design_id))

    def start(
        self, workspace: Workspace, design_id: str, study: Study, suffix: str, shares: Mapping[str, float] | None = None
    ) -> Job:
        """Start a job; while one is making rows of this design it is given back instead. One that only counts copies
        is told to leave that. Raises NotAllowedError if whoever works with the workspace may not edit."""
        workspace.check_edit()
        with self._lock:
            running = self._jobs.get(_key(workspace, design_id))
            if running is not None and running.status().state == "running":
                if not running.status().ready:
                    return running
                running.cancel()
            job = Job(
                study,
                new_path(outputs_folder(workspace, design_id), design_id),
                suffix,
                workspace.design_text(design_id),
                shares or {},
            )
            self._jobs[_key(workspace, design_id)] = job
            # A daemon: a server that is stopped must not wait for the rows; the file appears whole or not at all.
            threading.Thread(target=job.run, name=f"generate {design_id}", daemon=True).start()
            return job

    def forget(self, workspace: Workspace, design_id: str) -> None:
        """Let go of a job that has ended."""
        with self._lock:
            job = self._jobs.get(_key(workspace, design_id))
            if job is not None and job.status().state != "running":
                del self._jobs[_key(workspace, design_id)]


JOBS = Jobs()
"""The jobs of this process: they outlive a page, a session and a reload of the browser."""


def outputs_folder(workspace: Workspace, design_id: str) -> Path:
    """Where a design's outputs lie."""
    return workspace.output(design_id, "any").parent


def _key(workspace: Workspace, design_id: str) -> tuple[Path, str]:
    return workspace.home.resolve(), design_id
