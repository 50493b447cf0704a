"""The door for a melding of a resident, as a test knocks on it: forms, and what was stored of them."""

from __future__ import annotations

import html
import re

from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import func, select

from data.database import Database
from data.intake_models import Intake
from data.models import Melding
from service.melding_form import fresh_key

ASSEN = "GM0106"
ADDRESS = "Kloekhorststraat 29"
TEXT = "De lantaarn voor de deur is kapot."


def form(**changed: str) -> dict[str, str]:
    """A form as somebody sends it after choosing the address that was found."""
    return {
        "gemeente": ASSEN,
        "sleutel": fresh_key(),
        "tekst": TEXT,
        "adres": ADDRESS,
        "plek": "plek:Kloekhorststraat 29, 9401BB Assen",
        "soort": "straatverlichting",
        **changed,
    }


def fields(page: str) -> dict[str, str]:
    """What a browser would send back of a page: hidden fields and the place that is chosen."""
    inputs = re.findall(r"<input ([^>]+)>", page)
    read = [dict(re.findall(r'(\w+)="([^"]*)"', one)) | {"on": " checked" in one} for one in inputs]
    return {
        one["name"]: html.unescape(str(one.get("value", "")))
        for one in read
        if one["type"] not in {"radio", "checkbox"} or one["on"]
    }


def count(database: Database) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(Intake)) or 0


def token_of(answer: Response) -> str:
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"].split("/volg/")[1].split("?")[0]


def made(client: TestClient, **changed: str) -> str:
    """The token of a melding that was just made."""
    return token_of(client.post("/melden", data=form(**changed)))


def public_id(token: str) -> str:
    return token.split(".", maxsplit=1)[0]


def stored(database: Database, token: str) -> Melding:
    with database.read() as session:
        return session.scalars(select(Melding).where(Melding.public_id == public_id(token))).one()


def number_of(database: Database, token: str) -> str:
    with database.read() as session:
        query = select(Intake.reference).join(Melding).where(Melding.public_id == public_id(token))
        return session.scalars(query).one()
