"""Design files: read with every fault named, written compactly and atomically."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from trimtab.core.atomic import write_text
from trimtab.core.design.design import Design
from trimtab.core.design.faults import explain
from trimtab.core.design.targets import Target
from trimtab.core.errors import InputError
from trimtab.core.yaml.reading import read, text_of
from trimtab.core.yaml.revising import revise
from trimtab.core.yaml.steps import same
from trimtab.core.yaml.writing import Flow, Lines, on_one_line, write

ONE_LINE = 100
"""Characters up to which a control is written on one line."""

ALWAYS = ("trimtab", "name", "seed", "rows")
"""Keys that are written even if they have their defaults."""


def load(path: Path | str) -> Design:
    """The design of a file. Raises InputError, naming the file, each field and its rule."""
    return loads(read_text(path), owner=Path(path).name)


def read_text(path: Path | str) -> str:
    """The text of a design file, its line breaks as they are. Raises InputError if it can't be read."""
    return text_of(Path(path), "design file")


def loads(text: str, owner: str = "design") -> Design:
    """The design of a YAML text; `owner` stands first in every message."""
    return _design(_mapping(text, owner), owner)


def _mapping(text: str, owner: str) -> dict[str, Any]:
    """The mapping of a text that may be a design."""
    data = read(text, owner=owner)
    if not isinstance(data, dict):
        raise InputError(f"{owner}: a design is a mapping that begins with `trimtab: 1`.")
    if "trimtab" not in data:
        raise InputError(f"{owner}: trimtab: must be given: a design begins with `trimtab: 1`.")
    strange = [key for key in data if not isinstance(key, str)]
    if strange:
        raise InputError(f"{owner}: a key must be a text, got {strange[0]!r}.")
    return data


def _design(data: dict[str, Any], owner: str) -> Design:
    try:
        return Design.model_validate(data)
    except ValidationError as error:
        raise explain(error, Design, owner=owner) from error


def dumps(design: Design) -> str:
    """The YAML text of a design: defaults left out, keys in the order of the models. `loads` gives it back exactly."""
    return write(_data(design))


def revised(text: str, design: Design) -> str:
    """The text of a design, changed so that it says `design`: what stays the same stays as it was written, with the
    comments, the order and the form that a person gave it.

    A text in which that can't be done is written anew: one where an alias stands for what has changed, or no design.
    """
    try:
        before = _said(text)
    except InputError:
        return dumps(design)
    after = {
        name: part
        for name, part in _data(design).items()
        if name in before or getattr(design, name) != Design.model_fields[name].default
    }
    if same(before, after):
        return text
    found = revise(text, before, after)
    if found is not None:
        try:
            if same(_said(found), after):
                return found
        except InputError:
            pass
    return dumps(design)


@lru_cache(maxsize=16)
def _said(text: str) -> dict[str, Any]:
    """What a text says. Kept, since the text of one edit is what the next begins with; not to be changed."""
    given = _mapping(text, "design")
    return {name: part for name, part in _data(_design(given, "design")).items() if name in given}


def _data(design: Design) -> dict[str, Any]:
    """What the text of a design says: defaults left out, keys in the order of the models."""
    data: dict[str, Any] = {}
    for name, field in Design.model_fields.items():
        value = getattr(design, name)
        if name not in ALWAYS and value == field.default:
            continue
        if isinstance(value, dict):
            data[name] = {key: _compact(part, key) for key, part in value.items()}
        elif isinstance(value, tuple):
            data[name] = Lines(_compact(part, "-") for part in value)
        else:
            data[name] = _plain(value)
    return data


def line_of(part: Any) -> str:
    """A part of a design, such as a control or the role of a factor, as its file has it, on one line."""
    return on_one_line(_plain(part))


def save(design: Design, path: Path | str, *, over: str | None = None) -> None:
    """Write a design file, atomically. Raises InputError if it can't be written.

    `over` is the text of a design whose comments, order and form it keeps; see `revised`.
    """
    write_text(Path(path), dumps(design) if over is None else revised(over, design))


def json_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a design file."""
    schema = Design.model_json_schema()
    schema["required"] = ["trimtab", *schema.get("required", [])]
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "Trimtab design"}


def _compact(part: BaseModel | str, key: str) -> dict[str, Any] | str:
    """What follows a key, or the dash of a list: on one line if it fits, else a line for each field."""
    if isinstance(part, str):
        return part
    given = _given(part)
    line = write(Flow({key: Flow(given)}))
    return Flow(given) if len(line) <= ONE_LINE and line.count("\n") == 1 else given


def _given(model: BaseModel) -> dict[str, Any]:
    """The fields that differ from their defaults, as plain data; a target always says its family."""
    fields = type(model).model_fields
    given = {}
    for name in sorted(fields, key=("low", "high").__contains__):  # a cut is read after what it cuts
        value = getattr(model, name)
        if (isinstance(model, Target) and name == "family") or value != fields[name].default:
            given[name] = _plain(value)
    return given


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return Flow(_given(value))
    if isinstance(value, dict):
        return Flow({name: _plain(part) for name, part in value.items()})
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    # 30.0 is written 30: the same number, and how a person writes it.
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53 and str(value) != "-0.0":
        return int(value)
    return value
