"""Municipalities: the gemeenten that the service knows, with the short name used in addresses of pages."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from data.models import Municipality
from geo.errors import ImportRefused


def slug_of(naam: str) -> str:
    """The name in lower case ASCII with hyphens: `'s-Gravenhage` gives `s-gravenhage`."""
    plain = unicodedata.normalize("NFKD", naam).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")


def store_municipalities(session: Session, names: Iterable[tuple[str, str]]) -> int:
    """Add or rename municipalities, given as (GM code, name); returns how many rows are new or changed."""
    touched = 0
    for code, naam in names:
        row = session.get(Municipality, code)
        if row is None:
            session.add(Municipality(code=code, naam=naam, slug=_free_slug(session, code, naam)))
            session.flush()
        elif row.naam != naam:
            row.naam, row.slug = naam, _free_slug(session, code, naam)
        else:
            continue
        touched += 1
    return touched


def municipalities(session: Session) -> Sequence[Municipality]:
    """All municipalities, by name."""
    return session.scalars(select(Municipality).order_by(Municipality.naam)).all()


def find_municipality(session: Session, word: str) -> Municipality | None:
    """The municipality with this GM code, slug or name (capitals do not matter), or None."""
    wanted = word.strip()
    return session.scalar(
        select(Municipality).where(
            or_(
                Municipality.code == wanted.upper(),
                Municipality.slug == slug_of(wanted),
                func.lower(Municipality.naam) == wanted.lower(),
            )
        )
    )


def need_municipality(session: Session, word: str) -> Municipality:
    """The municipality with this GM code, slug or name; ImportRefused names those that are loaded."""
    found = find_municipality(session, word)
    if found is None:
        known = ", ".join(row.naam for row in municipalities(session)) or "geen"
        raise ImportRefused(f"gemeente {word!r} is niet geladen; geladen: {known}")
    return found


def _free_slug(session: Session, code: str, naam: str) -> str:
    # Two gemeenten may share a name over the years (Hengelo, Bergen); the code then tells them apart.
    slug = slug_of(naam)
    taken = session.scalar(
        select(Municipality.code).where(Municipality.slug == slug, Municipality.code != code)
    )
    return f"{slug}-{code.lower()}" if taken else slug
