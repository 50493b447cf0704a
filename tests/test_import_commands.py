"""Import commands: a report, or one line and nothing stored, here or in the service."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from fresh import database_at
from sqlalchemy import func, select
from stored_town import town
from typer.testing import CliRunner, Result

from data.areas import editions, load_edition, store_edition
from data.database import Database
from data.figures import load_figures
from data.gebieden import load_gebieden
from data.jobs import JobRunner, Spool
from data.models import Area, Audit, Figure, Melding
from data.reference_imports import LoadReport
from geo.areas import Edition, Level
from service.cli import app
from service.reference_jobs import reference_kinds

FIGURE_HEADER = "bu_code;inwoners;opp_land_ha"


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The database that the commands use."""
    url = f"sqlite:///{tmp_path / 'x.db'}"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", url)
    return url


@pytest.fixture
def filled(url: str) -> str:
    """The same, with the town of four buurten."""
    database = database_at(url)
    with database.write() as session:
        store_edition(session, town())
    database.close()
    return url


@pytest.fixture
def opened(url: str) -> Iterator[Database]:
    database = Database(url)
    yield database
    database.close()


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def outlines_file(folder: Path, edition: Edition | None = None) -> Path:
    """The town as a GeoPackage with the column names of PDOK."""
    path = folder / "wijkenbuurten.gpkg"
    wanted = edition or town()
    for level in (Level.BUURT, Level.WIJK, Level.GEMEENTE):
        frame = wanted.level(level).rename(columns={"code": f"{level}code", "naam": f"{level}naam"})
        plain = {Level.BUURT: "buurten", Level.WIJK: "wijken", Level.GEMEENTE: "gemeenten"}
        frame = frame.assign(water="NEE", jaar=wanted.year)
        if level is Level.BUURT:
            frame["wijkcode"] = frame["parent"]
        frame["gemeentecode"] = frame["gemeente"]
        frame.drop(columns=["parent", "gemeente"]).to_file(path, layer=plain[level], driver="GPKG")
    return path


def figures_file(folder: Path, *rows: str, name: str = "kerncijfers_2024.csv") -> Path:
    path = folder / name
    path.write_text("\n".join((FIGURE_HEADER, *rows)), encoding="utf-8")
    return path


def count(database: Database, table: type[Area | Figure | Melding | Audit]) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_outlines_come_in_by_command_and_a_second_time_changes_nothing(
    opened: Database, tmp_path: Path
) -> None:
    path = outlines_file(tmp_path)
    first, second = run("import", "areas", path, "--json"), run("import", "areas", path, "--json")
    assert (first.exit_code, second.exit_code) == (0, 0)
    assert json.loads(first.stdout)["new"] == 7
    assert json.loads(second.stdout)["nothing_changed"] is True
    with opened.read() as session:
        assert editions(session) == [2016]
        assert load_edition(session, 2016).codes(Level.GEMEENTE) == ("GM0622",)
    assert count(opened, Audit) == 2


def test_a_report_for_people_is_plain_dutch(url: str, tmp_path: Path) -> None:
    result = run("import", "areas", outlines_file(tmp_path))
    assert "nieuw 7, gewijzigd 0, weg 0, ongewijzigd 0" in result.stdout
    assert "4 buurten" in result.stdout


def test_another_year_is_kept_beside_the_first(opened: Database, filled: str, tmp_path: Path) -> None:
    path = outlines_file(tmp_path, town(year=2024))
    assert run("import", "areas", path).exit_code == 0
    with opened.read() as session:
        assert editions(session) == [2016, 2024]


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("areas", "geen.gpkg"), "geen.gpkg"),
        (("areas", "leeg.gpkg"), "leeg.gpkg"),
        (("areas", "wijkenbuurten.gpkg", "--gemeente", "Delft"), "Delft"),
        (("areas", "wijkenbuurten.gpkg", "--year", "2020"), "2020"),
        (("figures", "geen.csv"), "geen.csv"),
        (("addresses", "leeg.gpkg"), "leeg.gpkg"),
        (("initiatieven", "leeg.gpkg", "--gemeente", "Vlaardingen"), "leeg"),
        (("initiatieven", "leeg.gpkg", "--gemeente", "Delft"), "Delft"),
    ],
)
def test_a_refusal_is_one_line_and_code_1_and_stores_nothing(
    filled: str, opened: Database, tmp_path: Path, words: tuple[str, ...], reason: str
) -> None:
    outlines_file(tmp_path, town(year=2024))
    (tmp_path / "leeg.gpkg").write_bytes(b"")
    result = run("import", *words)
    assert result.exit_code == 1
    assert reason in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
    assert "Traceback" not in result.stderr
    assert count(opened, Area) == 7
    assert count(opened, Audit) == 0


def test_a_refusal_for_a_script_is_json(filled: str, tmp_path: Path) -> None:
    result = run("import", "figures", "geen.csv", "--json")
    assert result.exit_code == 1
    assert "geen.csv" in json.loads(result.stdout)["fout"]


def test_gaps_that_would_show_wait_until_a_person_accepts_them(opened: Database, tmp_path: Path) -> None:
    whole = town()
    holed = whole.buurten.copy()
    corner = holed.geometry[0].centroid.buffer(100)
    holed.loc[0, "geometry"] = holed.geometry[0].difference(corner)
    path = outlines_file(tmp_path, Edition(2016, holed, whole.wijken, whole.gemeenten))
    refused = run("import", "areas", path)
    assert refused.exit_code == 1
    assert "--accept" in refused.stderr
    opened.migrate()
    assert count(opened, Area) == 0
    assert run("import", "areas", path, "--accept").exit_code == 0
    assert count(opened, Area) == 7


def test_secret_figures_stay_unknown(filled: str, opened: Database, tmp_path: Path) -> None:
    path = figures_file(
        tmp_path,
        "BU06220001;100;10",
        "BU06220002;-99997;.",
        "BU06220101;x;-99999999",
        "BU06220102;;5,5",
    )
    result = run("import", "figures", path, "--json")
    assert result.exit_code == 0
    with opened.read() as session:
        found = load_figures(session, 2016)
    people = found[found["name"] == "inwoners"]
    assert people["value"].dropna().tolist() == [100]
    assert people["status"].tolist() == ["bekend", "geheim", "geheim", "onbekend"]
    assert found.loc[found["name"] == "opp_land_ha", "value"].dropna().tolist() == [10, 5.5]


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        (("BU06220001;100;10", "BU06220001;200;10"), "BU06220001"),
        (("BU06220001;100;1.234", "BU06220002;100;2.345"), "1.234"),
        (("BU06220001;honderd;1",), "honderd"),
        (("BU06221234;100;1",), "BU06221234"),
        (("BU06220001;100",), "regel 2"),
    ],
)
def test_figures_that_would_be_wrong_are_refused(
    filled: str, opened: Database, tmp_path: Path, rows: tuple[str, ...], reason: str
) -> None:
    result = run("import", "figures", figures_file(tmp_path, *rows))
    assert result.exit_code == 1
    assert reason in result.stderr
    assert count(opened, Figure) == 0


def gebieden_file(
    folder: Path, *, first: str = "BU06220001", name: str = "Haven", town: str = "GM0622"
) -> Path:
    path = folder / "gebieden.toml"
    path.write_text(
        f"""
gemeente = "{town}"
naam = "Vlaardingen"
indeling = 2016
status = "vastgesteld"
bron = "Raadsbesluit 12"

[[gebied]]
code = "GB{town[2:]}01"
naam = "{name}"
buurten = ["{first}", "BU{town[2:]}0002"]
geldig_vanaf = 2026-01-01

[[bijzondere_plek]]
naam = "Sportpark"
buurt = "BU{town[2:]}0101"
soort = "sportpark"
reden = "Er woont niemand."
geldig_vanaf = 2026-01-01
""",
        encoding="utf-8",
    )
    return path


def test_gebieden_of_a_gemeente_come_in_by_command_and_replace_those_it_had(
    filled: str, opened: Database, tmp_path: Path
) -> None:
    first = run("import", "gebieden", gebieden_file(tmp_path), "--json")
    assert (first.exit_code, json.loads(first.stdout)["new"]) == (0, 2)
    again = run("import", "gebieden", gebieden_file(tmp_path), "--json")
    assert json.loads(again.stdout)["nothing_changed"] is True
    renamed = run("import", "gebieden", gebieden_file(tmp_path, name="Oude haven"))
    assert "nieuw 0, gewijzigd 1, weg 0, ongewijzigd 1" in renamed.stdout
    assert "1 gebieden met 2 buurten" in renamed.stdout
    with opened.read() as session:
        indeling = load_gebieden(session, "GM0622")
        acts = session.scalars(select(Audit).order_by(Audit.id)).all()
    assert indeling is not None
    assert [(one.naam, one.status, one.buurten) for one in indeling.gebieden] == [
        ("Oude haven", "vastgesteld", ("BU06220001", "BU06220002"))
    ]
    assert [place.buurt for place in indeling.places] == ["BU06220101"]
    assert [(act.action, act.object_id, act.detail["new"]) for act in acts] == [
        ("import", "gebieden-vlaardingen", new) for new in (2, 0, 0)
    ]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        pytest.param({"first": "BU06229999"}, "BU06229999", id="no-such-buurt"),
        pytest.param({"first": "BU06220002"}, "meer dan een keer", id="twice"),
        pytest.param({"town": "GM0503", "first": "BU05030001"}, "GM0503", id="87-other-gemeente"),
        pytest.param({"name": '"'}, "geen geldige TOML", id="broken"),
    ],
)
def test_gebieden_that_do_not_fit_are_refused_and_change_nothing(
    filled: str, opened: Database, tmp_path: Path, changes: dict[str, str], reason: str
) -> None:
    assert run("import", "gebieden", gebieden_file(tmp_path)).exit_code == 0
    result = run("import", "gebieden", gebieden_file(tmp_path, **changes))
    assert (result.exit_code, "Traceback" in result.stderr) == (1, False)
    assert reason in result.stderr
    with opened.read() as session:
        indeling = load_gebieden(session, "GM0622")
    assert indeling is not None
    assert [one.naam for one in indeling.gebieden] == ["Haven"]
    assert count(opened, Audit) == 1


def test_a_file_without_gebieden_does_not_take_those_of_the_gemeente_away(
    filled: str, opened: Database, tmp_path: Path
) -> None:
    path = gebieden_file(tmp_path)
    run("import", "gebieden", path)
    path.write_text(path.read_text(encoding="utf-8").partition("[[")[0], encoding="utf-8")
    result = run("import", "gebieden", path, "--json")
    assert (result.exit_code, json.loads(result.stdout)) == (
        1,
        {"fout": "gebieden.toml: er staat geen enkel gebied in"},
    )
    with opened.read() as session:
        assert load_gebieden(session, "GM0622") is not None


def test_an_import_goes_through_the_service_while_it_holds_the_database(
    filled: str, opened: Database, tmp_path: Path
) -> None:
    opened.claim_writer()
    runner = JobRunner(Spool(tmp_path / "var" / "jobs"), reference_kinds(opened))
    runner.start()
    rows = (f"{code};100;10" for code in town().codes(Level.BUURT))
    try:
        result = run("import", "figures", figures_file(tmp_path, *rows), "--json")
    finally:
        runner.stop()
    assert result.exit_code == 0
    assert json.loads(result.stdout)["new"] == count(opened, Figure) == 8


def test_examples_come_and_go_by_command(filled: str, opened: Database, tmp_path: Path) -> None:
    rows = (f"{code};1000;10" for code in town().codes(Level.BUURT))
    run("import", "figures", figures_file(tmp_path, *rows))
    loaded = run("examples", "load", "--gemeente", "vlaardingen", "--until", "2026-06-30")
    assert loaded.exit_code == 0
    assert "voorbeeldgegevens (verzonnen)" in loaded.stdout
    assert count(opened, Melding) > 100
    assert "niets te doen" in run("examples", "load", "--gemeente", "vlaardingen").stdout
    assert run("examples", "remove", "vlaardingen").exit_code == 0
    assert count(opened, Melding) == 0


def test_a_report_survives_the_way_through_json() -> None:
    report = LoadReport(kind="cijfers", file="x.csv", new=2, sentences=["a"], detail={"year": 2024})
    assert LoadReport.from_dict(json.loads(json.dumps(report.as_dict()))) == report


@pytest.mark.shared
def test_schiedams_new_figures_are_refused_by_command_with_the_codes_named(
    url: str, shared: Path, request: pytest.FixtureRequest
) -> None:
    data = request.config.rootpath / shared / "data"
    outlines = data / "areas/wijkenbuurten_2016_pilot.gpkg"
    assert run("import", "areas", outlines, "--gemeente", "Schiedam", "--accept").exit_code == 0
    result = run("import", "figures", data / "figures/kerncijfers_2024_buurt.csv")
    assert result.exit_code == 1
    assert "GM0606" in result.stderr
    assert "BU0606" in result.stderr
