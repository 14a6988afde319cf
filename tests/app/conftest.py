"""The app as a script, with a workspace of its own for every test."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.patience import PATIENCE
from trimtab.core.delivery.receipt import deliver
from trimtab.core.design.files import loads
from trimtab.core.source.spool import Source
from trimtab.core.study.study import Study, open_study
from trimtab.core.workspace.workspace import Workspace

ROOT = Path(__file__).parents[2]
FEW = """
trimtab: 1
name: few
seed: 3
rows: 2000
source: {path: crashes.csv, sha256: %s}
factors:
  sex: {role: target, target: {family: categorical, weights: {m: 3, f: 1}}}
  weight: {role: drop}
events:
  fast: {when: "dvcat = '55+'", rate: 0.2}
"""

Start = Callable[..., AppTest]


@pytest.fixture(autouse=True)
def _nothing_to_scan(learned_once: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """For each AppTest Streamlit reads the metadata of all that is installed, 0.2 s each, for components of other
    packages: no page has one."""
    monkeypatch.setattr("importlib.metadata.distributions", lambda: iter(()))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.setenv("TRIMTAB_HOME", str(tmp_path / "home"))
    return Workspace(tmp_path / "home")


@pytest.fixture
def start(home: Workspace) -> Start:
    """`start(page="", design=None, user=None) -> AppTest`: a new session on a page, opened by its address.

    `user` is what the provider says of who signed in.
    """

    def run(page: str = "", design: str | None = None, user: dict[str, object] | None = None) -> AppTest:
        app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=PATIENCE)
        if design is not None:
            app.query_params["design"] = design
        app.user.update(user or {})
        app.run()
        if page:
            app.switch_page(f"pages/{page}.py").run()
        assert not app.exception, [one.value for one in app.exception]
        return app

    return run


@pytest.fixture(scope="session")
def crashes(tmp_path_factory: pytest.TempPathFactory) -> Source:
    """The crash records in a workspace of their own."""
    return Workspace(tmp_path_factory.mktemp("crashes")).spool(ROOT / "sample_data" / "crashes.csv")


@pytest.fixture(scope="session")
def study(crashes: Source) -> Study:
    """A design on the crash records: a target, a factor that is dropped, an event."""
    return open_study(loads(FEW % crashes.sha256), crashes)


@pytest.fixture(scope="session")
def delivered(study: Study, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the rows of that design and their receipt."""
    return deliver(study, tmp_path_factory.mktemp("rows") / "rows.parquet").path.parent


@pytest.fixture
def sha256(home: Workspace, crashes: Source) -> str:
    """The crash records in the test's workspace: copied, for reading them takes longer."""
    shutil.copytree(crashes.path.parent, home.home / crashes.path.parent.name)
    return crashes.sha256


@pytest.fixture
def design_id(home: Workspace, sha256: str, study: Study) -> str:
    """That design, saved in the test's workspace."""
    return home.save_design(study.design)


@pytest.fixture
def generated(home: Workspace, delivered: Path, design_id: str) -> Path:
    """The rows of that design, among its outputs."""
    rows = home.output(design_id, "rows.parquet")
    shutil.copytree(delivered, rows.parent, dirs_exist_ok=True)
    return rows
