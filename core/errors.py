"""The errors a person can meet: each says what is wrong, where, and what would be right."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable

Progress = Callable[[int, int, str], None]
"""Called with (done, total, message) during long work; raise `CancelledError` inside it to stop."""


class TrimtabError(Exception):
    """Base of every error meant for a person. `exit_code` is what the command line returns."""

    exit_code = 2


class InputError(TrimtabError):
    """A file, a design or a value is wrong."""


class NotAllowedError(InputError):
    """Where people sign in: this person may not do that."""


class ConflictError(TrimtabError):
    """The controls of a design can't be met together."""

    exit_code = 3


class PromiseError(TrimtabError):
    """A promise of the design was not kept by the rows."""

    exit_code = 1


class CancelledError(TrimtabError):
    """The person stopped a long job; nothing was written."""

    exit_code = 1


def nearest(name: str, known: Iterable[str], shown: int = 8) -> str:
    """A hint for an unknown name: the nearest known one, then what exists (at most `shown` names)."""
    names = [str(k) for k in known]
    if not names:
        return ""
    match = difflib.get_close_matches(name, names, n=1, cutoff=0.6) or [k for k in names if k.lower() == name.lower()]
    listed = ", ".join(names[:shown]) + (f" and {len(names) - shown} more" if len(names) > shown else "")
    hint = f" Did you mean `{match[0]}`?" if match else ""
    return f"{hint} Known: {listed}."
