"""Any design comes back from its text exactly, and what the schema allows is what the models take."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jsonschema
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from trimtab.core.design.controls.event import Event
from trimtab.core.design.controls.floor import Floor
from trimtab.core.design.controls.label import Label
from trimtab.core.design.controls.level import LevelMix
from trimtab.core.design.controls.pair import Pair
from trimtab.core.design.controls.sweep import Sweep
from trimtab.core.design.design import Design, Output
from trimtab.core.design.factors import Factor
from trimtab.core.design.files import dumps, json_schema, loads
from trimtab.core.design.parts.blend import Blend
from trimtab.core.design.parts.source_ref import SourceRef
from trimtab.core.design.targets import FAMILIES, Target
from trimtab.core.errors import InputError

SCHEMA = jsonschema.Draft202012Validator(json_schema())
SETTINGS = settings(max_examples=60, deadline=None, derandomize=True)

# Whatever YAML lets through: words that YAML 1.1 or 1.2 take for something else, quotes, colons, breaks, other scripts.
TRAPS = [
    "NO",
    "yes",
    "on",
    "1e5",
    "0x1F",
    "012",
    "12:30",
    "2013-05-31",
    "~",
    "null",
    "<<",
    "=",
    "1_000",
    "",
    " a ",
    "-",
]
ANY = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]) | st.sampled_from("\n\t\r"), max_size=12)
texts = st.sampled_from(TRAPS) | ANY
names = texts.filter(bool)
identifiers = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,8}", fullmatch=True)
numbers = st.floats(-1e12, 1e12, allow_subnormal=False) | st.integers(-1000, 1000).map(float)
positive = st.floats(1e-6, 1e9)
shares = st.floats(0, 1)
dates = st.datetimes().map(lambda moment: moment.isoformat(sep=" ")) | st.dates().map(str)
values = st.one_of(st.booleans(), st.integers(-(10**15), 10**15), numbers, texts)
ascending = st.one_of(
    st.lists(numbers, min_size=2, max_size=5, unique=True).map(sorted),
    st.lists(st.dates().map(str), min_size=2, max_size=5, unique=True).map(sorted),
)

PARAMETERS: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "uniform": {},
    "normal": {"mean": numbers, "sd": positive},
    "lognormal": {"s": positive, "scale": positive, "loc": numbers},
    "gamma": {"a": positive, "scale": positive},
    "beta": {"a": positive, "b": positive, "loc": numbers, "scale": positive},
    "triangular": {"c": shares, "loc": numbers, "scale": positive},
    "exponential": {"scale": positive, "loc": numbers},
    "weibull": {"c": positive, "scale": positive, "loc": numbers},
    "poisson": {"mu": positive},
    "binomial": {"n": st.integers(1, 10**6), "p": shares},
    "histogram": {"weights": st.lists(st.floats(0, 1e6), min_size=1, max_size=50).filter(lambda w: sum(w) > 0)},
    "empirical": {},
    "categorical": {
        "weights": st.dictionaries(texts, st.floats(0, 1e6), min_size=1, max_size=6).filter(
            lambda w: sum(w.values()) > 0
        ),
        "rest": st.none() | shares,
    },
    "constant": {"value": values},
    "tail": {
        "above": st.integers(-1000, 1000).map(float),
        "shape": st.none() | st.floats(-1, 1),
        "scale": st.none() | positive,
    },
    "mixture": {},
}


@st.composite
def parameters(draw: st.DrawFn, family: str) -> dict[str, Any]:
    given_ = {name: draw(strategy) for name, strategy in PARAMETERS[family].items()}
    if family == "tail":
        given_["high"] = draw(st.none() | positive.map(lambda length: given_["above"] + length))
    elif "low" in FAMILIES[family].model_fields and (family == "uniform" or draw(st.booleans())):
        given_["low"], given_["high"], *_ = draw(ascending)
    if family == "mixture":
        inner = draw(st.lists(st.sampled_from(sorted(set(FAMILIES) - {"mixture"})), min_size=2, max_size=3))
        given_["parts"] = [{"family": one, "weight": draw(positive), **draw(parameters(one))} for one in inner]
    return given_


@st.composite
def targets(draw: st.DrawFn) -> Target:
    family = draw(st.sampled_from(sorted(FAMILIES)))
    return FAMILIES[family](**draw(parameters(family)))


ROLES = ["follow", "keep", "target", "hold", "derive", "carry", "drop"]


@st.composite
def factors(draw: st.DrawFn, roles: Sequence[str] = ROLES) -> Factor:
    role = draw(st.sampled_from(roles))
    given_: dict[str, Any] = {"role": role, "unit": draw(st.none() | names), "edges": draw(st.none() | ascending)}
    if role == "target":
        given_["target"] = draw(targets())
    if role == "hold":
        several = several_values(1).map(tuple)
        given_ |= draw(st.fixed_dictionaries({"value": values}) | st.fixed_dictionaries({"values": several}))
    if role == "derive":
        given_["expression"] = draw(names)
    if role not in ("keep", "derive", "carry", "drop"):
        given_["missing"] = draw(st.none() | shares)
    return Factor(**given_)


def several_values(fewest: int) -> st.SearchStrategy[list[Any]]:
    return st.lists(values, min_size=fewest, max_size=4, unique_by=lambda v: (type(v) is bool, v))


weights = st.floats(0, 1e6)
tables = st.one_of(
    st.integers(1, 3).flatmap(
        lambda width: st.lists(st.lists(weights, min_size=width, max_size=width), min_size=1, max_size=3)
    ),
    st.dictionaries(texts, st.dictionaries(texts, weights, min_size=1, max_size=3), min_size=1, max_size=3),
).filter(lambda table: any(any(row.values() if isinstance(row, dict) else row) for row in rows_of(table)))


def rows_of(table: Any) -> list[Any]:
    return list(table.values()) if isinstance(table, dict) else table


two_names = st.lists(names, min_size=2, max_size=2, unique=True)
pairs = st.one_of(
    st.builds(Pair, factors=two_names, target=st.just("independent")),
    st.builds(Pair, factors=two_names, rank_correlation=st.floats(-1, 1)),
    st.builds(Pair, factors=two_names, weights=tables),
)


@st.composite
def level_mixes(draw: st.DrawFn) -> LevelMix:
    cuts = draw(st.lists(numbers, min_size=1, max_size=3, unique=True).map(sorted))
    sizes = draw(st.lists(st.integers(0, 9), min_size=len(cuts) + 1, max_size=len(cuts) + 1).filter(any))
    levels = draw(st.lists(texts, min_size=len(sizes), max_size=len(sizes), unique=True))
    mix = {level: size / sum(sizes) for level, size in zip(levels, sizes, strict=True)}
    return LevelMix(score=draw(names), cuts=cuts, shares=mix)


labels = st.builds(Label, rule=names, noise=shares) | st.builds(Label, probability=names, noise=shares)
sweeps = st.builds(
    Sweep,
    factor=names,
    values=several_values(2),
    groups=st.integers(1, 5),
    others=st.sampled_from(["intervene", "condition"]),
)


@st.composite
def floors(draw: st.DrawFn) -> Floor:
    several = draw(st.lists(names, min_size=1, max_size=5, unique=True))
    strength = draw(st.integers(1, min(4, len(several))))
    return Floor(factors=several, strength=strength, at_least=draw(st.integers(1, 10**6)))


events = st.builds(Event, when=names, rate=shares) | st.builds(Event, when=names, rows=st.integers(0, 100))
sources = st.builds(SourceRef, path=names, sha256=st.none() | st.text("0123456789abcdef", min_size=64, max_size=64))


@st.composite
def designs(draw: st.DrawFn) -> Design:
    source = draw(st.none() | sources)
    known = draw(st.dictionaries(names, factors(), max_size=4))
    if source is None:
        known = draw(st.dictionaries(names, factors(["target", "hold", "derive"]), max_size=2))
        known[draw(names)] = draw(factors(["target", "hold"]))
    mode = draw(st.sampled_from(["standalone", "supplement", "select", "blend"])) if source else "standalone"
    real = mode in ("select", "blend")
    return Design(
        name=draw(names),
        description=draw(texts),
        seed=draw(st.integers(0, 2**63 - 1)),
        rows=draw(st.just("most") | st.integers(100, 10**12) if real else st.integers(100, 10**12)),
        mode=mode,
        blend=draw(st.builds(Blend, made_at_most=shares)) if mode == "blend" else Blend(),
        source=source,
        factors=known,
        pairs=draw(st.lists(pairs, max_size=2, unique_by=lambda pair: frozenset(pair.factors))),
        events=draw(st.dictionaries(identifiers, events, max_size=2)),
        levels=draw(st.dictionaries(identifiers, level_mixes(), max_size=2)),
        labels=draw(st.dictionaries(identifiers, labels, max_size=2)),
        rules=draw(st.lists(names, max_size=2, unique=True)),
        sweeps=draw(st.lists(sweeps, max_size=0 if mode == "select" else 2, unique_by=lambda sweep: sweep.factor)),
        floors=draw(st.lists(floors(), max_size=0 if mode == "select" else 2)),
        output=draw(st.builds(Output, provenance=st.booleans())),
    )


WORDS = [
    *Design.model_fields,
    *Factor.model_fields,
    *Event.model_fields,
    *Pair.model_fields,
    *LevelMix.model_fields,
    *Label.model_fields,
    *Sweep.model_fields,
    *Floor.model_fields,
    *("sha256", "path", "provenance", "weights", "rest", "mean", "sd", "low", "high", "family", "parts", "derive", "a"),
    *FAMILIES,
]
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(WORDS) | texts,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS) | st.integers(0, 3), inner, max_size=4)
    ),
    max_leaves=12,
)


@settings(SETTINGS, max_examples=80)
@given(data=st.dictionaries(st.sampled_from(WORDS), anything, max_size=6), design=designs())
def test_any_other_file_is_refused_in_our_words(data: dict[str, Any], design: Design) -> None:
    text = yaml.safe_dump({**yaml.safe_load(dumps(design)), **data}, allow_unicode=True)
    try:
        assert isinstance(loads(text, "x.yaml"), Design)
    except InputError as error:
        for line in str(error).split("\n"):
            assert line.startswith("x.yaml")
            assert line.endswith(".")


def test_every_family_is_in_the_round_trip() -> None:
    assert sorted(PARAMETERS) == sorted(FAMILIES)


@SETTINGS
@given(design=designs())
def test_a_design_comes_back_from_its_text(design: Design) -> None:
    text = dumps(design)
    again = loads(text, "design.yaml")
    assert again == design
    assert {name: list(mix.shares) for name, mix in again.levels.items()} == {
        name: list(mix.shares) for name, mix in design.levels.items()
    }
    assert again.fingerprint() == design.fingerprint()
    assert dumps(again) == text


@SETTINGS
@given(design=designs())
def test_other_readers_of_yaml_see_the_same_design(design: Design) -> None:
    assert Design.model_validate(yaml.safe_load(dumps(design))) == design


@settings(SETTINGS, max_examples=40)
@given(design=designs())
def test_the_schema_accepts_every_design(design: Design) -> None:
    SCHEMA.validate(yaml.safe_load(dumps(design)))
