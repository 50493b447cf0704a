"""Colours: ordered for every eye and in grey print, with lines that stand out."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from maps.palette import (
    INK,
    LAND,
    NO_DATA,
    NO_DATA_HATCH,
    TOO_SMALL,
    Ramp,
    Vision,
    colours,
    contrast,
    difference,
    hex_of,
    lightness,
    outline_for,
    table,
    text_for,
)

SEQUENTIAL = [Ramp.VEEL, Ramp.NEUTRAAL, Ramp.WARMTE]
SIZES = range(2, 8)


@pytest.mark.parametrize("ramp", SEQUENTIAL)
def test_lightness_falls_in_equal_steps_so_grey_print_keeps_the_order(ramp: Ramp) -> None:
    steps = np.diff([lightness(colour) for colour in colours(ramp, 7)])
    assert (steps < -8.0).all()
    assert np.ptp(steps) < 1.0


@pytest.mark.parametrize("ramp", SEQUENTIAL)
def test_the_whole_table_never_gets_lighter(ramp: Ramp) -> None:
    grey = [lightness(hex_of(rgb)) for rgb in table(ramp)]
    assert len(grey) == 256
    # Bytes are rounded, which moves lightness by less than half a point.
    assert max(b - a for a, b in itertools.pairwise(grey)) < 0.5
    assert all(b < a for a, b in itertools.pairwise(grey[::8]))


@pytest.mark.parametrize("vision", [None, "protan", "deutan"])
@pytest.mark.parametrize("n", SIZES)
@pytest.mark.parametrize("ramp", list(Ramp))
def test_every_two_classes_differ_clearly_for_every_eye(ramp: Ramp, n: int, vision: Vision | None) -> None:
    pairs = itertools.combinations(colours(ramp, n), 2)
    # 2.3 is a just noticeable difference in CIELAB; 10 is plain at a glance.
    assert min(difference(a, b, vision=vision) for a, b in pairs) > 10.0


def test_red_and_green_of_equal_lightness_do_fail_that_test() -> None:
    assert difference("#c23b22", "#5a7d00") > 60.0
    assert difference("#c23b22", "#5a7d00", vision="deutan") < 35.0


def test_an_uneven_difference_has_the_lightest_tone_in_its_middle() -> None:
    for n in (3, 5, 7):
        grey = [lightness(colour) for colour in colours(Ramp.VERSCHIL, n)]
        assert grey == pytest.approx(grey[::-1], abs=1.0)
        assert int(np.argmax(grey)) == n // 2


@pytest.mark.parametrize("ramp", list(Ramp))
def test_as_many_colours_come_back_as_were_asked(ramp: Ramp) -> None:
    assert [len(set(colours(ramp, n))) for n in range(8)] == list(range(8))


@pytest.mark.parametrize("ramp", list(Ramp))
@pytest.mark.parametrize("n", range(1, 8))
def test_an_outline_stands_out_from_its_fill(ramp: Ramp, n: int) -> None:
    assert min(contrast(outline_for(fill), fill) for fill in colours(ramp, n)) >= 3.0


def test_the_hatching_of_unknown_areas_and_every_text_can_be_seen() -> None:
    assert contrast(NO_DATA_HATCH, NO_DATA) >= 3.0
    assert min(contrast(outline_for(fill), fill) for fill in (NO_DATA, TOO_SMALL, LAND)) >= 3.0
    assert min(contrast(text_for(fill), fill) for fill in colours(Ramp.VEEL, 7)) >= 4.0


def test_contrast_is_that_of_wcag() -> None:
    # WCAG 2.2, "relative luminance": black on white is 21; #767676 is the lightest grey with 4.5 on white.
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)
    assert contrast(INK, "#ffffff") > 12.0


def test_lightness_is_that_of_cie() -> None:
    # CIE L* of the sRGB primaries, D65 (Lindbloom's calculator): red 53.24, green 87.73, blue 32.30.
    assert [lightness(c) for c in ("#ff0000", "#00ff00", "#0000ff")] == pytest.approx(
        [53.24, 87.73, 32.30], abs=0.02
    )


def test_grey_looks_the_same_to_a_colour_blind_eye() -> None:
    assert difference("#808080", "#808080", vision="protan") == 0.0
    assert difference("#303030", "#b0b0b0", vision="deutan") == pytest.approx(
        difference("#303030", "#b0b0b0"), rel=0.01
    )
