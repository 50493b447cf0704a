"""Partners: the register of who can be invited, kept and looked up by the coordinators of a gemeente."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from data import audit, refusals
from data.acting import acts_everywhere, acts_in
from data.letters import now
from data.meeting_models import Agreement, Evaluation
from data.melding_words import public_ids
from data.models import Audit, Municipality, Outbox
from data.partner_fields import GivenPartner, Kind, WrongPartner
from data.partner_index import PartnerIndex
from data.partner_models import Invitation, Partner
from data.reach import Reach, area_names
from data.rights import Right
from data.theme_models import ChoiceReaction
from data.visibility import Viewer
from geo.errors import WijkbeeldError
from geo.exposure import local_day
from geo.themes import Registry

OBJECT: Final = "partner"
STALE_AFTER: Final = timedelta(days=365)
ORDER: Final = tuple(Kind)
# Of what a form or a file gives: the field, and the column that keeps it.
COLUMNS: Final[Mapping[str, str]] = {
    "soort": "kind",
    "organisatie": "organisation",
    "functie": "role",
    "naam": "naam",
    "email": "email",
    "telefoon": "telefoon",
    "adres": "address",
    "themas": "themes",
    "gebieden": "gebieden",
    "toestemming": "consent_on",
    "toestemming_hoe": "consent_how",
    "bron": "source",
}


@dataclass(frozen=True, slots=True)
class Filters:
    """What is asked of the register; empty asks for all."""

    text: str = ""
    kind: str = ""
    theme: str = ""
    gebied: str = ""
    stale: bool = False


class AlreadyKnown(WijkbeeldError):
    """Somebody with the same address, or the same organisation and role, is in the register already."""

    def __init__(self, partner: Partner) -> None:
        super().__init__(f"{partner.organisation} staat al in het register")
        self.public_id, self.given = partner.public_id, given_of(partner)


@dataclass(frozen=True)
class Register:
    """The register of a gemeente as one coordinator keeps it: with what its fields may hold."""

    session: Session
    gemeente: str
    registry: Registry
    gebieden: Mapping[str, str]
    secret: bytes
    actor: str
    today: date
    example: bool = False

    def add(self, given: GivenPartner, *, account: int | None = None, apart: bool = True) -> Partner:
        """Keep a new partner, confirmed today; WrongPartner says what is wrong.

        Who refused invitations before is kept as somebody who did. AlreadyKnown for who may be there, unless
        a person said to keep them apart.
        """
        self._check(given)
        if not apart and (known := self._alike(given)) is not None:
            raise AlreadyKnown(known)
        (row,) = self._keep([given], "partner.toegevoegd")
        row.account_id = account
        self.session.flush()
        return row

    def _alike(self, given: GivenPartner) -> Partner | None:
        # Held: of a form that is sent twice at once, the second has to see what the first brought.
        self.session.get_one(Municipality, self.gemeente, with_for_update=True)
        index: PartnerIndex[Partner] = PartnerIndex()
        query = select(Partner).where(Partner.municipality_code == self.gemeente)
        for row in self.session.scalars(query.order_by(Partner.id)):
            index.add(given_of(row), row)
        found = index.find(given)
        return found.one if found is not None else None

    def add_all(self, wanted: Sequence[GivenPartner]) -> list[Partner]:
        """Keep partners of a file, each confirmed today; WrongPartner keeps none."""
        for given in wanted:
            self._check(given)
        return self._keep(wanted, "partner.ingelezen")

    def _keep(self, wanted: Sequence[GivenPartner], act: str) -> list[Partner]:
        names = public_ids(len(wanted)) if wanted else []
        moment = now()
        rows = [
            Partner(
                public_id=name,
                municipality_code=self.gemeente,
                created_at=moment,
                created_by=self.actor,
                confirmed_on=self.today,
                example=self.example,
                **_values(given),
            )
            for name, given in zip(names, wanted, strict=True)
        ]
        keys = {refusals.key_of(row) for row in rows}
        refused = refusals.among(self.session, self.gemeente, keys, self.secret)
        for row in rows:
            if refusals.key_of(row) in refused:
                row.opted_out_at = moment
        self.session.add_all(rows)
        self.session.flush()
        for row in rows:
            note(self.session, row, act, self.actor)
        return rows

    def change(self, row: Partner, given: GivenPartner, *, account: int | None = None) -> None:
        """Keep a partner anew, confirmed today; the audit gets the names of the fields that changed."""
        self._check(given)
        wanted = {**_values(given), "account_id": account}
        names = {column: field for field, column in COLUMNS.items()}
        changed = [
            names.get(column, "account") for column, value in wanted.items() if getattr(row, column) != value
        ]
        for column, value in wanted.items():
            setattr(row, column, value)
        row.confirmed_on = self.today
        self._mark_refused(row)
        self.session.flush()
        note(self.session, row, "partner.gewijzigd", self.actor, {"velden": changed})

    def _check(self, given: GivenPartner) -> None:
        if faults := given.faults(self.registry, self.gebieden, self.today):
            raise WrongPartner(faults)

    def _mark_refused(self, row: Partner) -> None:
        """Keep that somebody refused: also in a new row, and for a row whose address changed."""
        if refusals.is_refused(self.session, self.gemeente, refusals.key_of(row), self.secret):
            row.opted_out_at = row.opted_out_at or now()


def of(
    session: Session, viewer: Viewer, gemeente: str, *, theme: str | None = None, gebied: str | None = None
) -> Sequence[Partner]:
    """Return the partners of a gemeente, bewonersorganisaties first; nobody reads them without the right."""
    return find(session, viewer, gemeente, Filters(theme=theme or "", gebied=gebied or ""))


def find(session: Session, viewer: Viewer, gemeente: str, asked: Filters) -> list[Partner]:
    """Return the partners that fit what is asked, bewonersorganisaties first, then by name."""
    if not viewer.may(Right.PARTNERS, gemeente):
        return []
    query = select(Partner).where(Partner.municipality_code == gemeente)
    if asked.kind:
        query = query.where(Partner.kind == asked.kind)
    if asked.stale:
        query = query.where(Partner.confirmed_on < local_day(now()) - STALE_AFTER)
    reach = Reach(session)
    words = asked.text.casefold().split()
    rows = [
        one
        for one in session.scalars(query)
        if _has(one, words)
        and (not asked.theme or asked.theme in one.themes)
        and (not asked.gebied or reach.overlap([asked.gebied], one.gebieden))
    ]
    return sorted(rows, key=in_order)


def in_order(row: Partner) -> tuple[int, str, str, int]:
    """Return where a partner stands in lists."""
    kind = ORDER.index(Kind(row.kind)) if row.kind in set(Kind) else len(ORDER)
    return kind, row.organisation.casefold(), row.role.casefold(), row.id


def partner_for(session: Session, viewer: Viewer, public_id: str) -> Partner | None:
    """Return a partner that this viewer may read; None when there is none."""
    row = session.scalar(select(Partner).where(Partner.public_id == public_id))
    return row if row is not None and viewer.may(Right.PARTNERS, row.municipality_code) else None


def may_change(session: Session, viewer: Viewer, row: Partner) -> bool:
    """Return whether a partner works in the areas of this viewer."""
    return Reach(session).covers(viewer, Right.PARTNERS, row.municipality_code, row.gebieden)


def may_remove(session: Session, viewer: Viewer, row: Partner) -> bool:
    """Return whether a partner works in the areas of this viewer alone: nobody else loses them then."""
    gemeente, right = row.municipality_code, Right.PARTNERS
    if not row.gebieden:
        return acts_everywhere(viewer, right, gemeente)
    return all(acts_in(session, viewer, right, gemeente, one) for one in row.gebieden)


def confirm(session: Session, row: Partner, *, today: date, actor: str) -> None:
    """Note that somebody looked today, and that all of it is still right."""
    row.confirmed_on = today
    note(session, row, "partner.nagekeken", actor)


def remove(session: Session, row: Partner, *, actor: str) -> None:
    """Take a partner away, with the invitations; that the address wants none stays."""
    note(session, row, "partner.verwijderd", actor)
    forget(session, row)


def forget(session: Session, row: Partner) -> dict[str, int]:
    """Delete a partner with the invitations and the mail that waits for them; returns how many went.

    What they said of a choice or a year stays, and their links to it open nothing any more.
    """
    names = list(session.scalars(select(Invitation.public_id).where(Invitation.partner_id == row.id)))
    asked = session.scalars(select(ChoiceReaction).where(ChoiceReaction.partner_id == row.id)).all()
    agreed = select(Agreement.public_id).where(Agreement.partner_id == row.id, Agreement.account_id.is_(None))
    about = or_(
        Outbox.payload["uitnodiging"].as_string().in_(names),
        Outbox.payload["reactie"].as_integer().in_([one.id for one in asked]),
        Outbox.payload["partner"].as_string() == row.public_id,
        Outbox.payload["afspraak"].as_string().in_(list(session.scalars(agreed))),
    )
    mails = session.scalars(delete(Outbox).where(about).returning(Outbox.id)).all()
    for reaction in asked:
        reaction.token_hash = secrets.token_hex(32)
    for year in session.scalars(select(Evaluation).where(Evaluation.partner_id == row.id)):
        year.key_hash = secrets.token_hex(32)
    session.flush()
    session.delete(row)
    session.flush()
    return {"uitnodigingen": len(names), "mail": len(mails)}


def is_stale(row: Partner, today: date) -> bool:
    """Return whether nobody confirmed a partner for a year."""
    return row.confirmed_on is None or row.confirmed_on < today - STALE_AFTER


def history(session: Session, row: Partner) -> Sequence[Audit]:
    """Return what was done with a partner, the last first."""
    query = select(Audit).where(Audit.object_kind == OBJECT, Audit.object_id == row.public_id)
    return session.scalars(query.order_by(Audit.id.desc()).limit(50)).all()


def given_of(row: Partner) -> GivenPartner:
    """Return a partner as a form shows it."""
    kept = {field: getattr(row, column) for field, column in COLUMNS.items()}
    return GivenPartner(**{**kept, "themas": tuple(row.themes), "gebieden": tuple(row.gebieden)})


def note(session: Session, row: Partner, act: str, actor: str, detail: dict[str, Any] | None = None) -> None:
    """Write down in the audit what was done with a partner; never what it says."""
    audit.record(session, actor=actor, action=act, object_kind=OBJECT, object_id=row.public_id, detail=detail)


def area_words(session: Session, gemeente: str) -> dict[str, str]:
    """Return what the areas of a gemeente are called, by code: gebieden first."""
    return {code: naam for names in area_names(session, gemeente).values() for code, naam in names.items()}


def _values(given: GivenPartner) -> dict[str, Any]:
    kept = {column: getattr(given, field) for field, column in COLUMNS.items()}
    return {**kept, "themes": list(given.themas), "gebieden": list(given.gebieden)}


def _has(row: Partner, words: list[str]) -> bool:
    said = f"{row.organisation} {row.role} {row.naam} {row.email}".casefold()
    return all(word in said for word in words)
