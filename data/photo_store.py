"""The store of photos: files named after their content, durable before the melding that they belong to."""

from __future__ import annotations

import fcntl
import os
import re
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.database import Database
from data.intake_models import Photo
from data.photos import Encoded
from geo.errors import WijkbeeldError

# An hour below the promised day: who looks every hour then leaves nothing older than a day.
KEPT_WITHOUT_ROW: Final = timedelta(hours=23)
BEING_SENT: Final = timedelta(minutes=1)
DIGEST: Final = re.compile(r"[0-9a-f]{64}")
PARTIAL: Final = ".deel"
LOCK: Final = ".slot"


class PhotoNotKept(WijkbeeldError):
    """A photo could not be written to disk; nothing of it is left."""


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What a look at files and rows found: files that were removed, and photos whose file is not there."""

    removed: int
    missing: tuple[str, ...]


class PhotoStore:
    """A folder of photos that only the service reads; made at the first photo."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, digest: str) -> Path:
        """Return the file of a photo, whether it is there or not; ValueError for what is no digest."""
        if not DIGEST.fullmatch(digest):
            raise ValueError("een foto heet naar de SHA-256 van zijn inhoud")
        return self.folder / f"{digest}.jpg"

    def keep(self, encoded: Encoded) -> None:
        """Store a photo; when this returns the file is durable, under its final name, and whole.

        Call it before the transaction that stores the row: a row then never stands without its file.
        """
        self._make_folder()
        target = self.path(encoded.digest)
        with self._locked(fcntl.LOCK_SH):
            if target.exists():
                # Young again: a sweep leaves it alone until the row is there.
                os.utime(target)
            else:
                partial = self.folder / f".{secrets.token_hex(8)}{PARTIAL}"
                _write(partial, encoded.content)
                partial.replace(target)
        _sync(self.folder)

    def reconcile(self, database: Database, *, now: datetime | None = None) -> Reconciled:
        """Remove files that have had no row for almost a day, and say which rows have no file."""
        before = ((now or datetime.now(UTC)) - KEPT_WITHOUT_ROW).timestamp()
        with database.read() as session:
            known = set(session.scalars(select(Photo.digest).distinct()))
        old = [path for path in self._files() if path.stem not in known and _age_mark(path) < before]
        removed = sum(self._remove(path, before) for path in old)
        return Reconciled(removed, tuple(sorted(one for one in known if not self.path(one).exists())))

    def remove(self, database: Database, digests: Sequence[str], *, now: datetime | None = None) -> int:
        """Remove the files of photos that have no row any more; returns how many.

        One that was sent again within the last minute waits for `reconcile`: its row may be on its way.
        """
        before = ((now or datetime.now(UTC)) - BEING_SENT).timestamp()
        with database.read() as session:
            known = set(session.scalars(select(Photo.digest).where(Photo.digest.in_(digests))))
        gone = [self.path(one) for one in digests if one not in known and self.path(one).exists()]
        return sum(self._remove(path, before) for path in gone)

    def _files(self) -> Iterator[Path]:
        paths = self.folder.iterdir() if self.folder.is_dir() else iter(())
        return (path for path in paths if path.suffix in {".jpg", PARTIAL})

    def _remove(self, path: Path, before: float) -> bool:
        """Remove a file, unless somebody sent the same photo again while we looked."""
        with self._locked(fcntl.LOCK_EX):
            if _age_mark(path) >= before:
                return False
            path.unlink(missing_ok=True)
        return True

    def _make_folder(self) -> None:
        if self.folder.is_dir():
            return
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _sync(self.folder.parent)

    @contextmanager
    def _locked(self, kind: int) -> Iterator[None]:
        """Hold the folder: many who store at once, or one who removes; between processes too."""
        handle = os.open(self.folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, kind)
            yield
        finally:
            os.close(handle)


def attach(session: Session, melding_id: int, encoded: Encoded) -> None:
    """Add the row of a photo that the store keeps to a melding, in the caller's transaction; not twice."""
    same = select(Photo.id).where(Photo.melding_id == melding_id, Photo.digest == encoded.digest)
    if session.scalar(same) is None:
        session.add(
            Photo(
                melding_id=melding_id,
                digest=encoded.digest,
                width=encoded.width,
                height=encoded.height,
                created_at=datetime.now(UTC),
            )
        )
        session.flush()


@dataclass(frozen=True, slots=True)
class Album:
    """The photos that come with one melding, and where they are kept."""

    store: PhotoStore
    photos: Sequence[Encoded] = ()

    @property
    def marks(self) -> list[str]:
        """What was sent, in its order, for the fingerprint of the melding."""
        return [photo.sent for photo in self.photos]

    def keep(self) -> None:
        """Store every photo; all are durable when this returns."""
        for photo in self.photos:
            self.store.keep(photo)

    def attach(self, session: Session, melding_id: int) -> None:
        """Add the rows of all photos to their melding."""
        for photo in self.photos:
            attach(session, melding_id, photo)


def _write(path: Path, content: bytes) -> None:
    """Write a new file that only its owner reads, and wait until it is on disk; PhotoNotKept on a fault."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        path.unlink(missing_ok=True)
        raise PhotoNotKept("Wij kunnen uw foto nu niet opslaan. Probeer het zo nog eens.") from error


def _sync(folder: Path) -> None:
    """Wait until the names in a folder are on disk."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _age_mark(path: Path) -> float:
    """Return when a file was last stored; the far future when it is gone."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return float("inf")
