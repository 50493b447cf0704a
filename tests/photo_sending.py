"""A melding with photos, sent to a store, and what is kept of it."""

from __future__ import annotations

from typing import Any

from bad_files import LAT, LON
from sqlalchemy import select
from stored_town import TOWN

from data.database import Database
from data.intake import Receipt, Report, take_in
from data.intake_models import Photo
from data.owners import buurt_finders
from data.photo_store import Album, PhotoStore
from geo.crs import LngLat

SECRET = b"een geheim van 32 tekens voor nu"


def report(**changes: Any) -> Report:
    plain: dict[str, Any] = {
        "gemeente": TOWN,
        "category": "afvalbak",
        "text": "De afvalbak is vol.",
        "point": LngLat(float(LON), float(LAT)),
        "address": None,
        "place_quality": "punt",
        "quarantine": "zonder controle",
    }
    return Report(**plain | changes)


def sent(database: Database, photos: Album | None, *, key: str = "een", secret: bytes = SECRET) -> Receipt:
    with database.read() as session:
        finders = buurt_finders(session)
    return take_in(database, report(), finders=finders, key=key, secret=secret, photos=photos)


def rows(database: Database) -> list[str]:
    with database.read() as session:
        return list(session.scalars(select(Photo.digest).order_by(Photo.id)))


def names(store: PhotoStore) -> set[str]:
    return {path.name for path in store.folder.iterdir()} - {".slot"} if store.folder.is_dir() else set()
