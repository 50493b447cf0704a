"""Meetings that took place, with a partner and what was agreed, for tests of reports and what follows."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from choice_town import add_partner
from fastapi.testclient import TestClient
from httpx2 import Response
from intake_door import database_of
from meeting_town import HOLY_ZUID, announced_row, post
from sqlalchemy import select

from data.meeting_models import Agreement
from data.models import Audit

NAME = re.compile(r'/afspraken/([A-Za-z0-9_-]+)"')


def held(client: TestClient, *, days_ago: int = 7, gebied: str = HOLY_ZUID, **more: object) -> str:
    """Store a meeting that took place; its public id."""
    begins = datetime.now(UTC) - timedelta(days=days_ago)
    ends = begins + timedelta(hours=2)
    return announced_row(client, starts_at=begins, ends_at=ends, gebied=gebied, **more)


def agreed(client: TestClient, meeting: str, text: str = "Bankje plaatsen", **fields: str) -> Response:
    """Send the form of an agreement of a meeting."""
    day = (datetime.now(UTC) + timedelta(days=20)).date().isoformat()
    sent = {"tekst": text, "anders": "De buurt", "dag": day, **fields}
    return post(client, f"/bijeenkomsten/{meeting}/afspraken", **sent)


def agreements_of(client: TestClient) -> dict[str, Agreement]:
    """All agreements by their words."""
    with database_of(client).read() as session:
        return {row.text: row for row in session.scalars(select(Agreement))}


def acts(client: TestClient, kind: str) -> list[str]:
    """What was done with objects of a kind, in order."""
    with database_of(client).read() as session:
        query = select(Audit.action).where(Audit.object_kind == kind).order_by(Audit.id)
        return list(session.scalars(query))


def partner(client: TestClient, organisation: str, **more: object) -> str:
    """Store a partner of Holy-Zuid; its public id."""
    return add_partner(client, organisation, **more)  # type: ignore[arg-type]
