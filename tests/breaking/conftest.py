"""By default a part of the breakings is tried, drawn by chance but always the same one; `--every` tries all."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--every", action="store_true", help="Try every breaking and every rewriting: some minutes.")


@pytest.fixture(scope="session")
def one_in(request: pytest.FixtureRequest) -> int:
    """One in so many is tried."""
    return 1 if request.config.getoption("--every") else 15
