"""The command `app`: Streamlit on the installed app, on this machine only."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import trimtab
from trimtab.core.cli.console import note, print_json
from trimtab.core.errors import InputError
from trimtab.core.workspace.workspace import HOME_VARIABLE, default_home

HOST = "localhost"


def serve(port: int, *, browser: bool, as_json: bool) -> int:
    """Serve the app until it is stopped; returns Streamlit's exit code."""
    script = (Path(trimtab.__file__).parent / "app.py").resolve()
    if not script.is_file():
        raise InputError(f"The app is not installed: there is no {script}. Install Trimtab again.")
    url = f"http://{HOST}:{port}"
    if as_json:
        print_json({"url": url})
        sys.stdout.flush()
    else:
        note(f"Trimtab runs on {url}; stop it with Ctrl+C.")
    # Python looks for modules where it starts: in a folder of one's own a random.py would stand before the real one.
    # The workspace stays the one of that folder.
    environment = {**os.environ, HOME_VARIABLE: str(default_home().resolve())}
    line = command(script, port, browser=browser)
    # What Streamlit prints is a message, not a result.
    return subprocess.run(line, cwd=script.parent, env=environment, stdout=sys.stderr.fileno(), check=False).returncode


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
        "-m",
        "streamlit",
        "run",
        str(script),
        *(f"--{name}={value}" for name, value in options.items()),
    ]
