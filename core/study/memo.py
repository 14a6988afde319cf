"""What a study computed, kept for the next edit by all that it depends on, within a bound in bytes."""

from __future__ import annotations

import threading
from collections import Counter, OrderedDict
from collections.abc import Callable, Hashable, Mapping
from typing import TypeVar, cast

from trimtab.core.study.ledger import Ledger

T = TypeVar("T")

MOST_BYTES = 256 * 2**20
"""A memo may hold so much, or as much as the source itself takes in memory if that is more: of a large source every
array of one code for each row is large."""


class Memo:
    """Answers by what they are of and a key of all that they depend on; those used longest ago go first.

    A key is made of values that compare by what they mean (texts, tuples, frozen dataclasses) and of objects that
    compare by identity (columns, groundings, cells): it holds these, so that none of them is ever taken for another.
    All studies of one opened source share one memo, so the bound is for all of them; it may be used from several
    threads. `lent` is what the studies hold anyway and what is not counted, `most` the bound in bytes: an answer that
    alone takes more is not kept.
    """

    __slots__ = (
        "_kept",
        "_ledger",
        "_lent",
        "_lock",
        "most",
    )  # so no ledger looks into the memo of a study that it holds

    def __init__(self, lent: object = None, *, most: int | None = None) -> None:
        self._kept: OrderedDict[tuple[str, Hashable], object] = OrderedDict()
        self._ledger = Ledger()
        self._lock = threading.Lock()
        self._ledger.hold(lent)
        self._lent = self._ledger.size
        self.most = max(MOST_BYTES, self._lent) if most is None else most

    def of(self, what: str, key: Hashable, make: Callable[[], T]) -> T:
        """The answer that is kept of `what` for an equal `key`, else a new one. What `make` raises is not kept.

        `what` says in plain words what is kept and is the same for all keys.
        """
        whole = (what, key)
        with self._lock:
            if whole in self._kept:
                self._kept.move_to_end(whole)
                return cast(T, self._kept[whole])
        made = make()  # not under the lock: it may ask for other answers
        with self._lock:
            return cast(T, self._keep(whole, made))

    @property
    def size(self) -> int:
        """Bytes that it holds beside what was lent; never more than `most`."""
        return self._ledger.size - self._lent

    @property
    def counts(self) -> Mapping[str, int]:
        """How many answers there are of each `what`."""
        with self._lock:
            return Counter(what for what, _ in self._kept)

    def clear(self) -> None:
        """Forget all."""
        with self._lock:
            while self._kept:
                self._forget_oldest()

    def _keep(self, whole: tuple[str, Hashable], made: object) -> object:
        if whole in self._kept:  # another thread was first: what is compared by identity must be one object
            return self._kept[whole]
        before, entry = self._ledger.size, (whole, made)
        for part in entry:
            self._ledger.hold(part)
        if self._ledger.size - before > self.most:
            for part in entry:
                self._ledger.release(part)
            return made
        self._kept[whole] = made
        while self.size > self.most:
            self._forget_oldest()
        return made

    def _forget_oldest(self) -> None:
        for part in self._kept.popitem(last=False):
            self._ledger.release(part)
