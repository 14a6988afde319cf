"""Files of any size from the disk: only those that a page offered, by a token, in pieces."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from trimtab.ui.delivery import from_disk
from trimtab.ui.delivery.from_disk import Served, route


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Served:
    found = Served()
    monkeypatch.setattr(from_disk, "SERVED", found)
    return found


def test_a_file_comes_whole_or_from_the_middle_on_and_no_other_does(served: Served, tmp_path: Path) -> None:
    assert not served.on
    client = TestClient(Starlette(routes=[route()]))
    assert served.on
    file = tmp_path / "räws 1.parquet"
    file.write_bytes(bytes(range(256)) * 1000)
    url = served.url(file)
    assert url == served.url(file)  # a page that is drawn again has the same
    found = client.get(url)
    assert (found.status_code, found.content) == (200, file.read_bytes())
    assert found.headers["content-disposition"].startswith("attachment")
    assert int(found.headers["content-length"]) == 256_000
    rest = client.get(url, headers={"Range": "bytes=255990-"})
    assert (rest.status_code, rest.content) == (206, bytes(range(246, 256)))
    for other in (url.replace(url.split("/")[2], "0" * 32), "trimtab/files/x/..%2F..%2Fetc%2Fpasswd"):
        assert client.get(other).status_code == 404
    file.unlink()
    gone = client.get(url)
    assert (gone.status_code, "gone" in gone.text) == (404, True)
