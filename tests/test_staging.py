"""Staging: what a row of a file becomes, and why a row is refused."""

from __future__ import annotations

import csv
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import shapely
from import_files import ASSEN, HEADER, VLAARDINGEN, row, town, write_table

from data.addresses import store_addresses
from data.apart import StagingFailed, stage_apart
from data.database import Database
from data.import_report import ImportReport
from data.readers.bundled import bundled_edition
from data.reading import ReadingFailed, StageOrder
from data.sources import SourceCard, SourceKind, register_source
from data.staging import stage, staged_report
from geo.errors import ImportRefused


@pytest.fixture(scope="module")
def assen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    with town(f"sqlite:///{tmp_path_factory.mktemp('db') / 'w.db'}") as database:
        yield database


def order(database: Database, path: Path, **changes: Any) -> StageOrder:
    values = {
        "database_url": str(database.url),
        "path": str(path),
        "target": str(path.with_suffix(".db")),
        "rejects": str(path.with_suffix(".rejects.csv")),
        "source": "proef",
        "municipality_code": "GM0106",
        "municipality": "Assen",
        "now": "2026-06-01T00:00:00+00:00",
        "category_edition": "wijkbeeld",
    }
    return StageOrder(**{**values, **changes})


def staged_rows(path: Path, *columns: str) -> list[tuple[Any, ...]]:
    connection = sqlite3.connect(path.with_suffix(".db"))
    found = connection.execute(f"SELECT {', '.join(columns)} FROM melding ORDER BY n").fetchall()
    connection.close()
    return found


def report_of(database: Database, tmp_path: Path, rows: list[list[str]]) -> ImportReport:
    return stage(order(database, write_table(tmp_path / "in.csv", rows)))


def test_a_row_becomes_what_the_tables_take(assen: Database, tmp_path: Path) -> None:
    path = write_table(tmp_path / "in.csv", [row(7, gereed="25-05-2026 12:00", adres="Kerkstraat 1")])
    stage(order(assen, path))
    names = ("source_ref", "created_at", "created_on", "closed_at", "status", "channel", "address")
    assert staged_rows(path, *names) == [
        (
            "7",
            "2026-05-20 08:00:00.000000",
            "2026-05-20",
            "2026-05-25 10:00:00.000000",
            "afgehandeld",
            "import",
            "Kerkstraat 1",
        )
    ]


def test_the_buurt_of_a_row_is_the_outline_that_holds_its_point(assen: Database, tmp_path: Path) -> None:
    path = write_table(tmp_path / "in.csv", [row(1)])
    stage(order(assen, path))
    ((x, y, lon, lat, buurt),) = staged_rows(path, "x", "y", "lon", "lat", "buurt_2016")
    buurten = bundled_edition().buurten
    assert list(buurten["code"][buurten.contains(shapely.Point(x, y))]) == [buurt]
    assert (str(lon), str(lat)) == ASSEN


def test_every_row_is_counted_once_as_taken_or_refused(assen: Database, tmp_path: Path) -> None:
    rows = [row(1), row(2, datum=""), row(3, datum="31-02-2026"), row(4, lon="abc"), row(1), row(5)[:4]]
    report = report_of(assen, tmp_path, rows)
    assert (report.read, report.accepted, report.rejected_rows) == (6, 1, 5)
    assert report.rejected == {
        "datum ontbreekt": 1,
        "datum onleesbaar": 1,
        "de rij telt 4 kolommen, de kop 9": 1,
        "dit is geen getal waar een plaats bij hoort": 1,
        "nummer komt vaker voor": 1,
    }


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        pytest.param({"lon": "52.99", "lat": "6.56"}, "verwisseld", id="2-swapped"),
        pytest.param({"lon": "233456", "lat": "556789"}, "RD\\?", id="3-rd-as-degrees"),
        pytest.param({"lon": "540", "lat": "52"}, "tussen -180 en 180", id="7-not-on-earth"),
        pytest.param({"lon": "NaN", "lat": "52"}, "geen getal", id="1-nan"),
        pytest.param({"lon": "1e400", "lat": "52"}, "geen getal", id="1-1e400"),
        pytest.param({"datum": "01-01-2031"}, "toekomst", id="future"),
        pytest.param({"datum": "01-01-1970"}, "1990", id="long-ago"),
    ],
)
def test_a_row_that_cannot_be_right_is_refused_with_its_reason(
    assen: Database, tmp_path: Path, changes: dict[str, str], reason: str
) -> None:
    report = report_of(assen, tmp_path, [row(1), row(2), row(3, **changes)])
    assert report.accepted == 2
    (found,) = report.rejected
    assert re.search(reason, found)


@pytest.mark.parametrize(
    ("changes", "outside", "elsewhere", "quality"),
    [
        pytest.param({"lon": "2.3522", "lat": "48.8566"}, 1, 0, "buiten_nederland", id="8-paris"),
        pytest.param({"lon": "4.9", "lat": "52.37"}, 1, 0, "punt", id="8-no-loaded-municipality"),
        pytest.param({"lon": VLAARDINGEN[0], "lat": VLAARDINGEN[1]}, 0, 1, "punt", id="8-other-municipality"),
        pytest.param({"lon": "0", "lat": "0"}, 0, 0, "niet_gevonden", id="8-zero-is-no-point"),
        pytest.param({"lon": "", "lat": ""}, 0, 0, "niet_gevonden", id="8-no-point"),
    ],
)
def test_8_a_place_outside_is_kept_and_counted(
    assen: Database, tmp_path: Path, changes: dict[str, str], outside: int, elsewhere: int, quality: str
) -> None:
    report = report_of(assen, tmp_path, [row(1), row(2), row(3, **changes)])
    assert (report.accepted, report.outside, report.elsewhere) == (3, outside, elsewhere)
    assert sum(report.quality.values()) == 3
    assert quality in report.quality


@pytest.fixture(scope="module")
def with_addresses(assen: Database) -> Database:
    """Kerkstraat 1 in Assen, at a point of its own."""
    known = {
        "street": ["Kerkstraat"],
        "number": [1],
        "letter": [None],
        "addition": [None],
        "postcode": ["9401GV"],
        "place": ["Assen"],
        "gemeente": ["Assen"],
        "gemeente_code": ["GM0106"],
        "lon": [6.5625],
        "lat": [52.9967],
        "x": [233_500.0],
        "y": [557_000.0],
    }
    with assen.write() as session:
        card = SourceCard(slug="bag", kind=SourceKind.ADDRESSES, naam="BAG")
        store_addresses(session, pd.DataFrame(known), source_id=register_source(session, card))
    return assen


@pytest.mark.parametrize(
    ("address", "quality", "x"),
    [
        ("Kerkstraat 1", "exact", 233_500.0),
        ("Kerkstraat 1b", "zonder_toevoeging", 233_500.0),
        ("Kerkstraat", "straat", 233_500.0),
        ("Domeinpad 1", "niet_gevonden", None),
        ("", "niet_gevonden", None),
    ],
)
def test_a_row_without_a_point_gets_that_of_its_address(
    with_addresses: Database, tmp_path: Path, address: str, quality: str, x: float | None
) -> None:
    path = write_table(tmp_path / "in.csv", [row(1, lon="", lat="", adres=address), row(2)])
    report = stage(order(with_addresses, path))
    (found, (given, _)) = staged_rows(path, "place_quality", "x")
    assert found == (quality, x)
    assert given == "punt"
    assert report.without_place == (1 if x is None else 0)


def test_a_file_whose_columns_are_swapped_is_refused_whole(assen: Database, tmp_path: Path) -> None:
    rows = [row(number, lon=ASSEN[1], lat=ASSEN[0]) for number in range(5)]
    with pytest.raises(ImportRefused, match="meeste punten"):
        report_of(assen, tmp_path, rows)
    assert not (tmp_path / "in.db").exists()


def test_13_seventeen_digits_are_stored_as_given(assen: Database, tmp_path: Path) -> None:
    path = write_table(tmp_path / "in.csv", [row(1, lon="6.5625000000000012")])
    stage(order(assen, path))
    assert staged_rows(path, "lon") == [(6.5625000000000012,)]


def test_33_a_column_with_decimal_commas_is_said(assen: Database, tmp_path: Path) -> None:
    rows = [row(1, lon="6,5625", lat="52,9967")]
    assert "kolom lon: decimalen na een komma" in report_of(assen, tmp_path, rows).notes


def test_rd_coordinates_give_the_same_buurt_as_degrees(assen: Database, tmp_path: Path) -> None:
    header = ("zaaknummer", "registrdat", "niveau1", "niveau2", "xcoord", "ycoord")
    rows = [["a", "20-05-2026", "Afval en vervuiling", "Zwerfvuil", "233.590,5", "557.203,25"]]
    path = write_table(tmp_path / "in.csv", rows, header)
    report = stage(order(assen, path))
    (found,) = staged_rows(path, "x", "y", "lon", "lat", "buurt_2016")
    assert found[:2] == (233590.5, 557203.25)
    assert found[2:4] == pytest.approx((6.5625, 52.9967), abs=0.01)
    assert found[4] is not None
    assert report.unknown_categories == {}


def test_36_a_formula_is_stored_as_it_was_and_guarded_in_the_rejects(assen: Database, tmp_path: Path) -> None:
    path = write_table(
        tmp_path / "in.csv", [row(1, adres="=1+2"), row(2, adres="'=1+2"), row(3, datum="", adres="=x")]
    )
    report = stage(order(assen, path))
    assert staged_rows(path, "address") == [("=1+2",), ("=1+2",)]
    with Path(str(report.rejects_file)).open(encoding="utf-8-sig", newline="") as text:
        header, refused = list(csv.reader(text, delimiter=";"))
    assert (refused[0], refused[1]) == ("4", "datum ontbreekt")
    assert refused[header.index("adres")] == "'=x"


def test_39_persons_reach_neither_the_staging_file_nor_the_rejects(assen: Database, tmp_path: Path) -> None:
    secret = "Geheim van der Test"
    path = write_table(tmp_path / "in.csv", [row(1, melder=secret), row(2, datum="", melder=secret)])
    report = stage(order(assen, path))
    assert report.personal_columns == ["melder"]
    kept = [path.with_suffix(".db").read_bytes(), Path(str(report.rejects_file)).read_bytes()]
    assert not [content for content in kept if secret.encode() in content]


def test_39_postcodes_are_taken_as_people_write_them(assen: Database, tmp_path: Path) -> None:
    header = ("id", "datum", "soort", "straat", "huisnummer", "postcode", "lon", "lat")
    path = write_table(
        tmp_path / "in.csv", [["1", "2026-05-20", "x", "Markt", "1", "9401jh", *ASSEN]], header
    )
    stage(order(assen, path))
    assert staged_rows(path, "address") == [("Markt 1 9401jh",)]


def test_an_unknown_soort_is_kept_and_stays_hidden_from_the_public(assen: Database, tmp_path: Path) -> None:
    path = write_table(tmp_path / "in.csv", [row(1, soort="Vliegende borden")])
    report = stage(order(assen, path))
    connection = sqlite3.connect(path.with_suffix(".db"))
    found = connection.execute("SELECT slug, privacy FROM category").fetchall()
    connection.close()
    assert found == [("onbekend-vliegendeborden", "gebied")]
    assert report.unknown_categories == {"Vliegende borden": 1}


def test_rows_without_a_number_are_told_apart_by_their_content(assen: Database, tmp_path: Path) -> None:
    header = HEADER[1:]
    rows = [row(0)[1:], row(0)[1:], row(0, datum="21-05-2026")[1:]]
    path = write_table(tmp_path / "in.csv", rows, header)
    assert stage(order(assen, path)).accepted == 3
    refs = [ref for (ref,) in staged_rows(path, "source_ref")]
    assert refs[0].removesuffix("-1") == refs[1].removesuffix("-2")
    later = write_table(
        tmp_path / "later.csv", [[*rows[0][:1], "25-05-2026", *rows[0][2:]], *rows[1:]], header
    )
    stage(order(assen, later))
    assert [ref for (ref,) in staged_rows(later, "source_ref")] == refs


@pytest.mark.parametrize(
    ("status", "gereed", "expected"),
    [
        ("", "", ("gemeld", None)),
        ("", "2026-05-25", ("afgehandeld", "2026-05-25 10:00:00.000000")),
        ("In behandeling", "2026-05-25 12:00", ("in behandeling", None)),
        ("fixed - council", "", ("afgehandeld", None)),
        ("raadselachtig", "2026-05-25 12:00", ("afgehandeld", "2026-05-25 10:00:00.000000")),
        ("", "2026-05-20", ("afgehandeld", "2026-05-20 10:00:00.000000")),
        ("", "2026-05-19", ("afgehandeld", None)),
        ("", "2026-05-20 09:00", ("afgehandeld", None)),
        ("", "onleesbaar", ("gemeld", None)),
    ],
)
def test_status_and_end_follow_from_both_columns(
    assen: Database, tmp_path: Path, status: str, gereed: str, expected: tuple[str, str | None]
) -> None:
    path = write_table(tmp_path / "in.csv", [row(1, status=status, gereed=gereed)])
    stage(order(assen, path))
    assert staged_rows(path, "status", "closed_at") == [expected]


def test_a_closing_day_on_the_day_itself_is_never_before_the_melding(assen: Database, tmp_path: Path) -> None:
    path = write_table(tmp_path / "in.csv", [row(1, datum="20-05-2026 15:00", gereed="20-05-2026")])
    stage(order(assen, path))
    assert staged_rows(path, "created_at = closed_at") == [(1,)]


def test_a_file_that_changes_while_it_is_read_is_refused(assen: Database, tmp_path: Path) -> None:
    path = write_table(tmp_path / "in.csv", [row(1)])

    def meddle(_done: int, _total: int) -> None:
        path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")

    with pytest.raises(ImportRefused, match="veranderde"):
        stage(order(assen, path), tell=meddle)
    assert [one.name for one in tmp_path.iterdir()] == ["in.csv"]


def test_public_ids_are_long_random_and_never_the_same(assen: Database, tmp_path: Path) -> None:
    path = write_table(tmp_path / "in.csv", [row(number) for number in range(500)])
    stage(order(assen, path))
    ids = {name for (name,) in staged_rows(path, "public_id")}
    assert len(ids) == 500
    assert {len(name) for name in ids} == {22}


def test_reading_in_a_process_of_its_own_gives_the_same_report(assen: Database, tmp_path: Path) -> None:
    path = write_table(tmp_path / "in.csv", [row(1), row(2, datum="")])
    here = stage(order(assen, path))
    told: list[tuple[int, int]] = []
    stage_apart(order(assen, path), tell=lambda done, total: told.append((done, total)))
    there = staged_report(path.with_suffix(".db"))
    assert told[-1] == (path.stat().st_size, path.stat().st_size)
    assert {**there.as_dict(), "seconds": 0, "peak_mb": 0} == {**here.as_dict(), "seconds": 0, "peak_mb": 0}


def test_a_refusal_comes_back_from_the_other_process_word_for_word(assen: Database, tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match="bestaat niet"):
        stage_apart(order(assen, tmp_path / "weg.csv"))


def test_a_process_that_breaks_is_reported(assen: Database, tmp_path: Path) -> None:
    path = write_table(tmp_path / "in.csv", [row(1)])
    with pytest.raises(StagingFailed):
        stage_apart(order(assen, path, now="geen moment"))


def test_the_report_says_the_same_in_dutch_and_survives_json(assen: Database, tmp_path: Path) -> None:
    report = report_of(assen, tmp_path, [row(1), row(2, datum="")])
    assert "gelezen 2, opgenomen 1, geweigerd 1" in report.lines()
    assert ImportReport.from_dict(report.as_dict()) == report


def test_a_large_file_is_read_by_a_second_process_with_the_same_rows(assen: Database, tmp_path: Path) -> None:
    path = write_table(tmp_path / "in.csv", [row(1), row(2, datum=""), row(3), row(3)])
    names = "line, source_ref, category, created_at, status, lon, x, buurt_2016"
    here = stage(order(assen, path))
    rows = staged_rows(path, names)
    there = stage(order(assen, path), large_bytes=1)
    assert len(rows) == 2
    assert staged_rows(path, names) == rows
    assert {**there.as_dict(), "seconds": 0, "peak_mb": 0} == {**here.as_dict(), "seconds": 0, "peak_mb": 0}


def test_what_a_second_process_refuses_is_said_and_leaves_nothing(assen: Database, tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    path.write_text("nummer;datum\n", encoding="utf-8")
    with pytest.raises(ImportRefused) as here:
        stage(order(assen, path))
    with pytest.raises(ImportRefused) as there:
        stage(order(assen, path), large_bytes=1)
    assert str(there.value) == str(here.value)
    assert [one.name for one in tmp_path.iterdir()] == ["in.csv"]


def test_a_second_process_that_dies_is_told(assen: Database, tmp_path: Path) -> None:
    path = write_table(tmp_path / "in.csv", [row(1)])
    with pytest.raises(ReadingFailed, match="gestopt"):
        stage(order(assen, path, now="geen moment"), large_bytes=1)
    assert [one.name for one in tmp_path.iterdir()] == ["in.csv"]
