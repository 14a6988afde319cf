"""What a gesture, a role, other edges, a family and a preset mean for the design."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from trimtab.core.changes.factors import rebinned, sculpted, with_edges, with_family, with_role
from trimtab.core.changes.presets import PRESETS, preset_shares, with_preset
from trimtab.core.design.design import Design
from trimtab.core.design.parts.source_ref import SourceRef
from trimtab.core.design.targets import starting, suitable_families
from trimtab.core.errors import InputError
from trimtab.core.projection.asked import asked_shares
from trimtab.core.projection.projection import project
from trimtab.core.projection.shifts import present
from trimtab.core.source.axes import default_axis
from trimtab.core.source.kinds import Kind
from trimtab.core.source.spool import spool
from trimtab.core.study.study import Study, open_study

ROWS = 2000
KINDS: dict[str, tuple[Kind, bool]] = {
    "speed": ("continuous", False),
    "lanes": ("count", True),
    "day": ("datetime", False),
    "road": ("categorical", False),
}
STARTS = [(name, family) for name, (kind, points) in KINDS.items() for family in suitable_families(kind, points=points)]


def table() -> pd.DataFrame:
    random = np.random.default_rng(11)
    speed = np.clip(random.gamma(9.0, 6.0, ROWS), 5, 140).round(1)
    return pd.DataFrame(
        {
            "speed": speed,
            "lanes": random.integers(1, 6, ROWS),
            "belt": random.random(ROWS) < 0.9,
            "road": random.choice(["town", "country", "other"], ROWS, p=[0.6, 0.3, 0.1]),
            "city": [f"city {i}" for i in np.minimum(random.geometric(0.03, ROWS), 90)],
            "day": pd.to_datetime("2024-01-01") + pd.to_timedelta(random.integers(0, 366, ROWS), unit="D"),
            "wet": np.where(random.random(ROWS) < 0.2, np.nan, (speed < 50).astype(float)),
        }
    )


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    folder: Path = tmp_path_factory.mktemp("roads")
    table().to_parquet(folder / "roads.parquet")
    source = spool(folder / "roads.parquet", folder / "home")
    return open_study(Design(name="roads", source=SourceRef(path=source.name, sha256=source.sha256)), source)


def reopened(study: Study, design: Design) -> Study:
    return open_study(design, study.source, previous=study)


@pytest.mark.parametrize("name", ["speed", "lanes", "belt", "road", "city", "day"])
def test_the_first_gesture_makes_any_factor_a_target_with_just_these_shares(study: Study, name: str) -> None:
    size = study.axes[name].size
    shares = [(i + 1) / (size * (size + 1) / 2) for i in range(size)]
    after = reopened(study, sculpted(study, name, shares))
    assert after.role(name) == "target"
    assert asked_shares(after, name) == pytest.approx(shares, rel=1e-6)
    assert project(after).shifts[list(study.columns).index(name)].after[:-1] == pytest.approx(shares, rel=1e-6)


def test_the_edges_of_a_drawn_target_are_written_so_that_the_file_stands_alone(study: Study) -> None:
    size = study.axes["speed"].size
    factor = sculpted(study, "speed", [1 / size] * size).factor("speed")
    assert factor.edge_numbers == study.axes["speed"].edges
    dates = sculpted(study, "day", [1 / study.axes["day"].size] * study.axes["day"].size).factor("day")
    assert dates.edge_numbers == study.axes["day"].edges
    assert all(isinstance(edge, str) for edge in dates.edges or ())


def test_levels_that_the_picture_does_not_show_keep_their_part_when_a_bar_is_dragged(study: Study) -> None:
    axis = study.axes["city"]
    assert axis.rest
    hidden = next(name for name in table()["city"].unique() if name not in axis.levels)
    asked = {"family": "categorical", "weights": {axis.levels[0]: 3, hidden: 1}, "rest": 0.5}
    named = reopened(study, study.design.with_factor("city", role="target", target=asked))
    shares = asked_shares(named, "city")
    assert shares is not None
    # Half of what the last bar holds goes to the first one: the hidden level halves with the bar.
    moved = [shares[0] + shares[-1] / 2, *shares[1:-1], shares[-1] / 2]
    target = sculpted(named, "city", moved).factor("city").target
    assert target is not None
    assert dict(target)["weights"][hidden] / sum(dict(target)["weights"].values()) * (
        1 - dict(target)["rest"]
    ) == pytest.approx(0.125 / 2, rel=1e-5)


@pytest.mark.parametrize("name", ["speed", "road", "city"])
def test_a_locked_bar_keeps_its_weight_however_often_others_are_set(study: Study, name: str) -> None:
    random, size = np.random.default_rng(5), study.axes[name].size
    locks, shares = {0, size - 1}, np.array(present(study.real_shares(name)))
    seen = []
    for _ in range(40):
        free = [bin_ for bin_ in range(size) if bin_ not in locks]
        shares[free] = random.dirichlet(np.ones(len(free))) * (1 - shares[list(locks)].sum())
        study = reopened(study, sculpted(study, name, shares.tolist(), locks))
        asked = asked_shares(study, name)
        assert asked == pytest.approx(shares, abs=3e-7)
        shares = np.array(asked)
        seen.append(shares[list(locks)])
    assert np.ptp(seen, axis=0) == pytest.approx(np.zeros(2), abs=1e-12)


@pytest.mark.parametrize("role", ["keep", "target", "hold", "drop"])
@pytest.mark.parametrize("name", ["speed", "road", "belt", "day"])
def test_every_role_can_be_taken_and_left_again(study: Study, name: str, role: str) -> None:
    taken = reopened(study, with_role(study, None, name, role))
    assert taken.role(name) == role
    left = with_role(taken, None, name, "follow").factor(name)
    assert (left.role, left.target, left.held) == ("follow", None, ())


def test_new_edges_keep_the_shape_of_a_drawn_target(study: Study) -> None:
    edges = [0, 20, 40, 60, 80, 140]
    first = reopened(study, with_edges(study, "speed", edges))
    drawn = reopened(first, sculpted(first, "speed", [0.1, 0.2, 0.3, 0.2, 0.2]))
    coarse = reopened(drawn, with_edges(drawn, "speed", [0, 40, 80, 140]))
    assert asked_shares(coarse, "speed") == pytest.approx([0.3, 0.5, 0.2], rel=1e-6)


def test_a_bin_without_real_rows_keeps_its_share_on_new_edges(study: Study) -> None:
    column = study.columns["speed"]
    old = default_axis(column, [-20, 0, 140])
    assert rebinned(old, default_axis(column, [-20, -5, 140]), column, [0.25, 0.75]) == pytest.approx([0.25, 0.75])


@pytest.mark.parametrize(("name", "family"), STARTS)
def test_every_family_begins_with_values_that_can_be_used(study: Study, family: str, name: str) -> None:
    given = starting(family, study.columns[name], study.axes[name])
    after = reopened(study, study.design.with_factor(name, role="target", target=given))
    shares = asked_shares(after, name)
    assert shares is not None
    assert sum(shares) == pytest.approx(1)


@pytest.mark.parametrize("family", ["histogram", "categorical"])
def test_a_drawn_family_keeps_the_shares_there_are(study: Study, family: str) -> None:
    drawn = reopened(study, sculpted(study, "lanes", [0.1, 0.2, 0.4, 0.2, 0.1]))
    after = reopened(drawn, with_family(drawn, project(drawn), "lanes", family))
    target = after.design.factor("lanes").target
    assert target is not None
    assert target.family == family
    assert asked_shares(after, "lanes") == pytest.approx([0.1, 0.2, 0.4, 0.2, 0.1], rel=1e-5)


# --- presets --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("name", ["speed", "lanes", "day", "road", "belt", "city"])
def test_a_preset_makes_a_target_that_can_be_met(study: Study, name: str, preset: str) -> None:
    if preset == "smooth" and not study.axes[name].numeric:
        with pytest.raises(InputError, match=rf"^Factor `{name}`: its levels have no neighbours"):
            with_preset(study, None, name, preset)
        return
    after = reopened(study, with_preset(study, None, name, preset))
    asked, real = asked_shares(after, name), np.array(present(study.real_shares(name)))
    assert asked == pytest.approx(preset_shares(preset, real, real), rel=1e-5, abs=1e-7)
    assert np.flatnonzero(real == 0).tolist() == np.flatnonzero(np.array(asked) == 0).tolist() or preset == "smooth"


def test_what_each_preset_does() -> None:
    shares, real = np.array([0.5, 0.3, 0.2, 0.0]), np.array([0.8, 0.15, 0.05, 0.0])
    expected = {
        "match": real,
        "flatten": (shares + np.array([1, 1, 1, 0]) / 3) / 2,
        "tail": np.array([0.5, 0.3, 0.6, 0.0]) / 1.4,
        "uniform": np.array([1, 1, 1, 0]) / 3,
        "smooth": np.array([1.8, 1.3, 0.7, 0.2]) / 4,
    }
    assert expected.keys() == PRESETS.keys()
    for preset, wanted in expected.items():
        assert preset_shares(preset, shares, real) == pytest.approx(wanted)


def test_a_preset_acts_on_what_is_there(study: Study) -> None:
    drawn = reopened(study, sculpted(study, "road", [0.2, 0.2, 0.6]))
    flatter = reopened(drawn, with_preset(drawn, None, "road", "flatten"))
    assert asked_shares(flatter, "road") == pytest.approx(
        np.array([0.2 + 1 / 3, 0.2 + 1 / 3, 0.6 + 1 / 3]) / 2, rel=1e-5
    )
    with pytest.raises(InputError, match=r"there is no preset `flaten`\. Did you mean `flatten`\?"):
        with_preset(study, None, "road", "flaten")


@pytest.mark.parametrize("family", [one for name, one in STARTS if name == "speed"])
def test_a_family_begins_within_what_relations_know(family: str, tmp_path: Path) -> None:
    file = tmp_path / "fast.csv"
    table()[["speed"]].assign(fast=lambda rows: rows["speed"] > 60).to_csv(file, index=False)
    source = spool(file, tmp_path / "home")
    design = Design(
        name="x",
        source=SourceRef(path="fast.csv", sha256=source.sha256),
        relations=[{"determines": ["speed", "fast"]}],
    )
    study = open_study(design, source)
    after = open_study(with_family(study, project(study), "speed", family), source, previous=study)
    assert project(after).rows == design.rows
