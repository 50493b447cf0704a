"""The year plan: what each gebied does in a season, what is empty or in the way, and its calendar."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from account_town import OTHER, OWN, account, csrf, log_in, service
from fastapi.testclient import TestClient
from icalendar import Calendar
from intake_door import database_of
from made_advice import put_down
from sqlalchemy import delete, select
from stored_town import town

from data import theme_choices
from data.accounts import GivenRole
from data.areas import store_edition
from data.meeting_models import Meeting
from data.rights import Role
from data.theme_choices import Decision
from data.theme_models import ThemeChoice, TownDays
from service.year_plan import season_of

DAYS = "/jaarplan/dagen"
FIRST, SECOND = "WK062200", "WK062201"
SEASON = 2031


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with service(tmp_path_factory.mktemp("jaarplan")) as client:
        with database_of(client).write() as session:
            store_edition(session, town())
        account(client, "wijk", Role.WIJKCOORDINATOR)
        account(client, "advies", Role.BELEIDSADVISEUR)
        account(client, "deel", GivenRole(Role.WIJKCOORDINATOR, (FIRST,)))
        account(client, "elders", Role.WIJKCOORDINATOR, gemeente=OTHER)
        account(client, "collega", Role.COLLEGA)
        yield client


@pytest.fixture
def client(running: TestClient) -> TestClient:
    """The service with an empty plan, and a coordinator in it."""
    with database_of(running).write() as session:
        for table in (Meeting, TownDays, ThemeChoice):
            session.execute(delete(table))
    return log_in(running, "wijk")


def meet(client: TestClient, day: date, gebied: str = FIRST, titel: str = "Samen", **changes: object) -> None:
    begin = datetime(day.year, day.month, day.day, 19, 0, tzinfo=UTC)
    values: dict[str, object] = {
        "public_id": f"m{day.toordinal()}{titel[:6]}",
        "municipality_code": OWN,
        "gebied": gebied,
        "form": "themabijeenkomst",
        "titel": titel,
        "starts_at": begin,
        "ends_at": begin + timedelta(hours=2),
        "state": "aangekondigd",
        "announced_at": begin,
        "created_at": begin,
        "created_by": "wijk",
    }
    with database_of(client).write() as session:
        session.add(Meeting(**{**values, **changes}))


def chosen(client: TestClient, gebied: str, period: str) -> None:
    with database_of(client).write() as session:
        choice = put_down(session, gebied=gebied, period=period, due_in=None)
        decision = Decision("eenzaamheid", "huiskamergesprek", "Omdat het zo is.")
        theme_choices.choose(session, choice, decision, actor="wijk", now=datetime.now(UTC))


def plan(client: TestClient, query: str = f"jaar={SEASON}") -> str:
    answer = client.get(f"/jaarplan?gemeente={OWN}&{query}")
    assert answer.status_code == 200, answer.text
    return str(answer.text)


def post(client: TestClient, path: str, **fields: object) -> int:
    sent = {"csrf": csrf(client, DAYS), "gemeente": OWN, **fields}
    return int(client.post(path, data=sent).status_code)


def test_a_season_runs_from_august_to_july() -> None:
    assert [season_of(date(2027, month, 1)) for month in (1, 7, 8, 12)] == [2026, 2026, 2027, 2027]


def test_the_plan_shows_themes_meetings_and_days_and_names_what_is_empty(client: TestClient) -> None:
    chosen(client, FIRST, "2032-1")
    meet(client, date(2032, 3, 9), titel="Koffie met elkaar")
    meet(client, date(2032, 9, 9), titel="Na de zomer")
    shown = plan(client)
    assert "Jaarplan van Vlaardingen, 2031-2032" in shown
    assert "Koffie met elkaar" in shown
    assert "Na de zomer" not in shown
    assert "<strong>Eenzaamheid</strong>" in shown
    assert "Koningsdag" in shown
    empty = [line for line in re.findall(r"<li>(Nog geen .*?)</li>", shown) if "voorjaar 2032" in line]
    assert [("WK062201" in line, "WK062200" in line) for line in empty] == [(True, False)] * 2
    assert "Na de zomer" in plan(client, "jaar=2032")
    weeks = plan(client, f"jaar={SEASON}&per=week")
    assert "Week 11, vanaf 8 maart 2032" in weeks
    assert weeks.count("<tr>") > plan(client).count("<tr>") + 35


def test_meetings_on_a_holiday_or_twice_a_day_in_a_gebied_are_named(client: TestClient) -> None:
    assert "valt op" not in plan(client)
    meet(client, date(2032, 4, 27), titel="Feest")
    meet(client, date(2032, 3, 9), titel="Een")
    meet(client, date(2032, 3, 9), titel="Twee")
    meet(client, date(2032, 3, 9), gebied=SECOND, titel="Drie")
    meet(client, date(2032, 5, 6), titel="Afgelast", state="afgelast")
    meet(client, date(2032, 5, 5), titel="Geweest", state="geweest")
    clashes = plan(client).partition('id="let-op"')[2].partition("</section>")[0]
    assert "valt op: Koningsdag." in clashes
    assert "is op dezelfde dag als: Twee." in clashes
    assert clashes.count("valt op") == 1
    assert clashes.count("dezelfde dag") == 1


def test_days_are_added_one_by_one_by_a_rule_and_for_the_schools(client: TestClient) -> None:
    assert post(client, f"{DAYS}/schoolvakanties", regio="midden") == 303
    rule = {"raadnaam": "Raad", "ritme": "2", "weekdag": 3, "eerste": "2032-01-01", "laatste": "2032-06-30"}
    assert post(client, f"{DAYS}/avonden", **rule, niet_vrij="ja") == 303
    assert post(client, DAYS, soort="anders", naam="Kermis", eerste="2032-06-05", laatste="2032-06-06") == 303
    # The schools' holidays that come with Wijkbeeld are of one year.
    for season, wanted in (
        (SEASON, ("Raad, ", "Kermis")),
        (2026, ("Herfstvakantie", "Meivakantie (te bevestigen)")),
    ):
        shown = plan(client, f"jaar={season}")
        assert [naam for naam in wanted if naam not in shown] == []
    with database_of(client).read() as session:
        rows = session.scalars(select(TownDays)).all()
    assert (len(rows), {one.municipality_code for one in rows}) == (12, {OWN})
    assert post(client, DAYS, soort="anders", naam="", eerste="2032-06-05") == 400
    assert post(client, DAYS, soort="anders", naam="Kermis", eerste="gisteren") == 400
    assert post(client, f"{DAYS}/{rows[0].id}/weg") == 303
    meet(client, date(2032, 6, 5), titel="Op de kermis")
    assert "valt op: Kermis." in plan(client)


def test_the_calendar_holds_meetings_and_whole_days(client: TestClient) -> None:
    meet(client, date(2032, 3, 9), titel="Koffie")
    post(client, DAYS, soort="vakantie", naam="Vakantie", eerste="2032-02-20", laatste="2032-02-29")
    answer = client.get(f"/jaarplan.ics?gemeente={OWN}&jaar={SEASON}")
    assert answer.headers["Content-Type"].startswith("text/calendar")
    made = Calendar.from_ical(answer.content)
    events: dict[str, Any] = {str(one["summary"]): one for one in made.walk("VEVENT")}
    assert str(made["x-wr-calname"]) == "Jaarplan van Vlaardingen, 2031-2032"
    assert events["Koffie"]["dtstart"].dt == datetime(2032, 3, 9, 19, 0, tzinfo=UTC)
    free = events["Vakantie"]
    assert (free["dtstart"].dt, free["dtend"].dt) == (date(2032, 2, 20), date(2032, 3, 1))
    assert str(free["transp"]) == "TRANSPARENT"
    assert "Koningsdag" in events
    names = [str(one["uid"]) for one in made.walk("VEVENT")]
    assert len(set(names)) == len(names)


def test_an_adviser_reads_the_plan_of_the_own_town_and_changes_nothing(client: TestClient) -> None:
    meet(client, date(2032, 3, 9), titel="Nog geheim", state="concept", announced_at=None)
    assert "Nog geheim" in plan(client)
    log_in(client, "advies")
    shown = plan(client)
    assert DAYS not in shown
    assert client.get(DAYS).status_code == 403
    assert log_in(client, "elders").get(f"/jaarplan?gemeente={OWN}").status_code == 404
    assert post(client, DAYS, naam="Kermis", eerste="2032-06-05") == 404
    assert log_in(client, "collega").get("/jaarplan").status_code == 403
    client.cookies.clear()
    assert client.get("/jaarplan").status_code == 303
