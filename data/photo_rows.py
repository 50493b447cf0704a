"""Rows of photos: which of them somebody may see."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session

from data import visibility
from data.intake_models import Photo
from data.models import Category, Melding
from data.visibility import PUBLIC, Viewer


def photo_for(session: Session, viewer: Viewer, digest: str) -> bool:
    """Return whether this viewer may see a photo: with a melding that is public, and released,
    or with one of their desk.
    """
    public = _meldingen(visibility.meldingen(PUBLIC)).where(Photo.released)
    return any(
        session.scalar(select(query.where(Photo.digest == digest).exists())) is True
        for query in (public, _meldingen(visibility.at_desk(viewer)))
    )


def photo_of_melding(session: Session, public_id: str, digest: str) -> bool:
    """Return whether a photo belongs to this melding."""
    query = _of_melding(public_id).where(Photo.digest == digest)
    return session.scalar(query.limit(1)) is not None


def photos_of_melding(session: Session, public_id: str) -> Sequence[Photo]:
    """Return the photos of a melding in the order in which they came, for who may see the whole of it."""
    return session.scalars(_of_melding(public_id).order_by(Photo.id)).all()


def released_photos(session: Session, viewer: Viewer, public_id: str) -> Sequence[Photo]:
    """Return the photos of a melding that this viewer may see, in the order in which they came."""
    seen, handled = (
        query.with_only_columns(Melding.id).where(Melding.public_id == public_id)
        for query in (visibility.meldingen(PUBLIC), visibility.at_desk(viewer))
    )
    allowed = or_(and_(Photo.released, Photo.melding_id.in_(seen)), Photo.melding_id.in_(handled))
    return session.scalars(select(Photo).where(allowed).order_by(Photo.id)).all()


def _meldingen(query: Select[Melding, Category]) -> Select[Melding, Category]:
    return query.join(Photo, Photo.melding_id == Melding.id)


def _of_melding(public_id: str) -> Select[Photo]:
    return select(Photo).join(Melding, Melding.id == Photo.melding_id).where(Melding.public_id == public_id)
