"""The doors of questions and ideas in tests: a service with real places, forms, and who is at the desk."""

from __future__ import annotations

import html
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cheap_passwords import hashed
from fastapi.testclient import TestClient
from httpx2 import Response
from intake_door import database_of
from served import ACCOUNT, PASSWORD, bundled_database
from solving import payload
from sqlalchemy import select

from data.models import Outbox
from service.app import create_app
from service.challenge import FIELD, Vorm
from service.melding_form import fresh_key
from service.settings import GemeenteSettings, Settings

ASSEN = "GM0106"
ADDRESS = "Kloekhorststraat 29"
SPOT = "plek:Kloekhorststraat 29, 9401BB Assen"
# The wijk that the address lies in, by the bundled outlines: its buurt is BU01060000.
WIJK = "WK010600"
DESK = "wijkcoordinator@assen.example"
MAIL = "vrager@voorbeeld.example"


@contextmanager
def running(folder: Path) -> Iterator[TestClient]:
    """A service on the bundled data, with one account and a gemeente that can be reached."""
    assen = GemeenteSettings(
        telefoon="0592 000 000",
        wijkcoordinator_email=DESK,
        privacy_email="privacy@assen.example",
        toegankelijkheid_email="site@assen.example",
        vraag_werkdagen=5,
    )
    settings = Settings(
        database_url=bundled_database(folder),
        var_folder=folder / "var",
        staff={ACCOUNT: hashed(PASSWORD)},
        gemeenten={ASSEN: assen},
        default_gemeente=ASSEN,
    )
    with TestClient(create_app(settings), follow_redirects=False) as client:
        yield client


def question(**changed: str) -> dict[str, str]:
    """A form as somebody sends it after confirming the wijk."""
    return {
        "gemeente": ASSEN,
        "sleutel": fresh_key(),
        "tekst": "Wanneer is de volgende wijkschouw?",
        "plek": "",
        "lijst": WIJK,
        **changed,
    }


def idea(**changed: str) -> dict[str, str]:
    """A form as somebody sends it after confirming the place."""
    return {
        "gemeente": ASSEN,
        "sleutel": fresh_key(),
        "titel": "Bloembakken op het plein",
        "tekst": "Met de hele straat willen wij bloembakken plaatsen.",
        "adres": ADDRESS,
        "plek": SPOT,
        "mag_delen": "ja",
        **changed,
    }


def fields(page: str) -> dict[str, str]:
    """What a browser would send back of a page: hidden fields and what is chosen."""
    inputs = re.findall(r"<input ([^>]+)>", page)
    read = [dict(re.findall(r'([\w-]+)="([^"]*)"', one)) | {"on": " checked" in one} for one in inputs]
    found = {
        one["name"]: html.unescape(str(one.get("value", "")))
        for one in read
        if one["type"] not in {"radio", "checkbox"} or one["on"]
    }
    chosen = re.search(r'<option value="([^"]+)" selected', page)
    return found | ({"lijst": html.unescape(chosen[1])} if chosen else {})


def token_of(answer: Response) -> str:
    """The secret link in the answer to a letter that was stored."""
    assert answer.status_code == 303, answer.text
    return re.split(r"[/?]", answer.headers["Location"])[2]


def sent(client: TestClient, path: str, form: dict[str, str]) -> str:
    """Send a letter; its secret link."""
    return token_of(client.post(path, data=form))


def public_id(token: str) -> str:
    """The name of a letter in its secret link."""
    return token.partition(".")[0]


@contextmanager
def logged_in(client: TestClient) -> Iterator[TestClient]:
    """The same client with the cookie of a member of staff, without it afterwards."""
    assert client.post("/inloggen", data={"naam": ACCOUNT, "wachtwoord": PASSWORD}).status_code == 303
    yield client
    client.cookies.clear()


def at_desk(client: TestClient, path: str, act: str, **form: str) -> Response:
    """Send a form of a page of the desk, with the token of its session."""
    page = client.get(path).text
    csrf = re.findall(r'name="csrf" value="([^"]+)"', page)[-1]
    answer: Response = client.post(f"{path}/{act}", data={"csrf": csrf, **form})
    return answer


def mails(client: TestClient, name: str) -> list[tuple[str, str]]:
    """The mails that wait about a letter: kind and recipient, in order."""
    with database_of(client).read() as session:
        rows = session.scalars(select(Outbox).order_by(Outbox.id)).all()
        return [(row.kind, row.recipient) for row in rows if row.payload == {"brief": name}]


def solved(client: TestClient, vorm: Vorm) -> dict[str, str]:
    """The field of a form whose sender took some time and did the sum."""
    folder: Path = client.app.state.settings.var_folder  # type: ignore[attr-defined]
    return {FIELD: payload(folder, vorm, now=time.time())}
