"""Streamlit's command line, for an app whose runs take as long as a file says: what is done while Python is busy."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from streamlit.web import cli

from trimtab.ui.session import document
from trimtab.ui.shell import session


def seconds() -> float:
    """How long a run takes now."""
    return float(Path(os.environ["TRIMTAB_TEST_SECONDS"]).read_text())


def slowed(header: Callable[[str], None]) -> Callable[[str], None]:
    """Every run of every page draws the header: after what was asked for was done, before the fields are drawn."""

    def run(page: str) -> None:
        time.sleep(seconds())
        header(page)

    return run


def long(edit: Callable[..., bool]) -> Callable[..., bool]:
    """Every edit is made in a callback, which is still at work when the button is let go that ended the typing."""

    def make(*args: Any, **kwargs: Any) -> bool:
        time.sleep(seconds() / 2)
        return edit(*args, **kwargs)

    return make


if __name__ == "__main__":
    session.header = slowed(session.header)
    document.edit = session.edit = long(document.edit)
    cli.main()
