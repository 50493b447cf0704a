"""Bad outlines and figures: refused by name, or waiting until a person accepts them; nothing changes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import shapely
from bad_files import buurten, imported, points_file, town_database
from import_files import stored, totals
from stored_town import BUURTEN, square

from data.areas import editions, load_edition
from data.database import Database
from data.figures import load_figures
from data.reference_imports import import_areas, import_figures
from geo.errors import DuplicateCode, ImportRefused, InvalidGeometry, WijkbeeldError


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with town_database(tmp_path) as database:
        yield database


def area_file(
    path: Path, shapes: Sequence[Any], *, crs: str | None = "urn:ogc:def:crs:EPSG::28992", **properties: Any
) -> Path:
    """Buurten in GeoJSON with these outlines (geometries, or GeoJSON as it stands)."""
    outlines = [
        json.loads(shapely.to_geojson(one)) if isinstance(one, shapely.Geometry) else one for one in shapes
    ]
    features = [
        {
            "type": "Feature",
            "properties": {"buurtcode": code, "buurtnaam": code, "gemeentenaam": "Vlaardingen", **properties},
            "geometry": outline,
        }
        for code, outline in zip(BUURTEN, outlines, strict=False)
    ]
    named = {"crs": {"type": "name", "properties": {"name": crs}}} if crs else {}
    path.write_text(json.dumps({"type": "FeatureCollection", **named, "features": features}))
    return path


SQUARES = (square(0, 0), square(1, 0), square(0, 1), square(1, 1))
DEGREES = shapely.box(4.33, 51.91, 4.34, 51.92)
BOW_TIE = shapely.Polygon([(80_000, 436_000), (81_000, 437_000), (81_000, 436_000), (80_000, 437_000)])
NESTED = shapely.MultiPolygon([square(0, 0), shapely.box(80_100, 436_100, 80_200, 436_200)])
SPIKE = shapely.Polygon(
    [(80_000, 436_000), (81_000, 436_000), (81_000, 437_000), (81_010, 437_010), (81_000, 437_000),
     (80_000, 437_000)]
)  # fmt: skip


def ring(*corners: tuple[float, float]) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": [[list(corner) for corner in corners]]}


@pytest.mark.parametrize(
    ("outline", "crs", "message"),
    [
        pytest.param(
            DEGREES, "urn:ogc:def:crs:EPSG::99999", "kennen wij niet", id="rij 5: onbekend EPSG-nummer"
        ),
        pytest.param(DEGREES, "http://127.0.0.1:9/crs", "kennen wij niet", id="rij 5: een adres als stelsel"),
        pytest.param(DEGREES, "EPSG:3857", "EPSG:28992", id="rij 5: een stelsel dat wij niet lezen"),
        pytest.param(
            shapely.box(51.91, 4.33, 51.92, 4.34),
            "urn:ogc:def:crs:EPSG::4326",
            "verwisseld",
            id="rij 5: EPSG:4326",
        ),
        pytest.param(shapely.box(51.91, 4.33, 51.92, 4.34), None, "verwisseld", id="rij 2: verwisseld"),
        pytest.param(square(0, 0), None, "RD", id="rij 3: RD zonder stelsel"),
        pytest.param(
            shapely.box(180.0001, 51, 181, 52), None, "tussen -180", id="rij 7: voorbij de datumgrens"
        ),
        pytest.param(shapely.box(13.3, 52.4, 13.5, 52.6), None, "buiten Nederland", id="rij 8: Berlijn"),
        pytest.param(
            ring((4.33, 51.9), (4.34, 51.9)), None, "niet te lezen", id="rij 17: ring van twee punten"
        ),
        pytest.param(
            ring((4.33, 51.9), (4.34, 51.9), (4.34, 52), (4.33, 52)),
            None,
            "niet gesloten",
            id="rij 17: open ring",
        ),
        pytest.param(BOW_TIE, "EPSG:28992", "BU06220001: Self-inter", id="rij 17: vlinderdas"),
        pytest.param(NESTED, "EPSG:28992", "BU06220001: Nested", id="rij 17: vlak in vlak"),
        pytest.param(
            ring((80_000, 436_000), (81_000, 436_000), (80_500, 436_000), (80_000, 436_000)),
            "EPSG:28992",
            "BU06220001: ",
            id="rij 17: geen oppervlak",
        ),
        pytest.param(shapely.Point(4.33, 51.91), None, "een Point", id="rij 16: een punt"),
        pytest.param(
            shapely.LineString([(4.33, 51.9), (4.4, 52)]), None, "een LineString", id="rij 16: een lijn"
        ),
        pytest.param(None, None, "leeg", id="rij 18: geen geometrie"),
        pytest.param(
            shapely.GeometryCollection([DEGREES]), None, "GeometryCollection", id="rij 18: verzameling"
        ),
        pytest.param({"type": "CurvePolygon", "coordinates": []}, None, "niet te lezen", id="rij 18: bogen"),
        pytest.param(ring((True, 51.9), (4.4, 52), (4.4, 51.9)), None, "niet te lezen", id="rij 15: true"),
    ],
)
def test_an_outline_that_cannot_be_is_refused_by_name_and_nothing_changes(
    database: Database, tmp_path: Path, outline: Any, crs: str | None, message: str
) -> None:
    path = area_file(tmp_path / "buurten_2020.geojson", [outline], crs=crs)
    with pytest.raises(WijkbeeldError, match=message):
        import_areas(database, path)
    with database.read() as session:
        assert editions(session) == [2016]


@pytest.mark.parametrize(
    "outline",
    [
        pytest.param(shapely.reverse(square(0, 0)), id="rij 17: andersom getekend"),
        pytest.param(shapely.segmentize(square(0, 0), 500), id="rij 17: punten op de rand"),
        pytest.param(
            ring(*[(x, y) for x, y in square(0, 0).exterior.coords for _ in range(2)]),
            id="rij 17: elk punt dubbel",
        ),
        pytest.param(shapely.force_3d(square(0, 0), 1e9), id="rij 15: met hoogte"),
    ],
)
def test_an_outline_that_is_odd_but_right_is_taken(database: Database, tmp_path: Path, outline: Any) -> None:
    path = area_file(tmp_path / "buurten_2020.geojson", [outline, *SQUARES[1:]])
    import_areas(database, path)
    with database.read() as session:
        assert load_edition(session, 2020).buurten.geometry.area.sum() == pytest.approx(4e6)


@pytest.mark.parametrize(
    ("outline", "error"),
    [
        pytest.param(SPIKE, None, id="rij 17: een naald wordt hersteld"),
        pytest.param(BOW_TIE, InvalidGeometry, id="rij 17: een vlinderdas wordt te klein"),
    ],
)
def test_a_repair_is_a_choice_and_may_not_change_the_area(
    database: Database, tmp_path: Path, outline: shapely.Polygon, error: type[Exception] | None
) -> None:
    path = area_file(tmp_path / "buurten_2020.geojson", [outline, *SQUARES[1:]])
    with pytest.raises(InvalidGeometry, match="BU06220001"):
        import_areas(database, path)
    if error is not None:
        with pytest.raises(error, match=r"0\.1%"):
            import_areas(database, path, mend=True)
        return
    import_areas(database, path, mend=True)
    with database.read() as session:
        assert load_edition(session, 2020).buurten.geometry.area.sum() == pytest.approx(4e6, abs=0.01)


HOLE = shapely.difference(square(0, 0), shapely.box(80_400, 436_400, 80_402, 436_402))


@pytest.mark.parametrize(
    ("first", "told"),
    [
        pytest.param(HOLE, "gat", id="rij 27: een gat van 4 m2"),
        pytest.param(shapely.box(80_000, 436_000, 81_000.05, 437_000), "overlap", id="rij 11: overlap"),
    ],
)
def test_ground_that_does_not_fit_waits_until_a_person_accepts_it(
    database: Database, tmp_path: Path, first: shapely.Polygon, told: str
) -> None:
    path = area_file(tmp_path / "buurten_2020.geojson", [first, *SQUARES[1:]])
    with pytest.raises(ImportRefused, match=told):
        import_areas(database, path)
    with database.read() as session:
        assert editions(session) == [2016]
    report = import_areas(database, path, accept=True)
    assert report.new == 7
    assert any(told in sentence for sentence in report.sentences)


def test_24_another_year_stands_beside_the_first_and_is_asked_for_by_year(
    database: Database, tmp_path: Path
) -> None:
    imported(database, points_file(tmp_path, (80_500, 436_500), (81_500, 437_500), names=("x", "y")))
    moved = [shapely.box(80_000, 436_000, 80_400, 437_000), shapely.box(80_400, 436_000, 82_000, 437_000)]
    import_areas(database, area_file(tmp_path / "buurten_2020.geojson", [*moved, *SQUARES[2:]]))
    assert buurten(database, edition=2016) == [BUURTEN[0], BUURTEN[3]]
    assert buurten(database, edition=2020) == [BUURTEN[1], BUURTEN[3]]


def test_25_points_stay_and_their_sum_too_when_buurten_merge(database: Database, tmp_path: Path) -> None:
    imported(database, points_file(tmp_path, (80_500, 436_500), (81_500, 436_500), names=("x", "y")))
    before = stored(database, "x", "y")
    merged = [shapely.box(80_000, 436_000, 82_000, 437_000)]
    import_areas(database, area_file(tmp_path / "buurten_2020.geojson", merged))
    assert stored(database, "x", "y") == before
    assert buurten(database, edition=2020) == [BUURTEN[0]] * 2


def test_29_the_same_areas_and_meldingen_again_change_nothing(database: Database, tmp_path: Path) -> None:
    path = area_file(tmp_path / "buurten_2020.geojson", SQUARES)
    table = points_file(tmp_path, (80_500, 436_500), names=("x", "y"))
    import_areas(database, path)
    imported(database, table)
    once = totals(database)
    assert import_areas(database, path).nothing_changed
    assert imported(database, table).nothing_changed
    assert {**totals(database), "import": 0} == {**once, "import": 0}


@pytest.mark.parametrize(
    "take",
    [
        pytest.param("areas", id="rij 29: een code voor twee gebieden"),
        pytest.param("figures", id="rij 29: een code met twee cijfers"),
    ],
)
def test_one_code_for_two_things_is_refused(database: Database, tmp_path: Path, take: str) -> None:
    if take == "areas":
        path = area_file(tmp_path / "buurten_2020.geojson", SQUARES[:2], buurtcode=BUURTEN[0])
        with pytest.raises(DuplicateCode, match=BUURTEN[0]):
            import_areas(database, path)
        return
    path = tmp_path / "kwb_2024.csv"
    path.write_text(f"gwb_code;a_inw\n{BUURTEN[0]};100\n{BUURTEN[0]};200\n")
    with pytest.raises(DuplicateCode, match=BUURTEN[0]):
        import_figures(database, path)


@pytest.mark.parametrize(
    ("cell", "status"),
    [
        pytest.param("-99997", "geheim", id="rij 28: -99997"),
        pytest.param("-99999999", "geheim", id="rij 28: -99999999"),
        pytest.param("x", "geheim", id="rij 28: x"),
        pytest.param(".", "onbekend", id="rij 28: punt"),
        pytest.param("", "onbekend", id="rij 28: leeg"),
    ],
)
def test_a_secret_figure_is_stored_as_unknown_and_never_as_a_number(
    database: Database, tmp_path: Path, cell: str, status: str
) -> None:
    lines = [f"{code};{value}" for code, value in zip(BUURTEN, (cell, 100, 200, 300), strict=True)]
    path = tmp_path / "kwb_2024.csv"
    path.write_text("\n".join(["gwb_code;a_inw", *lines]))
    import_figures(database, path)
    with database.read() as session:
        figures = load_figures(session, 2016).set_index("code")
    assert figures.loc[BUURTEN[0], "status"] == status
    assert figures["value"].isna().tolist() == [True, False, False, False]
    assert figures["value"].sum() == 600
