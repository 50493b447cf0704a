"""Stored categories: the soorten of each edition in the database, which meldingen refer to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import MappingResult, insert, select, update
from sqlalchemy.orm import Session

from data.categories import Category, CategoryEdition, category_edition, editions
from data.choices import PrivacyClass
from data.models import Category as CategoryRow
from geo.main_groups import MainGroup


class CategoriesStored(NamedTuple):
    """How many soorten are new, changed, and the same as before."""

    new: int
    changed: int
    same: int


def store_edition(session: Session, edition: CategoryEdition) -> CategoriesStored:
    """Store the soorten of an edition; a second time changes nothing.

    Soorten that the edition no longer names stay, since meldingen may refer to them.
    """
    return store_categories(session, edition.edition, edition.categories)


def store_bundled(session: Session) -> CategoriesStored:
    """Store every bundled edition; returns the totals."""
    done = [store_edition(session, category_edition(name)) for name in editions()]
    return CategoriesStored(*(sum(counts) for counts in zip(*done, strict=True)))


def store_categories(session: Session, edition: str, categories: Iterable[Category]) -> CategoriesStored:
    """Add or bring up to date these soorten of an edition, such as names that a file brought along."""
    known = {row["slug"]: dict(row) for row in _rows(session, edition)}
    wanted = {one.slug: _values(edition, one) for one in categories}
    new = [values for slug, values in wanted.items() if slug not in known]
    changed = [
        {"id": known[slug]["id"], **values}
        for slug, values in wanted.items()
        if slug in known and known[slug] != {"id": known[slug]["id"], **values}
    ]
    if new:
        session.execute(insert(CategoryRow), new)
    if changed:
        session.execute(update(CategoryRow), changed)
    return CategoriesStored(len(new), len(changed), len(wanted) - len(new) - len(changed))


def category_ids(session: Session, edition: str) -> dict[str, int]:
    """The id of each stored soort of an edition, by slug."""
    return {row["slug"]: row["id"] for row in _rows(session, edition)}


def words(session: Session) -> frozenset[str]:
    """Return what a rule of a gemeente can be about: a soort of any edition, a main group, "" for all."""
    bundled = (slug for name in editions() for slug in category_edition(name).by_slug)
    return frozenset({"", *MainGroup, *bundled, *session.scalars(select(CategoryRow.slug).distinct())})


def privacy_classes(session: Session, edition: str) -> dict[str, PrivacyClass]:
    """The privacy class of each stored soort of an edition, by slug: the one that decides who sees what."""
    return {row["slug"]: PrivacyClass(row["privacy"]) for row in _rows(session, edition)}


def _rows(session: Session, edition: str) -> MappingResult:
    query = select(*CategoryRow.__table__.columns).where(CategoryRow.edition == edition)
    return session.execute(query).mappings()


def _values(edition: str, one: Category) -> dict[str, str | None]:
    return {
        "edition": edition,
        "slug": one.slug,
        "naam": one.naam,
        "parent": one.parent or None,
        "main_group": one.main_group.value,
        "privacy": one.privacy.value,
    }
