"""Visibility: the one way from the tables to what somebody may see; what is not granted here is denied.

| viewer | meldingen | fields |
|---|---|---|
| public | class `exact`, not set aside | point, date without time, kind, status, released text |
| staff  | all classes, rows set aside too | point, time, kind, status; no free text, no address of `gebied` |
| desk   | as staff | text, address and notes too; contact data masked (`data.desk`) |

Rows of an import exist for nobody until the import is visible (`data.imports`).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import ColumnElement, Select, and_, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from data.choices import PrivacyClass
from data.models import Category, Import, Initiatief, Melding
from geo.exposure import AMSTERDAM

# The state of before anything was there.
NOTHING_YET = datetime(1900, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks: somebody from the public, or a member of staff."""

    account: str | None = None

    @property
    def is_staff(self) -> bool:
        """Whether this viewer has logged in."""
        return self.account is not None


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


def moments(session: Session, viewer: Viewer) -> list[datetime]:
    """Return the moments at which meldingen became visible to this viewer, oldest first.

    `meldingen` gives the same from one of these to the next. Rows that came one by one have a moment each
    for staff, and for the public the first of their day in Amsterdam.
    """
    imports = session.scalars(select(Import.visible_at).where(Import.visible_at.is_not(None)).distinct())
    single = session.scalars(select(Melding.stored_at).where(Melding.import_id.is_(None)).distinct())
    stored = set(single) if viewer.is_staff else {_midnight(_day(one)) for one in single}
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
    return query if viewer.is_staff else query.where(Initiatief.released)


def _may_see(viewer: Viewer) -> ColumnElement[bool]:
    if viewer.is_staff:
        return true()
    return and_(Category.privacy == PrivacyClass.EXACT, Melding.intern.is_(False))


def _stored_by(viewer: Viewer, known_at: datetime) -> ColumnElement[bool]:
    if viewer.is_staff:
        return Melding.stored_at <= known_at
    return Melding.stored_at < _midnight(_day(known_at) + timedelta(days=1))


def _day(moment: datetime) -> date:
    return moment.astimezone(AMSTERDAM).date()


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
