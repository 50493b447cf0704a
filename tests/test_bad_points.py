"""Bad places in files with meldingen: refused by row or as a whole, kept when they are only elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import shapely
from bad_files import LAT, LON, buurten, imported, points_file, town_database
from fresh import database_at
from import_files import stored, totals, write_table
from stored_town import BUURTEN, square, town

from data.areas import store_edition
from data.database import Database
from geo.crs import LngLat, to_rd
from geo.errors import ImportRefused

NO_NUMBER = "geen getal waar een plaats bij hoort"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with town_database(tmp_path) as database:
        yield database


def requests_file(tmp_path: Path, lat: str) -> Path:
    """Open311 requests in JSON: the first with a latitude as written here, two that are good."""
    texts = [
        f'{{"service_request_id": "{n}", "requested_datetime": "2026-05-01T10:00:00Z",'
        f' "service_name": "Dumping", "lat": {value}, "long": {LON}}}'
        for n, value in enumerate((lat, LAT, LAT), start=1)
    ]
    path = tmp_path / "requests.json"
    path.write_text(f"[{', '.join(texts)}]", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("lat", "reason"),
    [
        pytest.param("NaN", NO_NUMBER, id="rij 1: NaN"),
        pytest.param("Infinity", NO_NUMBER, id="rij 1: oneindig"),
        pytest.param("-Infinity", NO_NUMBER, id="rij 1: min oneindig"),
        pytest.param("1e400", NO_NUMBER, id="rij 1: 1e400"),
        pytest.param("9" * 5_000, NO_NUMBER, id="rij 1: een getal van 5.000 cijfers"),
        pytest.param("4.33", "buiten Nederland", id="rij 2: breedte is de lengte"),
        pytest.param("487484", "RD?", id="rij 3: breedte in meters"),
        pytest.param("-185", "tussen -180 en 180", id="rij 7: voorbij de pool"),
        pytest.param("true", NO_NUMBER, id="rij 15: true"),
        pytest.param("[]", NO_NUMBER, id="rij 15: lege lijst"),
        pytest.param("[[51.9]]", NO_NUMBER, id="rij 15: lijst in lijst"),
        pytest.param("{}", NO_NUMBER, id="rij 15: leeg object"),
    ],
)
def test_one_bad_latitude_is_one_refused_row_beside_two_good_ones(
    database: Database, tmp_path: Path, lat: str, reason: str
) -> None:
    report = imported(database, requests_file(tmp_path, lat))
    kept_outside = report.quality.get("buiten_nederland", 0)
    assert report.quality["punt"] == 2
    assert report.rejected_rows + kept_outside == 1
    assert kept_outside or any(reason in sentence for sentence in report.rejected)


def test_15_null_is_a_melding_without_a_place_and_is_counted(database: Database, tmp_path: Path) -> None:
    report = imported(database, requests_file(tmp_path, "null"))
    assert (report.accepted, report.without_place) == (3, 1)


@pytest.mark.parametrize(
    ("points", "names", "hint"),
    [
        pytest.param([(LAT, LON)], ("lon", "lat"), "verwisseld", id="rij 2: lengte en breedte verwisseld"),
        pytest.param([(436_500, 80_500)], ("x", "y"), "verwisseld", id="rij 2: x en y verwisseld"),
        pytest.param([(80_500, 436_500)], ("lon", "lat"), "RD", id="rij 3: RD-meters als graden"),
        pytest.param([(LON, LAT)], ("x", "y"), "graden", id="rij 3: graden als RD-meters"),
    ],
)
def test_a_file_with_its_columns_mixed_up_is_refused_whole_with_a_hint(
    database: Database, tmp_path: Path, points: list[tuple[Any, Any]], names: Sequence[str], hint: str
) -> None:
    path = points_file(tmp_path, *points, names=names)
    with pytest.raises(ImportRefused, match=hint):
        imported(database, path)
    assert set(totals(database).values()) == {0}


@pytest.mark.parametrize(
    ("point", "owner"),
    [
        pytest.param((81_000, 436_500), BUURTEN[0], id="rij 9: op een gedeelde rand"),
        pytest.param((81_000, 437_000), BUURTEN[0], id="rij 9: op een hoek van vier buurten"),
        pytest.param((81_500, 437_000), BUURTEN[1], id="rij 9: op de rand van twee wijken"),
        pytest.param((82_000, 437_500), BUURTEN[3], id="rij 9: op de gemeentegrens"),
        pytest.param((82_024.9, 437_500), BUURTEN[3], id="rij 10: 24,9 m buiten de grens"),
        pytest.param((82_025.1, 437_500), None, id="rij 10: 25,1 m buiten de grens"),
        pytest.param((79_990, 436_500), BUURTEN[0], id="rij 8: net buiten de gemeente"),
        pytest.param((120_000, 487_000), None, id="rij 8: in een andere gemeente"),
    ],
)
def test_every_point_has_one_owner_or_none_and_counts_once(
    database: Database, tmp_path: Path, point: tuple[float, float], owner: str | None
) -> None:
    report = imported(database, points_file(tmp_path, point, names=("x", "y")))
    assert buurten(database) == [owner]
    assert (report.accepted, report.outside) == (1, 0 if owner else 1)


@pytest.mark.parametrize(
    ("third", "x", "owner"),
    [
        pytest.param(square(0, 0, side_m=999), 80_999.3, BUURTEN[0], id="rij 10: in een kier, dichter bij 1"),
        pytest.param(square(0, 0, side_m=999), 80_999.7, BUURTEN[1], id="rij 10: in een kier, dichter bij 2"),
        pytest.param(
            shapely.box(80_000, 436_000, 81_001, 437_000), 81_000.5, BUURTEN[0], id="rij 11: overlap"
        ),
    ],
)
def test_ground_of_nobody_or_of_two_has_one_owner(
    tmp_path: Path, third: shapely.Polygon, x: float, owner: str
) -> None:
    database = database_at(f"sqlite:///{tmp_path / 'kier.db'}")
    with database.write() as session:
        store_edition(session, town(outlines=[third, square(1, 0), square(0, 1), square(1, 1)]))
    imported(database, points_file(tmp_path, (x, 436_500), names=("x", "y")))
    assert buurten(database) == [owner]
    database.close()


def test_13_the_digits_of_a_coordinate_are_stored_as_given(database: Database, tmp_path: Path) -> None:
    imported(database, points_file(tmp_path, ("4.3300000000000001", "51.91512345678901234")))
    ((lon, lat, x, y),) = stored(database, "lon", "lat", "x", "y")
    assert (lon, lat) == (4.3300000000000001, 51.91512345678901234)
    assert (x, y) == to_rd(LngLat(lon, lat))


@pytest.mark.parametrize(
    ("shape", "taken"),
    [
        pytest.param(f"POINT ({LON} {LAT})", 2, id="rij 16: een punt"),
        pytest.param(f"POINT Z ({LON} {LAT} 1e9)", 2, id="rij 15: een punt met hoogte"),
        pytest.param(f"LINESTRING ({LON} {LAT}, 4.4 52)", 1, id="rij 16: een lijn"),
        pytest.param("POLYGON ((4 51, 5 51, 5 52, 4 51))", 1, id="rij 16: een vlak"),
        pytest.param(f"MULTIPOINT (({LON} {LAT}))", 1, id="rij 16: meer punten"),
        pytest.param("POINT EMPTY", 1, id="rij 18: leeg punt"),
        pytest.param(f"GEOMETRYCOLLECTION (POINT ({LON} {LAT}))", 1, id="rij 18: verzameling"),
        pytest.param("CIRCULARSTRING (4 51, 5 52, 6 51)", 1, id="rij 18: boog"),
        pytest.param("POINT (4.33", 1, id="rij 18: half geschreven"),
        pytest.param("0101", 1, id="rij 18: afgekapte WKB"),
    ],
)
def test_only_a_point_is_the_place_of_a_melding(
    database: Database, tmp_path: Path, shape: str, taken: int
) -> None:
    rows = [
        [str(n), "2026-05-01", "Dumping", geometry]
        for n, geometry in enumerate((shape, f"POINT ({LON} {LAT})"), start=1)
    ]
    path = write_table(tmp_path / "wkt.csv", rows, ("nummer", "datum", "soort", "geometrie"))
    report = imported(database, path)
    assert (report.accepted, report.rejected_rows) == (taken, 2 - taken)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param('{"type": "FeatureCollection", "features": []}', id="rij 16: een FeatureCollection"),
        pytest.param(
            '{"type": "LineString", "coordinates": [[4, 51], [5, 52]]}', id="rij 16: een LineString"
        ),
        pytest.param("[" * 200_000, id="rij 15: 200.000 lijsten in elkaar"),
        pytest.param('[{"a": ' + "[" * 200_000, id="rij 15: 200.000 lijsten in een melding"),
        pytest.param("[]", id="rij 18: een lege lijst"),
    ],
)
def test_json_that_is_no_list_of_meldingen_is_refused(database: Database, tmp_path: Path, text: str) -> None:
    path = tmp_path / "requests.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ImportRefused):
        imported(database, path)
    assert set(totals(database).values()) == {0}


def test_60_half_a_letter_in_json_is_stored_as_a_question_mark(database: Database, tmp_path: Path) -> None:
    path = requests_file(tmp_path, LAT)
    path.write_text(path.read_text().replace('"lat"', '"description": "a\\ud800b", "lat"', 1))
    imported(database, path)
    assert stored(database, "text")[0] == ("a?b",)
