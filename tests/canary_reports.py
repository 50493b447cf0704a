"""What came of meetings with a canary in everything private: concepts, agreements, words of evaluations."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from data import agreement_reminders, agreements, evaluations, meeting_reports, meetings, year_evaluations
from data.agreements import GivenAgreement
from data.database import Database
from data.meeting_models import Meeting
from data.meetings import Plan
from data.melding_words import public_ids
from data.partner_models import Partner
from data.rights import Grant, Role
from data.visibility import Viewer
from service.secret import read_secret
from service.settings import Settings

Text = Callable[[str, str], str]
# What is told after a meeting, and to whom.
AFTER = ("verslag", "afspraak", "evaluatie")


def plant_reports(database: Database, settings: Settings, text: Text, gemeente: str, wijk: str) -> list[str]:
    """A meeting that was, with a concept, an agreement that is mailed and words of two kinds; its name."""
    now, secret = datetime.now(UTC), read_secret(settings.var_folder)
    by = Viewer("proef", (Grant(Role.WIJKCOORDINATOR, gemeente),))
    with database.write() as session:
        meeting = _meeting(session, gemeente, wijk, now)
        meeting_reports.write(session, meeting, text(gemeente, "verslag: tekst"), actor="proef", now=now)
        partner = _partner(session, text, gemeente, wijk, now)
        said = text(gemeente, "afspraak: tekst")
        given = GivenAgreement(text=said, due_on=(now + timedelta(days=3)).date(), partner=partner.public_id)
        agreements.agree(session, by, meeting, given, now=now)
        done = GivenAgreement(text="Iets", due_on=(now + timedelta(days=30)).date(), words="Iemand")
        ended = agreements.agree(session, by, meeting, done, now=now)
        came = text(gemeente, "afspraak: antwoord")
        agreements.close(
            session, ended, agreements.AgreementState.KEPT, came, actor="proef", today=now.date()
        )
        agreement_reminders.remind(session, now)
        words = {"woorden": text(gemeente, "evaluatie: tekst")}
        for number in range(6):
            paper = {"actor": "proef", "now": now, "key": f"{gemeente}{number}", "secret": secret}
            evaluations.enter(session, meeting, words, **paper)  # type: ignore[arg-type]
        # As if it were long ago, so that everybody reads the counts.
        meeting.starts_at, meeting.ends_at = now - timedelta(weeks=9), now - timedelta(weeks=8)
        year_evaluations.ask(session, gemeente, wijk, now.year, secret=secret, actor="proef", now=now)
        return [meeting.public_id]


def _meeting(session: Session, gemeente: str, wijk: str, now: datetime) -> Meeting:
    begins = now - timedelta(days=2)
    plan = Plan(
        gemeente=gemeente,
        gebied=wijk,
        form="inloop",
        titel="Spreekuur van toen",
        starts_at=begins,
        ends_at=begins + timedelta(hours=2),
        place="Buurthuis",
    )
    [row] = meetings.plan(session, [plan], key=f"toen{gemeente}", actor="proef", now=now)
    meetings.announce(session, row, actor="proef", now=begins - timedelta(days=9))
    return row


def _partner(session: Session, text: Text, gemeente: str, wijk: str, now: datetime) -> Partner:
    row = Partner(
        public_id=public_ids(1)[0],
        municipality_code=gemeente,
        kind="bewonersorganisatie",
        organisation="Comité van de wijk",
        email=f"{text(gemeente, 'afspraak: adres voor mail')}@bewoner.example",
        themes=[],
        gebieden=[wijk],
        created_at=now,
        created_by="proef",
    )
    session.add(row)
    session.flush()
    return row
