"""Visibility: the one way from the tables to what somebody may see; what is not granted here is denied.

| viewer | meldingen | fields |
|---|---|---|
| public | class `exact`, not set aside | point, date without time, kind, status, released text |
| FIGURES_STAFF | all classes, rows set aside too | point, time, kind, status; no text, no address |
| DESK_READ | as these, of the own areas | text and address too; contact data masked (`data.desk`) |
| DESK_READ without DESK_HANDLE | of these what waits for a look, or can be shown | as these, without notes |

Both rights count per gemeente: of other gemeenten their holder sees what the public sees.

Rows of an import exist for nobody until the import is visible (`data.imports`).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from sqlalchemy import ColumnElement, Select, and_, false, func, literal, not_, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from data.choices import PrivacyClass, Status
from data.gebied_models import Gebied, GebiedBuurt
from data.intake_models import Contact, Intake, Photo
from data.models import Category, Import, Initiatief, Melding, MeldingArea
from data.rights import EVERYWHERE, Grant, Right
from geo.exposure import AMSTERDAM, local_day

WIJK: Final = "WK"
BUURT: Final = "BU"
# The state of before anything was there.
NOTHING_YET = datetime(1900, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks: somebody from the public, or an account with its roles."""

    account: str | None = None
    grants: tuple[Grant, ...] = ()

    @property
    def is_staff(self) -> bool:
        """Whether this viewer has logged in and has a role; what they may is for `may` to say."""
        return self.account is not None and bool(self.grants)

    @property
    def sees(self) -> frozenset[str]:
        """The gemeenten of which this viewer sees the records that are not public; EVERYWHERE for all."""
        return self.gemeenten(Right.FIGURES_STAFF)

    def may(self, right: Right, gemeente: str) -> bool:
        """Return whether this viewer has a right for what is of this gemeente."""
        return any(one.gives(right) and one.covers(gemeente) for one in self.grants)

    def may_somewhere(self, right: Right) -> bool:
        """Return whether this viewer has a right in any gemeente."""
        return any(one.gives(right) for one in self.grants)

    def gemeenten(self, right: Right) -> frozenset[str]:
        """Return the gemeenten in which this viewer has a right; EVERYWHERE alone for all."""
        found = frozenset(one.gemeente for one in self.grants if one.gives(right))
        return frozenset({EVERYWHERE}) if EVERYWHERE in found else found

    def only(self, right: Right) -> Viewer:
        """Return this viewer with those roles alone that have a right, so that it counts for each object."""
        return Viewer(self.account, tuple(one for one in self.grants if one.gives(right)))


PUBLIC = Viewer()


def meldingen(viewer: Viewer, *, known_at: datetime | None = None) -> Select[Melding, Category]:
    """Select the meldingen that this viewer may see, with their category.

    `known_at` keeps to what readers could see at that moment, so that a permalink keeps its numbers. Of rows
    that came one by one the public is told the day: for it a state holds all rows of its day in Amsterdam,
    or a row of states would tell when a melding was made.
    """
    query = (
        select(Melding, Category)
        .join(Category, Category.id == Melding.category_id)
        .where(_loaded(Melding.import_id, known_at), _may_see(viewer))
    )
    if known_at is None:
        return query
    return query.where(or_(Melding.import_id.is_not(None), _stored_by(viewer, known_at)))


def of_gemeenten(viewer: Viewer, right: Right, code: InstrumentedAttribute[str]) -> ColumnElement[bool]:
    """Return whether a row is of a gemeente in which this viewer has a right."""
    allowed = viewer.gemeenten(right)
    return true() if EVERYWHERE in allowed else code.in_(sorted(allowed))


def at_desk(viewer: Viewer) -> Select[Melding, Category]:
    """Select the meldingen, with their category, that this viewer may read as a whole: of the own areas."""
    query = select(Melding, Category).join(Category, Category.id == Melding.category_id)
    roles = [_covered(one) for one in viewer.grants if one.gives(Right.DESK_READ)]
    return query.where(_loaded(Melding.import_id, None), or_(false(), *roles))


def _covered(grant: Grant) -> ColumnElement[bool]:
    """Return whether a melding is of the gemeente of a role, and in one of its areas when it names some."""
    here = true() if grant.gemeente == EVERYWHERE else Melding.municipality_code == grant.gemeente
    if not grant.gives(Right.DESK_HANDLE):
        here = and_(here, _to_moderate())
    if not grant.gebieden:
        return here
    owned = select(MeldingArea.melding_id).where(or_(*map(_within, grant.gebieden)))
    return and_(here, Melding.id.in_(owned))


def _to_moderate() -> ColumnElement[bool]:
    """Return whether somebody has to look: it waits, or text or photos of an open public one can be shown."""
    waits = _of_melding(Intake.melding_id, Intake.quarantine.is_not(None))
    agreed = _of_melding(Contact.melding_id, Contact.may_publish_text.is_(True))
    text = and_(Melding.text_released.is_(False), Melding.text.is_not(None), Melding.text != "", agreed)
    photo = _of_melding(Photo.melding_id, Photo.released.is_(False))
    public = and_(Category.privacy == PrivacyClass.EXACT, Melding.intern.is_(False))
    return or_(waits, and_(public, Melding.status != Status.CLOSED, or_(text, photo)))


def _of_melding(melding_id: InstrumentedAttribute[int], holds: ColumnElement[bool]) -> ColumnElement[bool]:
    # Only the melding is that of the query around it: some have these tables joined too.
    return select(melding_id).where(melding_id == Melding.id, holds).correlate(Melding).exists()


def letters(
    viewer: Viewer, gemeente: InstrumentedAttribute[str], wijk: InstrumentedAttribute[str | None]
) -> ColumnElement[bool]:
    """Return whether a question or an idea is one that this viewer answers: of the own areas."""
    roles = [_answers(one, gemeente, wijk) for one in viewer.grants if one.gives(Right.ANSWER)]
    return or_(false(), *roles)


def _answers(
    grant: Grant, gemeente: InstrumentedAttribute[str], wijk: InstrumentedAttribute[str | None]
) -> ColumnElement[bool]:
    """Return whether a letter is for a role: a letter names a wijk at most, and one without is for all."""
    here = true() if grant.gemeente == EVERYWHERE else gemeente == grant.gemeente
    if not grant.gebieden:
        return here
    wijken = [f"{WIJK}{code[2:8]}" for code in grant.gebieden if code.startswith((WIJK, BUURT))]
    parts = (
        select(literal(WIJK) + func.substr(GebiedBuurt.buurt, 3, 6))
        .join(Gebied, Gebied.id == GebiedBuurt.gebied_id)
        .where(Gebied.code.in_(grant.gebieden))
    )
    return and_(here, or_(wijk.is_(None), wijk.in_(wijken), wijk.in_(parts)))


def _within(code: str) -> ColumnElement[bool]:
    """Return whether a buurt is in an area; the code of a buurt begins with that of its wijk."""
    if code.startswith(WIJK):
        return MeldingArea.buurt.like(f"BU{code.removeprefix(WIJK)}%")
    members = select(GebiedBuurt.buurt).join(Gebied, Gebied.id == GebiedBuurt.gebied_id)
    return or_(MeldingArea.buurt == code, MeldingArea.buurt.in_(members.where(Gebied.code == code)))


def moments(session: Session, viewer: Viewer) -> list[datetime]:
    """Return the moments at which meldingen became visible to this viewer, oldest first.

    `meldingen` gives the same from one of these to the next. Rows that came one by one have a moment each
    for staff, and for the public the first of their day in Amsterdam.
    """
    imports = session.scalars(select(Import.visible_at).where(Import.visible_at.is_not(None)).distinct())
    single = session.scalars(select(Melding.stored_at).where(Melding.import_id.is_(None)).distinct())
    moments = list(single)
    stored = set() if EVERYWHERE in viewer.sees else {_midnight(local_day(one)) for one in moments}
    stored.update(moments if viewer.sees else ())
    return sorted(stored.union(one for one in imports if one is not None))


def settled(moments: Sequence[datetime], known_at: datetime | None) -> datetime | None:
    """Return the one moment that stands for all with the same meldingen; None for those of now."""
    if known_at is None:
        return None
    passed = bisect_right(moments, known_at)
    if passed == len(moments):
        return None
    return moments[passed - 1] if passed else NOTHING_YET


def initiatieven(viewer: Viewer) -> Select[Initiatief]:
    """Select the initiatieven that this viewer may see: the public sees released ones."""
    query = select(Initiatief).where(_loaded(Initiatief.import_id, None))
    known = of_gemeenten(viewer, Right.FIGURES_STAFF, Initiatief.municipality_code)
    return query.where(or_(Initiatief.released, known))


def _may_see(viewer: Viewer) -> ColumnElement[bool]:
    public = and_(Category.privacy == PrivacyClass.EXACT, Melding.intern.is_(False))
    return or_(public, _known(viewer)) if viewer.sees else public


def _stored_by(viewer: Viewer, known_at: datetime) -> ColumnElement[bool]:
    by_day = Melding.stored_at < _midnight(local_day(known_at) + timedelta(days=1))
    if not viewer.sees:
        return by_day
    return or_(and_(_known(viewer), Melding.stored_at <= known_at), and_(not_(_known(viewer)), by_day))


def _known(viewer: Viewer) -> ColumnElement[bool]:
    return of_gemeenten(viewer, Right.FIGURES_STAFF, Melding.municipality_code)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), AMSTERDAM).astimezone(UTC)


def ways_in() -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Give the two ways in which a melding came to be seen: by itself, and with an import."""
    visible = select(Import.id).where(Import.visible_at.is_not(None))
    return Melding.import_id.is_(None), Melding.import_id.in_(visible)


def _loaded(import_id: InstrumentedAttribute[int | None], known_at: datetime | None) -> ColumnElement[bool]:
    visible = select(Import.id).where(Import.visible_at.is_not(None))
    if known_at is not None:
        visible = visible.where(Import.visible_at <= known_at)
    return or_(import_id.is_(None), import_id.in_(visible))
