"""Visibility: the one way from the tables to what somebody may see; what is not granted here is denied.

| viewer | meldingen | fields |
|---|---|---|
| public | class `exact`, not set aside | point, date without time, kind, status, released text |
| staff  | all classes, rows set aside too | point, time, kind, status; no free text, no address of `gebied` |
| desk   | as staff | text, address and notes too; contact data masked (`data.desk`) |

Rows of an import exist for nobody until the import is visible (`data.imports`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute

from data.choices import PrivacyClass
from data.models import Category, Import, Initiatief, Melding


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

    `known_at` keeps to what readers could see at that moment, so that a permalink keeps its numbers.
    """
    query = (
        select(Melding, Category)
        .join(Category, Category.id == Melding.category_id)
        .where(_loaded(Melding.import_id, known_at), _may_see(viewer))
    )
    return query if known_at is None else query.where(Melding.stored_at <= known_at)


def initiatieven(viewer: Viewer) -> Select[Initiatief]:
    """Select the initiatieven that this viewer may see: the public sees released ones."""
    query = select(Initiatief).where(_loaded(Initiatief.import_id, None))
    return query if viewer.is_staff else query.where(Initiatief.released)


def _may_see(viewer: Viewer) -> ColumnElement[bool]:
    if viewer.is_staff:
        return true()
    return and_(Category.privacy == PrivacyClass.EXACT, Melding.intern.is_(False))


def _loaded(import_id: InstrumentedAttribute[int | None], known_at: datetime | None) -> ColumnElement[bool]:
    visible = select(Import.id).where(Import.visible_at.is_not(None))
    if known_at is not None:
        visible = visible.where(Import.visible_at <= known_at)
    return or_(import_id.is_(None), import_id.in_(visible))
