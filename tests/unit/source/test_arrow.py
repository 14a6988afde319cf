"""Arrow and Feather, and Parquet that is encrypted: what is refused and why."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet as pq
import pytest

from trimtab.core.errors import InputError
from trimtab.core.source.spool import spool

TABLE = pa.table(
    {
        "n": [1, 2, None],
        "level": pa.array(["x", "y", "x"]).dictionary_encode(),
        "list": [[1], [2], [3]],
        "x": [1.5, float("nan"), 2.0],
    }
)


def test_what_can_be_a_factor_is_taken(tmp_path: Path) -> None:
    pyarrow.feather.write_feather(TABLE, tmp_path / "a.feather", compression="zstd")
    source = spool(tmp_path / "a.feather", tmp_path / "home")
    assert pq.read_table(source.path).to_pydict() == {
        "n": [1, 2, None],
        "level": ["x", "y", "x"],
        "x": [1.5, None, 2.0],
    }
    assert len(source.notes) == 1
    assert "`list` (list<" in source.notes[0]


@pytest.mark.parametrize(
    ("name", "cut", "match"),
    [
        ("half.arrow", slice(0, 400), "the Arrow file can't be read to its end"),
        ("a.parquet", slice(None), "its content is Arrow. If that is right, rename it to end in .arrow"),
    ],
)
def test_damaged_and_misnamed(tmp_path: Path, name: str, cut: slice, match: str) -> None:
    pyarrow.feather.write_feather(TABLE, tmp_path / "whole.feather")
    (tmp_path / name).write_bytes((tmp_path / "whole.feather").read_bytes()[cut])
    with pytest.raises(InputError, match=f"{name}: .*{match}"):
        spool(tmp_path / name, tmp_path / "home")


@pytest.mark.parametrize(
    ("name", "start", "match"),
    [("old.feather", b"FEA1....", "it is Feather of the first version"), ("e.parquet", b"PARE....", "it is encrypted")],
)
def test_what_is_known_by_its_first_bytes(tmp_path: Path, name: str, start: bytes, match: str) -> None:
    (tmp_path / name).write_bytes(start)
    with pytest.raises(InputError, match=f"{name}: {match}"):
        spool(tmp_path / name, tmp_path / "home")


def test_parquet_with_an_encrypted_column(tmp_path: Path) -> None:
    from pyarrow.parquet import encryption

    class Keys(encryption.KmsClient):
        def __init__(self, _: encryption.KmsConnectionConfig) -> None:
            encryption.KmsClient.__init__(self)

        def wrap_key(self, key: bytes, _: str) -> str:
            return key.hex()

    factory = encryption.CryptoFactory(Keys)
    config = encryption.EncryptionConfiguration("key", column_keys={"key": ["n"]}, plaintext_footer=True)
    keys = factory.file_encryption_properties(encryption.KmsConnectionConfig(), config)
    rows = TABLE.select(["n", "x"])
    with pq.ParquetWriter(tmp_path / "e.parquet", rows.schema, encryption_properties=keys) as writer:
        writer.write_table(rows)
    with pytest.raises(InputError, match=r"e\.parquet: it is encrypted"):
        spool(tmp_path / "e.parquet", tmp_path / "home")
