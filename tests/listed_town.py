"""A town whose public list is looked at: its settings, its meldingen, and one of which much is told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from data import audit
from data.choices import PrivacyClass, Status
from data.database import Database
from data.intake_models import Photo
from data.models import Category, Melding, StatusChange
from service.photo_form import photo_store
from service.settings import GemeenteSettings, Settings, Wijkcoordinator

TOWN = "GM0622"
RELEASED, KEPT = "a" * 64, "b" * 64


def town_settings(database_url: str, var: Path) -> Settings:
    """Settings with a wijkcoördinator for a wijk, a gebied and the town, and the files of two photos."""
    reach = GemeenteSettings(
        wijkcoordinator_email="stad@voorbeeld.example",
        wijkcoordinatoren={
            "WK062206": Wijkcoordinator(rol="Wijkcoördinator Holy", telefoon="000 111 22 33"),
            "GB062201": Wijkcoordinator(rol="Wijkregisseur", email="west@voorbeeld.example"),
        },
    )
    settings = Settings(database_url=database_url, var_folder=var, gemeenten={TOWN: reach})
    for digest in (RELEASED, KEPT):
        file = photo_store(settings).path(digest)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"een foto")
    return settings


def rows(database: Database) -> list[tuple[Melding, Category]]:
    query = select(Melding, Category).join(Category).where(Melding.municipality_code == TOWN)
    with database.read() as session:
        return [(melding, category) for melding, category in session.execute(query)]


def is_public(melding: Melding, category: Category) -> bool:
    return category.privacy == PrivacyClass.EXACT and not melding.intern


def _noted(session: Session) -> None:
    """Every change of the data is in the audit, which makes answers in memory old."""
    audit.record(session, actor="proef", action="proef", object_kind="melding", object_id="proef", detail={})


@contextmanager
def much_told(database: Database) -> Iterator[str]:
    """A closed melding with an address, steps with notes, a released text, and one of two photos released."""
    public = next(
        m
        for m, c in rows(database)
        if is_public(m, c) and m.status == Status.CLOSED and m.incident_id is None
    )
    with database.write() as session:
        melding = session.get_one(Melding, public.id)
        melding.text, melding.text_released, melding.address = "De bank ligt om.", True, "Geheimlaan 7"
        moments = (datetime(2026, 6, 20, 22, 30, tzinfo=UTC), datetime(2026, 6, 22, 9, 0, tzinfo=UTC))
        for moment, to, note in zip(
            moments, (Status.IN_PROGRESS, Status.CLOSED), ("Wij kijken.", "Rechtgezet."), strict=True
        ):
            session.add(
                StatusChange(melding_id=melding.id, at=moment, to_status=to, public_note=note, actor="Jansen")
            )
        _noted(session)
        for digest, released in ((RELEASED, True), (KEPT, False)):
            session.add(
                Photo(
                    melding_id=melding.id,
                    digest=digest,
                    width=40,
                    height=30,
                    released=released,
                    created_at=moments[0],
                )
            )
    yield public.public_id
    with database.write() as session:
        melding = session.get_one(Melding, public.id)
        melding.intern = False
        _noted(session)
        for table in (StatusChange, Photo):
            for row in session.scalars(select(table).where(table.melding_id == public.id)):
                session.delete(row)
