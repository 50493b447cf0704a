"""A town on the bundled data with coordinators who plan meetings, for tests of meetings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path

from account_town import account, csrf, log_in
from fastapi.testclient import TestClient
from httpx2 import Response
from intake_door import database_of
from served import bundled_database
from sqlalchemy import select

from data import meetings
from data.accounts import GivenRole
from data.meeting_models import Meeting
from data.meetings import Plan
from data.rights import Role
from service.app import create_app
from service.melding_form import fresh_key
from service.settings import Settings

OWN, BESIDE = "GM0622", "GM0556"
HOLY_NOORD, HOLY_ZUID, WESTWIJK = "GB062201", "GB062202", "GB062203"
# Of the few addresses that come along, these are in Holy-Noord.
ADDRESS = "Olmendreef 100"
PAGE = "/bijeenkomsten/plannen"
HOST = "https://wijk.example"


@contextmanager
def meeting_town(folder: Path, **more: object) -> Iterator[TestClient]:
    """A service on the bundled data with coordinators of the town, of one gebied, and of a town beside it."""
    own = {"database_url": bundled_database(folder), "var_folder": folder, "base_url": HOST}
    app = create_app(Settings.model_validate({**own, **more}))
    with TestClient(app, base_url=HOST, follow_redirects=False) as client:
        account(client, "wijk", Role.WIJKCOORDINATOR)
        account(client, "west", GivenRole(Role.WIJKCOORDINATOR, (WESTWIJK,)))
        account(client, "elders", Role.WIJKCOORDINATOR, gemeente=BESIDE)
        account(client, "advies", Role.BELEIDSADVISEUR)
        yield client


def typed(**changes: str) -> dict[str, str]:
    """A good form of a meeting, with changes."""
    plain = {
        "gemeente": OWN,
        "sleutel": fresh_key(),
        "gebied": HOLY_ZUID,
        "thema": "eenzaamheid",
        "vorm": "themabijeenkomst",
        "dag": "2032-03-02",
        "van": "19:30",
        "tot": "21:30",
        "plek": "Buurthuis",
        "plaatsen": "40",
    }
    return plain | changes


def hidden(page: Response) -> dict[str, str]:
    """What the form on a page would send, as a browser reads it."""
    found = re.findall(r'<input[^>]* name="(\w+)"[^>]* value="([^"]*)"', page.text)
    areas = re.findall(r'<textarea[^>]* name="(\w+)"[^>]*>\n?(.*?)</textarea>', page.text, re.DOTALL)
    chosen = [
        (name, value)
        for name, options in re.findall(
            r'<select[^>]* name="(\w+)"[^>]*>(.*?)</select>', page.text, re.DOTALL
        )
        for value in re.findall(r'<option value="([^"]*)" selected>', options)
    ]
    # What is not ticked is not sent.
    return {name: unescape(value) for name, value in (*found, *areas, *chosen) if name != "besloten"}


def post(client: TestClient, path: str, page: str = "/woorden", **fields: str) -> Response:
    answer: Response = client.post(path, data={"csrf": csrf(client, page), **fields})
    return answer


def look_over(client: TestClient, **changes: str) -> Response:
    """Send a form to be looked over."""
    return post(client, PAGE, knop="controle", **typed(**changes))


def planned(client: TestClient, **changes: str) -> str:
    """Plan a meeting as a coordinator does it; its public id."""
    page = look_over(client, **changes)
    assert page.status_code == 200, page.text
    kept = client.post(PAGE, data={**hidden(page), **ticked(changes), "knop": "bewaar"})
    assert kept.status_code == 303, kept.text
    return str(kept.headers["Location"].split("/")[2])


def ticked(changes: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in changes.items() if name == "besloten"}


def announced(client: TestClient, *, who: str = "wijk", **changes: str) -> str:
    """Plan a meeting and announce it; its public id."""
    log_in(client, who)
    public_id = planned(client, **changes)
    assert post(client, f"/bijeenkomsten/{public_id}/aankondigen").status_code == 303
    client.cookies.clear()
    return public_id


def stored(client: TestClient, public_id: str) -> Meeting:
    with database_of(client).read() as session:
        return session.scalars(select(Meeting).where(Meeting.public_id == public_id)).one()


def plan_of(**changes: object) -> Plan:
    """A plan as the data layer takes it, with changes."""
    begins = datetime(2032, 3, 2, 18, 30, tzinfo=UTC)
    plain: dict[str, object] = {
        "gemeente": OWN,
        "gebied": HOLY_ZUID,
        "form": "themabijeenkomst",
        "titel": "Samen eten",
        "starts_at": begins,
        "ends_at": begins + timedelta(hours=2),
        "place": "Buurthuis",
    }
    return Plan(**(plain | changes))  # type: ignore[arg-type]


def announced_row(client: TestClient, **changes: object) -> str:
    """Store an announced meeting without its pages; its public id."""
    now = datetime.now(UTC)
    with database_of(client).write() as session:
        [row] = meetings.plan(session, [plan_of(**changes)], key=fresh_key(), actor="wijk", now=now)
        meetings.announce(session, row, actor="wijk", now=min(now, row.starts_at - timedelta(hours=1)))
        return row.public_id
