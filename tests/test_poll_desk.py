"""The poll at the desk: counts for staff, forms of paper typed over, and what waits for a look."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date
from typing import Any

import pypdf
import pytest
from fastapi.testclient import TestClient
from intake_door import database_of
from letter_door import ASSEN, WIJK, logged_in, running
from poll_door import answers, at_poll, filled, on_day, send
from sqlalchemy import delete

from data import themes
from data.rights import Grant, Right, Role
from data.theme_models import PollAnswer
from data.visibility import Viewer
from service.analysis import poll_desk
from service.analysis.places import Place, find
from service.analysis.workbench import Workbench
from service.melding_form import fresh_key
from service.paper_form import Paper

TODAY = date(2026, 11, 22)
OTHER = "WK010601"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with running(tmp_path_factory.mktemp("peilingen")) as client, logged_in(client) as staff:
        yield staff


@pytest.fixture
def staff(service: TestClient) -> TestClient:
    """A member of staff, where nobody answered."""
    with database_of(service).write() as session:
        session.execute(delete(PollAnswer))
    return service


def test_a_form_of_paper_is_one_line_and_enter(staff: TestClient) -> None:
    answer = at_poll(staff, kruisjes="1, 11 ac", woord_2="Op het plein ligt veel.")
    assert answer.status_code == 303
    (row,) = answers(database_of(staff))
    registry = themes.bundled()
    assert row.themes == [registry.themes[0].slug, registry.themes[10].slug] == ["eenzaamheid", "schoon"]
    assert row.words == {"schoon": "Op het plein ligt veel."}
    assert (row.wants_activity, row.knows_not_how, row.wants_to_help) == (True, False, True)
    assert (row.channel, row.checked, row.area) == ("papier", True, WIJK)
    page = staff.get(f"/peilingen/{WIJK}/invoeren").text
    assert "U voerde hier vandaag in: 1." in page
    assert "Het laatste: 1 11 a c." in page


def test_the_last_form_can_be_taken_back_and_the_same_one_counts_once(staff: TestClient) -> None:
    key = fresh_key()
    places = [at_poll(staff, kruisjes="3", sleutel=key).headers["Location"] for _ in range(2)]
    assert [one.partition("klaar=")[2] for one in places] == ["bewaard", "al"]
    at_poll(staff, kruisjes="4")
    assert at_poll(staff, "terug").headers["Location"].endswith("klaar=terug")
    assert [row.themes for row in answers(database_of(staff))] == [[themes.bundled().themes[2].slug]]
    at_poll(staff, "terug")
    assert at_poll(staff, "terug").headers["Location"].endswith("klaar=niets")
    assert answers(database_of(staff)) == []


@pytest.mark.parametrize(
    ("typed", "words", "fault"),
    [
        ("", ("", "", ""), "fout_leeg"),
        ("21", ("", "", ""), "fout_nummer"),
        ("0", ("", "", ""), "fout_nummer"),
        ("3 d", ("", "", ""), "fout_letter"),
        ("1 2 3 4", ("", "", ""), "fout_veel"),
        ("1 b", ("", "Te veel", ""), "fout_woord"),
        ("20 19 18 abc", ("een", "twee", "drie"), ""),
        ("7 7 7 7", ("", "", ""), ""),
    ],
)
def test_what_is_on_no_form_is_not_kept(typed: str, words: tuple[str, ...], fault: str) -> None:
    found = Paper(fresh_key(), "", typed, words).fault(themes.bundled())
    assert found.rpartition(".")[2] == fault


def test_a_form_that_cannot_be_read_is_shown_again(staff: TestClient) -> None:
    answer = at_poll(staff, kruisjes="1 99", woord_1="Blijf staan.")
    assert answer.status_code == 400
    assert "Dit nummer is er niet" in answer.text
    assert "Blijf staan." in answer.text
    assert answers(database_of(staff)) == []


def test_staff_see_exact_counts_and_words_without_somebodys_data(staff: TestClient) -> None:
    said = "Bel mij op 06 12345678, ik ben er altijd."
    with database_of(staff).write() as session:
        on_day(session, TODAY, 3, themes=("schoon",), words={"schoon": said}, knows_not_how=True)
    send(staff, filled("wonen"))
    page = staff.get(f"/peilingen/{WIJK}").text
    assert '<th scope="row">Schone buurt en afval</th><td data-kop="In deze ronde">3</td>' in page
    assert "ik ben er altijd." in page
    assert "12345678" not in page
    assert "1 persoon: nog niet geteld" in page


def test_what_waits_is_counted_or_thrown_away(staff: TestClient) -> None:
    send(staff, filled("wonen"))
    assert at_poll(staff, "wachtend", wat="weg").headers["Location"].endswith("klaar=weg")
    assert answers(database_of(staff)) == []
    send(staff, filled("wonen"))
    at_poll(staff, "wachtend", wat="geteld")
    assert [row.checked for row in answers(database_of(staff))] == [True]


def place(staff: TestClient, code: str) -> Place:
    workbench: Workbench = staff.app.state.workbench  # type: ignore[attr-defined]
    return find(workbench, code)[1]


def coordinator(*gebieden: str) -> Viewer:
    return Viewer("iemand", (Grant(Role.WIJKCOORDINATOR, ASSEN, gebieden),))


def test_a_coordinator_acts_in_the_own_areas_alone_and_an_adviser_reads_no_words(staff: TestClient) -> None:
    adviser = Viewer("adviseur", (Grant(Role.BELEIDSADVISEUR, ASSEN),))
    with database_of(staff).write() as session:
        on_day(session, TODAY, 1, themes=("schoon",), words={"schoon": "Woorden."})
        here, there = place(staff, WIJK), place(staff, OTHER)
        assert poll_desk.acts(session, coordinator(), here)
        assert poll_desk.acts(session, coordinator(WIJK), here)
        assert not poll_desk.acts(session, coordinator(WIJK), there)
        assert not poll_desk.acts(session, coordinator(here.buurten[0]), here)
        assert poll_desk.acts(session, coordinator(*here.buurten), here)
        assert not poll_desk.acts(session, adviser, here)
        assert poll_desk.counts(session, coordinator(WIJK), here, today=TODAY).words == (
            ("Schone buurt en afval", "Woorden."),
        )
        assert poll_desk.counts(session, adviser, here, today=TODAY).words is None
        assert poll_desk.counts(session, coordinator(OTHER), here, today=TODAY).words is None
        assert adviser.may(Right.THEMES_READ, ASSEN)


def test_the_list_counts_the_round_of_now_apart(staff: TestClient) -> None:
    with database_of(staff).write() as session:
        on_day(session, date(2026, 2, 1), 12, themes=("schoon",))
        on_day(session, date(2026, 8, 1), 2, themes=("schoon",))
        found = find(staff.app.state.workbench, WIJK)[0]  # type: ignore[attr-defined]
        rows = {row.place.code: row for row in poll_desk.lines(session, coordinator(), found, today=TODAY)}
    assert (rows[WIJK].people, rows[WIJK].now, rows[WIJK].example) == (14, 2, False)
    assert rows[OTHER].people == 0
    assert staff.get("/peilingen").status_code == 200


def test_a_screen_shows_the_address_and_a_code_of_it(staff: TestClient) -> None:
    page = staff.get(f"/peilingen/{WIJK}/scherm").text
    assert f"/peiling/{WIJK}" in page
    assert 'src="data:image/svg+xml' in page


def test_a_town_of_others_is_not_there(staff: TestClient) -> None:
    elsewhere = Viewer("iemand", (Grant(Role.WIJKCOORDINATOR, "GM0622"),))
    with database_of(staff).read() as session:
        assert not poll_desk.acts(session, elsewhere, place(staff, WIJK))


def test_the_paper_is_one_sheet_that_a_screen_reader_reads_with_every_number(staff: TestClient) -> None:
    answer = staff.get(f"/peilingen/{WIJK}/formulier.pdf")
    assert answer.headers["Content-Type"] == "application/pdf"
    read = pypdf.PdfReader(io.BytesIO(answer.content))
    assert len(read.pages) == 1
    root: Any = read.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    said = " ".join(read.pages[0].extract_text().split())
    for number, theme in enumerate(themes.bundled().themes, start=1):
        assert f"{number} {theme.naam}" in said
    for letter in ("a Ik wil graag", "b Ik weet niet hoe", "c Ik wil weleens helpen"):
        assert letter in said
