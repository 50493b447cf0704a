"""Views of the workbench: what a link gives stays the same, kept views are one's own, and who sees which."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pandas as pd
import pytest
from cheap_passwords import hashed
from fastapi.testclient import TestClient
from served import ACCOUNT, PASSWORD, loaded_database
from sqlalchemy import select

from data import audit, saved_views
from data.database import Database
from data.models import Audit, Melding, MeldingArea
from data.rights import Grant, Role
from data.saved_views import WrongView
from data.visibility import PUBLIC, Viewer
from service.analysis import towns
from service.app import create_app
from service.settings import Settings

TOWN, OTHER = "GM0622", "GM0556"


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    made = Database(loaded_database(tmp_path_factory.mktemp("weergaven")))
    yield made
    made.close()


@pytest.fixture(scope="module")
def client(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    settings = Settings(
        database_url=str(database.url),
        staff={ACCOUNT: hashed(PASSWORD)},
        var_folder=Path(tmp_path_factory.mktemp("var")),
    )
    with TestClient(create_app(settings)) as made:
        yield made


@pytest.fixture
def staff(client: TestClient) -> Iterator[TestClient]:
    client.post("/inloggen", data={"naam": ACCOUNT, "wachtwoord": PASSWORD})
    yield client
    client.cookies.clear()


def more_meldingen(client: TestClient) -> None:
    """Ten more of a melding that is there, through the store that the service writes with."""
    writing: Database = client.app.state.database  # type: ignore[attr-defined]
    now = datetime.now(UTC)
    with writing.write() as session:
        query = select(Melding, MeldingArea.buurt, MeldingArea.edition).join(MeldingArea)
        like, buurt, edition = session.execute(
            query.where(Melding.municipality_code == TOWN, MeldingArea.buurt.is_not(None)).limit(1)
        ).one()
        for number in range(10):
            fields = {
                one.name: getattr(like, one.name)
                for one in Melding.__table__.columns
                if one.name not in {"id", "public_id", "source_ref", "import_id", "stored_at"}
            }
            fresh = Melding(**fields, public_id=f"later{number}", source_ref=f"later{number}", stored_at=now)
            session.add(fresh)
            session.flush()
            session.add(MeldingArea(melding_id=fresh.id, edition=edition, buurt=buurt))
        audit.record(session, actor="proef", action="melding", object_kind="melding", object_id="later")


def facts(client: TestClient, query: str) -> tuple[list[str], object, object, bytes]:
    """The numbers of a view: its table, its months, the legend of its heat, and a tile."""
    html = client.get(f"/analyse?{query}").text
    cells = re.findall(r'data-cel="(?:waarde|aantal)"[^>]*>(.*?)</td>', html, re.DOTALL)
    months = client.get(f"/api/v1/cijfers/meldingen_inw/maanden?{query}").json()["aantallen"]
    heat = client.get(f"/api/v1/warmte?{query}&maat=gemeente&straal=300").json()["legenda"]
    tile = client.get(f"/tegels/warmte/12/2097/1357?{query}&maat=inwoners&straal=300").content
    return cells, months, heat, tile


def test_a_link_gives_the_same_numbers_after_more_has_come_in(staff: TestClient) -> None:
    # Moments are told to the second: the link is made a second after what it shows.
    moment = (datetime.now(UTC) - timedelta(seconds=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    asked = f"gemeente={TOWN}"
    still, live = facts(staff, f"{asked}&standVan={moment}"), facts(staff, asked)
    assert still[0] == live[0]
    more_meldingen(staff)
    assert facts(staff, f"{asked}&standVan={moment}") == still
    # Control: without the moment they are counted.
    later = facts(staff, asked)
    assert later[0] != live[0]
    assert later[1] != live[1]


def test_a_view_is_kept_opened_renamed_and_taken_away(staff: TestClient, database: Database) -> None:
    page = staff.get(
        f"/analyse/weergaven?gemeente={TOWN}&vraag=niveau%3Dwijk%26soort%3Dafval%26soort%3Dgroen"
    )
    csrf = re.findall(r'name="csrf" value="([^"]+)"', page.text)[0]
    form = {"csrf": csrf, "gemeente": TOWN, "vraag": "niveau=wijk&soort=afval&soort=groen", "naam": "Afval"}
    kept = staff.post("/analyse/weergaven", data=form)
    assert kept.status_code == 200
    link = re.findall(r'<a href="/analyse\?([^"]+)">Afval</a>', kept.text)[0].replace("&amp;", "&")
    assert parse_qs(link) == {"gemeente": [TOWN], "niveau": ["wijk"], "soort": ["afval", "groen"]}
    assert staff.get(f"/analyse?{link}").status_code == 200
    number = re.findall(r"/analyse/weergaven/(\d+)/naam", kept.text)[0]
    assert staff.post("/analyse/weergaven", data=form).status_code == 400
    renamed = staff.post(f"/analyse/weergaven/{number}/naam", data={"csrf": csrf, "naam": "Schoon"})
    assert ">Schoon</a>" in renamed.text
    still = staff.post("/analyse/weergaven", data={**form, "naam": "Nu", "cijfers": "nu"})
    assert "standVan=20" in urlsplit(re.findall(r'<a href="(/analyse\?[^"]+)">Nu</a>', still.text)[0]).query
    gone = staff.post(f"/analyse/weergaven/{number}/weg", data={"csrf": csrf})
    assert ">Schoon</a>" not in gone.text
    with database.read() as session:
        acts = session.scalars(select(Audit.action).where(Audit.action.like("weergave.%"))).all()
    assert acts == ["weergave.bewaard", "weergave.hernoemd", "weergave.bewaard", "weergave.weggehaald"]


def test_what_is_no_view_is_not_kept_and_those_of_others_are_not_there(
    staff: TestClient, database: Database
) -> None:
    writing: Database = staff.app.state.database  # type: ignore[attr-defined]
    with writing.write() as session:
        number = saved_views.save(session, "een ander", TOWN, "Van een ander", "niveau=wijk").id
    page = staff.get(f"/analyse/weergaven?gemeente={TOWN}&vraag=niveau%3Dwijk")
    assert "Van een ander" not in page.text
    csrf = re.findall(r'name="csrf" value="([^"]+)"', page.text)[0]
    assert staff.post(f"/analyse/weergaven/{number}/weg", data={"csrf": csrf}).status_code == 404
    bad = {"csrf": csrf, "gemeente": TOWN, "vraag": "niveau=straat&x=//elders", "naam": "Fout"}
    answer = staff.post("/analyse/weergaven", data=bad)
    assert (answer.status_code, "Deze weergave kennen wij niet" in answer.text) == (400, True)
    with database.read() as session:
        assert saved_views.view(session, "een ander", number) is not None
        with pytest.raises(WrongView, match="geef de weergave een naam"):
            saved_views.save(session, "een ander", TOWN, "  ", "")


def test_each_area_is_in_the_table_once_and_those_without_a_cijfer_are_folded(staff: TestClient) -> None:
    question = f"gemeente={TOWN}&niveau=buurt"
    html = staff.get(f"/analyse?{question}").text
    fold = html[html.index("data-vouw") : html.index("</details>", html.index("data-vouw"))]
    file = staff.get(f"/analyse/export/csv?{question}").content
    whole = pd.read_csv(io.BytesIO(file), sep=";", comment="#", decimal=",")
    assert sorted(re.findall(r'<tr data-code="(\w+)"', html)) == sorted(whole["code"])
    empty = whole.loc[whole["waarde"].isna(), "code"]
    assert sorted(re.findall(r'<tr data-code="(\w+)"', fold)) == sorted(empty)
    assert f"{len(empty)} buurten zonder cijfer: " in fold


def test_a_second_map_is_chosen_in_the_list_though_its_address_names_no_part(staff: TestClient) -> None:
    html = staff.get("/analyse?gemeente=GM0622&niveau=wijk&naast=misdrijven_inw").text
    chooser = html[html.index('id="naast"') :]
    chosen = re.findall(r'<option value="([^"]*)" selected', chooser[: chooser.index("</select>")])
    assert chosen == ["misdrijven_inw.misdrijven_inw"]


@pytest.mark.parametrize(
    "path",
    [
        f"/api/v1/warmte?gemeente={TOWN}&maat=gemeente",
        f"/tegels/warmte/12/2097/1357?gemeente={TOWN}&maat=gemeente",
        f"/analyse/beeld.png?gemeente={TOWN}&weergave=warmte&maat=gemeente",
        f"/analyse/beeld.png?gemeente={TOWN}&kleur=verhouding",
    ],
)
def test_what_stands_out_is_for_staff(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404
    client.post("/inloggen", data={"naam": ACCOUNT, "wachtwoord": PASSWORD})
    assert client.get(path).status_code == 200
    client.cookies.clear()


@pytest.mark.parametrize(
    "query",
    [
        "kleur=verhouding",
        "weergave=warmte&maat=gemeente",
        "cijfer=veiligheidsgevoel",
        "naast=veiligheidsgevoel&niveau=wijk",
        "kleur=verhouding&standVan=2026-06-30T10%3A00%3A00Z&kies=BU06220101&kies=BU06220102",
    ],
)
def test_a_view_of_staff_leads_to_the_login_and_from_there_to_itself(client: TestClient, query: str) -> None:
    address = f"/analyse?gemeente={TOWN}&{query}"
    answer = client.get(address, follow_redirects=False)
    login = answer.headers["Location"]
    assert (answer.status_code, urlsplit(login).path) == (303, "/inloggen")
    assert parse_qs(urlsplit(login).query) == {"naar": [address]}
    naar = re.search(r'name="naar" value="([^"]*)"', client.get(login).text)
    assert naar
    data = {"naam": ACCOUNT, "wachtwoord": PASSWORD, "naar": unescape(naar[1])}
    inside = client.post("/inloggen", data=data, follow_redirects=False)
    assert inside.headers["Location"] == address
    assert client.get(address).status_code == 200
    client.cookies.clear()


@pytest.mark.parametrize("query", ["cijfer=bestaat_niet", "naast=bestaat_niet"])
def test_a_view_of_what_does_not_exist_leads_to_no_login(client: TestClient, query: str) -> None:
    assert client.get(f"/analyse?gemeente={TOWN}&{query}").status_code == 404


def test_advisers_begin_with_their_own_gemeente() -> None:
    def adviser(*gemeenten: str) -> Viewer:
        return Viewer("a", tuple(Grant(Role.BELEIDSADVISEUR, one) for one in gemeenten))

    asked = [PUBLIC, adviser(OTHER), adviser(OTHER, TOWN), adviser("*")]
    assert [towns.home(one, default=TOWN) for one in asked] == [TOWN, OTHER, TOWN, TOWN]
