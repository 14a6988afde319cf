"""The wheel holds all of Trimtab under one name, and works where the repository is not to be seen."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import sysconfig
import tarfile
import time
import venv
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from tests.patience import PATIENCE

from .test_configuration import TELLS, WANTED

ROOT = Path(__file__).resolve().parents[2]
NOT_COPIED = (
    ".git",
    ".venv",
    ".judge",
    ".evidently",
    ".hypothesis",
    ".trimtab",
    "*_cache",
    "__pycache__",
    "*.egg-info",
)
NOT_PACKED = ("make_*.py", ".gitattributes", "*.pyc")
DECOYS = ("core", "ui", "pages", "pyarrow")


@dataclass(frozen=True)
class Built:
    """A wheel made from the repository, the sdist, a wheel made from that, and what setuptools said."""

    wheel: Path
    sdist: Path
    again: Path
    said: str


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The sdist and the wheels, made from a copy: setuptools leaves folders behind and packs what it finds in them."""
    work = tmp_path_factory.mktemp("built")
    shutil.copytree(ROOT, work / "copy", symlinks=True, ignore=shutil.ignore_patterns(*NOT_COPIED, "build", "dist"))
    sdist, said = _build(work / "copy", "sdist", work)
    wheel, more = _build(work / "copy", "wheel", work)
    with tarfile.open(sdist) as packed:
        packed.extractall(work / "unpacked", filter="data")
    again, last = _build(next((work / "unpacked").iterdir()), "wheel", work / "again")
    return Built(wheel, sdist, again, said + more + last)


def _build(project: Path, what: str, into: Path) -> tuple[Path, str]:
    """Run setuptools in a folder: (what it made, what it said)."""
    into.mkdir(exist_ok=True)
    script = f"from setuptools import build_meta; print(build_meta.build_{what}({str(into)!r}))"
    ran = _run([sys.executable, "-c", script], project)
    return into / ran.stdout.splitlines()[-1], ran.stdout + ran.stderr


@pytest.fixture(scope="session")
def installed(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `bin` of an environment with the wheel and what it depends on, which does not see the repository."""
    folder = tmp_path_factory.mktemp("bare")
    venv.create(folder, symlinks=True)
    _run([sys.executable, "-m", "pip", "--python", folder / "bin" / "python", "install", "--no-deps", "--no-index",
          "--quiet", built.wheel], folder)  # fmt: skip
    # The libraries of the environment of the tests, as one more place to look: of a place named so no .pth file is
    # read, so the repository, which is installed there as editable, is not seen.
    places = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    site = next(folder.glob("lib/python*/site-packages"))
    (site / "libraries.pth").write_text("".join(f"{place}\n" for place in sorted(places)), encoding="utf-8")
    return folder / "bin"


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """A folder of somebody else's, with folders of the names that Trimtab's have in the repository, and a library's."""
    for name in DECOYS:
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text(f"raise ImportError('the {name} of this folder')\n")
    return tmp_path


def _bare() -> dict[str, str]:
    """The variables of this process without those that lead Python or Trimtab to other places."""
    return {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "TRIMTAB_HOME")}


def _run(line: Sequence[str | Path], folder: Path) -> subprocess.CompletedProcess[str]:
    ran = subprocess.run(line, cwd=folder, env=_bare(), capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran


def test_the_wheel_is_the_package_and_nothing_else(built: Built) -> None:
    package = ROOT / "trimtab"
    wanted = {
        (Path(folder) / name).relative_to(ROOT).as_posix()
        for folder, _, names in os.walk(package, followlinks=True)
        for name in names
        if not any(Path(name).match(pattern) for pattern in NOT_PACKED)
    }
    packed = {name for name in _contents(built.wheel) if ".dist-info/" not in name}
    assert packed == wanted
    assert {"trimtab/py.typed", "trimtab/.streamlit/config.toml", "trimtab/sample_data/flights.parquet"} <= packed


def test_the_sdist_gives_the_same_wheel(built: Built) -> None:
    assert built.again.name == built.wheel.name
    assert _contents(built.again) == _contents(built.wheel)


def test_setuptools_has_nothing_to_say_against_it(built: Built) -> None:
    assert "Deprecat" not in built.said
    assert "!!" not in built.said  # how setuptools begins what it wants to be read


def _contents(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def test_the_environment_does_not_see_the_repository(installed: Path, elsewhere: Path) -> None:
    tells = "import sys, json, trimtab, trimtab.core; print(json.dumps([trimtab.core.__file__, sys.path]))"
    found, places = json.loads(_run([installed / "python", "-P", "-c", tells], elsewhere).stdout)
    assert Path(found).is_relative_to(installed.parent)
    assert not [place for place in places if Path(place).resolve() == ROOT]


def test_a_sample_is_opened_from_the_command_line(installed: Path, elsewhere: Path) -> None:
    design = next(
        installed.parent.glob("lib/python*/site-packages/trimtab/sample_data/designs/crashes-without-belts.yaml")
    )
    found = json.loads(_run([installed / "trimtab", "check", design, "--json"], elsewhere).stdout)
    assert found["feasible"]
    assert found["events"][0]["real_rows"] > 0
    assert sorted(one.name for one in elsewhere.iterdir()) == sorted(DECOYS)
    assert _run([installed / "trimtab", "--version"], elsewhere).stdout == f"trimtab {version('trimtab')}\n"


def test_the_app_opens_a_sample(installed: Path, elsewhere: Path) -> None:
    clicks = """
import json, pathlib, trimtab
from streamlit.testing.v1 import AppTest
app = AppTest.from_file(str(pathlib.Path(trimtab.__file__).parent / "app.py"), default_timeout=240).run()
app.button(key="tt_sample_crashes-without-belts").click().run()
print(json.dumps([[one.value for one in app.exception], [one.proto.body for one in app.get("html")]]))
"""
    ran = _run([installed / "python", "-P", "-c", clicks], elsewhere)
    faults, markup = json.loads(ran.stdout.splitlines()[-1])
    assert not faults
    assert any("26,217" in one for one in markup)
    assert len([*(elsewhere / ".trimtab" / "designs").iterdir()]) == 1  # the workspace is the one of this folder


def test_the_app_is_served_with_its_theme(installed: Path, elsewhere: Path) -> None:
    served = "it.command(it.APP / 'app.py', 1, browser=False)"
    command = f"import json, trimtab.core.cli.commands.serve as it; print(json.dumps({served}))"
    line = json.loads(_run([installed / "python", "-P", "-c", command], elsewhere).stdout)
    assert line[:4] == [str(installed / "python"), "-P", "-m", "streamlit"]
    ran = _run([installed / "python", "-P", "-c", TELLS, *line[4:]], elsewhere)
    assert json.loads(ran.stdout.splitlines()[-1]) == WANTED


def test_the_app_answers(installed: Path, elsewhere: Path) -> None:
    with socket.socket() as free:
        free.bind(("localhost", 0))
        url = f"http://localhost:{free.getsockname()[1]}"
    line = [installed / "trimtab", "app", "--port", url.rpartition(":")[2], "--no-browser"]
    process = subprocess.Popen(line, cwd=elsewhere, env=_bare(), stderr=subprocess.PIPE, text=True)
    try:
        until = time.monotonic() + PATIENCE
        while not _answers(f"{url}/_stcore/health"):
            assert process.poll() is None, process.communicate()[1]
            assert time.monotonic() < until
            time.sleep(0.1)
        assert _answers(f"{url}/coverage")
    finally:
        process.terminate()
        process.communicate(timeout=PATIENCE)


def _answers(url: str) -> bool:
    try:
        with urlopen(url, timeout=10) as answer:
            return bool(answer.status == 200)
    except URLError:
        return False
