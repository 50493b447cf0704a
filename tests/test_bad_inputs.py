"""Bad inputs to the service, and the list of them: every row of tests/bad_input_rows.py has its cases."""

from __future__ import annotations

import ast
import json
import math
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest
import shapely
from bad_files import LAT, LON, imported, points_file, town_database
from bad_input_rows import LATER, ROWS
from fastapi import FastAPI
from fastapi.testclient import TestClient
from fresh import database_at
from stored_town import BUURTEN, TOWN, town

from data.areas import store_edition
from geo.areas import Edition
from geo.errors import MapError
from maps.choropleth import geometry_geojson
from service.analysis.workbench import Workbench
from service.app import create_app
from service.settings import Settings

# A box around the two meldingen of the fixture that the public may place, and one beside it.
BOX = "4.29,51.90,4.35,51.93"
BESIDE = "4.40,51.90,4.41,51.93"
UPPER = shapely.box(80_000, 437_000, 82_000, 438_000)


def merged() -> Edition:
    """The town in 2020, when its upper two buurten had become one."""
    buurten = town().buurten.iloc[:3].copy()
    buurten.loc[2, "geometry"] = UPPER
    return Edition.from_buurten(2020, buurten, gemeente_names={TOWN: "Vlaardingen"})


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A service with two divisions of one town, and meldingen in a buurt and buiten gebied."""
    with town_database(tmp_path_factory.mktemp("dienst")) as database:
        with database.write() as session:
            store_edition(session, merged())
        path = points_file(Path(str(database.url.database)).parent, (LON, LAT), ("4.3400000000000007", LAT))
        imported(database, path)
        settings = Settings(database_url=database.url.render_as_string())
        with TestClient(create_app(settings), raise_server_exceptions=False) as client:
            yield client


def test_the_good_values_beside_all_bad_ones_are_answered(client: TestClient) -> None:
    spot = client.get(f"/api/v1/plek?lon={LON}&lat={LAT}")
    boxes = [client.get(f"/api/v1/meldingen?gemeente={TOWN}&bbox={box}") for box in (BOX, BESIDE)]
    heat = client.get(f"/api/v1/warmte?gemeente={TOWN}&straal=150")
    assert (spot.status_code, spot.json()["buurt"]) == (200, BUURTEN[0])
    assert [(box.status_code, box.json()["aantal"]) for box in boxes] == [(200, 2), (200, 0)]
    # The heat counts what the tables do: not what lies outside the gemeente.
    assert (heat.status_code, heat.json()["aantal"]) == (200, 1)


def refused(client: TestClient, path: str) -> str:
    """The words of a refusal, which is a problem in JSON without NaN, and a 400."""
    answer = client.get(path)
    assert answer.status_code == 400, (path, answer.status_code)
    assert answer.headers["content-type"] == "application/problem+json"
    json.loads(answer.text, parse_constant=pytest.fail)
    return answer.text


POINTS = {
    "rij 1: NaN": ("nan", "51.9", "eindig"),
    "rij 1: min oneindig": ("-inf", "51.9", "eindig"),
    "rij 1: 1e400": ("1e400", "51.9", "eindig"),
    "rij 2: verwisseld": (LAT, LON, "verwisseld"),
    "rij 2: verwisseld helpt niet": ("4.9", "4.9", "buiten Nederland"),
    "rij 3: RD": ("121687", "487484", "RD"),
    "rij 7: 180.0001": ("180.0001", "51.9", "tussen -180"),
    "rij 7: 540": ("540", "51.9", "tussen -180"),
    "rij 7: -185": ("-185", "51.9", "tussen -180"),
    "rij 8: Berlijn": ("13.4", "52.5", "buiten Nederland"),
    "rij 8: nul": ("0", "0", "buiten Nederland"),
    "rij 15: true": ("true", "51.9", "geen getal"),
    "rij 15: null": ("null", "51.9", "geen getal"),
    "rij 15: lijst": ("[]", "51.9", "geen getal"),
    "rij 15: lijst in lijst": ("[[4.3]]", "51.9", "geen getal"),
    "rij 15: drie getallen": ("4.3,51.9,1e9", "51.9", "geen getal"),
    "rij 33: decimale komma": ("4,3", "51,9", "geen getal"),
}


@pytest.mark.parametrize("door", ["plek", "adressen/_bij"])
@pytest.mark.parametrize(("lon", "lat", "words"), POINTS.values(), ids=POINTS.keys())
def test_a_point_that_cannot_be_is_refused_with_the_reason(
    client: TestClient, door: str, lon: str, lat: str, words: str
) -> None:
    assert words in refused(client, f"/api/v1/{door}?{urlencode({'lon': lon, 'lat': lat})}")


BOXES = {
    "rij 20: west rechts van oost": ("4.4,51.9,4.3,52", "leeg"),
    "rij 20: noord onder zuid": ("4.3,52,4.4,51.9", "leeg"),
    "rij 20: een lijn": ("4.3,51.9,4.3,52", "leeg"),
    "rij 20: een punt": ("4.3,51.9,4.3,51.9", "leeg"),
    "rij 20: drie getallen": ("4.3,51.9,4.4", "vier getallen"),
    "rij 20: vijf getallen": ("4.3,51.9,4.4,52,1", "vier getallen"),
    "rij 20: zeven getallen": ("4.3,51.9,4.4,52,1,2,3", "vier getallen"),
    "rij 20: niets": ("", "vier getallen"),
    "rij 20: woorden": ("a,b,c,d", "vier getallen"),
    "rij 20: puntkomma": ("4.3;51.9;4.4;52", "vier getallen"),
    "rij 20: NaN": ("nan,51.9,4.4,52", "leeg"),
    "rij 20: hele wereld": ("-180,-90,180,90", "3.2,50.7,7.3,53.6"),
    "rij 20: oneindig": ("-inf,-inf,inf,inf", "3.2,50.7,7.3,53.6"),
    "rij 20: net te groot": ("3.19,50.7,7.3,53.6", "3.2,50.7,7.3,53.6"),
    "rij 2: verwisseld": ("51.9,4.3,52,4.4", "3.2,50.7,7.3,53.6"),
    "rij 3: RD": ("80000,430000,90000,440000", "3.2,50.7,7.3,53.6"),
    "rij 7: voorbij de datumgrens": ("180.0001,51.9,181,52", "3.2,50.7,7.3,53.6"),
}


@pytest.mark.parametrize(("box", "words"), BOXES.values(), ids=BOXES.keys())
def test_a_box_that_cannot_be_is_refused_with_the_rule_it_breaks(
    client: TestClient, box: str, words: str
) -> None:
    query = urlencode({"gemeente": TOWN, "bbox": box})
    assert words in refused(client, f"/api/v1/meldingen?{query}")


@pytest.mark.parametrize(
    "query",
    [
        pytest.param("crs=http://www.opengis.net/def/crs/EPSG/0/28992", id="rij 5: crs"),
        pytest.param("bbox-crs=http://127.0.0.1:9/crs", id="rij 5: bbox-crs"),
        pytest.param("crs=urn:ogc:def:crs:EPSG::99999", id="rij 5: onbekend stelsel"),
    ],
)
def test_another_reference_system_is_refused_and_crs84_is_named(client: TestClient, query: str) -> None:
    path = f"/api/v1/meldingen?gemeente={TOWN}"
    assert "kennen wij niet" in refused(client, f"{path}&{query}")
    assert client.get(path).headers["Content-Crs"].endswith("/OGC/1.3/CRS84>")


def test_13_seventeen_digits_are_taken_and_shown_with_six(client: TestClient) -> None:
    assert client.get(f"/api/v1/plek?lon=4.3044324000000007&lat={LAT}").status_code == 200
    features = client.get(f"/api/v1/meldingen?gemeente={TOWN}").json()["features"]
    assert sorted(one["geometry"]["coordinates"][0] for one in features) == [4.3045, 4.34]


def test_10_a_melding_buiten_gebied_is_in_the_total(client: TestClient) -> None:
    found = client.get(f"/api/v1/meldingen?gemeente={TOWN}").json()
    assert found["aantal"] == 2
    assert [one["properties"]["buurt"] for one in found["features"]].count(None) == 1


RADII = {
    "rij 21: negatief": "-1",
    "rij 21: nul": "0",
    "rij 21: 1e9": "1e9",
    "rij 21: NaN": "nan",
    "rij 23: 0,001 m": "0.001",
    "rij 23: net te klein": "24.9",
    "rij 21: net te groot": "2000.1",
    "rij 21: niet een van de vier": "151",
}


def test_any_number_of_states_and_periods_makes_one_heat(client: TestClient) -> None:
    """Else each question to the microsecond would hold on to a picture of the town of its own."""
    app = client.app
    assert isinstance(app, FastAPI)
    workbench: Workbench = app.state.workbench
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    bytes_kept = set()
    for number in range(6):
        state = (tomorrow + timedelta(microseconds=number)).isoformat()
        query = urlencode({"gemeente": TOWN, "straal": 75, "standVan": state})
        assert client.get(f"/api/v1/warmte?{query}&soort=afval&soort=afval").json()["aantal"] == 1
        bytes_kept.add(workbench.bytes_kept)
    assert len(bytes_kept) == 1


def test_a_period_without_a_day_of_the_sources_has_no_heat(client: TestClient) -> None:
    query = urlencode({"gemeente": TOWN, "van": "2031-01-01"})
    found = client.get(f"/api/v1/warmte?{query}").json()
    assert (found["aantal"], found["van"], found["tot"]) == (0, None, None)


@pytest.mark.parametrize("radius", RADII.values(), ids=RADII.keys())
def test_a_radius_that_cannot_be_is_refused_by_legend_and_tile(client: TestClient, radius: str) -> None:
    query = urlencode({"gemeente": TOWN, "straal": radius})
    assert "straal" in refused(client, f"/api/v1/warmte?{query}")
    assert client.get(f"/tegels/warmte/12/2096/1357?{query}").status_code == 400


@pytest.mark.parametrize(
    "tile",
    [
        pytest.param("-1/0/0", id="rij 23: zoom -1"),
        pytest.param("19/0/0", id="rij 23: zoom 19"),
        pytest.param("30/0/0", id="rij 23: cellen van 0,1 mm"),
        pytest.param("12/4096/0", id="rij 20: tegel buiten de wereld"),
        pytest.param("1.5/0/0", id="rij 20: halve zoom"),
    ],
)
def test_a_tile_that_cannot_be_is_refused(client: TestClient, tile: str) -> None:
    assert client.get(f"/tegels/warmte/{tile}?gemeente={TOWN}").status_code == 400


@pytest.mark.parametrize(
    "tolerance_m",
    [
        pytest.param(-1.0, id="rij 21: negatief"),
        pytest.param(math.nan, id="rij 21: NaN"),
        pytest.param(math.inf, id="rij 21: oneindig"),
    ],
)
def test_outlines_are_not_simplified_by_less_than_nothing(tolerance_m: float) -> None:
    with pytest.raises(MapError, match="vereenvoudigen"):
        geometry_geojson(town().buurten, tolerance_m=tolerance_m)


def test_21_a_tolerance_of_zero_keeps_every_corner() -> None:
    drawn = json.loads(geometry_geojson(town().buurten, tolerance_m=0).content)
    assert [len(one["geometry"]["coordinates"][0]) for one in drawn["features"]] == [5] * 4


@pytest.mark.parametrize(
    ("code", "status", "words"),
    [
        pytest.param(BUURTEN[3], 410, f"nu: {BUURTEN[2]} (Drie)", id="rij 25: opgegaan in een ander"),
        pytest.param(BUURTEN[2], 200, "Drie", id="rij 25: groter geworden"),
        pytest.param("BU06229999", 404, "BU06229999 kennen wij niet", id="rij 25: nooit bestaan"),
        pytest.param("BU99990001", 404, "GM9999 kennen wij niet", id="rij 25: van een andere gemeente"),
    ],
)
def test_an_old_code_names_its_successor(client: TestClient, code: str, status: int, words: str) -> None:
    answer = client.get(f"/api/v1/gebieden/{code}")
    assert (answer.status_code, words in answer.text) == (status, True)


@pytest.mark.parametrize("path", ["/api/v1/gebieden/BU%00", "/api/v1/meldingen/%00", "/wijken/%00"])
def test_25_a_zero_byte_in_a_code_is_a_visitors_fault_on_both_databases(database_url: str, path: str) -> None:
    database = database_at(database_url)
    database.close()
    with TestClient(create_app(Settings(database_url=database_url)), raise_server_exceptions=False) as client:
        assert client.get(path).status_code in {400, 404}


def test_24_the_newest_division_answers_and_says_its_year(client: TestClient) -> None:
    found = client.get(f"/api/v1/gebieden?gemeente={TOWN}&niveau=buurt").json()
    assert (found["indeling"], len(found["gebieden"])) == (2020, 3)


HERE = Path(__file__).parent
MODULES = {
    word: next(name for name in (f"test_bad_{word}", f"test_{word}") if (HERE / f"{name}.py").is_file())
    for rows in ROWS.values()
    for row in rows.values()
    for word in row.modules.split()
}
ROW_ID = re.compile(r"rij (\d+): ")
ROW_NAME = re.compile(r"test_(\d+)_")


def rows_named_in(module: str) -> set[int]:
    """The rows that the ids and names of the tests in a module name."""
    tree = ast.parse((HERE / f"{module}.py").read_text(encoding="utf-8"))
    texts = {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    names = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    found = [match for text in texts if (match := ROW_ID.match(text))]
    found += [match for name in names if (match := ROW_NAME.match(name))]
    return {int(match.group(1)) for match in found}


@pytest.mark.parametrize("name", MODULES)
def test_a_module_has_a_case_for_every_row_that_the_list_gives_it(name: str) -> None:
    given = {number for rows in ROWS.values() for number, row in rows.items() if name in row.modules.split()}
    assert given - rows_named_in(MODULES[name]) == set()


@pytest.mark.shared
@pytest.mark.parametrize("section", ROWS)
def test_every_row_of_a_section_of_the_list_is_told_here(shared: Path, section: str) -> None:
    text = (shared / "reference" / "bad-inputs.md").read_text(encoding="utf-8")
    part = text.split(f"**{section}**")[1].split("\n**")[0]
    listed = {int(number) for number in re.findall(r"^(\d+)\. ", part, re.MULTILINE)}
    assert len(listed) > 4
    assert set(ROWS[section]) == listed - LATER
