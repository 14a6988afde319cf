"""Pydantic's errors as one InputError in the words of the design file: a line for each fault."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from trimtab.core.design.controls.pair import WEIGHTS_AS
from trimtab.core.design.fields import PATTERNS
from trimtab.core.design.targets import FAMILIES, Target
from trimtab.core.design.targets.mixture import parts
from trimtab.core.errors import InputError, nearest
from trimtab.core.relations.relation import KINDS, Relation

_MUST = {
    "missing": "must be given",
    "greater_than": "must be more than {gt}, got {got}",
    "greater_than_equal": "must be at least {ge}, got {got}",
    "less_than": "must be less than {lt}, got {got}",
    "less_than_equal": "must be at most {le}, got {got}",
    "finite_number": "must be finite, got {got}",
    "float_type": "must be a number, got {got}",
    "int_type": "must be a whole number, got {got}",
    "bool_type": "must be true or false, got {got}",
    "string_type": "must be a text, got {got}",
    "string_too_short": "must not be empty",
    "string_pattern_mismatch": "{words}, got {got}",
    "too_short": "must have at least {min_length} entries, got {got}",
    "too_long": "must have at most {max_length} entries, got {got}",
    "dict_type": "must be a mapping, got {got}",
    "model_type": "must be a mapping, got {got}",
    "model_attributes_type": "must be a mapping, got {got}",
    "tuple_type": "must be a list, got {got}",
    "rule": "{problem}",
}


def explain(error: ValidationError, model: type[BaseModel], *, owner: str) -> InputError:
    """All faults of `error`, raised by validating `model`, as one InputError: `owner: path: what must hold`."""
    lines = []
    for fault in error.errors(include_url=False):
        if fault["type"] == "too_short" and len(fault["input"]) >= fault["ctx"]["min_length"]:
            continue  # only because its entries are wrong, which is told of each
        path, known = _place(fault["loc"], model)
        where = f"{owner}: {path}: " if path else f"{owner}: "
        lines.append(where + _problem(fault, known).removesuffix(".") + ".")
    return InputError("\n".join(dict.fromkeys(lines)))


def _problem(fault: Mapping[str, Any], known: Sequence[str]) -> str:
    type_, context = fault["type"], fault.get("ctx", {})
    if type_ == "extra_forbidden":
        name = str(fault["loc"][-1])
        others = [field for field in known if field != name]
        return f"unknown key.{nearest(name, others, shown=20)}"
    if type_ in ("literal_error", "union_tag_invalid"):
        given = fault["input"] if type_ == "literal_error" else context["tag"]
        if type_ == "union_tag_invalid":
            families = context["expected_tags"].replace("'", "").split(", ")
            if fault["loc"][0] == "relations":
                return f"there is no kind of relation {_got(given)}.{nearest(str(given), families, shown=20)}"
            return f"there is no family {_got(given)}.{nearest(str(given), families, shown=20)}"
        allowed = context["expected"].replace("'", "").replace(" or ", ", ").split(", ")
        if len(allowed) == 1:
            return f"must be {allowed[0]}, got {_got(given)}"
        return f"there is no {fault['loc'][-1]} {_got(given)}.{nearest(str(given), allowed, shown=20)}"
    if type_ == "union_tag_not_found" and fault["loc"][0] == "relations":
        return f"must say what holds, such as `order: [start, end]`.{nearest('', KINDS, shown=20)}"
    if type_ == "union_tag_not_found":
        return f"must have a `family`.{nearest('', FAMILIES, shown=20)}"
    if type_ not in _MUST:
        return f"{fault['msg']}, got {_got(fault['input'])}"
    words = PATTERNS.get(context.get("pattern", ""), "")
    numbers = {name: f"{value:g}" if isinstance(value, float) else value for name, value in context.items()}
    return _MUST[type_].format(got=_got(fault["input"]), words=words, **numbers)


def _got(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, Mapping):
        return "a mapping"
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _place(loc: tuple[int | str, ...], model: type[BaseModel]) -> tuple[str, list[str]]:
    """The path as it stands in the file, and the keys known where it ends (or just above)."""
    path: list[str] = []
    current: Any = model
    known: list[str] = []
    for part in loc:
        if part == "[key]":
            break
        if current is Target:  # pydantic names the family that it chose
            families: Mapping[str, type[Target]] = FAMILIES if path[-1] == "target" else parts()
            current = families.get(str(part), Target)
            continue
        if current is Relation:
            current = KINDS.get(str(part), Relation)
            continue
        if part in WEIGHTS_AS:  # or which way of writing weights it took
            continue
        path.append(str(part))
        if isinstance(current, type) and issubclass(current, BaseModel):
            known = list(current.model_fields)
            field = current.model_fields.get(str(part))
            current = _bare(field.annotation) if field else None
        elif get_origin(current) is dict:
            current = _bare(get_args(current)[-1])
        elif get_origin(current) is tuple:
            current = _bare(get_args(current)[0])
    return ".".join(path), known


def _bare(annotation: Any) -> Any:
    """An annotation without Annotated and None."""
    while True:
        if get_origin(annotation) is Annotated:
            annotation = get_args(annotation)[0]
        elif get_origin(annotation) in (Union, UnionType):
            annotation = next((part for part in get_args(annotation) if part is not type(None)), None)
        else:
            return annotation
