"""Bad tables: taken as they come where that is safe, refused with the line where it is not."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from bad_files import LAT, LON, buurten, imported, points_file, rejects, town_database
from import_files import HEADER, row, stored, totals, write_table
from stored_town import BUURTEN, TOWN

from data.database import Database
from data.import_report import ImportReport
from data.initiatief_import import import_initiatieven
from data.reference_imports import LoadReport, import_addresses, import_areas, import_figures
from geo.address import parse_address
from geo.errors import AddressError, ImportRefused


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with town_database(tmp_path) as database:
        yield database


DUTCH = "Coöperatie café naïef €"


@pytest.mark.parametrize(
    ("encoding", "read_as"),
    [
        pytest.param("cp1252", "cp1252", id="rij 31: cp1252"),
        pytest.param("utf-8-sig", "utf-8-sig", id="rij 31: UTF-8 met merkteken"),
        pytest.param("utf-8", "utf-8", id="rij 31: UTF-8"),
        pytest.param("utf-16", "utf-16", id="rij 31: UTF-16"),
    ],
)
def test_letters_reach_the_store_whatever_the_encoding(
    database: Database, tmp_path: Path, encoding: str, read_as: str
) -> None:
    text = f"nummer;datum;soort;lon;lat;omschrijving\n1;2026-05-01;Dumping;{LON};{LAT};{DUTCH}\n"
    path = tmp_path / "tekst.csv"
    path.write_bytes(text.encode(encoding))
    report = imported(database, path)
    assert stored(database, "text") == [(DUTCH,)]
    assert report.encoding == read_as
    assert any("Coöperatie" in note for note in report.notes) == (encoding in {"cp1252", "utf-16"})


@pytest.mark.parametrize(
    ("text", "accepted", "lines"),
    [
        pytest.param("nummer,datum,soort,lon,lat\n1,2026-05-01,a,4.33,51.915\n", 1, [], id="rij 32: komma"),
        pytest.param(
            "nummer\tdatum\tsoort\tlon\tlat\n1\t2026-05-01\ta\t4.33\t51.915\n", 1, [], id="rij 32: tab"
        ),
        pytest.param(
            "sep=|\nnummer|datum|soort|lon|lat\n1|2026-05-01|a|4.33|51.915\n", 1, [], id="rij 32: sep="
        ),
        pytest.param(
            'nummer;datum;soort;lon;lat;omschrijving\n1;2026-05-01;a;4.33;51.915;"een\ntwee"\n2;kapot;a;4.33;51.9;x\n',
            1,
            ["4"],
            id="rij 32: regeleinde in een veld",
        ),
        pytest.param(
            "nummer;datum;soort;lon;lat\n1;2026-05-01;a;4.33;51.915\n2;2026-05-01;a\n3;2026-05-01;a;4;5;6;7\n"
            "4;2026-05-02;a;4.33;51.915\n",
            2,
            ["3", "4"],
            id="rij 32: rijen van andere lengte",
        ),
    ],
)
def test_a_table_is_taken_as_it_comes_and_bad_rows_are_named_by_line(
    database: Database, tmp_path: Path, text: str, accepted: int, lines: list[str]
) -> None:
    path = tmp_path / "tabel.csv"
    path.write_text(text, newline="")
    report = imported(database, path)
    assert report.accepted == accepted
    assert [line for line, *_ in rejects(report)] == lines


LONG_FIELD = f'nummer;datum;soort;lon;lat\n1;2026-05-01;"{"x" * 1_100_000}\n'


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(
            ";".join(map(str, range(10_000))), "10000 kolommen|alleen getallen", id="rij 32: 10.000 kolommen"
        ),
        pytest.param(LONG_FIELD, "veld is langer", id="rij 32: een veld zonder einde"),
        pytest.param(
            "nummer;datum;soort;lon;lat\n1;2026-05-01;\x00\x01\x02;4;5\n",
            "nul-tekens",
            id="rij 31: geen tekst",
        ),
        pytest.param(
            "nummer;datum;soort;x;y\n1;2026-05-01;a;1.234;2.345\n", "punt of de komma", id="rij 33: 1.234"
        ),
        pytest.param("", "leeg", id="rij 32: leeg"),
    ],
)
def test_a_table_that_cannot_be_read_is_refused_whole(
    database: Database, tmp_path: Path, content: str, message: str
) -> None:
    path = tmp_path / "tabel.csv"
    path.write_text(content)
    with pytest.raises(ImportRefused, match=message):
        imported(database, path)
    assert set(totals(database).values()) == {0}


@pytest.mark.parametrize(
    ("names", "point", "sign"),
    [
        pytest.param(("lon", "lat"), ("4,3045", "51,9121"), "komma", id="rij 33: komma in graden"),
        pytest.param(("x", "y"), ("80.500,5", "436.500,25"), "komma", id="rij 33: punt voor duizend"),
        pytest.param(("x", "y"), ("80,500.5", "436,500.25"), "punt", id="rij 33: komma voor duizend"),
    ],
)
def test_the_sign_of_decimals_is_decided_per_column_and_said(
    database: Database, tmp_path: Path, names: Sequence[str], point: tuple[str, str], sign: str
) -> None:
    report = imported(database, points_file(tmp_path, point, names=names))
    assert [note.endswith(f"decimalen na een {sign}") for note in report.notes] == [True, True]
    assert buurten(database) == [BUURTEN[0]]


FORMULAS = ["=HYPERLINK(1)", "+31612345678", "-2+3", "@SUM(A1)", "＝1+1", "een\n=2", "'s-Gravenhage"]


@pytest.mark.parametrize("cell", FORMULAS, ids=lambda cell: f"rij 36: {cell!r}")
def test_a_formula_is_stored_as_it_is_and_guarded_on_its_way_out(
    database: Database, tmp_path: Path, cell: str
) -> None:
    head = (*HEADER, "omschrijving")
    good, bad = row(1, lon=LON, lat=LAT), row(2, lon=LON, lat=LAT, datum="kapot")
    report = imported(database, write_table(tmp_path / "formules.csv", [[*good, cell], [*bad, cell]], head))
    assert stored(database, "text") == [(cell,)]
    ((*_, guarded),) = rejects(report)
    assert not any(line.startswith(tuple("=+-@＝")) for line in guarded.splitlines())
    mended = write_table(tmp_path / "terug.csv", [[*row(3, lon=LON, lat=LAT), guarded]], head)
    imported(database, mended)
    assert stored(database, "text") == [(cell,), (cell,)]


def zipped(**files: bytes | str) -> bytes:
    """A zip with these files."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()


ENTITIES = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;</x>'
BOOK = {"[Content_Types].xml": "<x/>", "xl/workbook.xml": "<x/>"}
WORKBOOKS = {
    "rij 37: werkmap": zipped(**BOOK),
    "rij 37: werkmap met macro's": zipped(**BOOK, **{"xl/vbaProject.bin": b"x"}),
    "rij 37: koppeling naar buiten": zipped(**BOOK, **{"xl/externalLinks/externalLink1.xml": "<x/>"}),
    "rij 37: XML-entiteiten": zipped(**{**BOOK, "xl/workbook.xml": ENTITIES}),
    "rij 37: uitgepakt 30 MB": zipped(**BOOK, **{"xl/worksheets/sheet1.xml": bytes(30_000_000)}),
    "rij 37: 1.500 bladen": zipped(**BOOK, **{f"xl/worksheets/sheet{n}.xml": "<x/>" for n in range(1_500)}),
    "rij 37: afgekapt": zipped(**BOOK)[:-30],
    "rij 37: oude werkmap": b"\xd0\xcf\x11\xe0" + bytes(2_000),
}
Take = Callable[[Database, Path], ImportReport | LoadReport]
DOORS: dict[str, Take] = {
    "meldingen": imported,
    "initiatieven": lambda database, path: import_initiatieven(database, path, gemeente=TOWN),
    "figures": lambda database, path: import_figures(database, path, year=2024),
    "addresses": import_addresses,
    "areas": lambda database, path: import_areas(database, path, year=2024),
}


@pytest.mark.parametrize("content", WORKBOOKS.values(), ids=WORKBOOKS.keys())
@pytest.mark.parametrize("door", DOORS)
def test_a_workbook_is_refused_at_every_door(
    database: Database, tmp_path: Path, door: str, content: bytes
) -> None:
    path = tmp_path / "werkmap.xlsx"
    path.write_bytes(content)
    with pytest.raises(ImportRefused):
        DOORS[door](database, path)
    assert set(totals(database).values()) == {0}


def locked(content: bytes) -> bytes:
    """The zip with the mark of a password on each file."""
    found = bytearray(content)
    for sign, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = -1
        while (start := found.find(sign, start + 1)) >= 0:
            found[start + place] |= 1
    return bytes(found)


SIGNALS = {"signals.csv": ""}
SIGNALEN = zipped(
    **{
        "signals.csv": "id;created_at;category_assignment_id;location_id;status_id\n1;2026-05-01;1;1;1\n",
        "locations.csv": "id;lat;lng;address_text\n1;4.33;51.915;\n",
        "categories.csv": "id;main;sub\n1;afval;container\n",
        "statuses.csv": "id;state;created_at\n1;m;2026-05-01\n",
    }
)
EXPORTS = {
    "rij 37: zip met wachtwoord": locked(SIGNALEN),
    "rij 37: zip met kapotte lijst": SIGNALEN.replace(b"PK\x01\x02", b"PK\x00\x00"),
    "rij 37: zip met kapotte inhoud": SIGNALEN[:60] + b"\xff\xff" + SIGNALEN[62:],
    "rij 37: zip die te ver uitpakt": zipped(**{"signals.csv": b"0" * 30_000_000}),
    "rij 37: zip met te veel bestanden": zipped(**{f"{n}.csv": "" for n in range(1_500)}, **SIGNALS),
    "rij 32: tabel zonder kolommen": zipped(**dict.fromkeys(
        ("signals.csv", "locations.csv", "categories.csv", "statuses.csv"), "id;x\n1;2\n"
    )),
}  # fmt: skip


@pytest.mark.parametrize("content", EXPORTS.values(), ids=EXPORTS.keys())
def test_a_packed_export_that_is_a_trap_is_refused(
    database: Database, tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "export.zip"
    path.write_bytes(content)
    with pytest.raises(ImportRefused):
        imported(database, path)
    assert set(totals(database).values()) == {0}


def test_37_the_same_export_without_a_trap_is_taken(database: Database, tmp_path: Path) -> None:
    path = tmp_path / "export.zip"
    path.write_bytes(SIGNALEN)
    assert imported(database, path).accepted == 1


@pytest.mark.parametrize(
    ("text", "postcode"),
    [
        pytest.param("Hoogstraat 1, 1234ab Vlaardingen", "1234AB", id="rij 39: kleine letters"),
        pytest.param("Hoogstraat 1 1234  AB", "1234AB", id="rij 39: spaties"),
        pytest.param("3131bc 12 II", "3131BC", id="rij 39: postcode voorop"),
        pytest.param("Hoogstraat 1, 0123AB", None, id="rij 39: nul voorop"),
    ],
)
def test_a_postcode_is_brought_to_one_form(text: str, postcode: str | None) -> None:
    try:
        found = parse_address(text).postcode
    except AddressError:
        found = None
    assert found == postcode


PERSONS = {
    "rij 39: mailadres van 320 tekens": ("e-mail", "a" * 64 + "@" + "b" * 252 + ".nl"),
    "rij 39: mailadres met regeleinde": ("email_melder", "jan@voorbeeld.nl\nBcc: allen@voorbeeld.nl"),
    "rij 39: mailadres met IDN": ("mailadres", "jan@bücher.voorbeeld"),
    "rij 39: telefoonnummer": ("telefoon", "+31 (0)6 12345678"),
}


@pytest.mark.parametrize(("column", "value"), PERSONS.values(), ids=PERSONS.keys())
def test_what_leads_to_a_person_is_not_even_read(
    database: Database, tmp_path: Path, column: str, value: str
) -> None:
    rows = [[*row(1, lon=LON, lat=LAT), value], [*row(2, lon=LON, lat=LAT, datum="kapot"), value]]
    report = imported(database, write_table(tmp_path / "personen.csv", rows, (*HEADER, column)))
    kept = [path for path in tmp_path.rglob("*") if path.is_file() and path.name != "personen.csv"]
    assert column in report.personal_columns
    assert Path(str(report.rejects_file)) in kept
    assert [path.name for path in kept if value.splitlines()[0].encode() in path.read_bytes()] == []
