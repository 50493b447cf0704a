"""Gebiedsfoto: one A4 for each gebied that a screen reader can read, and the same words on a page."""

from __future__ import annotations

import io
import re
import time
from dataclasses import replace
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from typing import Any

import pypdf
import pytest
from fastapi.testclient import TestClient
from loaded_town import client, database_url, staff, workbench
from pydantic import ValidationError
from served import ACCOUNT
from sqlalchemy import select
from typer.testing import CliRunner

from data.database import Database
from data.models import Audit
from data.rights import ALL_ROLES
from data.visibility import PUBLIC, Viewer
from geo.areas import Level
from maps import gebiedsfoto as drawing
from maps.gebiedsfoto import Sheet
from service.analysis import gebiedsfoto, places
from service.analysis.workbench import Workbench
from service.cli import app
from service.settings import SHEET_FIGURES, Settings

__all__ = ["client", "database_url", "staff", "workbench"]

TOWNS = ("GM0622", "GM0556", "GM0106")
MADE = datetime(2026, 7, 2, 10, 30, tzinfo=UTC)
STAFF = Viewer("adviseur", ALL_ROLES)
HOLY_ZUID, HOLY_NOORD, WESTWIJK = "GB062202", "GB062201", "GB062203"


def composed(workbench: Workbench, code: str, viewer: Viewer = PUBLIC) -> Sheet:
    found, place = places.find(workbench, code)
    address = f"https://wijkbeeld.example/gebieden/{code}"
    return gebiedsfoto.sheet(
        workbench, viewer, found, place, chosen=SHEET_FIGURES, made_at=MADE, address=address
    )


def read(content: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(content))


def words_of(content: bytes) -> str:
    """All words of a PDF in reading order; words that were broken off stand together again."""
    text = "".join(page.extract_text() for page in read(content).pages)
    return re.sub(r"\s+", " ", re.sub(r"[-\xad\u2010] ?\n", "", text))


@pytest.fixture(scope="module")
def holy_zuid(workbench: Workbench) -> Sheet:
    return composed(workbench, HOLY_ZUID)


@pytest.fixture(scope="module")
def printed(holy_zuid: Sheet) -> bytes:
    return gebiedsfoto.pdf(holy_zuid, made_at=MADE)


def test_every_gebied_of_three_towns_fits_on_one_sheet(workbench: Workbench) -> None:
    codes = [one.code for town in TOWNS for one in places.places(workbench, town).of(Level.GEBIED)]
    assert len(codes) == 26
    for code in codes:
        shown = composed(workbench, code, STAFF)
        pages = read(gebiedsfoto.pdf(shown, made_at=MADE)).pages
        assert len(pages) == 1, code
        assert [round(float(side)) for side in pages[0].mediabox[2:]] == [595, 842]


def test_a_gebied_of_which_much_is_known_fits_too(holy_zuid: Sheet) -> None:
    longest = (
        "Woorden die samen honderd tekens lang zijn en dus over twee regels van het blad lopen, hier al "
    )
    full = replace(
        holy_zuid,
        strong=(longest,) * 6,
        plans=(longest,) * 5,
        changed=(longest * 2,) * 2,
        example="verzonnen",
    )
    assert len(read(gebiedsfoto.pdf(full, made_at=MADE)).pages) == 1
    # A control: this does see a second page.
    over = replace(full, plans=(longest,) * 60)
    assert len(read(drawing.pdf(over, made_at=MADE)).pages) > 1


def test_the_sheet_is_tagged_and_says_that_it_is_pdf_ua(printed: bytes) -> None:
    found = read(printed)
    root: Any = found.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/StructTreeRoot"]
    assert root["/Lang"] == "nl"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert found.metadata is not None
    assert found.metadata.title == "Uw gebied op één blad: Holy-Zuid"
    xmp = root["/Metadata"].get_data().decode()
    assert re.search(r"pdfuaid:part(>|=\")1", xmp)


def tags(node: Any, found: list[tuple[str, Any]]) -> list[tuple[str, Any]]:
    """The tags of a structure tree from top to bottom, each with its element."""
    node = node.get_object() if hasattr(node, "get_object") else node
    if isinstance(node, list):
        for one in node:
            tags(one, found)
    elif isinstance(node, dict):
        if "/S" in node:
            found.append((str(node["/S"]), node))
        if "/K" in node:
            tags(node["/K"], found)
    return found


def test_headings_tables_and_drawings_have_their_tags(printed: bytes, holy_zuid: Sheet) -> None:
    root: Any = read(printed).trailer["/Root"]
    found = tags(root["/StructTreeRoot"], [])
    names = [name for name, _ in found]
    assert names.count("/H1") == 1
    assert names.count("/H2") == 7
    assert names.count("/Table") == 2
    # The column of drawings is left out: it says what the numbers beside it say.
    assert names.count("/TH") == 3 + 6
    alts = [str(one["/Alt"]) for name, one in found if name == "/Figure"]
    assert alts == [holy_zuid.map_alt, holy_zuid.words["code_alt"]]


def test_all_words_of_the_sheet_are_read_in_order(printed: bytes, holy_zuid: Sheet) -> None:
    text = words_of(printed)
    wanted = [
        holy_zuid.title,
        holy_zuid.lead,
        holy_zuid.proposed,
        holy_zuid.words["reported"],
        holy_zuid.counts[0].soort,
        holy_zuid.counts_note,
        holy_zuid.words["figures"],
        *(one.hier for one in holy_zuid.figures),
        holy_zuid.words["changed"],
        *holy_zuid.changed,
        holy_zuid.words["strong"],
        holy_zuid.words["plans"],
        holy_zuid.address,
    ]
    at = -1
    for one in wanted:
        plain = re.sub(r"\s+", " ", one)
        place = text.find(plain, at + 1)
        assert place > at, plain
        at = place


def test_equal_facts_give_equal_bytes(holy_zuid: Sheet, printed: bytes) -> None:
    assert gebiedsfoto.pdf(holy_zuid, made_at=MADE) == printed


@pytest.mark.parametrize(
    "nasty", ['#import "/etc/passwd"', "$x$ *vet* _schuin_ `code` @plek <label>", "\\u{41}"]
)
def test_words_are_never_run_as_a_template(holy_zuid: Sheet, nasty: str) -> None:
    shown = replace(holy_zuid, plans=(nasty,))
    assert nasty.replace("  ", " ") in words_of(gebiedsfoto.pdf(shown, made_at=MADE))


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        (
            HOLY_ZUID,
            "400 in 2023, 532 in 2025. Dat is duidelijk meer: 1,33 keer zo veel (tussen 1,17 en 1,51).",
        ),
        (
            HOLY_NOORD,
            "424 in 2023, 331 in 2025. Dat is duidelijk minder: 0,78 keer zo veel (tussen 0,68 en 0,90).",
        ),
        (WESTWIJK, "Dat is geen duidelijk verschil: 0,98 keer zo veel (tussen 0,88 en 1,10)."),
    ],
)
def test_crimes_are_compared_as_known_from_elsewhere(workbench: Workbench, code: str, sentence: str) -> None:
    assert composed(workbench, code).changed[0].endswith(sentence)


def test_without_meldingen_the_sheet_says_so(workbench: Workbench) -> None:
    shown = composed(workbench, "GB010604")
    assert shown.counts == ()
    assert shown.counts_note == "Van deze gemeente hebben wij nog geen meldingen."
    assert shown.changed[1] == "Meldingen: wij hebben er nog geen van deze gemeente."
    assert "hierover zijn geen gegevens geleverd" in {one.marge for one in shown.figures if one.hier == "–"}


def test_a_gebied_that_is_proposed_says_so(holy_zuid: Sheet) -> None:
    assert "Door de gemeente te bevestigen" in holy_zuid.proposed


def test_staff_read_all_soorten_and_the_public_those_for_everybody(workbench: Workbench) -> None:
    def total(shown: Sheet) -> int:
        found = re.search(r": ([\d.]+) meldingen", shown.counts_note)
        assert found
        return int(found[1].replace(".", ""))

    public, own = composed(workbench, HOLY_ZUID), composed(workbench, HOLY_ZUID, STAFF)
    assert total(public) < total(own)
    assert (public.mark, "adviseur" in own.mark) == ("", True)
    # What lies on the map is for everybody, whoever prints it.
    assert public.map_svg == own.map_svg


def test_page_and_paper_say_the_same(client: TestClient) -> None:
    page = re.sub(
        r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", client.get(f"/gebieden/{HOLY_ZUID}/blad").text))
    )
    answer = client.get(f"/gebieden/{HOLY_ZUID}/blad.pdf")
    assert answer.headers["content-type"] == "application/pdf"
    paper = words_of(answer.content)
    for one in (
        "Uw gebied op één blad: Holy-Zuid",
        "1,33 keer zo veel (tussen 1,17 en 1,51)",
        "40,3",
        "tussen 38,2 en 42,4",
        "Kapotte straat, stoep of fietspad",
    ):
        assert one in page
        assert one in paper


def test_the_page_of_a_gebied_leads_to_its_sheet(client: TestClient) -> None:
    assert f'href="/gebieden/{HOLY_ZUID}/blad"' in client.get(f"/gebieden/{HOLY_ZUID}").text
    assert "/blad" not in client.get("/wijken/WK062206").text


@pytest.mark.parametrize("code", ["WK062206", "BU06220601", "GB999999", "x"])
def test_there_is_no_sheet_of_what_is_no_gebied(client: TestClient, code: str) -> None:
    assert client.get(f"/gebieden/{code}/blad").status_code == 404
    assert client.get(f"/gebieden/{code}/blad.pdf").status_code == 404


def test_a_sheet_of_staff_names_who_printed_it_and_is_kept(staff: TestClient, database_url: str) -> None:
    paper = words_of(staff.get(f"/gebieden/{HOLY_ZUID}/blad.pdf").content)
    assert f"Gemaakt voor {ACCOUNT} op" in paper
    database = Database(database_url)
    with database.read() as session:
        kept = session.scalars(select(Audit).where(Audit.action == "export")).all()
    database.close()
    assert [(one.actor, one.object_id) for one in kept] == [(ACCOUNT, f"gebiedsfoto {HOLY_ZUID}")]


def test_six_figures_that_are_known_can_be_chosen(workbench: Workbench) -> None:
    chosen = Settings(blad_cijfers=["meldingen_ha", "woning.woz", *SHEET_FIGURES[:4]]).blad_cijfers
    found, place = places.find(workbench, HOLY_ZUID)
    shown = gebiedsfoto.sheet(workbench, PUBLIC, found, place, chosen=chosen, made_at=MADE, address="x")
    assert [one.naam for one in shown.figures][:2] == ["Meldingen per hectare", "Gemiddelde WOZ-waarde"]


@pytest.mark.parametrize(
    "chosen", [["meldingen_ha"], ["bestaat_niet", *SHEET_FIGURES[:5]], ["woning.x", *SHEET_FIGURES[:5]]]
)
def test_other_choices_are_refused(chosen: list[str]) -> None:
    with pytest.raises(ValidationError):
        Settings(blad_cijfers=chosen)


def test_one_command_makes_all_sheets_of_a_town(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    begun = time.monotonic()
    result = CliRunner().invoke(
        app, ["gebiedsfoto", "--gemeente", "vlaardingen", "--map", str(tmp_path / "uit")]
    )
    took = time.monotonic() - begun
    assert result.exit_code == 0, result.output
    made = sorted(path.stem for path in (tmp_path / "uit").iterdir())
    print(f"{len(made)} sheets in {took:.1f} s")
    assert made == [f"GB06220{number}" for number in range(1, 9)]
    assert took < 60


def test_the_command_refuses_a_town_that_is_not_there(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    result = CliRunner().invoke(app, ["gebiedsfoto", "--gemeente", "nergens", "--map", str(tmp_path / "uit")])
    assert result.exit_code == 1
    assert not (tmp_path / "uit").exists()


def test_the_page_shows_every_word_of_the_sheet(client: TestClient, holy_zuid: Sheet) -> None:
    text = unescape(client.get(f"/gebieden/{HOLY_ZUID}/blad").text)
    values = [one for line in holy_zuid.figures for one in (line.naam, line.hier, line.marge, line.gemeente)]
    said = (
        *values,
        *holy_zuid.changed,
        *holy_zuid.plans,
        *holy_zuid.strong,
        holy_zuid.map_alt,
        holy_zuid.lead,
    )
    assert [one for one in said if one not in text] == []
