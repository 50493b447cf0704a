"""Imports of initiatieven: places, dates and text as written, bad rows apart, refusals whole."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from fresh import database_at
from sqlalchemy import func, select
from stored_town import TOWN, add_source, addresses, town

from data import initiatieven
from data.addresses import store_addresses
from data.areas import store_edition
from data.database import Database
from data.initiatief_import import import_initiatieven
from data.models import Audit, Import, Initiatief, InitiatiefArea
from data.rights import ALL_ROLES
from data.sources import SourceKind
from data.visibility import PUBLIC, Viewer
from geo.crs import RD, to_lnglat
from geo.errors import ImportRefused

STAFF = Viewer("beheerder", ALL_ROLES)
HEADER = "nummer;titel;omschrijving;status;startdatum;x;y"
ROWS = (
    "1;Geveltuintjes;Planten in de stoep;loopt;01-03-2026;80500,5;436500,25",
    "2;Samen eten;Elke week;afgerond;2026-01-05;81500;437500",
    "3;Buurtfeest;;;;;",
)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    yield from _opened(database_url)


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Database]:
    yield from _opened(f"sqlite:///{tmp_path / 'x.db'}")


def _opened(url: str) -> Iterator[Database]:
    database = database_at(url)
    with database.write() as session:
        store_edition(session, town())
    yield database
    database.close()


def write(path: Path, *rows: str, header: str = HEADER, encoding: str = "utf-8") -> Path:
    path.write_bytes("\r\n".join((header, *rows)).encode(encoding))
    return path


def stored(database: Database) -> dict[str, Initiatief]:
    with database.read() as session:
        return {row.titel: row for row in session.scalars(select(Initiatief))}


def test_initiatieven_are_stored_with_their_place_and_buurt(database: Database, tmp_path: Path) -> None:
    report = import_initiatieven(database, write(tmp_path / "i.csv", *ROWS), gemeente="Vlaardingen")
    assert (report.new, report.rejected) == (3, 0)
    assert report.detail["without_place"] == 1
    with database.read() as session:
        frame = initiatieven.frame(session, STAFF, TOWN, edition=2016).set_index("titel")
    assert frame["buurt"]["Geveltuintjes"] == "BU06220001"
    assert frame["buurt"]["Samen eten"] == "BU06220102"
    lon, _ = to_lnglat(RD(80500.5, 436500.25))
    assert frame["lon"]["Geveltuintjes"] == pytest.approx(lon, abs=1e-9)
    assert frame["status"].to_dict() == {
        "Buurtfeest": "idee",
        "Geveltuintjes": "loopt",
        "Samen eten": "uitgevoerd",
    }


def test_a_second_import_changes_nothing_and_a_newer_file_changes_what_differs(
    database: Database, tmp_path: Path
) -> None:
    path = write(tmp_path / "i.csv", *ROWS)
    import_initiatieven(database, path, gemeente=TOWN)
    again = import_initiatieven(database, path, gemeente=TOWN)
    moved = ROWS[0].replace("80500,5", "81500,5")
    newer = import_initiatieven(database, write(tmp_path / "j.csv", moved, *ROWS[1:]), gemeente=TOWN)
    assert again.nothing_changed
    assert (newer.new, newer.changed, newer.same) == (0, 1, 2)
    with database.read() as session:
        frame = initiatieven.frame(session, STAFF, TOWN, edition=2016).set_index("titel")
    assert frame["buurt"]["Geveltuintjes"] == "BU06220002"
    assert len(frame) == 3


def test_the_public_sees_them_only_when_released(sqlite: Database, tmp_path: Path) -> None:
    import_initiatieven(sqlite, write(tmp_path / "i.csv", *ROWS[:1]), gemeente=TOWN)
    import_initiatieven(sqlite, write(tmp_path / "i.csv", *ROWS[:2]), gemeente=TOWN, release=True)
    with sqlite.read() as session:
        assert initiatieven.frame(session, PUBLIC, TOWN, edition=2016)["titel"].tolist() == ["Samen eten"]
        assert len(initiatieven.frame(session, STAFF, TOWN, edition=2016)) == 2


def test_an_address_gives_the_place_where_coordinates_are_missing(sqlite: Database, tmp_path: Path) -> None:
    with sqlite.write() as session:
        source = add_source(session, slug="bag", kind=SourceKind.ADDRESSES)
        store_addresses(session, addresses([2, 4, 6]), source_id=source)
    path = write(tmp_path / "i.csv", "Bankje;Korte Hoogstraat 4", "Hok;Onbekendeweg 1", header="titel;adres")
    report = import_initiatieven(sqlite, path, gemeente=TOWN)
    assert report.detail["quality"] == {"exact": 1, "niet_gevonden": 1}
    assert (stored(sqlite)["Bankje"].x, stored(sqlite)["Hok"].x) == (80_510, None)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("4;;zonder titel;;;80500;436500", "er is geen titel"),
        ("1;Nog eens;;;;80500;436500", "dit nummer staat er dubbel in"),
        ("4;Verwisseld;;;;436500;80500", "verwisseld"),
        ("4;Te kort", "de rij telt 2 kolommen"),
    ],
)
def test_a_bad_row_is_refused_with_its_reason_and_the_others_are_taken(
    sqlite: Database, tmp_path: Path, row: str, reason: str
) -> None:
    report = import_initiatieven(sqlite, write(tmp_path / "i.csv", *ROWS, row), gemeente=TOWN)
    assert (report.new, report.rejected, report.detail["read"]) == (3, 1, 4)
    assert any(reason in sentence for sentence in report.sentences)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_letters_survive_every_encoding(sqlite: Database, tmp_path: Path, encoding: str) -> None:
    path = write(tmp_path / "i.csv", "1;Naaicafé;Één groep;;;80500;436500", encoding=encoding)
    import_initiatieven(sqlite, path, gemeente=TOWN)
    assert stored(sqlite)["Naaicafé"].text == "Één groep"


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("id;titel;omschrijving\r\n1;Feest;groot", "groot"),
        ("id,titel,omschrijving\r\n1,Feest,groot", "groot"),
        ("id\ttitel\tomschrijving\r\n1\tFeest\tgroot", "groot"),
        ("sep=;\r\nid;titel;omschrijving\r\n1;Feest;groot", "groot"),
        ('id;titel;omschrijving\r\n1;Feest;"twee\nregels; en meer"', "twee\nregels; en meer"),
        ('id;titel;omschrijving\r\n1;Feest;"=HYPERLINK(""x"")"', '=HYPERLINK("x")'),
        ("id;titel;omschrijving\r\n1;Feest;<script>", "<script>"),
    ],
)
def test_text_arrives_as_it_was_written(sqlite: Database, tmp_path: Path, content: str, text: str) -> None:
    path = tmp_path / "i.csv"
    path.write_bytes(content.encode())
    import_initiatieven(sqlite, path, gemeente=TOWN)
    assert stored(sqlite)["Feest"].text == text


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "leeg"),
        ("id;omschrijving\r\n1;groot", "titel"),
        ("id;titel\r\n", "geen rijen"),
        ("gemeente;titel\r\nDelft;Feest", "Vlaardingen"),
        ("titel;lon;lat\r\nA;80500;436500\r\nB;80501;436501", "RD"),
        ("titel;start\r\nA;03-25-2026", "maand"),
    ],
)
def test_a_table_that_cannot_be_is_refused_and_nothing_is_stored(
    sqlite: Database, tmp_path: Path, content: str, reason: str
) -> None:
    path = tmp_path / "i.csv"
    path.write_bytes(content.encode())
    with pytest.raises(ImportRefused, match=reason):
        import_initiatieven(sqlite, path, gemeente=TOWN)
    with sqlite.read() as session:
        for table in (Initiatief, InitiatiefArea, Import, Audit):
            assert session.scalar(select(func.count()).select_from(table)) == 0


def test_a_point_outside_every_buurt_is_kept_and_counted(sqlite: Database, tmp_path: Path) -> None:
    path = write(tmp_path / "i.csv", "1;Ver weg;;;;90000;436500")
    report = import_initiatieven(sqlite, path, gemeente=TOWN)
    assert (report.new, report.detail["outside"]) == (1, 1)
    with sqlite.read() as session:
        assert session.scalars(select(InitiatiefArea.buurt)).all() == [None]


def test_days_are_read_the_dutch_way(sqlite: Database, tmp_path: Path) -> None:
    import_initiatieven(sqlite, write(tmp_path / "i.csv", *ROWS), gemeente=TOWN)
    found = stored(sqlite)
    assert (found["Geveltuintjes"].started_on, found["Samen eten"].started_on) == (
        date(2026, 3, 1),
        date(2026, 1, 5),
    )


@pytest.mark.shared
def test_projects_without_coordinates_are_taken_as_without_place(sqlite: Database, shared: Path) -> None:
    path = shared / "data/initiatives/pabulib_nl.csv"
    with pytest.raises(ImportRefused, match="Vlaardingen"):
        import_initiatieven(sqlite, path, gemeente=TOWN)
    lines = path.read_text(encoding="utf-8").count(",Assen,")
    with sqlite.write() as session:
        renamed = town()
        renamed.gemeenten["naam"] = "Assen"
        store_edition(session, renamed)
    report = import_initiatieven(sqlite, path, gemeente="Assen")
    assert report.detail["read"] == 905
    assert report.new == report.detail["without_place"] == lines > 0
