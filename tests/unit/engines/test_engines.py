"""Engines are tried in a process of their own: an embedded server and gRPC share none with a browser's event loop."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

TRIALS = Path(__file__).with_name("trials.py")


def test_engines() -> None:
    own = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(TRIALS)]
    ran = subprocess.run(
        command, cwd=TRIALS.parents[3], env=own, capture_output=True, text=True, timeout=500, check=False
    )
    assert ran.returncode == 0, ran.stdout[-4_000:] + ran.stderr[-2_000:]
    assert " passed" in ran.stdout
