"""Pages of meetings: planned in one go, shown with what is in the way, announced, changed and called off."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from account_town import log_in
from fastapi.testclient import TestClient
from intake_door import database_of
from meeting_town import (
    ADDRESS,
    HOLY_NOORD,
    HOLY_ZUID,
    OWN,
    PAGE,
    WESTWIJK,
    announced,
    hidden,
    look_over,
    meeting_town,
    planned,
    post,
    stored,
    typed,
)
from sqlalchemy import delete, func, select

from data import meetings, themes
from data.meeting_models import AgendaItem, Meeting
from data.models import Audit
from data.rights import Grant, Role
from data.theme_models import ThemeChoice, ThemeVersion, TownDays
from data.visibility import PUBLIC, Viewer


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with meeting_town(tmp_path_factory.mktemp("bijeenkomsten")) as client:
        yield client


@pytest.fixture
def client(running: TestClient) -> TestClient:
    """The service without meetings, with its coordinator logged in."""
    with database_of(running).write() as session:
        for table in (Meeting, TownDays, ThemeChoice):
            session.execute(delete(table))
    return log_in(running, "wijk")


def count(client: TestClient) -> int:
    with database_of(client).read() as session:
        return session.scalar(select(func.count()).select_from(Meeting)) or 0


def test_a_meeting_is_looked_over_first_and_kept_after(client: TestClient) -> None:
    page = look_over(client)
    assert "Er staat niets in de weg." in page.text
    assert count(client) == 0
    assert client.post(PAGE, data={**hidden(page), "knop": "bewaar"}).status_code == 303
    assert count(client) == 1


def test_what_is_kept_is_what_was_typed_with_the_title_and_agenda_of_its_form(client: TestClient) -> None:
    row = stored(client, planned(client))
    assert (row.titel, row.state) == ("Eenzaamheid in Holy-Zuid", "concept")
    assert row.starts_at == datetime(2032, 3, 2, 18, 30, tzinfo=UTC)
    with database_of(client).read() as session:
        minutes = session.scalar(select(func.sum(AgendaItem.minutes)).where(AgendaItem.meeting_id == row.id))
    assert minutes == 120


def test_a_form_that_is_sent_twice_is_kept_once(client: TestClient) -> None:
    sent = {**hidden(look_over(client)), "knop": "bewaar"}
    first, again = (client.post(PAGE, data=sent).headers["Location"] for _ in range(2))
    assert first == again
    assert count(client) == 1


def test_a_warning_that_nobody_saw_is_shown_before_anything_is_kept(client: TestClient) -> None:
    sent = {**hidden(look_over(client)), "knop": "bewaar"}
    planned(client, thema="wonen")
    page = client.post(PAGE, data=sent)
    assert page.status_code == 200
    assert "In dit gebied is op 2 maart 2032 al een bijeenkomst" in page.text
    assert count(client) == 1
    assert client.post(PAGE, data={**hidden(page), "knop": "bewaar"}).status_code == 303


def test_a_choice_brings_its_gebied_theme_and_form(client: TestClient) -> None:
    now = datetime.now(UTC)
    with database_of(client).write() as session:
        choice = ThemeChoice(
            public_id="keuze1",
            municipality_code=OWN,
            gebied=WESTWIJK,
            period="2032-1",
            state="gekozen",
            proposed=["schoon"],
            snapshot={},
            digest="",
            created_at=now,
            created_by="wijk",
            theme="schoon",
            form="wijkschouw",
        )
        session.add(choice)
        session.flush()
        number = choice.id
    given = hidden(client.get(f"{PAGE}?keuze=keuze1"))
    assert (given["gebied"], given["thema"], given["vorm"]) == (WESTWIJK, "schoon", "wijkschouw")
    public_id = planned(client, **{**given, "dag": "2032-04-01"})
    assert stored(client, public_id).choice_id == number
    assert client.get(f"{PAGE}?keuze=keuze2").status_code == 404
    # The choice leads back to it; of a concept nobody outside knows.
    with database_of(client).read() as session:
        chosen = session.scalars(select(ThemeChoice).where(ThemeChoice.id == number)).one()
        staff = Viewer("wijk", (Grant(Role.WIJKCOORDINATOR, OWN),))
        seen = [meetings.of_choice(session, who, chosen) for who in (staff, PUBLIC)]
    assert [[one.public_id for one in found] for found in seen] == [[public_id], []]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"dag": "2032-03-28", "van": "02:30", "tot": "04:00"}, "2.30 uur bestaat niet op 28-3-2032"),
        ({"tot": "19:00"}, "minstens een kwartier na het begin"),
        ({"van": "half acht"}, "Vul twee tijden in"),
        ({"dag": "morgen"}, "Vul een dag in"),
        ({"gebied": "GB999999"}, "Kies een gebied."),
        ({"vorm": "feest"}, "Kies een vorm."),
        ({"thema": "feest"}, "Dit thema kennen wij niet."),
        ({"plaatsen": "0"}, "Vul een getal in van 1 tot 2000"),
        ({"weken": "veel"}, "Vul een getal in van 0 tot 12"),
        ({"weken": "1", "keer": "99"}, "Vul een getal in van 1 tot 26"),
        ({"agenda": "60 Praten\n30 Eten"}, "samen 90 minuten en de bijeenkomst duurt 120 minuten"),
        ({"agenda": "Praten"}, "Regel 1 begint niet met minuten: Praten."),
        ({"weken": "4", "keer": "2", "dag": "2032-02-29", "van": "02:30", "tot": "04:30"}, "28-3-2032"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(
    client: TestClient, changes: dict[str, str], said: str
) -> None:
    page = look_over(client, **changes, inleiding="Kom erbij.")
    assert page.status_code == 400
    assert said in page.text
    assert "Kom erbij.</textarea>" in page.text


def test_the_hour_that_comes_twice_is_the_first_and_the_page_says_so(client: TestClient) -> None:
    night = {"dag": "2032-10-31", "van": "02:30", "tot": "05:00"}
    assert "Wij nemen het eerste van de twee uren." in look_over(client, **night).text
    row = stored(client, planned(client, **night))
    assert row.starts_at == datetime(2032, 10, 31, 0, 30, tzinfo=UTC)
    assert row.ends_at == datetime(2032, 10, 31, 4, 0, tzinfo=UTC)


def test_an_address_is_found_and_one_outside_the_gebied_is_told(client: TestClient) -> None:
    inside, outside = (look_over(client, gebied=gebied, adres=ADDRESS) for gebied in (HOLY_NOORD, HOLY_ZUID))
    assert "ligt buiten" not in inside.text
    assert "Het adres Olmendreef 100 ligt buiten Holy-Zuid." in outside.text
    assert "Wij vinden het adres Nergensstraat 1 niet." in look_over(client, adres="Nergensstraat 1").text
    row = stored(client, planned(client, gebied=HOLY_NOORD, adres=ADDRESS))
    assert row.lon is not None
    assert 4.2 < row.lon < 4.4


def test_a_series_comes_back_at_the_same_hour_in_winter_and_summer(client: TestClient) -> None:
    planned(client, vorm="gebiedsoverleg", thema="", weken="7", keer="3", van="10:00", tot="11:30")
    with database_of(client).read() as session:
        rows = session.scalars(select(Meeting).order_by(Meeting.starts_at)).all()
    assert [(one.starts_at.date(), one.starts_at.hour) for one in rows] == [
        (date(2032, 3, 2), 9),
        (date(2032, 4, 20), 8),
        (date(2032, 6, 8), 8),
    ]
    assert {one.series for one in rows} == {rows[0].public_id}
    assert not any(one.public for one in rows)


def test_holidays_and_evenings_of_the_council_are_told(client: TestClient) -> None:
    with database_of(client).write() as session:
        session.add_all(
            TownDays(municipality_code=OWN, kind=kind, first=first, last=last, naam=naam)
            for kind, first, last, naam in (
                ("vakantie", date(2032, 2, 27), date(2032, 3, 7), "voorjaarsvakantie"),
                ("raad", date(2032, 3, 2), date(2032, 3, 2), "raadsavond"),
                ("raad", date(2032, 3, 3), date(2032, 3, 3), "een andere avond"),
            )
        )
    page = look_over(client).text
    assert "Van 27 februari 2032 t/m 7 maart 2032 is er: voorjaarsvakantie." in page
    assert "Op 2 maart 2032 is er: raadsavond." in page
    assert "een andere avond" not in page


def test_a_concept_is_for_staff_of_the_town_and_an_announced_one_for_everybody(client: TestClient) -> None:
    public_id = planned(client)
    assert "Dit is een concept." in client.get(f"/bijeenkomsten/{public_id}").text
    client.cookies.clear()
    assert client.get(f"/bijeenkomsten/{public_id}").status_code == 404
    assert public_id not in client.get("/bijeenkomsten?gemeente=GM0622").text
    log_in(client, "wijk")
    assert post(client, f"/bijeenkomsten/{public_id}/aankondigen").status_code == 303
    client.cookies.clear()
    page = client.get(f"/bijeenkomsten/{public_id}").text
    assert "dinsdag 2 maart 2032, 19.30 tot 21.30 uur" in page
    assert "Nog 40 plaatsen vrij" in page
    assert public_id in client.get("/bijeenkomsten?gemeente=GM0622").text


def test_a_meeting_on_invitation_stays_off_every_public_page(client: TestClient) -> None:
    public_id = announced(client, besloten="ja")
    for path in ("/bijeenkomsten", f"/bijeenkomsten/{public_id}", f"/feeds/{HOLY_ZUID}.ics"):
        answer = client.get(path)
        assert public_id not in answer.text
    assert client.get(f"/bijeenkomsten/{public_id}/aanmelden").status_code == 404


def test_what_everybody_knows_does_not_become_for_invitees_alone(client: TestClient) -> None:
    public_id = announced(client)
    log_in(client, "wijk")
    path = f"/bijeenkomsten/{public_id}/wijzigen"
    page = client.post(path, data={**hidden(client.get(path)), "besloten": "ja", "knop": "controle"})
    refused = client.post(path, data={**hidden(page), "besloten": "ja", "knop": "bewaar"})
    assert "Iedereen kent deze bijeenkomst al. Gelast die af" in refused.text
    assert stored(client, public_id).public


def test_a_day_that_is_over_is_told_and_a_meeting_does_not_move_to_it(client: TestClient) -> None:
    assert "2 maart 2021, 19.30 uur is al voorbij." in look_over(client, dag="2021-03-02").text
    public_id = announced(client)
    log_in(client, "wijk")
    path = f"/bijeenkomsten/{public_id}/wijzigen"
    page = client.post(path, data={**hidden(client.get(path)), "dag": "2021-03-02", "knop": "controle"})
    refused = client.post(path, data={**hidden(page), "knop": "bewaar"})
    assert "Deze dag of dit uur is al geweest; kies een dag die nog komt." in refused.text
    assert stored(client, public_id).starts_at.year > 2021


def test_a_meeting_without_a_place_is_not_announced(client: TestClient) -> None:
    public_id = planned(client, plek="")
    answer = post(client, f"/bijeenkomsten/{public_id}/aankondigen")
    assert answer.status_code == 409
    assert "Deze bijeenkomst heeft nog geen plek." in answer.text


def test_another_day_gets_a_higher_sequence_and_another_form_stays_out(client: TestClient) -> None:
    public_id = announced(client)
    log_in(client, "wijk")
    given = hidden(client.get(f"/bijeenkomsten/{public_id}/wijzigen"))
    path = f"/bijeenkomsten/{public_id}/wijzigen"
    page = client.post(path, data={**given, "dag": "2032-03-09", "gebied": WESTWIJK, "knop": "controle"})
    assert client.post(path, data={**hidden(page), "knop": "bewaar"}).status_code == 303
    row = stored(client, public_id)
    assert (row.sequence, row.gebied, row.starts_at.day) == (1, HOLY_ZUID, 9)


def test_a_meeting_goes_on_when_its_theme_is_put_out_of_use(client: TestClient) -> None:
    public_id = announced(client, thema="eenzaamheid")
    with database_of(client).write() as session:
        given = themes.content(themes.bundled().theme("eenzaamheid"), used=False)
        themes.change(session, OWN, "eenzaamheid", given, reason="Proef.", actor="proef")
    log_in(client, "wijk")
    assert "Dit thema kennen wij niet." in look_over(client, thema="eenzaamheid").text
    path = f"/bijeenkomsten/{public_id}/wijzigen"
    page = client.post(path, data={**hidden(client.get(path)), "dag": "2032-03-09", "knop": "controle"})
    assert client.post(path, data={**hidden(page), "knop": "bewaar"}).status_code == 303
    assert stored(client, public_id).starts_at.day == 9
    [told] = client.get(f"/api/v1/bijeenkomsten?gemeente={OWN}").json()["bijeenkomsten"]
    assert told["thema"] == "Eenzaamheid"
    # Whom the theme asks is still proposed.
    assert "Nog niemand: ouderenadviseur." in client.get(f"/bijeenkomsten/{public_id}/uitnodigen").text
    with database_of(client).write() as session:
        session.execute(delete(ThemeVersion))


def test_calling_off_a_series_leaves_what_was_before(client: TestClient) -> None:
    public_id = planned(client, vorm="inloop", thema="", weken="1", keer="3")
    assert post(client, f"/bijeenkomsten/{public_id}/aankondigen", reeks="ja").status_code == 303
    with database_of(client).read() as session:
        rows = session.scalars(select(Meeting).order_by(Meeting.starts_at)).all()
    assert [one.state for one in rows] == ["aangekondigd"] * 3
    assert post(client, f"/bijeenkomsten/{rows[1].public_id}/afgelasten").status_code == 303
    assert stored(client, rows[1].public_id).state == "afgelast"
    assert stored(client, rows[2].public_id).state == "aangekondigd"
    assert post(client, f"/bijeenkomsten/{rows[1].public_id}/afgelasten").status_code == 409


def test_who_has_one_gebied_reads_the_others_and_acts_on_the_own(client: TestClient) -> None:
    public_id = planned(client)
    log_in(client, "west")
    assert client.get(f"/bijeenkomsten/{public_id}/beheer").status_code == 200
    assert client.get(f"/bijeenkomsten/{public_id}/wijzigen").status_code == 403
    assert post(client, f"/bijeenkomsten/{public_id}/aankondigen").status_code == 403
    assert "Dit gebied is niet van u." in look_over(client).text
    assert planned(client, gebied=WESTWIJK)


def test_another_town_is_not_there_and_an_adviser_has_no_right(client: TestClient) -> None:
    public_id = planned(client)
    log_in(client, "elders")
    assert client.get(f"/bijeenkomsten/{public_id}/beheer").status_code == 404
    assert post(client, PAGE, **typed()).status_code == 404
    log_in(client, "advies")
    assert client.get(PAGE).status_code == 403


def test_what_was_done_is_in_the_audit_without_words(client: TestClient) -> None:
    public_id = announced(client, titel="Kanarie in de kolenmijn")
    with database_of(client).read() as session:
        rows = session.scalars(select(Audit).where(Audit.object_id == public_id)).all()
    assert [one.action for one in rows] == ["bijeenkomst.gepland", "bijeenkomst.aangekondigd"]
    assert "Kanarie" not in str([one.detail for one in rows])


def test_a_meeting_that_has_ended_was_held(client: TestClient) -> None:
    public_id = announced(client)
    with database_of(client).write() as session:
        assert meetings.finish_past(session, datetime(2032, 3, 2, 20, 0, tzinfo=UTC)) == 0
        assert meetings.finish_past(session, datetime(2032, 3, 2, 20, 30, tzinfo=UTC)) == 1
    assert stored(client, public_id).state == "geweest"


def test_a_number_that_is_a_bsn_is_left_out_of_every_field(client: TestClient) -> None:
    bsn = "111222333"
    told = dict.fromkeys(("titel", "inleiding", "plek", "adres", "toegankelijk", "route"), f"Bel {bsn}.")
    public_id = planned(client, **told, agenda=f"120 Praten met {bsn}")
    row = stored(client, public_id)
    with database_of(client).read() as session:
        items = meetings.agenda(session, row)
    kept = [row.titel, row.intro, row.place, row.address, row.accessible, str(row.route), str(items)]
    assert bsn not in "".join(kept)
    assert all("Bel" in one or "Praten" in one for one in kept)


def test_a_walk_keeps_its_places_in_order_and_tells_which_are_not_found(client: TestClient) -> None:
    route = f"{ADDRESS}\nHet bruggetje\n\n{ADDRESS}"
    walk = {"vorm": "wijkschouw", "gebied": HOLY_NOORD, "route": route, "adres": ADDRESS}
    assert "Wij vinden deze plek van de wandeling niet: Het bruggetje." in look_over(client, **walk).text
    stops = meetings.stops(stored(client, planned(client, **walk)))
    assert [(one.naam, one.point is not None) for one in stops] == [
        (ADDRESS, True),
        ("Het bruggetje", False),
        (ADDRESS, True),
    ]


def test_a_meeting_of_ones_own_at_the_same_hour_is_told_before_and_after_it_is_kept(
    client: TestClient,
) -> None:
    planned(client, titel="Samen eten")
    told = "U hebt op 2 maart 2032 op dat moment zelf al een bijeenkomst: Samen eten."
    page = look_over(client, gebied=WESTWIJK)
    assert told in page.text
    kept = client.post(PAGE, data={**hidden(page), "knop": "bewaar"}).headers["Location"]
    assert told in client.get(kept).text
