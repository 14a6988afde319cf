"""The command line as a person meets it: in a folder of one's own, with exit code and both streams."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from trimtab.core.cli import main


@dataclass(frozen=True)
class Result:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An own folder to be in; no workspace but the one a test makes."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TRIMTAB_HOME", raising=False)
    handlers = {one: signal.getsignal(one) for one in (signal.SIGTERM, signal.SIGINT)}
    yield tmp_path
    for one, handler in handlers.items():
        signal.signal(one, handler)


@pytest.fixture
def folder_and_home(folder: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An own folder to be in, and the workspace of the session, so that a sample is read in once."""
    monkeypatch.setenv("TRIMTAB_HOME", str(home))
    return folder


@pytest.fixture
def trimtab(folder: Path, learned_once: None, capsys: pytest.CaptureFixture[str]) -> Callable[..., Result]:
    """`trimtab(*arguments) -> Result`: a command, run in the folder."""

    def run(*arguments: object) -> Result:
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return Result(int(ended.value.code or 0), captured.out, captured.err)

    return run
