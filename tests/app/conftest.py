"""The app as a script, with a workspace of its own for every test."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.workspace import Workspace

ROOT = Path(__file__).parents[2]
Start = Callable[..., AppTest]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.setenv("TRIMTAB_HOME", str(tmp_path / "home"))
    return Workspace(tmp_path / "home")


@pytest.fixture
def start(home: Workspace) -> Start:
    """`start(page="", design=None) -> AppTest`: a new session on a page, opened by its address."""

    def run(page: str = "", design: str | None = None) -> AppTest:
        app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
        if design is not None:
            app.query_params["design"] = design
        app.run()
        if page:
            app.switch_page(f"pages/{page}.py").run()
        assert not app.exception, [one.value for one in app.exception]
        return app

    return run
