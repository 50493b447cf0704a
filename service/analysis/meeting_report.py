"""Meeting report: what everybody reads of a meeting that was: words, people, and what was agreed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from data import agreements, meeting_reports
from data.meeting_models import Agreement, Meeting
from data.text_masking import masked_text


@dataclass(frozen=True, slots=True)
class PublicAgreement:
    """An agreement for everybody: `owner` is an organisation, `gemeente`, or empty for a person."""

    text: str
    owner: str
    due_on: date
    state: str


@dataclass(frozen=True, slots=True)
class PublicReport:
    """A report that was released; `people` is None for fewer than five."""

    text: str
    people: int | None
    agreements: tuple[PublicAgreement, ...]


def public_report(session: Session, meeting: Meeting) -> PublicReport | None:
    """Return the report of a meeting as everybody reads it; None until a person released it."""
    if not meeting.report_released or not meeting.report:
        return None
    people = meeting_reports.shown_people(meeting_reports.attendance(session, meeting))
    rows = agreements.of_meeting(session, meeting)
    agreed = tuple(_agreement(session, row) for row in rows if row.public)
    return PublicReport(meeting.report, people, agreed)


def _agreement(session: Session, row: Agreement) -> PublicAgreement:
    return PublicAgreement(masked_text(row.text), _owner(session, row), row.due_on, row.state)


def _owner(session: Session, row: Agreement) -> str:
    """Return who does it when that is an organisation: no person is named."""
    if row.account_id is not None and agreements.is_promise(session, row):
        return "gemeente"
    found = agreements.organisation(session, row)
    return found.organisation if found is not None else ""
