"""The Leefbaarometer: both forms of its files, what is refused and where, and what is stored."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from fresh import database_at
from served import bundled_database
from typer.testing import CliRunner

from data.database import Database
from data.leefbaarometer import LICENCE, import_leefbaarometer, scores
from data.models import Source
from data.readers.leefbaarometer import read_leefbaarometer
from geo.errors import EditionMismatch, ImportRefused
from service.cli import app

HEAD = "bu_code,jaar,lbm,fys,onv,soc,vrz,won"
ROW = "BU06220101,2024,0.1891,0.0343,-0.1136,-0.0307,0.3102,-0.0111"


def written(folder: Path, *lines: str, name: str = "scores.csv") -> Path:
    path = folder / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_a_row_of_the_open_data_becomes_a_total_and_five_dimensions(tmp_path: Path) -> None:
    found = read_leefbaarometer(written(tmp_path, HEAD, ROW, "BU06220102,2024,,,,,,"))
    assert found.version == "3.0"
    own = found.figures[found.figures["code"] == "BU06220101"].set_index("name")["value"]
    assert own.to_dict() == {
        "leefbaarometer3_fys": 0.0343,
        "leefbaarometer3_lbm": 0.1891,
        "leefbaarometer3_onv": -0.1136,
        "leefbaarometer3_soc": -0.0307,
        "leefbaarometer3_vrz": 0.3102,
        "leefbaarometer3_won": -0.0111,
    }
    assert set(found.figures.loc[found.figures["code"] == "BU06220102", "status"]) == {"onbekend"}


def test_classes_of_the_older_version_are_read_per_year(tmp_path: Path) -> None:
    found = read_leefbaarometer(written(tmp_path, "wk_code,kl02,kl16", "WK062201,4.0,5.0", "WK062202,,7"))
    assert (found.version, found.years) == ("2.0", [2002, 2016])
    assert found.figures["value"].dropna().tolist() == [4, 5, 7]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("BU0622,2024,0,0,0,0,0,0", "scores.csv, regel 3, kolom bu_code: 'BU0622' is geen code"),
        ("WK062201,2024,0,0,0,0,0,0", "regel 3, kolom bu_code: 'WK062201' is een code van een ander soort"),
        ("BU06220102,24,0,0,0,0,0,0", "regel 3, kolom jaar: '24' is geen jaar"),
        ("BU06220102,2024,veel,0,0,0,0,0", "regel 3, kolom lbm: 'veel' is geen getal"),
        ("BU06220102,2024,0,nan(1),0,0,0,0", r"regel 3, kolom fys: 'nan\(1\)' is geen getal"),
        ("BU06220102,2024,0,0,1e400,0,0,0", "regel 3, kolom onv: '1e400' is geen"),
        ("BU06220102,2024,7,0,0,0,0,0", "regel 3, kolom lbm: '7' is geen score: die ligt tussen -3 en 3"),
        ("BU06220101,2024,0.2,0,0,0,0,0", "BU06220101 heeft twee scores over 2024"),
        ("BU06220102,2024,0,0", "regel 3"),
    ],
)
def test_a_bad_value_is_refused_with_its_place(tmp_path: Path, line: str, told: str) -> None:
    with pytest.raises(ImportRefused, match=told):
        read_leefbaarometer(written(tmp_path, HEAD, ROW, line))


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (("wk_code,kl16", "WK062201,10"), "regel 2, kolom kl16: '10' is geen klasse van 1 tot en met 9"),
        (("wk_code,kl16", "WK062201,4.5"), "kolom kl16: '4.5' is geen klasse"),
        (("naam,kl16", "Centrum,4"), "geen kolom met codes"),
        (("bu_code,jaar,lbm", "BU06220101,2024,0"), "de kolommen fys, onv, soc, vrz, won ontbreken"),
        ((HEAD,), "er staan geen rijen in"),
    ],
)
def test_a_file_that_is_none_of_it_is_refused(tmp_path: Path, lines: tuple[str, ...], told: str) -> None:
    with pytest.raises(ImportRefused, match=told):
        read_leefbaarometer(written(tmp_path, *lines))


def test_a_file_that_is_not_there_or_no_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match=r"weg\.csv: dit bestand is er niet"):
        read_leefbaarometer(tmp_path / "weg.csv")
    (tmp_path / "boek.xlsx").write_bytes(b"PK\x03\x04" + bytes(200))
    with pytest.raises(ImportRefused, match=r"boek\.xlsx"):
        read_leefbaarometer(tmp_path / "boek.xlsx")


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    database = database_at(bundled_database(tmp_path_factory.mktemp("leefbaarometer")))
    database.claim_writer()
    yield database
    database.close()


def test_scores_are_stored_beside_the_outlines_and_a_second_time_changes_nothing(
    town: Database, tmp_path: Path
) -> None:
    path = written(tmp_path, HEAD, ROW, ROW.replace("BU06220101", "BU99990101"))
    first = import_leefbaarometer(town, path)
    assert "de onderdelen zijn overal samen de totaalscore" in first.sentences
    assert "niet opgenomen, geen grenzen geladen: 1 codes" in first.sentences
    assert import_leefbaarometer(town, path).nothing_changed
    with town.read() as session:
        kept = scores(session, 2016, ["BU06220101", "BU06220102"])
        source = session.query(Source).filter_by(slug="leefbaarometer-3.0").one()
    assert len(kept) == 6
    assert kept.loc[kept["name"] == "leefbaarometer3_lbm", "value"].tolist() == [0.1891]
    assert (source.licence, source.reference) == (LICENCE, "metingen 2024-2024")


def test_dimensions_that_do_not_add_up_are_told(town: Database, tmp_path: Path) -> None:
    report = import_leefbaarometer(town, written(tmp_path, HEAD, ROW.replace("0.1891", "0.5")))
    assert "bij 1 van de 1 scores zijn de onderdelen samen niet de totaalscore" in report.sentences


def test_scores_of_redrawn_buurten_are_refused_and_nothing_is_stored(town: Database, tmp_path: Path) -> None:
    rows = [ROW.replace("BU06220101", f"BU062299{number:02d}") for number in range(10)]
    with pytest.raises(EditionMismatch):
        import_leefbaarometer(town, written(tmp_path, HEAD, *rows))
    with town.read() as session:
        assert scores(session, 2016, ["BU06229901"]).empty


@pytest.mark.shared
def test_the_real_file_of_2_0_has_classes_of_every_wijk(town: Database, shared: Path) -> None:
    report = import_leefbaarometer(town, shared / "data/figures/leefbaarometer2_wijk.csv")
    assert report.detail["years"] == [2002, 2008, 2012, 2014, 2016]
    with town.read() as session:
        found = scores(session, 2016, ["WK010600"]).set_index("year")["value"]
    assert found.to_dict() == {2002: 8, 2008: 8, 2012: 8, 2014: 8, 2016: 9}


def test_the_command_prints_what_it_did_and_ends_with_1_when_it_refuses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", bundled_database(tmp_path))
    good, bad = written(tmp_path, HEAD, ROW), written(tmp_path, HEAD, f"{ROW}x", name="fout.csv")
    done = CliRunner().invoke(app, ["import", "leefbaarometer", str(good), "--json"])
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["detail"] == {"edition": 2016, "version": "3.0", "years": [2024]}
    refused = CliRunner().invoke(app, ["import", "leefbaarometer", str(bad)])
    assert refused.exit_code == 1
    assert "fout.csv, regel 2, kolom won: '-0.0111x' is geen getal." in " ".join(refused.output.split())
