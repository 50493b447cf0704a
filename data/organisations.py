"""Organisations: what bewonersorganisaties say of themselves, and what of it everybody may read.

An organisation writes its own text; everybody reads the one that a coordinator of its areas released last.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from data import accounts, audit
from data.account_models import Account, AccountRole
from data.gebied_models import Gebied, GebiedBuurt
from data.models import Area
from data.rights import Grant, Right, Role
from data.visibility import BUURT, Viewer
from data.work_along_models import OrganisationText
from geo.errors import WijkbeeldError
from geo.exposure import local_day

LONGEST_NAME: Final = 120
LONGEST_TEXT: Final = 1_000


class WrongOrganisation(WijkbeeldError):
    """A text of an organisation that cannot be kept; the message says why."""


@dataclass(frozen=True, slots=True)
class Organisation:
    """The account of an organisation with its areas, and both its texts; no `gebieden` is the gemeente."""

    account: Account
    gebieden: tuple[str, ...]
    written: OrganisationText | None
    released: OrganisationText | None

    @property
    def waits(self) -> bool:
        """Whether it wrote something that nobody released yet."""
        return self.written is not None and _words(self.written) != _words(self.released)

    @property
    def version(self) -> str:
        """What differs after each text that it writes."""
        return "" if self.written is None else self.written.written_at.isoformat()


def own(session: Session, viewer: Viewer, *, today: date) -> list[Organisation]:
    """Return the organisations that this viewer is, or stands in for."""
    numbers = accounts.working_for(session, viewer.account, today=today)
    found = _read(session, _accounts().where(Account.id.in_(numbers)))
    return [one for one in found if viewer.may(Right.OWN_PAGE, one.account.municipality_code)]


def to_release(session: Session, viewer: Viewer) -> list[Organisation]:
    """Return the organisations whose text this viewer may release: those with a text, of the own areas."""
    found = [one for one in _read(session, _accounts()) if one.written is not None]
    return [one for one in found if any(_covers(session, grant, one) for grant in viewer.grants)]


def write(
    session: Session, organisation: Organisation, naam: str, wat: str, samenkomst: str, *, actor: str
) -> None:
    """Keep what an organisation says of itself; WrongOrganisation without a name or text, or too long."""
    if not naam or not wat:
        raise WrongOrganisation("vul in hoe u heet en wat u doet")
    if len(naam) > LONGEST_NAME or max(len(wat), len(samenkomst)) > LONGEST_TEXT:
        raise WrongOrganisation(f"een naam is tot {LONGEST_NAME} tekens, een tekst tot {LONGEST_TEXT}")
    row = organisation.written or OrganisationText(account_id=organisation.account.id, released=False)
    row.naam, row.wat, row.samenkomst, row.written_at = naam, wat, samenkomst, datetime.now(UTC)
    session.add(row)
    _note(session, organisation, actor, "organisatie.geschreven")


def release(session: Session, organisation: Organisation, *, version: str, actor: str) -> None:
    """Let everybody read what an organisation wrote; WrongOrganisation when it wrote another version."""
    written = organisation.written
    if written is None:
        raise WrongOrganisation("deze organisatie heeft nog niets geschreven")
    if organisation.version != version:
        raise WrongOrganisation("deze tekst is intussen veranderd; lees eerst de nieuwe tekst")
    row = organisation.released or OrganisationText(account_id=organisation.account.id, released=True)
    row.naam, row.wat, row.samenkomst = written.naam, written.wat, written.samenkomst
    row.written_at = written.written_at
    session.add(row)
    _note(session, organisation, actor, "organisatie.zichtbaar")


def withdraw(session: Session, organisation: Organisation, *, actor: str) -> None:
    """Let nobody else read the text of an organisation any more."""
    if organisation.released is not None:
        session.delete(organisation.released)
        _note(session, organisation, actor, "organisatie.verborgen")


def released_of(session: Session, gemeente: str) -> list[Organisation]:
    """Return the organisations of a gemeente of which everybody may read the text."""
    found = _read(session, _accounts().where(Account.municipality_code == gemeente))
    return [one for one in found if one.released is not None]


def active_in(session: Session, viewer: Viewer, gemeente: str, *, since: date) -> list[Organisation]:
    """Return the organisations of a gemeente that wrote or renewed their text since a day.

    Who does not see the figures of the gemeente knows of those alone whose text was released.
    """
    found = _read(session, _accounts().where(Account.municipality_code == gemeente))
    staff = viewer.may(Right.FIGURES_STAFF, gemeente)
    texts = ((one, one.written if staff else one.released) for one in found)
    return [one for one, text in texts if text is not None and local_day(text.written_at) >= since]


def buurten_of(session: Session, codes: Iterable[str]) -> frozenset[str]:
    """Return the buurten of wijken, gebieden and buurten, in every edition."""
    asked = list(codes)
    inside = select(Area.code).where(Area.level == "buurt", or_(Area.code.in_(asked), Area.parent.in_(asked)))
    parts = (
        select(GebiedBuurt.buurt)
        .join(Gebied, Gebied.id == GebiedBuurt.gebied_id)
        .where(Gebied.code.in_(asked))
    )
    named = (code for code in asked if code.startswith(BUURT))
    return frozenset({*session.scalars(inside), *session.scalars(parts), *named})


def _covers(session: Session, grant: Grant, one: Organisation) -> bool:
    """Return whether a role is for the area of an organisation; one of the whole gemeente is for all."""
    if not (grant.gives(Right.ANSWER) and grant.covers(one.account.municipality_code)):
        return False
    if not grant.gebieden or not one.gebieden:
        return True
    return not buurten_of(session, grant.gebieden).isdisjoint(buurten_of(session, one.gebieden))


def _accounts() -> Select[Account, AccountRole]:
    return (
        select(Account, AccountRole)
        .join(AccountRole, AccountRole.account_id == Account.id)
        .where(AccountRole.role == Role.BEWONERSORGANISATIE.value, Account.disabled_at.is_(None))
        .order_by(Account.id)
    )


def _read(session: Session, query: Select[Account, AccountRole]) -> Sequence[Organisation]:
    rows = session.execute(query).all()
    query_texts = select(OrganisationText).where(
        OrganisationText.account_id.in_([account.id for account, _ in rows])
    )
    texts = {(one.account_id, one.released): one for one in session.scalars(query_texts)}
    return [
        Organisation(
            account, tuple(role.gebieden), texts.get((account.id, False)), texts.get((account.id, True))
        )
        for account, role in rows
    ]


def _words(text: OrganisationText | None) -> tuple[str, str, str] | None:
    return None if text is None else (text.naam, text.wat, text.samenkomst)


def _note(session: Session, organisation: Organisation, actor: str, action: str) -> None:
    audit.record(
        session,
        actor=actor,
        action=action,
        object_kind=accounts.ORGANISATION,
        object_id=organisation.account.name,
    )
