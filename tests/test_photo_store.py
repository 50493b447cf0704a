"""Photos kept: no row without its file, wherever a process ends, and no file that outlives its melding."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

import photo_files as files
import pytest
from bad_files import town_database
from photo_sending import SECRET, names, report, rows, sent
from sqlalchemy import event, select, update
from sqlalchemy.orm import SessionTransaction

from data.database import Database
from data.intake import KeyReused, NotOurs, Receipt, take_in
from data.intake_models import Intake
from data.models import Melding
from data.photo_store import Album, PhotoNotKept, PhotoStore
from data.photos import Encoded, re_encode

DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def encoded() -> Encoded:
    return re_encode(files.planted_jpeg())


@pytest.fixture(scope="module")
def other() -> Encoded:
    return re_encode(files.planted_png())


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with town_database(tmp_path) as database:
        yield database


@pytest.fixture
def store(tmp_path: Path) -> PhotoStore:
    return PhotoStore(tmp_path / "var" / "fotos")


def set_age(store: PhotoStore, age: timedelta) -> None:
    moment = time.time() - age.total_seconds()
    for path in store.folder.iterdir():
        os.utime(path, (moment, moment))


# Keeping


def test_a_photo_lies_under_the_name_of_its_content_for_its_owner_alone(
    store: PhotoStore, encoded: Encoded
) -> None:
    store.keep(encoded)
    path = store.path(encoded.digest)
    assert sha256(path.read_bytes()).hexdigest() == encoded.digest
    assert names(store) == {f"{encoded.digest}.jpg"}
    assert (path.stat().st_mode & 0o777, store.folder.stat().st_mode & 0o777) == (0o600, 0o700)


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "a.php", "", "A" * 64, "0" * 63, "0" * 64 + "\n", "CON"]
)
def test_40_a_name_that_is_no_digest_has_no_path(store: PhotoStore, name: str) -> None:
    with pytest.raises(ValueError, match="SHA-256"):
        store.path(name)


def test_a_melding_and_its_photos_are_stored_together_and_a_retry_adds_nothing(
    database: Database, store: PhotoStore, encoded: Encoded, other: Encoded
) -> None:
    album = Album(store, (encoded, other))
    first, again = sent(database, album), sent(database, album)
    assert (again.public_id, again.replayed) == (first.public_id, True)
    assert rows(database) == [encoded.digest, other.digest]
    assert names(store) == {f"{encoded.digest}.jpg", f"{other.digest}.jpg"}


def test_47_the_same_photo_twice_is_one_row_and_one_file(
    database: Database, store: PhotoStore, encoded: Encoded
) -> None:
    sent(database, Album(store, (encoded, encoded)))
    sent(database, Album(store, (encoded,)), key="twee")
    assert rows(database) == [encoded.digest] * 2
    assert names(store) == {f"{encoded.digest}.jpg"}


def test_the_same_key_with_another_photo_is_refused_and_leaves_no_file(
    database: Database, store: PhotoStore, encoded: Encoded, other: Encoded
) -> None:
    sent(database, Album(store, (encoded,)))
    for photos in (Album(store, (other,)), Album(store, (encoded, other)), None):
        with pytest.raises(KeyReused):
            sent(database, photos)
    assert names(store) == {f"{encoded.digest}.jpg"}


def test_a_melding_outside_leaves_no_photo(database: Database, store: PhotoStore, encoded: Encoded) -> None:
    with pytest.raises(NotOurs):
        take_in(database, report(), finders=[], key="x", secret=SECRET, photos=Album(store, (encoded,)))
    assert names(store) == set()


def test_a_full_disk_stores_neither_photo_nor_melding(
    database: Database, store: PhotoStore, encoded: Encoded, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    store.folder.mkdir(parents=True)
    with monkeypatch.context() as patch, pytest.raises(PhotoNotKept, match="Probeer"):
        patch.setattr(os, "fsync", full)
        sent(database, Album(store, (encoded,)))
    assert (rows(database), names(store)) == ([], set())
    sent(database, Album(store, (encoded,)))
    assert rows(database) == [encoded.digest]


# Ends at every step


@dataclass
class Steps:
    """Counts the steps that reach the disk, notes their names, and ends the process at one of them."""

    end_at: int = 0
    after: bool = False

    def __post_init__(self) -> None:
        self.names: list[str] = []

    def step(self, name: str, work: Callable[[], Any]) -> Any:
        self.names.append(name)
        ends = len(self.names) == self.end_at
        if ends and not self.after:
            os.kill(os.getpid(), signal.SIGKILL)
        done = work()
        if ends:
            os.kill(os.getpid(), signal.SIGKILL)
        return done

    def watch(self, patch: pytest.MonkeyPatch, database: Database) -> None:
        fsync, replace, utime, unlink = os.fsync, Path.replace, os.utime, Path.unlink
        kinds = {True: "fsync map", False: "fsync bestand"}
        patch.setattr(os, "fsync", lambda handle: self.step(kinds[_is_folder(handle)], lambda: fsync(handle)))
        patch.setattr(Path, "replace", lambda old, new: self.step("naam", lambda: replace(old, new)))
        patch.setattr(Path, "unlink", lambda *a, **k: self.step("weg", lambda: unlink(*a, **k)))
        patch.setattr(os, "utime", lambda *given: self.step("weer jong", lambda: utime(*given)))
        event.listen(database.writer, "before_execute", lambda *_: self.step("regel", lambda: None))
        event.listen(database.writer, "commit", lambda _: self.step("commit", lambda: None))


def _is_folder(handle: int) -> bool:
    return Path(f"/proc/self/fd/{handle}").is_dir()


def ended(folder: Path, steps: Steps, work: Callable[[Database], object]) -> bool:
    """Do something in a process of its own that is killed at a step; whether it got to the end."""
    child = os.fork()
    if child == 0:
        try:
            database = Database(f"sqlite:///{folder / 'x.db'}")
            with pytest.MonkeyPatch.context() as patch:
                steps.watch(patch, database)
                work(database)
            os._exit(0)
        except BaseException:
            os._exit(3)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
    return not os.WIFSIGNALED(status)


def broken(folder: Path, store: PhotoStore) -> list[str]:
    """The photos of stored meldingen whose file is not there, or is not what its name says."""
    database = Database(f"sqlite:///{folder / 'x.db'}")
    found = rows(database)
    missing = store.reconcile(database).missing
    database.close()
    whole = {path.stem for path in store.folder.glob("*.jpg") if _holds_its_name(path)}
    assert set(missing) <= set(found)
    return [digest for digest in found if digest not in whole]


def _holds_its_name(path: Path) -> bool:
    return sha256(path.read_bytes()).hexdigest() == path.stem


def swept(tmp_path: Path, album: Callable[[PhotoStore], Album], *, after: bool) -> tuple[int, int]:
    """Kill at each step in turn; return how many steps there were and how many photos were lost."""
    lost = 0
    for end_at in range(1, 200):
        folder = tmp_path / f"{end_at}"
        folder.mkdir()
        with town_database(folder):
            pass
        store = PhotoStore(folder / "fotos")
        photos = album(store)
        done = ended(folder, Steps(end_at, after), partial(sent, photos=photos))
        lost += len(broken(folder, store))
        if done:
            return end_at - 1, lost
    raise AssertionError("it never came to its end")


@pytest.mark.faults
@pytest.mark.parametrize("after", [False, True], ids=["voor", "na"])
def test_a_process_killed_at_any_step_leaves_no_row_without_its_file(
    tmp_path: Path, encoded: Encoded, other: Encoded, after: bool
) -> None:
    points, lost = swept(tmp_path, lambda store: Album(store, (encoded, other)), after=after)
    assert points > 12
    assert lost == 0


class Late(Album):
    """The control: an album that keeps its files after the rows, as it should not be done."""

    def keep(self) -> None:
        """Do nothing yet."""

    def attach(self, session: Any, melding_id: int) -> None:
        """Add the rows, and write the files when they are stored already."""
        super().attach(session, melding_id)
        event.listen(session, "after_transaction_end", lambda _, ended: self._late(ended))

    def _late(self, ended: SessionTransaction) -> None:
        if ended.parent is None:
            Album.keep(self)


@pytest.mark.faults
def test_a_photo_kept_after_its_row_is_found_by_the_same_sweep(
    tmp_path: Path, encoded: Encoded, other: Encoded
) -> None:
    _, lost = swept(tmp_path, lambda store: Late(store, (encoded, other)), after=False)
    assert lost > 0


def test_a_photo_is_on_disk_with_its_name_before_the_transaction_begins(
    database: Database, store: PhotoStore, encoded: Encoded, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent(database, None, key="voor het eerst")
    steps = Steps()
    with monkeypatch.context() as patch:
        steps.watch(patch, database)
        sent(database, Album(store, (encoded,)))
        sent(database, Album(store, (encoded,)), key="twee")
    kept = ["fsync map", "fsync bestand", "naam", "fsync map"]
    assert steps.names[:5] == [*kept, "regel"]
    first = steps.names.index("commit")
    assert steps.names[first + 1 : first + 4] == ["weer jong", "fsync map", "regel"]


# Files without a row


def test_47_a_photo_without_a_melding_is_gone_after_a_day_and_not_before(
    database: Database, store: PhotoStore, encoded: Encoded, other: Encoded
) -> None:
    sent(database, Album(store, (encoded,)))
    store.keep(other)
    (store.folder / ".0123.deel").write_bytes(b"half")
    set_age(store, timedelta(hours=22))
    assert store.reconcile(database).removed == 0
    set_age(store, DAY)
    assert store.reconcile(database).removed == 2
    assert names(store) == {f"{encoded.digest}.jpg"}


def test_47_a_photo_of_a_melding_that_is_deleted_goes_too(
    database: Database, store: PhotoStore, encoded: Encoded
) -> None:
    sent(database, Album(store, (encoded,)))
    with database.write() as session:
        session.delete(session.scalars(select(Melding)).one())
    assert rows(database) == []
    assert store.reconcile(database, now=datetime.now(UTC) + DAY).removed == 1
    assert names(store) == set()


def test_47_a_photo_that_is_sent_again_is_young_again(
    database: Database, store: PhotoStore, encoded: Encoded
) -> None:
    store.keep(encoded)
    set_age(store, 2 * DAY)
    store.keep(encoded)
    assert store.reconcile(database).removed == 0


def test_a_row_without_its_file_is_told(database: Database, store: PhotoStore, encoded: Encoded) -> None:
    sent(database, Album(store, (encoded,)))
    assert store.reconcile(database).missing == ()
    store.path(encoded.digest).unlink()
    assert store.reconcile(database).missing == (encoded.digest,)


def test_a_service_without_photos_has_nothing_to_keep(database: Database, store: PhotoStore) -> None:
    found = store.reconcile(database)
    assert (found.removed, found.missing, store.folder.exists()) == (0, (), False)


def test_what_is_kept_to_know_a_retry_is_keyed_and_the_old_plain_form_still_counts(
    database: Database,
) -> None:
    first = sent(database, None)
    plain = asdict(replace(report(), quarantine=None))
    del plain["proof"]
    bare = sha256(json.dumps(plain, sort_keys=True, default=str).encode()).hexdigest()
    with database.write() as session:
        assert session.scalars(select(Intake.fingerprint)).one() != bare
        session.execute(update(Intake).values(fingerprint=bare))
    assert sent(database, None) == Receipt(first.public_id, first.reference, replayed=True)
    with database.write() as session:
        session.execute(update(Intake).values(fingerprint=bare[::-1]))
    with pytest.raises(KeyReused):
        sent(database, None)
