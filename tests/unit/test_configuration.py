"""Streamlit is configured by the app's own file, however the app is started, and from any folder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from streamlit import config
from streamlit.testing.v1 import AppTest

from trimtab.core.cli.commands.serve import command

ROOT = Path(__file__).resolve().parents[2]
WANTED = {
    "runner.fastReruns": False,
    "runner.postScriptGC": False,
    "server.maxUploadSize": 2000,
    "server.address": "localhost",
    "theme.light.primaryColor": "#0072B2",
}
# Streamlit's own command line, which instead of serving says what it would serve with.
TELLS = f"""
import json, sys
from streamlit import config
from streamlit.web import bootstrap, cli
tells = lambda *_, **__: print(json.dumps({{name: config.get_option(name) for name in {list(WANTED)}}}))
bootstrap.run_asgi_app = tells
cli.main(sys.argv[1:])
"""


def told(arguments: list[str], folder: Path) -> dict[str, Any]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "HOME": str(folder)}
    ran = subprocess.run(
        [sys.executable, "-c", TELLS, *arguments],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    found: dict[str, Any] = json.loads(ran.stdout.splitlines()[-1])
    return found


@pytest.mark.parametrize("script", ["app.py", "trimtab/app.py"], ids=["repository", "package"])
def test_from_any_folder(script: str, tmp_path: Path) -> None:
    assert told(["run", str(ROOT / script)], tmp_path) == WANTED


def test_by_the_command_app(tmp_path: Path) -> None:
    python, _, _, module, *arguments = command(ROOT / "trimtab" / "app.py", 8600, browser=False)
    assert (python, module) == (sys.executable, "streamlit")
    assert told(arguments, tmp_path) == WANTED


def test_in_a_test_of_a_page() -> None:
    at = AppTest.from_string("import streamlit as st; st.write(st.get_option('runner.postScriptGC'))").run()
    assert [one.value for one in at.markdown] == ["`False`"]
    assert config.get_option("runner.postScriptGC") is False
