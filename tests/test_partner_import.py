"""Files of partners: looked over first, each fault named, doubles known, and nothing lost or run."""

from __future__ import annotations

import csv
import hashlib
import io
import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import openpyxl
import pytest
from account_town import OWN, csrf, key_of
from fastapi.testclient import TestClient
from intake_door import database_of
from partner_list_door import (
    PAGE,
    counts,
    faults,
    folder,
    looked,
    names,
    repacked,
    take_in,
    upload,
    workbook,
)
from partner_town import (
    OF_AREA,
    STRANGER,
    THEME,
    WESTWIJK,
    as_coordinator,
    code_of,
    emptied,
    given,
    keep,
    partner_service,
    partners_of,
    resident,
)
from sqlalchemy import delete, select

from data import refusals
from data.models import Audit
from data.partner_models import Partner
from data.text_masking import LEFT_OUT

# Names without numbers: those that differ in a number alone are never taken for one.
LETTERS = str.maketrans("0123456789", "ghijklmnop")
HEAD = "soort;organisatie;functie;e-mailadres;thema's;gebieden;bron"
WHO = "partner;Zorg dichtbij;wijkverpleegkundige;zorg@organisatie.example"
ROW = f"{WHO};Zorg en welzijn dichtbij;Holy-Zuid;lijst"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with partner_service(tmp_path_factory.mktemp("inlezen")) as client:
        yield client


@pytest.fixture
def client(service: TestClient) -> TestClient:
    return emptied(service, Partner)


# What is taken in


def test_a_file_is_shown_first_and_taken_in_when_somebody_says_so(client: TestClient) -> None:
    page = looked(client, f"{HEAD}\n{ROW}\n")
    assert counts(client, page) == [1, 0, 0, 0]
    assert names(client) == []
    assert take_in(client, page) == "Erbij: 1. Samengevoegd: 0. Overgeslagen: 0. Afgekeurd: 0."
    (row,) = partners_of(client)
    assert (row.kind, row.role, row.themes, row.source) == (
        "partner",
        "wijkverpleegkundige",
        [THEME],
        "lijst",
    )
    assert row.gebieden[0].startswith("GB")
    assert list(folder(client).iterdir()) == []


def test_a_sheet_is_read_as_a_csv_is(client: TestClient) -> None:
    made = workbook(
        ["Organisatie", "Telefoon", "Toestemming", "Toestemming hoe", "Bron"],
        ["Stichting Één", 612345678, "31-12-2025", "mail", "lijst"],
    )
    take_in(client, looked(client, made))
    (row,) = partners_of(client)
    assert (row.organisation, row.telefoon, str(row.consent_on)) == (
        "Stichting Één",
        "0612345678",
        "2025-12-31",
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_letters_beyond_ascii_survive_each_encoding(client: TestClient, encoding: str) -> None:
    content = "organisatie;bron\nCafé Überé;lijst\n".encode(encoding)
    take_in(client, looked(client, content))
    assert names(client) == ["Café Überé"]


# What is wrong


def test_each_fault_names_its_row_column_and_value_and_the_rest_is_taken_in(client: TestClient) -> None:
    page = looked(
        client,
        f"{HEAD}\n{ROW}\nbedrijf;Een;;;;;lijst\npartner;;;geen adres;geluk;Nergens;\npartner;Te;kort\n",
    )
    assert counts(client, page) == [1, 0, 0, 3]
    found = faults(client, page)
    assert ("3", "soort", "bedrijf") in [fault[:3] for fault in found]
    assert {fault[1:3] for fault in found if fault[0] == "4"} == {
        ("organisatie", "–"),
        ("bron", "–"),
        ("e-mailadres", "geen adres"),
        ("thema&#39;s", "geluk"),
        ("gebieden", "Nergens"),
    }
    assert [fault[0] for fault in found if "kolom" in fault[3] or "veld" in fault[3]] == ["5"]
    name = page.rpartition("bestand=")[2]
    rejected = client.get(f"{PAGE}/{name}/afgekeurd.csv?gemeente={OWN}").content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(rejected), delimiter=";"))
    assert [row[0] for row in rows[1:]] == ["3", "4", "5"]
    assert rows[2][rows[0].index("e-mailadres")] == "geen adres"
    take_in(client, page)
    assert names(client) == ["Zorg dichtbij"]


def test_a_name_with_a_sensitive_theme_and_a_resident_without_consent_go_back(
    client: TestClient,
) -> None:
    page = looked(
        client,
        "soort;organisatie;functie;naam;thema;bron\n"
        "partner;Zorg;verpleegkundige;J. de Vries;zorg-en-welzijn;lijst\n"
        "bewoner;Tuin;;Jan;;lijst\n",
    )
    assert [fault[1] for fault in faults(client, page)] == ["naam", "toestemming"]
    take_in(client, page)
    assert names(client) == []


def test_a_formula_is_named_and_not_worked_out(client: TestClient) -> None:
    made = workbook(
        ["organisatie", "bron"], ["Goed", "lijst"], ['=HYPERLINK("http://x.example","Klik")', "lijst"]
    )
    page = looked(client, made)
    assert counts(client, page) == [1, 0, 0, 1]
    assert "Hier staat een formule" in faults(client, page)[0][3]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is leeg"),
        (b"\n\n  \n", "is leeg"),
        (b"organisatie;bron\n", "geen enkele rij"),
        (b"aap;noot\nmies;wim\n", "kolom organisatie ontbreekt"),
        (b"zomaar wat tekst", "kolommen gevonden"),
        (b"\x00\x01\x02" * 400, "geen tekstbestand"),
        (b"\xd0\xcf\x11\xe0" + b"x" * 40, "werkmap"),
        (b"PK\x03\x04kapot", "geen werkmap"),
        (b"organisatie;bron\n" + b"x;y\n" * 10_001, "meer dan 10000 rijen"),
    ],
)
def test_a_file_that_is_no_list_is_refused_as_a_whole(client: TestClient, content: bytes, says: str) -> None:
    answer = upload(client, content)
    told = re.findall(r'role="alert"><p>(.*?)</p>', answer.text)
    assert answer.status_code == 400
    assert says in told[0]
    assert "Er is niets ingelezen." in told[0]


def test_without_a_file_a_file_is_asked_for(client: TestClient) -> None:
    answer = client.post(PAGE, data={"csrf": csrf(client, PAGE), "gemeente": OWN}, files={"x": b""})
    assert (answer.status_code, "Kies eerst een bestand." in answer.text) == (400, True)


def test_a_file_that_is_too_large_is_stopped(client: TestClient) -> None:
    assert upload(client, b"x" * (9 * 1024**2)).status_code == 413


def test_workbooks_with_macros_links_entities_or_a_bomb_are_refused(client: TestClient) -> None:
    plain = workbook(["organisatie", "bron"], ["Een", "lijst"])
    entity = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><sst><si><t>&a;</t></si></sst>'
    bomb = b"<worksheet><sheetData>" + b" " * (70 * 1024**2) + b"</sheetData></worksheet>"
    for parts in (
        {"xl/vbaProject.bin": b"x"},
        {"xl/externalLinks/externalLink1.xml": b"<x/>"},
        {"xl/sharedStrings.xml": entity},
        {"xl/worksheets/sheet1.xml": bomb},
    ):
        answer = upload(client, repacked(plain, **parts))
        assert (answer.status_code, list(parts)) == (400, list(parts))
    assert names(client) == []


def test_a_bsn_is_kept_nowhere(client: TestClient) -> None:
    looked(client, "organisatie;bron\nGroep 111222333;lijst\n")
    kept = "".join(path.read_text("utf-8") for path in folder(client).iterdir())
    assert "111222333" not in kept
    assert LEFT_OUT in kept


# Doubles


@pytest.mark.parametrize(
    ("row", "found"),
    [
        ("Iets anders;ouderenadviseur;ZORG@Organisatie.example", True),
        ("Stichting Zorg Dichtbij;Wijkverpleegkundige;ander@adres.example", True),
        ("Zorg dichtbj;wijkverpleegkundige;", True),
        ("Dichtbij, Zorg;wijkverpleegkundige;", True),
        ("Zorg dichtbij;ouderenadviseur;", False),
        ("Zorg veraf;wijkverpleegkundige;", False),
    ],
)
def test_who_may_be_there_already_is_known_and_shown(client: TestClient, row: str, found: bool) -> None:
    keep(client, given())
    page = looked(client, f"organisatie;functie;email;bron\n{row};lijst\n")
    assert counts(client, page) == ([0, 1, 0, 0] if found else [1, 0, 0, 0])
    assert ("Lijkt op: Zorg dichtbij, wijkverpleegkundige." in client.get(page).text) is found


@pytest.mark.parametrize(
    ("choice", "phones"),
    [("samen", ["010 1234567"]), ("apart", ["", "010 1234567"]), ("overslaan", [""])],
)
def test_a_person_chooses_to_join_keep_or_skip(client: TestClient, choice: str, phones: list[str]) -> None:
    keep(client, given())
    page = looked(
        client,
        "organisatie;functie;telefoon;thema;bron\nZorg dichtbij;wijkverpleegkundige;010 1234567;schoon;x\n",
    )
    take_in(client, page, **{"rij-2": choice})
    rows = partners_of(client)
    assert [row.telefoon for row in rows] == phones
    if choice == "samen":
        assert (rows[0].email, set(rows[0].themes)) == ("zorg@organisatie.example", {THEME, "schoon"})


def test_the_same_file_twice_adds_nothing_and_doubles_within_a_file_are_shown(client: TestClient) -> None:
    content = f"{HEAD}\n{ROW}\n{ROW.replace('Zorg dichtbij', 'Zorg  Dichtbij', 1)}\n"
    page = looked(client, content)
    assert counts(client, page) == [1, 1, 0, 0]
    assert "Lijkt op rij 2 in dit bestand." in client.get(page).text
    take_in(client, page, **{"rij-3": "overslaan"})
    again = looked(client, f"{HEAD}\n{ROW}\n")
    assert counts(client, again) == [0, 0, 1, 0]
    assert "niets nieuws" in client.get(again).text


def test_who_refused_stays_refused_after_an_import(client: TestClient) -> None:
    secret = key_of(client)
    with database_of(client).write() as session:
        name = refusals.link_name(OWN, "zorg@organisatie.example", secret)
        refusals.refuse(session, name, secret, datetime.now(UTC))
    take_in(client, looked(client, f"{HEAD}\n{ROW}\n"))
    assert [row.opted_out_at is None for row in partners_of(client)] == [False]


# Out and in again


def test_the_register_goes_out_and_comes_back_the_same_in_both_forms(client: TestClient) -> None:
    wanted = (
        given(organisatie="=HYPERLINK(1)", functie="+31", telefoon="+31 6 12345678", email=""),
        given(organisatie='Met "teken"; en;', functie="x", themas=("schoon", THEME), email="a@b.example"),
        resident(),
    )
    for form in ("csv", "xlsx"):
        with database_of(client).write() as session:
            session.execute(delete(Partner))
        keep(client, *wanted)
        made = client.get(f"/partners/export/{form}?gemeente={OWN}").content
        if form == "csv":
            assert b'"\'=HYPERLINK(1)"' in made
        else:
            cells = [cell for row in openpyxl.load_workbook(io.BytesIO(made)).active for cell in row]
            assert not [cell for cell in cells if cell.data_type == "f"]
        page = looked(client, made)
        assert counts(client, page) == [0, 0, 3, 0]
        with database_of(client).write() as session:
            session.execute(delete(Partner))
        take_in(client, looked(client, made))
        assert sorted(names(client)) == sorted(one.organisatie for one in wanted)
    with database_of(client).read() as session:
        taken = session.scalars(select(Audit).where(Audit.action == "partners.export")).all()
    assert [row.detail for row in taken] == [{"vorm": "csv", "aantal": 3}, {"vorm": "xlsx", "aantal": 3}]


@pytest.mark.slow
def test_ten_thousand_rows_are_taken_in_and_known_again(client: TestClient) -> None:
    words = [hashlib.sha256(b"%d" % n).hexdigest()[:16].translate(LETTERS) for n in range(10_000)]
    rows = "".join(f"{word};rol;{word}@b.example;lijst\n" for word in words)
    content = f"organisatie;functie;email;bron\n{rows}"
    begin = time.perf_counter()
    take_in(client, looked(client, content))
    taken = time.perf_counter() - begin
    assert len(names(client)) == 10_000
    page = looked(client, content)
    assert counts(client, page) == [0, 0, 10_000, 0]
    print(f"10,000 rows: taken in {taken:.1f} s, known again {time.perf_counter() - begin - taken:.1f} s")


# Who may


def test_a_file_is_for_who_brought_it_and_for_the_own_areas(client: TestClient) -> None:
    page = looked(client, f"{HEAD}\n{ROW}\n")
    rejects = f"{PAGE}/{page.rpartition('bestand=')[2]}/afgekeurd.csv?gemeente={OWN}"
    own = as_coordinator(client, OF_AREA)
    assert [own.get(path).status_code for path in (page, rejects)] == [404, 404]
    west = looked(own, f"{HEAD}\n{ROW.replace('Holy-Zuid', 'Westwijk')}\n")
    assert "waarvoor u niet werkt" in faults(own, west)[0][3]
    assert as_coordinator(client, STRANGER).get(f"/partners/export/csv?gemeente={OWN}").status_code == 404
    visitor = TestClient(client.app, follow_redirects=False)
    assert [visitor.get(PAGE).status_code, visitor.post(PAGE, data={"x": "y"}).status_code] == [303, 303]


def test_a_file_changes_no_partner_of_an_area_of_a_colleague(client: TestClient) -> None:
    with database_of(client).read() as session:
        west = code_of(session, WESTWIJK)
    keep(client, given(gebieden=(west,)))
    own = as_coordinator(client, OF_AREA)
    page = looked(own, f"{HEAD};telefoon\n{ROW};010 000 0000\n")
    assert counts(own, page) == [0, 0, 0, 1]
    assert "voor een gebied van een collega" in faults(own, page)[0][3]
    take_in(own, page, **{"rij-0": "samen"})
    (row,) = partners_of(client)
    assert (row.telefoon, row.gebieden) == ("", [west])


def test_a_form_of_an_old_session_reads_nothing(client: TestClient) -> None:
    answer = client.post(
        PAGE, data={"csrf": "oud", "gemeente": OWN}, files={"bestand": b"organisatie;bron\na;b\n"}
    )
    assert answer.status_code == 403
