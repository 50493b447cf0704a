"""The benchmarks time in turns, and every contender answers alike where the rule asks for no nearest step."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import shapely
from hard_points import read_areas

from bench.locator import CONTENDERS, Scene, compare
from bench.tables import table
from bench.turns import medians_s
from geo.crs import RDArrays


@pytest.fixture(scope="module")
def scene(shared: Path) -> Scene:
    codes, outlines = read_areas(shared, "buurten", "GM0556")
    boxes = shapely.bounds(outlines)[np.random.default_rng(1).integers(0, len(outlines), 2_000)]
    x, y = np.random.default_rng(2).uniform(boxes[:, :2], boxes[:, 2:]).T
    return Scene("Maassluis", codes, outlines, RDArrays(x.copy(), y.copy()))


def test_contenders_run_in_turns_after_one_that_is_not_counted() -> None:
    ran: list[str] = []
    medians = medians_s({"a": lambda: ran.append("a"), "b": lambda: ran.append("b")}, turns=3)
    assert ran == ["a", "b"] * 4
    assert list(medians) == ["a", "b"]


def test_a_table_is_markdown_with_numbers_to_the_right() -> None:
    text = table("Title", ("what", "s"), [("ours", "1.0"), ("b", "12.0")])
    assert text.splitlines()[2:] == [
        "| what |    s |",
        "| ---- | ---: |",
        "| ours |  1.0 |",
        "| b    | 12.0 |",
    ]


@pytest.mark.shared
def test_contenders_differ_only_where_no_area_holds_the_point(scene: Scene) -> None:
    held = shapely.intersects_xy(scene.outlines[:, None], *scene.points).any(axis=0)
    answers = [make(scene).owners() for make in CONTENDERS]
    assert 0 < held.sum() < held.size
    assert all(np.array_equal(answer[held], answers[0][held]) for answer in answers)
    assert sum(bool((answer[~held] == -1).all()) for answer in answers) == 4


@pytest.mark.shared
def test_the_table_counts_what_the_nearest_step_decides_and_no_other_difference(scene: Scene) -> None:
    rows = [line.split("|")[1:-1] for line in compare(scene, turns=1).splitlines()[4:]]
    nearest, other = ([int(row[column].replace(",", "")) for row in rows] for column in (6, 7))
    assert len(rows) == len(CONTENDERS)
    assert len(set(nearest) - {0}) == 1
    assert set(other) == {0}
