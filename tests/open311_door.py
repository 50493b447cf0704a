"""The Open311 door in tests: two towns with a record of each kind, and what is asked of it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import fromstring
from fastapi.testclient import TestClient
from intake_door import BESIDE, LAT, LON, LON_BESIDE, database_of, prepare, report, send
from sqlalchemy import select
from stored_town import TOWN

from data import handling
from data.categories import category_edition
from data.choices import Status
from data.intake_models import Photo
from data.kind_questions import every_question, kind_questions
from data.melding_words import OWN_EDITION
from data.models import Melding
from service.app import create_app
from service.settings import GemeenteSettings, Settings

# A service with a question to choose from, and one without any.
ASKS = next(one for one in every_question() if one.choices)
PLAIN = next(one.slug for one in category_edition(OWN_EDITION).categories if not kind_questions(one.slug))
KEY = "een-lange-sleutel-voor-een-app"
HERE, THERE = "vlaardingen.nl", "maassluis.nl"
BASE = "/open311/v2"
NEW = {"api_key": KEY, "jurisdiction_id": HERE, "service_code": "boom", "lat": LAT, "long": LON}
MADE: dict[str, dict[str, Any]] = {
    "public": {},
    "closed": {"soort": "straatverlichting"},
    "unchecked": {},
    "shielded": {"soort": "parkeren"},
    "beside": {"gemeente": BESIDE, "lon": LON_BESIDE},
}


def settings_of(url: str, folder: Path) -> Settings:
    town = GemeenteSettings(open311_sleutels={"app": hashlib.sha256(KEY.encode()).hexdigest()})
    return Settings(
        database_url=url, var_folder=folder / "var", base_url="https://wijk.example/", gemeenten={TOWN: town}
    )


@contextmanager
def open311_door(folder: Path) -> Iterator[TestClient]:
    """A door with a public melding, one closed, one not looked at, one shielded and one of the other town."""
    url = f"sqlite:///{folder / 'wijkbeeld.db'}"
    prepare(url)
    with TestClient(create_app(settings_of(url, folder)), raise_server_exceptions=False) as client:
        ids = {name: made(client, name, **changes) for name, changes in MADE.items()}
        with database_of(client).write() as session:
            for name in ("public", "closed", "beside"):
                melding = by_id(session, ids[name])
                handling.release(session, melding, actor="proef", text=name == "closed", photos=frozenset())
            closed = by_id(session, ids["closed"])
            handling.change_status(session, closed, Status.CLOSED, actor="proef", note="De lamp brandt weer.")
            session.add(photo_of(closed.id, "a", released=True))
            session.add(photo_of(closed.id, "b", released=False))
        client.app.state.ids = ids  # type: ignore[attr-defined]
        yield client


def made(client: TestClient, name: str, **changes: Any) -> str:
    contact = {"naam": "Kanarie", "email": "kanarie@voorbeeld.example", "magTonen": True}
    answer = send(client, report(tekst=f"Tekst van {name}.", contact=contact, **changes), f"{name:-<16}")
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def by_id(session: Any, public_id: str) -> Melding:
    found: Melding = session.scalars(select(Melding).where(Melding.public_id == public_id)).one()
    return found


def photo_of(melding_id: int, letter: str, *, released: bool) -> Photo:
    now = datetime.now(UTC)
    digest = letter * 64
    return Photo(melding_id=melding_id, digest=digest, width=1, height=1, released=released, created_at=now)


def ids_of(client: TestClient) -> dict[str, str]:
    found: dict[str, str] = client.app.state.ids  # type: ignore[attr-defined]
    return found


def listed(client: TestClient, **query: object) -> list[str]:
    """The ids of the requests that a question gives."""
    asked = urlencode({"jurisdiction_id": HERE, **query})
    answer = client.get(f"{BASE}/requests.json?{asked}")
    assert answer.status_code == 200, answer.text
    return [one["service_request_id"] for one in answer.json()]


def xml(client: TestClient, path: str, status: int = 200) -> Element:
    answer = client.get(f"{BASE}/{path}")
    assert (answer.status_code, answer.headers["content-type"]) == (status, "text/xml; charset=utf-8")
    assert answer.text.startswith("<?xml version='1.0' encoding='utf-8'?>")
    root: Element = fromstring(answer.content)
    return root


def refused(client: TestClient, path: str, status: int) -> list[dict[str, Any]]:
    """The errors of a refusal; as XML it says the same."""
    answer = client.get(f"{BASE}/{path.replace('.FORM', '.json')}")
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/json; charset=utf-8")
    errors: list[dict[str, Any]] = answer.json()
    root = xml(client, path.replace(".FORM", ".xml"), status)
    assert (root.tag, root[0].tag) == ("errors", "error")
    assert [root.findtext("error/code"), root.findtext("error/description")] == [
        str(errors[0]["code"]),
        errors[0]["description"],
    ]
    return errors


def post(client: TestClient, form: str = "json", **changes: object) -> Any:
    values = {name: value for name, value in {**NEW, **changes}.items() if value is not None}
    return client.post(f"{BASE}/requests.{form}", data=values)
