"""The tabs of the page design: one for each kind of control that has a file here, in the order of its `@tab_at`."""

from __future__ import annotations

from trimtab.core.registering import import_files
from trimtab.ui import controls
from trimtab.ui.controls.tab import TABS, Tab

import_files(controls.__name__, controls.__path__)


def tabs() -> dict[str, Tab]:
    """The tabs by their part of the design file, in the order in which they stand."""
    return {tab.part: tab for tab in TABS}
