"""The werkbak over HTTP: who may, what is seen after each act, and that nothing typed is lost."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from cheap_passwords import hashed
from fastapi.testclient import TestClient
from fresh import sqlite_url
from httpx2 import Response
from intake_door import database_of
from reported import MAIL, PHONE, report_of
from served import ACCOUNT, PASSWORD
from sqlalchemy import select
from stored_town import TOWN, town

from data.areas import store_edition
from data.intake import take_in
from data.intake_models import Photo
from data.models import Audit, Melding
from data.owners import buurt_finders
from data.parties import read_parties, store_parties
from data.party_models import ReleasedText
from data.photo_rows import photo_for
from data.visibility import PUBLIC
from service.app import create_app
from service.settings import Settings

ACTS = (
    "zichtbaar", "nagekeken", "apart", "status", "notitie", "soort", "contact", "samen", "los", "doorsturen",
)  # fmt: skip
HASHED = hashed(PASSWORD)


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    """A service with a town of four buurten; nobody has logged in."""
    settings = Settings(database_url=sqlite_url(tmp_path), var_folder=tmp_path, staff={ACCOUNT: HASHED})
    with TestClient(create_app(settings), follow_redirects=False) as client:
        with database_of(client).write() as session:
            store_edition(session, town())
        yield client


@pytest.fixture
def staff(client: TestClient) -> TestClient:
    assert client.post("/inloggen", data={"naam": ACCOUNT, "wachtwoord": PASSWORD}).status_code == 303
    return client


def take(
    client: TestClient,
    category: str = "straatverlichting",
    *,
    consent: bool = True,
    again: str = "",
    text: str = "",
) -> str:
    """Store a melding; its public id."""
    database = database_of(client)
    with database.read() as session:
        finders = buurt_finders(session)
    report = report_of(category, consent=consent)
    report = replace(report, text=text or report.text)
    return take_in(database, report, finders=finders, key=category + again, secret=b"s" * 32).public_id


def hidden_fields(html: str) -> dict[str, str]:
    """The token and the version that the forms of a page send along."""
    return {name: re.findall(rf'name="{name}" value="([^"]+)"', html)[-1] for name in ("csrf", "versie")}


def post(client: TestClient, name: str, act: str, page: str | None = None, **fields: str) -> Response:
    """Send a form of the melding's page, as it is now or as it was."""
    html = page or client.get(f"/werkbak/{name}").text
    answer: Response = client.post(f"/werkbak/{name}/{act}", data={**hidden_fields(html), **fields})
    return answer


def public(client: TestClient) -> list[str]:
    """The public ids that somebody without a login gets from the API."""
    kept = dict(client.cookies)
    client.cookies.clear()
    found = client.get(f"/api/v1/meldingen?gemeente={TOWN}").json()["features"]
    client.cookies.update(kept)
    return [one["id"] for one in found]


def test_without_a_login_the_queue_leads_to_the_login_and_back(client: TestClient) -> None:
    answer = client.get("/werkbak")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/inloggen?naar=/werkbak")


@pytest.mark.parametrize("act", ACTS)
def test_without_a_login_no_act_is_done(client: TestClient, act: str) -> None:
    name = take(client)
    answer = client.post(f"/werkbak/{name}/{act}", data={"reden": "x", "naar": "afgehandeld"})
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/inloggen?naar=/werkbak/{name}")
    with database_of(client).read() as session:
        assert session.scalars(select(Audit.action)).all() == ["melding.ontvangen"]


@pytest.mark.parametrize("act", ACTS)
def test_without_the_token_of_the_session_no_act_is_done(staff: TestClient, act: str) -> None:
    name = take(staff)
    fields = {"reden": "x", "naar": "afgehandeld", "notitie": "x", "soort": "bank", "veld": "email",
              "waarom": "x", "csrf": "verkeerd"}  # fmt: skip
    answer = post(staff, name, act, **fields)
    assert answer.status_code == 403
    assert MAIL not in answer.text
    with database_of(staff).read() as session:
        assert not session.scalars(select(Audit).where(Audit.actor == ACCOUNT, Audit.object_id == name)).all()


def test_a_form_that_another_site_sent_is_refused(staff: TestClient) -> None:
    name = take(staff)
    data = hidden_fields(staff.get(f"/werkbak/{name}").text)
    answer = staff.post(f"/werkbak/{name}/zichtbaar", data=data, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert public(staff) == []


def test_only_staff_have_the_werkbak_in_their_menu(staff: TestClient) -> None:
    assert 'href="/werkbak"' in staff.get("/bronnen").text
    staff.cookies.clear()
    assert 'href="/werkbak"' not in staff.get("/bronnen").text


def test_a_released_melding_is_public_and_one_set_aside_vanishes_at_once(staff: TestClient) -> None:
    name = take(staff)
    assert public(staff) == []
    assert post(staff, name, "zichtbaar", tekst="true").headers["Location"].endswith("klaar=zichtbaar")
    assert public(staff) == [name]
    assert "Iedereen ziet deze melding, ook de tekst." in staff.get(f"/werkbak/{name}").text
    assert post(staff, name, "apart", reden="er staat een naam in").status_code == 303
    assert public(staff) == []


def test_a_shielded_soort_says_why_it_stays_so_and_cannot_be_released(staff: TestClient) -> None:
    name = take(staff, "geluid")
    html = staff.get(f"/werkbak/{name}").text
    assert "Deze soort gaat over mensen of woningen." in html
    assert "Laten zien aan iedereen" not in html
    assert post(staff, name, "zichtbaar").status_code == 409
    assert post(staff, name, "nagekeken").status_code == 303
    assert public(staff) == []
    assert name not in staff.get("/werkbak").text


def test_a_text_cannot_be_released_without_consent(staff: TestClient) -> None:
    name = take(staff, consent=False)
    assert 'name="tekst"' not in staff.get(f"/werkbak/{name}").text
    assert post(staff, name, "zichtbaar", tekst="true").status_code == 409
    assert public(staff) == []


def test_photos_are_on_the_page_and_public_one_by_one(staff: TestClient) -> None:
    name = take(staff)
    digests = ("a" * 64, "b" * 64)
    with database_of(staff).write() as session:
        melding = session.scalars(select(Melding).where(Melding.public_id == name)).one()
        facts = {"melding_id": melding.id, "width": 4, "height": 3, "created_at": melding.created_at}
        session.add_all(Photo(digest=digest, **facts) for digest in digests)
    html = staff.get(f"/werkbak/{name}").text
    assert re.findall(r'src="/fotos/([^"]+).jpg"', html) == list(digests)
    second = re.findall(r'name="foto" value="(\d+)"', html)[1]
    assert post(staff, name, "zichtbaar", foto=second).status_code == 303
    with database_of(staff).read() as session:
        assert [photo_for(session, PUBLIC, digest) for digest in digests] == [False, True]
    assert post(staff, name, "apart", reden="gezicht op de foto").status_code == 303
    with database_of(staff).read() as session:
        assert not photo_for(session, PUBLIC, digests[1])


def test_the_suggested_soort_is_told_by_its_name(staff: TestClient) -> None:
    # The specimen was suggested to be `boom`, for 40 % sure.
    assert "<dd>Boom, 40 % zeker</dd>" in staff.get(f"/werkbak/{take(staff)}").text


def test_a_status_goes_on_with_a_line_for_residents(staff: TestClient) -> None:
    name = take(staff)
    assert post(staff, name, "status", naar="in behandeling", regel="Wij komen maandag.").status_code == 303
    html = staff.get(f"/werkbak/{name}").text
    assert "De stand is nu: in behandeling." in html
    assert "Wij komen maandag." in html
    answer = post(staff, name, "status", naar="in behandeling", regel="Nog eens.")
    assert answer.status_code == 409
    assert "Nog eens." in answer.text


def test_another_soort_is_chosen_from_the_list(staff: TestClient) -> None:
    name = take(staff)
    assert post(staff, name, "soort", soort="bank").status_code == 303
    assert "Melding: Bank" in staff.get(f"/werkbak/{name}").text
    assert post(staff, name, "soort", soort="bestaat-niet").status_code == 409


def test_a_note_is_for_staff_only(staff: TestClient) -> None:
    name = take(staff)
    post(staff, name, "zichtbaar")
    assert post(staff, name, "notitie", notitie="Bel <b>Jan</b>.").status_code == 303
    assert "Bel &lt;b&gt;Jan&lt;/b&gt;." in staff.get(f"/werkbak/{name}").text
    staff.cookies.clear()
    assert "Jan" not in staff.get(f"/api/v1/meldingen/{name}").text


def test_a_second_save_on_an_old_page_is_refused_and_what_was_typed_is_still_there(
    staff: TestClient,
) -> None:
    name = take(staff)
    old = staff.get(f"/werkbak/{name}").text
    assert post(staff, name, "status", old, naar="in behandeling").status_code == 303
    refused = post(staff, name, "status", old, naar="afgehandeld", regel="De lamp doet het weer.")
    assert refused.status_code == 412
    assert "Iemand anders heeft intussen iets met deze melding gedaan." in refused.text
    assert "De lamp doet het weer.</textarea>" in refused.text
    assert "De stand is nu: in behandeling." in refused.text
    saved = post(staff, name, "status", refused.text, naar="afgehandeld", regel="De lamp doet het weer.")
    assert saved.status_code == 303


@pytest.mark.parametrize("act", ACTS)
def test_every_act_is_refused_on_an_old_page(staff: TestClient, act: str) -> None:
    name = take(staff)
    old = staff.get(f"/werkbak/{name}").text
    post(staff, name, "notitie", notitie="intussen")
    fields = {"reden": "wegens x", "naar": "afgehandeld", "notitie": "mijn notitie", "soort": "bank",
              "veld": "email", "waarom": "wegens y"}  # fmt: skip
    answer = post(staff, name, act, old, **fields)
    assert answer.status_code == 412
    assert MAIL not in answer.text


def test_contact_data_are_not_in_any_page_before_they_are_asked_for(staff: TestClient) -> None:
    name = take(staff)
    pages = staff.get("/werkbak").text + staff.get(f"/werkbak/{name}").text
    assert not [word for word in (MAIL, PHONE, "Jansen") if word in pages]
    assert "j***n@***l" in pages


def test_a_contact_datum_is_shown_once_to_who_says_why_and_that_is_kept(staff: TestClient) -> None:
    name = take(staff)
    assert post(staff, name, "contact", veld="email").status_code == 400
    answer = post(staff, name, "contact", veld="email", waarom="vraag over de lamp")
    assert answer.status_code == 200
    assert MAIL in answer.text
    assert PHONE not in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert MAIL not in staff.get(f"/werkbak/{name}").text
    with database_of(staff).read() as session:
        row = session.scalars(select(Audit).where(Audit.action == "contact.getoond")).one()
    assert (row.actor, row.object_id) == (ACCOUNT, name)
    assert row.detail == {"veld": "email", "reden": "vraag over de lamp"}


@pytest.mark.parametrize(
    ("act", "fields"),
    [("apart", {"reden": " "}), ("status", {"regel": "een regel"}), ("notitie", {"notitie": "\n"})],
)
def test_a_form_without_what_it_is_about_comes_back(
    staff: TestClient, act: str, fields: dict[str, str]
) -> None:
    name = take(staff)
    answer = post(staff, name, act, **fields)
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text
    assert (fields.get("regel") or "") in answer.text


def test_the_queue_keeps_to_what_is_chosen(staff: TestClient) -> None:
    lamp, noise = take(staff), take(staff, "geluid")
    post(staff, lamp, "zichtbaar")

    def listed(query: str) -> list[str]:
        html = staff.get(f"/werkbak?{query}").text
        return re.findall(r'<h3[^>]*><a href="/werkbak/([^"]+)"', html)

    assert listed("") == [noise]
    assert listed("stapel=alle") == [noise, lamp]
    assert listed("stapel=alle&soort=straat&gemeente=&wijk=") == [lamp]
    assert listed(f"stapel=alle&gemeente={TOWN}&wijk=WK062200") == [noise, lamp]
    assert listed(f"stapel=alle&gemeente={TOWN}&wijk=WK062201") == []


def test_an_unknown_melding_page_or_choice_is_answered_in_plain_words(staff: TestClient) -> None:
    assert staff.get("/werkbak/bestaat-niet").status_code == 404
    assert staff.get("/werkbak?pagina=2").status_code == 404
    assert staff.get("/werkbak?stapel=x").status_code == 400
    name = take(staff)
    page = staff.get(f"/werkbak/{name}").text
    answer = staff.post("/werkbak/bestaat-niet/notitie", data={**hidden_fields(page), "notitie": "x"})
    assert answer.status_code == 404


def test_likely_the_same_is_shown_joined_and_taken_out_again(staff: TestClient) -> None:
    first, second = take(staff), take(staff, "straatverlichting", again="twee")
    html = staff.get(f"/werkbak/{second}").text
    assert "Misschien over hetzelfde" in html
    assert f'value="{first}"' in html
    assert post(staff, second, "samen").status_code == 400
    assert post(staff, second, "samen", met="bestaat-niet").status_code == 409
    assert post(staff, second, "samen", met=first).headers["Location"].endswith("klaar=samen")
    assert "Deze melding volgt een andere" in staff.get(f"/werkbak/{second}").text
    assert post(staff, second, "status", naar="afgehandeld").status_code == 409
    assert post(staff, first, "zichtbaar").status_code == 303
    assert post(staff, first, "status", naar="afgehandeld", regel="Klaar.").status_code == 303
    assert "Klaar." in staff.get(f"/werkbak/{second}").text
    assert post(staff, second, "los").headers["Location"].endswith("klaar=los")
    assert "Deze melding staat op zichzelf." in staff.get(f"/werkbak/{second}").text


def test_a_melding_is_passed_on_to_its_party_and_the_page_says_so(staff: TestClient) -> None:
    listed = (
        '[net]\nnaam = "Netbeheer"\nsoort = "gemeente"\nemail = "meld@net.example"\n'
        'taken = [{ soort = "straatverlichting" }]'
    )
    with database_of(staff).write() as session:
        store_parties(session, TOWN, read_parties(listed), actor="beheer")
    name = take(staff)
    assert "Dit hoort bij: Netbeheer." in staff.get(f"/werkbak/{name}").text
    assert post(staff, name, "doorsturen").status_code == 400
    assert post(staff, name, "doorsturen", partij="net").headers["Location"].endswith("klaar=doorgestuurd")
    html = staff.get(f"/werkbak/{name}").text
    assert "De stand is nu: doorgestuurd." in html
    assert "Doorgestuurd naar Netbeheer" in html
    assert 'action="/werkbak/' + name + '/doorsturen"' not in html


def test_everybody_reads_the_words_that_staff_made_of_the_text_and_not_those_of_the_reporter(
    staff: TestClient,
) -> None:
    name = take(staff, text="Bel mij op 06-12345678, de lamp van mevrouw Jansma is stuk.")
    html = staff.get(f"/werkbak/{name}").text
    assert "Bel mij op [weggelaten], de lamp van mevrouw [weggelaten] is stuk.</textarea>" in html
    assert post(staff, name, "zichtbaar", tekst="true", openbaar="De lamp is stuk.").status_code == 303
    page = staff.get(f"/meldingen/{name}").text
    assert "De lamp is stuk." in page
    assert not [word for word in ("06-12345678", "Jansma") if word in page]
    sent = staff.get(f"/open311/v2/requests/{name}.json").text
    assert "De lamp is stuk." in sent
    assert not [word for word in ("06-12345678", "Jansma") if word in sent]
    assert post(staff, name, "apart", reden="toch niet").status_code == 303
    with database_of(staff).read() as session:
        assert session.scalars(select(ReleasedText)).all() == []
