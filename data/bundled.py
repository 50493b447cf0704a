"""Bundled open data: puts what the package brings along for three towns into a database, once."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.resources import as_file, files
from importlib.resources.abc import Traversable

import pandas as pd
from sqlalchemy.orm import Session

from data import bundled_sources as sources
from data import category_store
from data.addresses import store_addresses
from data.areas import load_edition, store_edition
from data.audit import record
from data.database import Database
from data.figures import store_figures
from data.gebieden import store_gebieden
from data.loads import is_loaded, record_load
from data.owners import derive_owners
from data.readers.bag import read_bag
from data.readers.bundled import TOWNS, bundled_edition, bundled_figures, bundled_gebieden
from data.sources import SourceCard, register_source
from geo.gebieden import check_buurten

YEAR = 2016
RESOURCES = files("data") / "resources"


@dataclass(frozen=True)
class Part:
    """One thing that is bundled: its files, its source, and how its rows are stored (giving their number)."""

    files: tuple[str, ...]
    card: SourceCard
    store: Callable[[Session, int], int]


@dataclass(frozen=True)
class BundledLoaded:
    """How many rows of each bundled part were stored now, by the name of its source; empty when none was."""

    stored: dict[str, int]

    def lines(self) -> list[str]:
        """What was loaded, in Dutch, a line per source."""
        return [f"{naam}: {rows}" for naam, rows in self.stored.items() if rows]


def load_bundled(database: Database) -> BundledLoaded:
    """Store every bundled part that this database has not taken in before.

    A part is known by the hash of its files, so that data which a town loaded over it stays.
    """
    parts = bundled_parts()
    hashes = {part.card.slug: _hash(part.files) for part in parts}
    with database.read() as session:
        wanted = [part for part in parts if not is_loaded(session, part.card.slug, hashes[part.card.slug])]
    stored = {part.card.naam: _load(database, part, hashes[part.card.slug]) for part in wanted}
    if wanted:
        derive_owners(database, YEAR)
    return BundledLoaded(stored)


def _load(database: Database, part: Part, file_hash: str) -> int:
    now = datetime.now(UTC)
    with database.write() as session:
        source_id = register_source(session, part.card, loaded_at=now)
        rows = part.store(session, source_id)
        name = ", ".join(part.files)
        record_load(session, source_id=source_id, file_name=name, file_hash=file_hash, rows=rows, report={})
        record(
            session,
            actor="wijkbeeld",
            action="import",
            object_kind="bron",
            object_id=part.card.slug,
            detail={"rows": rows, "meegeleverd": True},
            at=now,
        )
    return rows


def _hash(names: tuple[str, ...]) -> str:
    digest = hashlib.sha256()
    for name in names:
        digest.update(name.encode())
        digest.update(_resource(name).read_bytes())
    return digest.hexdigest()


def _resource(name: str) -> Traversable:
    return RESOURCES.joinpath(*name.split("/"))


def _names(folder: str, suffix: str) -> tuple[str, ...]:
    found = (entry.name for entry in _resource(folder).iterdir() if entry.name.endswith(suffix))
    return tuple(f"{folder}/{name}" for name in sorted(found))


def _store_outlines(session: Session, _source_id: int) -> int:
    done = store_edition(session, bundled_edition())
    return done.new + done.changed + done.same


def _store_cbs(session: Session, source_id: int) -> int:
    return _store_figures(session, source_id, lambda name: not name.startswith(("misdrijven", "gezondheid")))


def _store_crimes(session: Session, source_id: int) -> int:
    return _store_figures(session, source_id, lambda name: name.startswith("misdrijven"))


def _store_health(session: Session, source_id: int) -> int:
    return _store_figures(session, source_id, lambda name: name.startswith("gezondheid"))


def _store_figures(session: Session, source_id: int, wanted: Callable[[str], bool]) -> int:
    figures = _figures()
    part = figures[figures["name"].map(wanted)]
    done = store_figures(session, part, edition=YEAR, source_id=source_id)
    return done.new + done.changed + done.same


@cache
def _figures() -> pd.DataFrame:
    return bundled_figures()


def _store_categories(session: Session, _source_id: int) -> int:
    return sum(category_store.store_bundled(session))


def _store_gebieden(session: Session, _source_id: int) -> int:
    edition = load_edition(session, YEAR)
    rows = 0
    for gemeente in TOWNS:
        indeling = bundled_gebieden(gemeente)
        check_buurten(indeling, edition)
        store_gebieden(session, indeling)
        rows += len(indeling.gebieden) + len(indeling.places)
    return rows


def _store_assen(session: Session, source_id: int) -> int:
    with as_file(_resource("adressen/assen.csv.zst")) as path:
        addresses = read_bag(path).addresses
    done = store_addresses(session, addresses, source_id=source_id)
    return done.new + done.same


def _store_nothing(_session: Session, _source_id: int) -> int:
    """Read from its file where it is used; here only its source is registered."""
    return 0


def bundled_parts() -> tuple[Part, ...]:
    """Everything that is bundled, in the order in which it can be stored."""
    figures = _names("cbs", ".csv")
    return (
        Part(("cbs/wijken_en_buurten_2016.parquet",), sources.OUTLINES, _store_outlines),
        Part(_names("gebieden", ".toml"), sources.GEBIEDEN, _store_gebieden),
        Part(figures, sources.KEY_FIGURES, _store_cbs),
        Part(figures, sources.CRIMES, _store_crimes),
        Part(figures, sources.HEALTH, _store_health),
        Part(_names("categorieen", ".toml"), sources.CATEGORIES, _store_categories),
        Part(("adressen/assen.csv.zst",), sources.ASSEN_ADDRESSES, _store_assen),
        Part(("adressen/scholen.csv", "adressen/pc4.csv"), sources.PLACES, _store_nothing),
        Part(_names("achtergrond", ".parquet"), sources.BACKGROUND, _store_nothing),
    )
