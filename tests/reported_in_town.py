"""What came of meetings in a town: reports, agreements and evaluations, for the pages of the browser."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from met_in_town import GEBIED, TOWN, plan_of
from sqlalchemy import select
from sqlalchemy.orm import Session

from data import agreements, evaluations, meeting_reports, meetings, year_evaluations
from data.agreements import GivenAgreement
from data.database import Database
from data.meeting_models import Agreement, Meeting
from data.partner_models import Partner
from data.rights import EVERYWHERE, Grant, Role
from data.visibility import Viewer

BY = Viewer("wijk", (Grant(Role.WIJKCOORDINATOR, EVERYWHERE),))
SAID = {"nuttig": "ja", "gezegd": "beetje", "bereikbaar": "ja", "woorden": "Meer koffie graag."}


def report_in_town(database: Database, secret: bytes, names: dict[str, str]) -> dict[str, str]:
    """A meeting of long ago with all there is, what was agreed at it and at the last one, and a year."""
    now = datetime.now(UTC)
    with database.write() as session:
        begins = now - timedelta(days=60)
        [old] = meetings.plan(
            session, [plan_of("Een avond van toen", begins)], key="toen", actor="wijk", now=now
        )
        meetings.announce(session, old, actor="wijk", now=begins - timedelta(days=9))
        meeting_reports.count(session, old, {"bewoner": 22, "ambtenaar": 3}, actor="wijk", now=now)
        meeting_reports.write(session, old, "Wij spraken over eenzaamheid.", actor="wijk", now=now)
        meeting_reports.release(session, old, actor="wijk", now=now)
        past = session.scalars(select(Meeting).where(Meeting.public_id == names["meeting_past"])).one()
        _agree(session, old, past, now)
        for number in range(6):
            paper = {"actor": "wijk", "now": begins + timedelta(days=1), "key": f"{number}"}
            evaluations.enter(session, old, SAID, secret=secret, **paper)  # type: ignore[arg-type]
        evaluations.enter(session, past, SAID, actor="wijk", now=now, key="past", secret=secret)
        partner = session.scalars(select(Partner).where(Partner.organisation == "Wijkraad Holy")).one()
        partner.email = "raad@holy.example"
        year_evaluations.ask(session, TOWN, GEBIED, now.year, secret=secret, actor="wijk", now=now)
        link = year_evaluations.link_of(GEBIED, now.year, partner, secret)
        waiting = session.scalars(select(Agreement).where(Agreement.text == "Een kaart maken")).one()
        return {"meeting_old": old.public_id, "agreement": waiting.public_id, "year_link": link}


def _agree(session: Session, old: Meeting, past: Meeting, now: datetime) -> None:
    day = now.date()
    for meeting, text, owner in (
        (old, "Het bankje repareren", {"words": "De buurt"}),
        (old, "Een plan maken", {"words": "De wijkraad"}),
        (past, "Bellen met de bus", {"account": "collega"}),
        (past, "Een kaart maken", {"account": "wijk"}),
    ):
        given = GivenAgreement(text=text, due_on=day + timedelta(days=30), public=True, **owner)
        agreements.agree(session, BY, meeting, given, now=now)
    late, done = (
        session.scalars(select(Agreement).where(Agreement.text == text)).one()
        for text in ("Het bankje repareren", "Een plan maken")
    )
    late.due_on = day - timedelta(days=5)
    agreements.close(
        session, done, agreements.AgreementState.KEPT, "Het plan ligt er.", actor="wijk", today=day
    )
