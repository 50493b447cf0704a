"""Retention: takes away what has had its time, each kind by its term, in short transactions.

A melding stays to be counted; what goes is what tells of a person: contact, photos and text that nobody
released, notes, the point of what is shielded, and after years all but soort, buurt, dates and steps.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, String, and_, cast, delete, func, or_, select, update
from sqlalchemy.orm import Session

from data import audit, registrations, retention_themes
from data.choices import PrivacyClass
from data.database import Database
from data.evaluations import WORDS
from data.following_models import Follower
from data.intake_models import Contact, Idea, Intake, Note, Photo, Question
from data.meeting_models import Agreement, Evaluation, Meeting, Registration
from data.models import Category, Initiatief, Melding, Municipality
from data.partner_models import Invitation, Partner
from data.party_models import ReleasedText
from data.privacy_models import PrivacyRequest
from data.retention_terms import ACTOR, TERMS, Kept
from data.theme_models import PollAnswer, Signal, ThemeChoice, ThemeVersion
from data.work_along_models import ColleagueTask
from geo.exposure import local_day

AT_ONCE: Final = 500
GONE_TITLE: Final = "Verwijderd"
# A place that is known by its buurt alone.
BUURT_ONLY: Final[Mapping[str, Any]] = {
    "lon": None,
    "lat": None,
    "x": None,
    "y": None,
    "address": None,
    "place_quality": "buurt",
}
Before = Mapping[Kept, datetime]
Ids = Sequence[int]


@dataclass(frozen=True, slots=True)
class Rule:
    """What goes: the rows that have had their time in a gemeente, by number, and what is done with them."""

    name: str
    due: Callable[[Before], Select[int]]
    act: Callable[[Session, Ids], None]
    owner: Any = Melding


def run(
    database: Database, terms: Mapping[str, Mapping[Kept, int]], *, now: datetime, dry: bool = False
) -> dict[str, dict[str, int]]:
    """Take away what has had its time; returns how many rows of each kind, by gemeente.

    `terms` are those of a gemeente where it has its own. With `dry` nothing changes.
    """
    with database.read() as session:
        codes = session.scalars(select(Municipality.code).order_by(Municipality.code)).all()
    found = {}
    for code in codes:
        days = {**TERMS, **terms.get(code, {})}
        before = {kept: now - timedelta(days=days[kept]) for kept in Kept}
        counts = {rule.name: _apply(database, rule, code, before, dry=dry) for rule in RULES}
        found[code] = {name: count for name, count in counts.items() if count}
        if found[code] and not dry:
            _note(database, code, found[code])
    return found


def _apply(database: Database, rule: Rule, gemeente: str, before: Before, *, dry: bool) -> int:
    query = rule.due(before).where(rule.owner.municipality_code == gemeente)
    if dry:
        with database.read() as session:
            return session.scalar(select(func.count()).select_from(query.subquery())) or 0
    total, last = 0, AT_ONCE
    while last == AT_ONCE:
        with database.write() as session:
            ids = session.scalars(query.limit(AT_ONCE)).all()
            if ids:
                rule.act(session, ids)
            last = len(ids)
        total += last
    return total


def _note(database: Database, gemeente: str, counts: Mapping[str, int]) -> None:
    with database.write() as session:
        audit.record(
            session,
            actor=ACTOR,
            action="bewaartermijn.toegepast",
            object_kind="gemeente",
            object_id=gemeente,
            detail=dict(counts),
        )


def _closed(before: datetime) -> ColumnElement[bool]:
    return and_(Melding.closed_at.is_not(None), Melding.closed_at < before)


def _own(*conditions: ColumnElement[bool]) -> Select[int]:
    """Return meldingen that came in by our own door: what was imported is kept by who sent it."""
    query = select(Melding.id).join(Intake, Intake.melding_id == Melding.id)
    return query.where(~Melding.example, *conditions)


def _contacts(before: Before) -> Select[int]:
    query = select(Contact.melding_id).join(Melding, Melding.id == Contact.melding_id)
    return query.where(or_(_closed(before[Kept.CONTACT]), Contact.created_at < before[Kept.CONTACT_LONGEST]))


def _followers(before: Before) -> Select[int]:
    query = select(Follower.id).join(Melding, Melding.id == Follower.melding_id)
    return query.where(or_(_closed(before[Kept.CONTACT]), Follower.asked_at < before[Kept.CONTACT_LONGEST]))


def _photos(before: Before) -> Select[int]:
    query = select(Photo.id).join(Melding, Melding.id == Photo.melding_id)
    query = query.join(Intake, Intake.melding_id == Melding.id)
    waits = and_(Intake.quarantine.is_not(None), Melding.created_at < before[Kept.WAITING])
    unseen = and_(~Photo.released, or_(_closed(before[Kept.PHOTO]), waits))
    return query.where(or_(unseen, Melding.created_at < before[Kept.REPORT]))


def _texts(before: Before) -> Select[int]:
    waits = and_(Intake.quarantine.is_not(None), Melding.created_at < before[Kept.WAITING])
    unread = and_(~Melding.text_released, or_(_closed(before[Kept.TEXT]), waits))
    return _own(Melding.text.is_not(None), unread)


def _notes(before: Before) -> Select[int]:
    query = select(Note.id).join(Melding, Melding.id == Note.melding_id)
    return query.where(or_(_closed(before[Kept.NOTE]), Melding.created_at < before[Kept.REPORT]))


def _colleague_tasks(before: Before) -> Select[int]:
    query = select(ColleagueTask.id).join(Melding, Melding.id == ColleagueTask.melding_id)
    return query.where(or_(_closed(before[Kept.NOTE]), Melding.created_at < before[Kept.REPORT]))


def _points(before: Before) -> Select[int]:
    shielded = or_(Category.privacy != PrivacyClass.EXACT.value, Melding.intern)
    query = select(Melding.id).join(Category, Category.id == Melding.category_id)
    known = or_(Melding.x.is_not(None), Melding.address.is_not(None))
    return query.where(~Melding.example, shielded, known, Melding.created_at < before[Kept.POINT])


def _reports(before: Before) -> Select[int]:
    left = or_(
        Melding.text.is_not(None),
        Melding.x.is_not(None),
        Melding.address.is_not(None),
        Intake.postcode.is_not(None),
        Melding.id.in_(select(ReleasedText.melding_id)),
    )
    return _own(left, Melding.created_at < before[Kept.REPORT])


def _question_contacts(before: Before) -> Select[int]:
    old = or_(
        Question.answered_at < before[Kept.CONTACT], Question.received_at < before[Kept.CONTACT_LONGEST]
    )
    return select(Question.id).where(or_(Question.email != "", Question.naam != ""), old)


def _idea_contacts(before: Before) -> Select[int]:
    old = or_(Idea.answered_at < before[Kept.CONTACT], Idea.received_at < before[Kept.CONTACT_LONGEST])
    query = select(Idea.initiatief_id).join(Initiatief, Initiatief.id == Idea.initiatief_id)
    return query.where(or_(Idea.email != "", Idea.naam != ""), old)


def _questions(before: Before) -> Select[int]:
    return select(Question.id).where(Question.received_at < before[Kept.LETTER])


def _ideas(before: Before) -> Select[int]:
    query = select(Idea.initiatief_id).join(Initiatief, Initiatief.id == Idea.initiatief_id)
    return query.where(~Initiatief.released, Idea.fingerprint != "", Idea.received_at < before[Kept.LETTER])


def _request_contacts(before: Before) -> Select[int]:
    old = or_(
        PrivacyRequest.closed_at < before[Kept.CONTACT],
        PrivacyRequest.received_at < before[Kept.CONTACT_LONGEST],
    )
    return select(PrivacyRequest.id).where(or_(PrivacyRequest.email != "", PrivacyRequest.naam != ""), old)


def _requests(before: Before) -> Select[int]:
    return select(PrivacyRequest.id).where(PrivacyRequest.closed_at < before[Kept.REQUEST])


def _registrations(before: Before) -> Select[int]:
    told = or_(Registration.naam != "", Registration.email != "", Registration.needs != "")
    query = select(Registration.id).join(Meeting, Meeting.id == Registration.meeting_id)
    return query.where(told, Meeting.ends_at < before[Kept.REGISTRATION])


def _wipe_texts(session: Session, ids: Ids) -> None:
    session.execute(update(Melding).where(Melding.id.in_(ids)).values(text=None))
    session.execute(delete(ReleasedText).where(ReleasedText.melding_id.in_(ids)))
    session.execute(update(Intake).where(Intake.melding_id.in_(ids)).values(answers={}))


def _wipe_points(session: Session, ids: Ids) -> None:
    session.execute(update(Melding).where(Melding.id.in_(ids)).values(**BUURT_ONLY))
    session.execute(update(Intake).where(Intake.melding_id.in_(ids)).values(postcode=None))


def _wipe_reports(session: Session, ids: Ids) -> None:
    session.execute(update(Melding).where(Melding.id.in_(ids)).values(text_released=False))
    _wipe_texts(session, ids)
    _wipe_points(session, ids)


def _wipe_question_contacts(session: Session, ids: Ids) -> None:
    session.execute(update(Question).where(Question.id.in_(ids)).values(naam="", email="", may_mail=False))


def _wipe_idea_contacts(session: Session, ids: Ids) -> None:
    session.execute(update(Idea).where(Idea.initiatief_id.in_(ids)).values(naam="", email="", may_mail=False))


def _wipe_request_contacts(session: Session, ids: Ids) -> None:
    session.execute(update(PrivacyRequest).where(PrivacyRequest.id.in_(ids)).values(naam="", email=""))


def wipe_ideas(session: Session, ids: Ids) -> None:
    """Take away the words, place and sender of ideas; that there was one stays."""
    empty = {
        "naam": "",
        "email": "",
        "answer": "",
        "fingerprint": "",
        "may_mail": False,
        "may_publish": False,
        "theme": None,
        "needs_help": False,
    }
    answered_at = func.coalesce(Idea.answered_at, Idea.received_at)
    session.execute(update(Idea).where(Idea.initiatief_id.in_(ids)).values(**empty, answered_at=answered_at))
    gone = {"titel": GONE_TITLE, "text": None, "released": False, **BUURT_ONLY}
    session.execute(update(Initiatief).where(Initiatief.id.in_(ids)).values(**gone))


def _remove(column: Any) -> Callable[[Session, Ids], None]:
    def act(session: Session, ids: Ids) -> None:
        session.execute(delete(column.class_).where(column.in_(ids)))

    return act


def _poll_words(before: Before) -> Select[int]:
    # JSON has no comparison that both databases know: what is empty already is told by its text.
    some = cast(PollAnswer.words, String).not_in(["{}", "null"])
    left = or_(some, PollAnswer.entered_by.is_not(None))
    old = PollAnswer.day < local_day(before[Kept.POLL_WORDS])
    return select(PollAnswer.id).where(~PollAnswer.example, left, old)


def _wipe_poll_words(session: Session, ids: Ids) -> None:
    session.execute(update(PollAnswer).where(PollAnswer.id.in_(ids)).values(words={}, entered_by=None))


def _evaluation_words(before: Before) -> Select[int]:
    written = cast(Evaluation.answers, String).contains(f'"{WORDS}"')
    left = or_(written, Evaluation.entered_by.is_not(None))
    return select(Evaluation.id).where(left, Evaluation.day < local_day(before[Kept.EVALUATION]))


def _wipe_evaluation_words(session: Session, ids: Ids) -> None:
    for row in session.scalars(select(Evaluation).where(Evaluation.id.in_(ids))):
        row.answers = {name: said for name, said in row.answers.items() if name != WORDS}
        row.entered_by = None


def _signals(before: Before) -> Select[int]:
    left = and_(~Signal.example, Signal.text != GONE_TITLE)
    return select(Signal.id).where(left, Signal.at < before[Kept.SIGNAL])


def _wipe_signals(session: Session, ids: Ids) -> None:
    session.execute(update(Signal).where(Signal.id.in_(ids)).values(text=GONE_TITLE, by=ACTOR))


def _invitation_notes(before: Before) -> Select[int]:
    query = select(Invitation.id).join(Meeting, Meeting.id == Invitation.meeting_id)
    return query.where(Invitation.note != "", Meeting.ends_at < before[Kept.CONTACT])


def _wipe_invitation_notes(session: Session, ids: Ids) -> None:
    session.execute(update(Invitation).where(Invitation.id.in_(ids)).values(note=""))


RULES: Final = (
    Rule("contact", _contacts, _remove(Contact.melding_id)),
    Rule("volgers", _followers, _remove(Follower.id)),
    Rule("foto's", _photos, _remove(Photo.id)),
    Rule("teksten", _texts, _wipe_texts),
    Rule("notities", _notes, _remove(Note.id)),
    Rule("vragen aan collega's", _colleague_tasks, _remove(ColleagueTask.id)),
    Rule("plekken", _points, _wipe_points),
    Rule("meldingen", _reports, _wipe_reports),
    Rule("contact van vragen", _question_contacts, _wipe_question_contacts, Question),
    Rule("contact van ideeën", _idea_contacts, _wipe_idea_contacts, Initiatief),
    Rule("contact van verzoeken", _request_contacts, _wipe_request_contacts, PrivacyRequest),
    Rule("opmerkingen bij uitnodigingen", _invitation_notes, _wipe_invitation_notes, Meeting),
    Rule("vragen", _questions, _remove(Question.id), Question),
    Rule("ideeën", _ideas, wipe_ideas, Initiatief),
    Rule("woorden van peilingen", _poll_words, _wipe_poll_words, PollAnswer),
    Rule("woorden van signalen", _signals, _wipe_signals, Signal),
    Rule("woorden van evaluaties", _evaluation_words, _wipe_evaluation_words, Evaluation),
    Rule("verzoeken", _requests, _remove(PrivacyRequest.id), PrivacyRequest),
    Rule("contact van aanmeldingen", _registrations, registrations.wipe, Meeting),
    Rule("uitnodigingen", retention_themes.invitations, _remove(Invitation.id), Meeting),
    Rule("afspraken", retention_themes.agreements, _remove(Agreement.id), Agreement),
    Rule("bijeenkomsten", retention_themes.meetings, retention_themes.wipe_meetings, Meeting),
    Rule("keuzes van thema's", retention_themes.choices, retention_themes.wipe_choices, ThemeChoice),
    Rule("wijzigingen van thema's", retention_themes.versions, retention_themes.wipe_versions, ThemeVersion),
    Rule("partners", retention_themes.register, retention_themes.forget, Partner),
)
