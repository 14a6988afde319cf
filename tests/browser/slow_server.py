"""Streamlit's command line, for an app whose runs take as long as a file says: what is done while Python is busy."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

from streamlit.web import cli

from trimtab.ui.shell import session


def slowed(header: Callable[[str], None]) -> Callable[[str], None]:
    """Every run of every page draws the header: after what was asked for was done, before the fields are drawn."""

    def run(page: str) -> None:
        time.sleep(float(Path(os.environ["TRIMTAB_TEST_SECONDS"]).read_text()))
        header(page)

    return run


if __name__ == "__main__":
    session.header = slowed(session.header)
    cli.main()
