"""What each command does; which options it has stands in `main.py`, `row_commands.py` and `coverage_commands.py`."""

import sys


class _NoPandas:
    """Finds no pandas: pyarrow looks for it with the first array it makes, which takes as long as all else it does."""

    @staticmethod
    def find_spec(name: str, path: object = None, target: object = None) -> None:
        if name == "pandas":
            raise ImportError(name)


def _begin_pyarrow() -> None:
    """Have pyarrow begin without pandas, which no command needs; whoever does imports it, and pyarrow finds it then."""
    sys.meta_path.insert(0, _NoPandas)
    try:
        import pyarrow as pa

        pa.array([0])
    finally:
        sys.meta_path.remove(_NoPandas)


if not {"pandas", "pyarrow"} & sys.modules.keys():  # in a process of its own
    _begin_pyarrow()
