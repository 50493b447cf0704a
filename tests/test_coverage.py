"""Coverage: overlaps, gaps, invalid outlines and codes that do not fit, found by name and size."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import combinations
from pathlib import Path

import pytest
import shapely
from constructed_edition import areas, square, squares

from data.readers.bundled import bundled_edition
from data.readers.cbs import read_areas
from geo.areas import Edition, Level
from geo.coverage import REFUSED_OVERLAP_M2, coverage_report, refuse_wrong, repair
from geo.errors import AreaError, DuplicateCode, InvalidGeometry, OrphanCode, OverlappingAreas

BOW_TIE = shapely.Polygon([(82_100, 436_000), (82_200, 436_100), (82_200, 436_000), (82_100, 436_100)])
NESTED = shapely.MultiPolygon([square(1, 0), shapely.box(82_120, 436_020, 82_140, 436_040)])
# A hair of 2 mm x 1 mm that crosses back over itself: 0.00001 % of a hectare.
SPIKE = shapely.from_wkt(
    "POLYGON ((82100 436000, 82200 436000, 82200 436100, 82150 436100, 82150.001 436100.002, "
    "82149.999 436100.002, 82150.0005 436100, 82100 436100, 82100 436000))"
)


def shifted(dx: float, dy: float) -> shapely.Polygon:
    x, y = 82_100.0 + dx, 436_000.0 + dy
    return shapely.box(x, y, x + 100.0, y + 100.0)


def with_second(outline: shapely.Geometry) -> Edition:
    """The squares with another outline for the buurt at (1, 0)."""
    return squares(BU99990102=outline)


def doubled(edition: Edition) -> Edition:
    rows = [*range(len(edition.buurten)), 0]
    return Edition(2020, edition.buurten.iloc[rows].reset_index(drop=True), edition.wijken, edition.gemeenten)


def orphaned(edition: Edition) -> Edition:
    wijken = edition.wijken.iloc[:1].reset_index(drop=True)
    return Edition(2020, edition.buurten, wijken, edition.gemeenten)


def misnamed(edition: Edition) -> Edition:
    buurten = edition.buurten.assign(parent=["WK999901", "WK999902", "WK999902", "WK999902"])
    return Edition(2020, buurten, edition.wijken, edition.gemeenten)


def test_squares_that_fit_give_an_empty_report() -> None:
    report = coverage_report(squares())
    assert (report.buurten, report.wijken, report.gemeenten, report.water) == (4, 2, 1, 0)
    assert not report.needs_acceptance
    assert report.sentences() == [
        "Indeling 2020: 4 buurten (waarvan 0 water), 2 wijken, 1 gemeenten.",
        "De omtrekken sluiten aan: geen overlap, geen gaten.",
    ]
    refuse_wrong(report)


def test_an_edition_without_areas_gives_an_empty_report() -> None:
    report = coverage_report(Edition.from_buurten(2020, areas({})))
    assert (report.buurten, report.overlaps, report.gaps) == (0, (), ())


def test_bad_11_an_overlap_of_a_strip_is_named_with_its_square_metres() -> None:
    # One buurt reaches half a metre into its neighbour over 100 m.
    report = coverage_report(with_second(shapely.box(82_099.5, 436_000, 82_200, 436_100)))
    assert [(item.code, item.other) for item in report.overlaps] == [("BU99990101", "BU99990102")]
    assert report.overlap_m2 == pytest.approx(50.0)
    assert report.needs_acceptance
    assert "BU99990101 en BU99990102 overlappen 50.0 m2." in report.sentences()
    refuse_wrong(report)


@pytest.mark.parametrize(
    ("outline", "m2"),
    [
        pytest.param(square(0, 0), 10_000.0, id="a buurt twice on the same ground"),
        pytest.param(shapely.box(82_020, 436_020, 82_040, 436_040), 400.0, id="a buurt inside another"),
        pytest.param(shifted(-20, 0), 2_000.0, id="a buurt shifted by 20 m"),
        pytest.param(shifted(-1.5, 0), 150.0, id="a strip of 1.5 per cent"),
    ],
)
def test_an_overlap_that_is_no_sliver_is_refused_with_both_codes(
    outline: shapely.Geometry, m2: float
) -> None:
    report = coverage_report(with_second(outline))
    assert report.overlap_m2 == pytest.approx(m2)
    with pytest.raises(OverlappingAreas, match=f"BU99990101 en BU99990102 overlappen {m2:.0f} m2"):
        refuse_wrong(report)


def test_an_overlap_between_two_gemeenten_is_found_as_well() -> None:
    strip = shapely.box(82_199.5, 436_000, 82_300, 436_100)
    report = coverage_report(squares(BU88880101=strip))
    assert [(item.code, item.other) for item in report.overlaps] == [("BU88880101", "BU99990102")]


@pytest.mark.parametrize("gemeente", ["GM0106", "GM0556", "GM0622"])
def test_overlaps_of_real_outlines_are_those_that_every_pair_intersected_gives(gemeente: str) -> None:
    edition = bundled_edition(gemeenten=[gemeente])
    outlines = dict(zip(edition.buurten["code"], edition.buurten.geometry, strict=True))
    shapely.prepare(list(outlines.values()))
    expected = {
        (one, two): area
        for one, two in combinations(outlines, 2)
        if outlines[one].intersects(outlines[two])
        and (area := shapely.intersection(outlines[one], outlines[two], grid_size=0.01).area) > 0
    }
    found = {(item.code, item.other): item.m2 for item in coverage_report(edition).overlaps}
    assert found == pytest.approx(expected)


def test_the_known_small_faults_of_the_bundled_towns_are_accepted_and_listed() -> None:
    report = coverage_report(bundled_edition())
    refuse_wrong(report)
    assert len(report.overlaps) == 7
    assert {item.code[:6] for item in report.overlaps} == {"BU0106"}
    assert report.overlap_m2 == pytest.approx(92.7, abs=0.5)
    assert {gap.gemeente for gap in report.gaps} == {"GM0106"}
    assert max(gap.m2 for gap in report.gaps) == pytest.approx(27.4, abs=0.1)
    assert (report.invalid, report.duplicates, report.orphans, report.not_tiling) == ((), (), (), ())


def test_bad_27_a_hole_between_buurten_is_a_gap_with_its_place_and_size() -> None:
    ring = shapely.box(82_100, 436_000, 82_200, 436_100) - shapely.box(82_150, 436_050, 82_160, 436_060)
    report = coverage_report(with_second(ring))
    (gap,) = report.gaps
    assert gap.gemeente == "GM9999"
    assert gap.m2 == pytest.approx(100.0)
    assert (gap.x, gap.y) == pytest.approx((82_155, 436_055), abs=5)
    assert report.needs_acceptance
    refuse_wrong(report)


@pytest.mark.parametrize(
    ("width", "found"),
    [
        pytest.param(0.9, 0, id="0.9 m2 is rounding"),
        pytest.param(1.1, 1, id="1.1 m2 is a gap"),
    ],
)
def test_bad_27_only_gaps_over_a_square_metre_are_listed(width: float, found: int) -> None:
    ring = shapely.box(82_100, 436_000, 82_200, 436_100) - shapely.box(
        82_150, 436_050, 82_150 + width, 436_051
    )
    assert len(coverage_report(with_second(ring)).gaps) == found


def test_bad_27_a_hairline_of_a_millimetre_is_no_gap_however_long() -> None:
    hairline = shapely.box(82_100.5, 436_050, 82_199.5, 436_050.001)
    ring = shapely.box(82_100, 436_000, 82_200, 436_100) - hairline
    assert coverage_report(with_second(ring)).gaps == ()


def test_an_enclave_of_another_gemeente_is_no_gap() -> None:
    enclave = shapely.box(82_150, 436_050, 82_160, 436_060)
    ring = shapely.box(82_100, 436_000, 82_200, 436_100) - enclave
    assert coverage_report(squares(BU99990102=ring, BU88880101=enclave)).gaps == ()


def test_bad_27_buurten_that_do_not_fill_their_wijk_are_reported_until_accepted() -> None:
    edition = squares()
    buurten = squares(BU99990102=shapely.box(82_100, 436_000, 82_200, 436_090)).buurten
    report = coverage_report(Edition(2020, buurten, edition.wijken, edition.gemeenten))
    assert [(item.level, item.code) for item in report.not_tiling] == [(Level.WIJK, "WK999901")]
    assert report.not_tiling[0].gap_m2 == pytest.approx(1_000.0)
    assert report.needs_acceptance
    assert (
        "De delen van wijk WK999901 sluiten niet aan: 1000.0 m2 open, 0.0 m2 erbuiten." in report.sentences()
    )


def test_bad_27_a_buurt_that_reaches_out_of_its_wijk_is_reported() -> None:
    edition = squares()
    buurten = squares(BU99990102=shapely.box(82_100, 435_990, 82_200, 436_100)).buurten
    report = coverage_report(Edition(2020, buurten, edition.wijken, edition.gemeenten))
    assert report.not_tiling[0].outside_m2 == pytest.approx(1_000.0)


@pytest.mark.parametrize(
    ("edition", "error", "message"),
    [
        pytest.param(with_second(BOW_TIE), InvalidGeometry, "BU99990102: Self-intersection", id="17-bow-tie"),
        pytest.param(
            with_second(NESTED), InvalidGeometry, "BU99990102: Nested shells", id="17-nested-shells"
        ),
        pytest.param(
            with_second(shapely.Polygon([(82_100, 436_000), (82_200, 436_000), (82_150, 436_000)])),
            InvalidGeometry,
            "BU99990102: ",
            id="17-zero-area",
        ),
        pytest.param(with_second(shapely.Polygon()), InvalidGeometry, "BU99990102: leeg", id="18-empty"),
        pytest.param(doubled(squares()), DuplicateCode, "BU99990101 staat 2 keer", id="29-duplicate"),
        pytest.param(orphaned(squares()), OrphanCode, "BU99990201: wijk WK999902 is er niet", id="27-orphan"),
        pytest.param(
            misnamed(squares()),
            OrphanCode,
            "BU99990102: hoort naar zijn code bij wijk WK999901",
            id="27-misnamed",
        ),
    ],
)
def test_bad_what_gives_wrong_answers_is_refused_by_name(
    edition: Edition, error: type[AreaError], message: str
) -> None:
    report = coverage_report(edition)
    with pytest.raises(error, match=message):
        refuse_wrong(report)
    assert any(message[:10] in sentence for sentence in report.sentences()[1:])


@pytest.mark.parametrize(
    "outline",
    [
        pytest.param(shapely.reverse(square(1, 0)), id="17-wrong-winding"),
        pytest.param(
            shapely.Polygon([(82_100, 436_000), (82_100, 436_000), (82_200, 436_000), (82_200, 436_100)])
            | shapely.Polygon([(82_100, 436_000), (82_200, 436_100), (82_100, 436_100), (82_100, 436_100)]),
            id="17-duplicate-vertices",
        ),
    ],
)
def test_bad_17_winding_and_doubled_vertices_are_no_fault(outline: shapely.Geometry) -> None:
    report = coverage_report(with_second(outline))
    assert (report.invalid, report.overlaps) == ((), ())


@pytest.mark.parametrize("outline", [BOW_TIE, NESTED], ids=["17-bow-tie", "17-nested-shells"])
def test_bad_17_a_repair_that_changes_the_area_is_refused(outline: shapely.Geometry) -> None:
    with pytest.raises(InvalidGeometry, match=r"BU99990102: herstellen verandert .* meer dan 0\.1%"):
        repair(with_second(outline))


def test_bad_17_a_hair_that_crosses_itself_is_repaired_by_choice_only() -> None:
    edition = with_second(SPIKE)
    with pytest.raises(InvalidGeometry, match="BU99990102"):
        refuse_wrong(coverage_report(edition))
    mended = repair(edition)
    refuse_wrong(coverage_report(mended))
    assert mended.area_m2(Level.BUURT)["BU99990102"] == pytest.approx(10_000.0, abs=0.01)
    assert not edition.buurten.geometry.is_valid.all()
    assert mended.buurten.crs.to_epsg() == 28992


def test_repairing_a_sound_edition_changes_nothing() -> None:
    edition = squares()
    mended = repair(edition)
    assert mended.buurten.geometry.to_wkb().tolist() == edition.buurten.geometry.to_wkb().tolist()


def test_the_report_goes_to_json_and_back() -> None:
    report = coverage_report(doubled(with_second(shapely.box(82_099.5, 436_000, 82_200, 436_100))))
    again = json.loads(json.dumps(report.to_dict()))
    assert "BU99990102" in {item["other"] for item in again["overlaps"]}
    assert again["duplicates"] == [{"level": "buurt", "code": "BU99990101", "count": 2}]
    assert again["needs_acceptance"] is True


@pytest.mark.shared
def test_the_outlines_of_four_towns_hold_slivers_only(shared: Path) -> None:
    report = coverage_report(read_areas(shared / "data" / "areas" / "wijkenbuurten_2016_pilot.gpkg"))
    refuse_wrong(report)
    assert report.buurten == 220
    assert max(item.m2 for item in report.overlaps) < 30 < REFUSED_OVERLAP_M2
    assert [item.code for item in report.not_tiling] == ["WK060607", "GM0606"]


@pytest.mark.shared
@pytest.mark.parametrize("gemeente", ["GM0828", "GM0059", "GM1908"])
def test_buurten_that_lie_twice_on_the_national_map_are_refused(shared: Path, gemeente: str) -> None:
    edition = read_areas(shared / "data" / "areas" / "buurten_2016_nl.parquet", gemeenten=[gemeente])
    with pytest.raises(OverlappingAreas, match=r"\(100\.0%\)"):
        refuse_wrong(coverage_report(edition))


def test_every_finding_is_a_sentence_of_its_own() -> None:
    makers: list[Callable[[], Edition]] = [lambda: with_second(BOW_TIE), lambda: doubled(squares())]
    for make in makers:
        sentences = coverage_report(make()).sentences()
        assert len(sentences) >= 2
        assert all(sentence.endswith(".") for sentence in sentences)
