"""Intake rows: the statements that store one melding, built once and compiled once."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Insert, bindparam, insert, literal_column, select, true

from data.intake_models import Contact, Intake
from data.melding_words import OWN_EDITION
from data.models import Category, Melding, MeldingArea, Source, StatusChange, core_table

Values = dict[str, Any]


class Known(NamedTuple):
    """What is there already: the melding with this key, the source and the category; None where not."""

    public_id: str | None
    reference: str | None
    fingerprint: str | None
    source_id: int | None
    observed_from: date | None
    loaded_at: datetime | None
    category_id: int | None


_SOURCE: Final = core_table(Source)
_CATEGORY: Final = core_table(Category)
_INTAKE: Final = core_table(Intake)
_MELDING: Final = core_table(Melding)
_ONE: Final = select(literal_column("1").label("one")).subquery("one")
_SENT: Final = (
    select(_MELDING.c.public_id, _INTAKE.c.reference, _INTAKE.c.fingerprint)
    .join(_INTAKE, _INTAKE.c.melding_id == _MELDING.c.id)
    .where(_INTAKE.c.key_hash == bindparam("key_hash"))
    .subquery("sent")
)
_LOOK: Final = select(
    _SENT.c.public_id,
    _SENT.c.reference,
    _SENT.c.fingerprint,
    _SOURCE.c.id.label("source_id"),
    _SOURCE.c.observed_from,
    _SOURCE.c.loaded_at,
    _CATEGORY.c.id.label("category_id"),
).select_from(
    _ONE.outerjoin(_SENT, true())
    .outerjoin(_SOURCE, _SOURCE.c.slug == bindparam("source"))
    .outerjoin(_CATEGORY, (_CATEGORY.c.edition == OWN_EDITION) & (_CATEGORY.c.slug == bindparam("category")))
)
_ADD_MELDING: Final = insert(_MELDING)
_ADD_AREA: Final = insert(core_table(MeldingArea)).inline()
_ADD_INTAKE: Final = insert(_INTAKE).inline()
_ADD_CONTACT: Final = insert(core_table(Contact)).inline()
_ADD_STEP: Final = insert(core_table(StatusChange)).inline()


def look(connection: Connection, *, key_hash: str, source: str, category: str) -> Known:
    """Return what is known, of a key, the slug of a source and that of a category, by one query."""
    asked = {"key_hash": key_hash, "source": source, "category": category}
    return Known(*connection.execute(_LOOK, asked).one())


def store(
    connection: Connection,
    *,
    melding: Values,
    owners: dict[int, str | None],
    intake: Values,
    contact: Values | None,
    step: Values,
) -> int:
    """Store the rows of one melding, and return its id; all but `melding` get that id themselves."""
    found = connection.execute(_ADD_MELDING, melding).inserted_primary_key
    assert found is not None
    key = {"melding_id": int(found[0])}
    areas = [{**key, "edition": year, "buurt": buurt} for year, buurt in owners.items()]
    connection.execute(_ADD_AREA, areas)
    rows: list[tuple[Insert, Values | None]] = [
        (_ADD_INTAKE, intake),
        (_ADD_CONTACT, contact),
        (_ADD_STEP, step),
    ]
    for statement, values in rows:
        if values is not None:
            connection.execute(statement, {**key, **values})
    return key["melding_id"]
