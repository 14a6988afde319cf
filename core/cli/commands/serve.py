"""The command `app`: Streamlit on the installed app, on this machine only."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import trimtab
from trimtab.core.cli.console import note, print_json
from trimtab.core.errors import InputError
from trimtab.core.workspace.workspace import Workspace, default_home

HOST = "localhost"
APP = Path(trimtab.__file__).parent
"""The folder of the app, with its theme in `.streamlit/`, which Streamlit looks for beside the script."""


def serve(port: int, *, browser: bool, as_json: bool) -> int:
    """Serve the app until it is stopped; returns Streamlit's exit code."""
    script = APP / "app.py"
    if not script.is_file():
        raise InputError(f"The app is not installed: there is no {script}. Install Trimtab again.")
    Workspace(default_home()).clean()
    url = f"http://{HOST}:{port}"
    if as_json:
        print_json({"url": url})
        sys.stdout.flush()
    else:
        note(f"Trimtab runs on {url}; stop it with Ctrl+C.")
    # What Streamlit prints is a message, not a result.
    return subprocess.run(command(script, port, browser=browser), stdout=sys.stderr.fileno(), check=False).returncode


def command(script: Path, port: int, *, browser: bool) -> list[str]:
    """The command line that serves the app."""
    options = {
        "server.address": HOST,
        "server.port": str(port),
        "server.headless": str(not browser).lower(),
        # On a machine where Streamlit has never run it would ask for an e-mail address and wait.
        "server.showEmailPrompt": "false",
        "browser.gatherUsageStats": "false",
    }
    return [
        sys.executable,
        "-P",  # what lies in this folder must not be imported in place of a library of the same name
        "-m",
        "streamlit",
        "run",
        str(script),
        *(f"--{name}={value}" for name, value in options.items()),
    ]
