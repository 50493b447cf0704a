"""Handling: what staff do with a melding, each act with its step in the history and in the audit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from data import audit, desk, followers, released
from data.choices import PrivacyClass, Status
from data.desk import ContactField
from data.incident_members import lead_of, leave, led_by
from data.intake_models import Contact, Intake, Note, Photo
from data.models import Category, Melding, StatusChange
from data.visibility import Viewer
from geo.errors import WijkbeeldError

OTHER_KIND: Final = "andere soort"

ALLOWED: Final[Mapping[Status, frozenset[Status]]] = MappingProxyType(
    {
        Status.REPORTED: frozenset({Status.IN_PROGRESS, Status.FORWARDED, Status.CLOSED}),
        Status.IN_PROGRESS: frozenset({Status.CLOSED, Status.FORWARDED, Status.REPORTED}),
        Status.FORWARDED: frozenset({Status.CLOSED, Status.IN_PROGRESS, Status.REPORTED}),
        Status.CLOSED: frozenset({Status.REPORTED}),
    }
)


class NotAllowed(WijkbeeldError):
    """This step cannot follow on the status that the melding has now."""


class ChangedMeanwhile(WijkbeeldError):
    """Somebody else did something with this melding after the page was made."""


def take_up(
    session: Session, viewer: Viewer, public_id: str, *, version: str, beside: str | None = None
) -> Melding | None:
    """Return a melding to act on, for this transaction alone; None when this viewer may not see it.

    `beside` is another melding that the act is about. Raises ChangedMeanwhile when it is no longer as in the
    `version` that the page was made of.
    """
    desk.lock(session, public_id, *([beside] if beside else []))
    found = desk.report(session, viewer, public_id)
    if found is not None and found.version != version:
        raise ChangedMeanwhile("iemand anders heeft intussen iets met deze melding gedaan")
    return None if found is None else found.melding


def change_status(
    session: Session, melding: Melding, to: Status, *, actor: str, note: str | None = None
) -> None:
    """Give a melding its next status, with a line that residents may read; NotAllowed for a step aside.

    The meldingen that it leads take the same step, each in its own history; one that follows another cannot
    go its own way. Who follows one of them by mail gets a mail about it. What was said of one that not
    everybody sees is not said to the reporters of the others.
    """
    before = Status(melding.status)
    if to not in ALLOWED[before]:
        raise NotAllowed(f"een melding die {before} is, kan niet {to} worden")
    lead = lead_of(session, melding)
    if lead is not None and lead.id != melding.id:
        raise NotAllowed("deze melding volgt een andere; zet de stand daar, of neem haar eerst los")
    follow(session, melding, to, actor=actor, note=note)
    shared = note if is_public(session, melding) else None
    for one in led_by(session, melding):
        follow(session, one, to, actor=actor, note=shared)


def follow(
    session: Session,
    melding: Melding,
    to: Status,
    *,
    actor: str,
    note: str | None,
    closed: datetime | None = None,
) -> None:
    """Bring a melding to a status without asking whether it may, and tell who follows it.

    `closed` is when it was closed, for one that joins what was done before.
    """
    before, now = Status(melding.status), datetime.now(UTC)
    melding.status = to
    melding.closed_at = (closed or now) if to is Status.CLOSED else None
    step = StatusChange(
        melding_id=melding.id, at=now, from_status=before, to_status=to, public_note=note, actor=actor
    )
    session.add(step)
    followers.tell(session, step)
    _note(session, melding, actor, "melding.status", {"van": before.value, "naar": to.value})


def release(
    session: Session,
    melding: Melding,
    *,
    actor: str,
    text: bool,
    photos: frozenset[int],
    words: str | None = None,
) -> None:
    """Let everybody see a melding of a public class: the record, and its text and photos where so chosen.

    `words` are what everybody reads instead of what the reporter wrote. Raises NotAllowed when its soort is
    not public, or for a text whose writer did not agree.
    """
    if _class_of(session, melding.category_id) is not PrivacyClass.EXACT:
        raise NotAllowed("meldingen van deze soort laten wij niet aan iedereen zien")
    if text and not _agreed(session, melding):
        raise NotAllowed("de melder heeft niet gezegd dat de tekst openbaar mag")
    melding.intern = False
    melding.text_released = text
    released.keep_text(session, melding, words if text else None)
    _quarantine(session, melding, None)
    for photo in _photos(session, melding):
        photo.released = photo.id in photos
    _note(session, melding, actor, "melding.zichtbaar", {"tekst": text, "fotos": len(photos)})


def accept(session: Session, melding: Melding, *, actor: str) -> None:
    """Take a melding of a shielded class out of those to look at: it counts, and nobody outside sees it.

    Raises NotAllowed for a public class: there `release` is the step.
    """
    if _class_of(session, melding.category_id) is PrivacyClass.EXACT:
        raise NotAllowed("meldingen van deze soort laat u zien aan iedereen, of u zet ze apart")
    melding.intern = False
    _withdraw(session, melding)
    _quarantine(session, melding, None)
    _note(session, melding, actor, "melding.nagekeken", {})


def hide(session: Session, melding: Melding, *, actor: str, reason: str) -> None:
    """Set a melding aside: nobody outside sees it any more, nor its text or photos."""
    melding.intern = True
    _withdraw(session, melding)
    _quarantine(session, melding, None)
    _note(session, melding, actor, "melding.verborgen", {"reden": reason})


def change_kind(session: Session, melding: Melding, slug: str, *, actor: str) -> None:
    """Give a melding another soort of the same edition; what was suggested at intake stays as it was.

    Going over the border of the public class takes text and photos back; a melding that comes to a public
    class is looked at again before everybody sees it. Another class takes it out of its incident, so that
    what is told of one never tells of a shielded other; what was said to the reporter of one that nobody else
    saw becomes a private note. Raises NotAllowed for an unknown or the same soort.
    """
    before = session.get_one(Category, melding.category_id)
    after = {one.slug: one for one in desk.kinds(session, before.edition)}.get(slug)
    if after is None or after.id == before.id:
        raise NotAllowed("kies een andere soort uit de lijst")
    melding.category_id = after.id
    if after.privacy != before.privacy:
        leave(session, melding, actor=actor)
    if after.privacy != PrivacyClass.EXACT:
        _withdraw(session, melding)
    elif before.privacy != PrivacyClass.EXACT:
        # What was set aside stays so: waiting again would open it to whom it was handed to.
        aside = is_set_aside(session, melding)
        melding.intern = True
        _withdraw(session, melding)
        _keep_to_staff(session, melding)
        _quarantine(session, melding, None if aside else OTHER_KIND)
    _note(session, melding, actor, "melding.soort", {"van": before.slug, "naar": after.slug})


def show_contact(
    session: Session, melding: Melding, field: ContactField, *, actor: str, reason: str
) -> str | None:
    """Return one contact datum of a melding, None when there is none; that it was shown is kept."""
    contact = session.get(Contact, melding.id)
    shown = "" if contact is None else str(getattr(contact, field))
    if not shown:
        return None
    _note(session, melding, actor, "contact.getoond", {"veld": field.value, "reden": reason})
    return shown


def add_note(session: Session, melding: Melding, *, actor: str, text: str) -> None:
    """Keep a private note beside a melding."""
    session.add(Note(melding_id=melding.id, at=datetime.now(UTC), actor=actor, text=text))
    _note(session, melding, actor, "melding.notitie", {})


def is_set_aside(session: Session, melding: Melding) -> bool:
    """Return whether a melding was set aside: then it is shut for whom it was handed to as well.

    One that waits for somebody to look at it is kept from everybody too, and is not set aside.
    """
    waits = select(Intake.melding_id).where(Intake.melding_id == melding.id, Intake.quarantine.is_not(None))
    return melding.intern and session.scalar(waits) is None


def is_shielded(session: Session, melding: Melding) -> bool:
    """Return whether the soort of a melding keeps it from everybody but its reporter and staff."""
    return _class_of(session, melding.category_id) is not PrivacyClass.EXACT


def is_public(session: Session, melding: Melding) -> bool:
    """Return whether everybody sees a melding."""
    return not melding.intern and not is_shielded(session, melding)


def _keep_to_staff(session: Session, melding: Melding) -> None:
    """Make private notes of the lines of the steps so far: they were for one reporter."""
    told = StatusChange.melding_id == melding.id, StatusChange.public_note.is_not(None)
    for step in session.scalars(select(StatusChange).where(*told).order_by(StatusChange.id)):
        if step.public_note:
            session.add(Note(melding_id=melding.id, at=step.at, actor=step.actor, text=step.public_note))
        step.public_note = None


def _class_of(session: Session, category_id: int) -> PrivacyClass:
    return PrivacyClass(session.get_one(Category, category_id).privacy)


def _agreed(session: Session, melding: Melding) -> bool:
    contact = session.get(Contact, melding.id)
    return contact is not None and contact.may_publish_text


def _photos(session: Session, melding: Melding) -> Iterable[Photo]:
    return session.scalars(select(Photo).where(Photo.melding_id == melding.id))


def _withdraw(session: Session, melding: Melding) -> None:
    """Take back what was released of a melding: its text and its photos."""
    melding.text_released = False
    released.keep_text(session, melding, None)
    for photo in _photos(session, melding):
        photo.released = False


def _quarantine(session: Session, melding: Melding, why: str | None) -> None:
    intake = session.get(Intake, melding.id)
    if intake is not None:
        intake.quarantine = why


def _note(session: Session, melding: Melding, actor: str, action: str, detail: dict[str, object]) -> None:
    audit.record(
        session,
        actor=actor,
        action=action,
        object_kind="melding",
        object_id=melding.public_id,
        detail=detail,
    )
