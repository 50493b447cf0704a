"""Rows of photos: which of them somebody may see."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from data import visibility
from data.intake_models import Photo
from data.models import Melding
from data.visibility import Viewer


def photo_for(session: Session, viewer: Viewer, digest: str) -> bool:
    """Return whether this viewer may see a photo: with a melding that they may see, and released for all."""
    query = visibility.meldingen(viewer).join(Photo, Photo.melding_id == Melding.id)
    query = query.where(Photo.digest == digest)
    if not viewer.is_staff:
        query = query.where(Photo.released)
    return session.scalar(select(query.exists())) is True


def photo_of_melding(session: Session, public_id: str, digest: str) -> bool:
    """Return whether a photo belongs to this melding."""
    query = _of_melding(public_id).where(Photo.digest == digest)
    return session.scalar(query.limit(1)) is not None


def photos_of_melding(session: Session, public_id: str) -> Sequence[Photo]:
    """Return the photos of a melding in the order in which they came, for who may see the whole of it."""
    return session.scalars(_of_melding(public_id).order_by(Photo.id)).all()


def released_photos(session: Session, viewer: Viewer, public_id: str) -> Sequence[Photo]:
    """Return the photos of a melding that this viewer may see, in the order in which they came."""
    seen = visibility.meldingen(viewer).with_only_columns(Melding.id).where(Melding.public_id == public_id)
    query = select(Photo).where(Photo.melding_id.in_(seen)).order_by(Photo.id)
    return session.scalars(query if viewer.is_staff else query.where(Photo.released)).all()


def _of_melding(public_id: str) -> Select[Photo]:
    return select(Photo).join(Melding, Melding.id == Photo.melding_id).where(Melding.public_id == public_id)
