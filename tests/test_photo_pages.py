"""Photos on the pages: sent with a form, shown to who may see them, and to a browser a picture only."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import photo_files as files
import pytest
from bad_files import town_database
from cheap_passwords import hashed
from fastapi.testclient import TestClient
from photo_sending import names, rows, sent
from served import loaded_database
from sqlalchemy import select, update

from data.database import Database
from data.handling import hide, release
from data.intake import tracking_token
from data.intake_models import Photo
from data.models import Category, Melding
from data.photo_rows import photos_of_melding, released_photos
from data.photo_store import Album
from data.photos import WORDS, Encoded, re_encode
from data.rights import ALL_ROLES
from data.visibility import PUBLIC, Viewer
from service.app import create_app
from service.melding_form import fresh_key
from service.photo_form import FAULTS, photo_store
from service.secret import read_secret
from service.settings import Settings
from service.texts import catalogue

ACCOUNT, PASSWORD = "proef", "een lang wachtwoord"
STAFF = Viewer(ACCOUNT, ALL_ROLES)


@pytest.fixture(scope="module")
def encoded() -> Encoded:
    return re_encode(files.planted_jpeg())


# Showing


@dataclass
class Shown:
    """A running service with one melding that has a photo."""

    public: TestClient
    staff: TestClient
    database: Database
    digest: str
    public_id: str
    token: str

    def act(self, work: Callable[[Any, Melding], None]) -> None:
        with self.database.write() as session:
            work(session, session.scalars(select(Melding).where(Melding.public_id == self.public_id)).one())

    def release(self, *, photo: bool) -> None:
        def work(session: Any, melding: Melding) -> None:
            ids = frozenset(session.scalars(select(Photo.id).where(Photo.melding_id == melding.id)))
            release(session, melding, actor="proef", text=False, photos=ids if photo else frozenset())

        self.act(work)


@pytest.fixture
def shown(tmp_path: Path, encoded: Encoded) -> Iterator[Shown]:
    with town_database(tmp_path):
        pass
    settings = Settings(
        database_url=f"sqlite:///{tmp_path / 'x.db'}",
        var_folder=tmp_path / "var",
        staff={ACCOUNT: hashed(PASSWORD)},
    )
    app = create_app(settings)
    with TestClient(app) as public, TestClient(app) as staff:
        secret = read_secret(settings.var_folder)
        album = Album(photo_store(settings), (encoded,))
        receipt = sent(app.state.database, album, secret=secret)
        assert staff.post(
            "/inloggen", data={"naam": ACCOUNT, "wachtwoord": PASSWORD, "naar": "/bronnen"}
        ).is_success
        token = tracking_token(receipt.public_id, secret)
        yield Shown(public, staff, app.state.database, encoded.digest, receipt.public_id, token)


def statuses(shown: Shown) -> tuple[int, int, int]:
    """What the public, staff and the reporter get of the photo."""
    address = f"/fotos/{shown.digest}.jpg"
    own = f"/volg/{shown.token}{address}"
    return (
        shown.public.get(address).status_code,
        shown.staff.get(address).status_code,
        shown.public.get(own).status_code,
    )


def test_a_photo_is_public_only_while_it_and_its_melding_are_released(shown: Shown) -> None:
    assert statuses(shown) == (404, 200, 200)
    shown.release(photo=False)
    assert statuses(shown) == (404, 200, 200)
    shown.release(photo=True)
    assert statuses(shown) == (200, 200, 200)
    shown.act(lambda session, melding: hide(session, melding, actor="proef", reason="vergissing"))
    assert statuses(shown) == (404, 200, 200)


def test_a_photo_of_a_soort_that_is_not_public_stays_inside(shown: Shown) -> None:
    shown.release(photo=True)
    with shown.database.write() as session:
        session.execute(update(Category).values(privacy="gebied"))
    assert statuses(shown) == (404, 200, 200)


def test_the_pages_list_the_photos_that_their_reader_may_see(shown: Shown) -> None:
    def seen(viewer: Viewer) -> int:
        with shown.database.read() as session:
            return len(released_photos(session, viewer, shown.public_id))

    with shown.database.read() as session:
        assert [photo.digest for photo in photos_of_melding(session, shown.public_id)] == [shown.digest]
    assert (seen(PUBLIC), seen(STAFF)) == (0, 1)
    shown.release(photo=True)
    assert (seen(PUBLIC), seen(STAFF)) == (1, 1)


@pytest.mark.parametrize("released", [False, True])
def test_41_a_photo_is_a_picture_and_nothing_else_to_a_browser(shown: Shown, released: bool) -> None:
    shown.release(photo=released)
    for answer in (
        shown.staff.get(f"/fotos/{shown.digest}.jpg"),
        shown.public.get(f"/volg/{shown.token}/fotos/{shown.digest}.jpg"),
    ):
        assert answer.headers["Content-Type"] == "image/jpeg"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Disposition"] == 'inline; filename="foto.jpg"'
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"


def test_45_no_word_of_the_sent_photo_is_in_what_is_served_or_kept(shown: Shown, tmp_path: Path) -> None:
    shown.release(photo=True)
    served = shown.public.get(f"/fotos/{shown.digest}.jpg")
    assert files.corners(served.content) == ["rood", "groen", "wit", "blauw"]
    assert sha256(served.content).hexdigest() == shown.digest
    kept = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(kept) > 2
    assert files.PLANTED not in served.content + str(served.headers).encode()
    assert [path.name for path in kept if files.PLANTED in path.read_bytes()] == []


def test_a_browser_keeps_a_public_photo_and_asks_each_time_and_keeps_no_other(shown: Shown) -> None:
    address = f"/fotos/{shown.digest}.jpg"
    assert shown.staff.get(address).headers["Cache-Control"] == "no-store"
    shown.release(photo=True)
    first = shown.public.get(address)
    again = shown.public.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert (first.headers["Cache-Control"], again.status_code) == ("private, no-cache", 304)
    shown.release(photo=False)
    gone = shown.public.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert gone.status_code == 404
    own = shown.public.get(f"/volg/{shown.token}{address}")
    assert own.headers["Cache-Control"] == "no-store"


def test_another_secret_link_or_none_shows_no_photo(shown: Shown) -> None:
    name = f"fotos/{shown.digest}.jpg"
    other = tracking_token(shown.public_id, b"een ander geheim")
    for token in (other, shown.public_id, shown.token[:-1], shown.token + "0", "x"):
        assert shown.public.get(f"/volg/{token}/{name}").status_code == 404


@pytest.mark.parametrize("name", ["0" * 64, "x", "..%2f..%2fgeheim", "%00", "A" * 64])
def test_40_a_photo_that_is_not_there_is_not_found_or_refused(shown: Shown, name: str) -> None:
    for start in ("", f"/volg/{shown.token}"):
        assert shown.staff.get(f"{start}/fotos/{name}.jpg").status_code in {400, 404}


# The form


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    folder = tmp_path_factory.mktemp("formulier")
    settings = Settings(database_url=loaded_database(folder), var_folder=folder / "var")
    with TestClient(create_app(settings), follow_redirects=False) as client:
        yield client


def posted(door: TestClient, *photos: tuple[str, bytes, str], **changed: str) -> Any:
    """Send the form with these photos: a name, what is in it, and what the browser says it is."""
    form = {
        "gemeente": "GM0106",
        "sleutel": fresh_key(),
        "tekst": "De lantaarn voor de deur is kapot.",
        "adres": "Kloekhorststraat 29",
        "plek": "plek:Kloekhorststraat 29, 9401BB Assen",
        "soort": "straatverlichting",
        **changed,
    }
    chosen = [("foto", photo) for photo in photos] or [("foto", ("", b"", "application/octet-stream"))]
    return door.post("/melden", data=form, files=chosen)


def kept(door: TestClient) -> tuple[int, set[str]]:
    """How many photos have a row, and the names of all files of photos."""
    state = door.app.state  # type: ignore[attr-defined]
    return len(rows(state.database)), names(photo_store(state.settings))


JPEG = "image/jpeg"
NAMES = {
    "rij 40: pad naar boven": "../../etc/passwd",
    "rij 40: dubbele uitgang": "a.php.jpg",
    "rij 40: 4.000 tekens": "x" * 4_000 + ".jpg",
    "rij 40: NUL": "a\0b.jpg",
    "rij 40: naam van een apparaat": "CON",
    "rij 40: andersom geschreven": "foto\u202egpj.exe",
    "rij 40: stil woord": f"{files.CANARY}.jpg",
    "rij 41: zegt HTML te zijn": "a.html",
}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES.keys())
def test_the_name_of_a_file_is_ignored_and_a_reporter_sees_the_photo(door: TestClient, name: str) -> None:
    kind = "text/html" if name.endswith("html") else JPEG
    answer = posted(door, (name, files.planted_jpeg(orientation=6), kind))
    assert answer.status_code == 303
    page = door.get(answer.headers["Location"])
    (address,) = re.findall(r'<img src="(/volg/[^"]+\.jpg)"', page.text)
    shown = door.get(address)
    digest = sha256(shown.content).hexdigest()
    assert address.endswith(f"/fotos/{digest}.jpg")
    assert door.get(f"/fotos/{digest}.jpg").status_code == 404
    assert all(re.fullmatch(r"[0-9a-f]{64}\.jpg", one) for one in kept(door)[1])
    assert files.CANARY not in page.text


def test_45_no_word_of_a_photo_or_of_its_name_stays_in_the_folder_of_the_service(door: TestClient) -> None:
    name = f"{files.CANARY}.jpg"
    for content in (files.planted_jpeg(), files.planted_png(), files.planted_webp()):
        assert posted(door, (name, content, JPEG)).status_code == 303
    folder = Path(door.app.state.database.path).parent  # type: ignore[attr-defined]
    written = [path for path in folder.rglob("*") if path.is_file()]
    assert len([path for path in written if path.suffix == ".jpg"]) >= 3
    assert [path for path in written if files.PLANTED in path.read_bytes()] == []


def test_three_photos_are_kept_with_one_melding_and_a_retry_adds_none(door: TestClient) -> None:
    before, _ = kept(door)
    photos = [(f"{n}.png", files.saved(files.quarters(90 + n, 60), "PNG"), "image/png") for n in range(3)]
    key = fresh_key()
    first, again = posted(door, *photos, sleutel=key), posted(door, *photos, sleutel=key)
    assert first.headers["Location"].split("?")[0] == again.headers["Location"].split("?")[0]
    assert kept(door)[0] == before + 3


def test_a_form_without_photos_is_taken(door: TestClient) -> None:
    before = kept(door)
    assert posted(door).status_code == 303
    assert kept(door) == before


BAD_FORMS: dict[str, tuple[list[bytes], dict[str, str], str]] = {
    "rij 44: leeg": ([b""], {}, "melden.fout_foto_leeg"),
    "rij 44: half": ([files.planted_jpeg()[:400]], {}, "melden.fout_foto_kapot"),
    "rij 41: geen foto": ([b"<html>"], {}, "melden.fout_foto_vorm"),
    "rij 43: bom": ([files.bomb(50_000, 50_000)], {}, "melden.fout_foto_pixels"),
    "rij 43: beweegt": ([files.moving("WEBP")], {}, "melden.fout_foto_beweegt"),
    "rij 43: te groot": ([files.planted_jpeg() + bytes(20_000_000)], {}, "melden.fout_foto_groot"),
    "een van twee is kapot": ([files.moving("PNG", 1), b"x"], {}, "melden.fout_foto_vorm"),
    "vier": ([files.planted_jpeg()] * 4, {}, "melden.fout_foto_veel"),
    "iets anders klopt niet": ([files.planted_jpeg()], {"soort": "x"}, "melden.fout_foto_opnieuw"),
}


@pytest.mark.parametrize(("photos", "changed", "words"), BAD_FORMS.values(), ids=BAD_FORMS.keys())
def test_a_form_with_a_bad_photo_is_shown_again_and_nothing_is_stored(
    door: TestClient, photos: list[bytes], changed: dict[str, str], words: str
) -> None:
    before = kept(door)
    answer = posted(door, *[(f"{n}.jpg", content, JPEG) for n, content in enumerate(photos)], **changed)
    assert answer.status_code == 400
    assert catalogue().text(words) in html.unescape(answer.text)
    assert "De lantaarn voor de deur is kapot." in answer.text
    assert kept(door) == before


def test_every_reason_to_refuse_a_photo_has_words_on_the_page() -> None:
    assert set(FAULTS) == set(WORDS)


BROKEN_BODIES = {
    "geen grens": ("multipart/form-data", b"x"),
    "een andere grens": ("multipart/form-data; boundary=a", b"--b\r\n\r\n--b--"),
    "een deel zonder naam": ("multipart/form-data; boundary=a", b"--a\r\nX: y\r\n\r\nz\r\n--a--\r\n"),
    "afgebroken": ("multipart/form-data; boundary=a", b'--a\r\nContent-Disposition: form-data; name="foto"'),
    "zeer veel velden": (
        "multipart/form-data; boundary=a",
        b"".join(b'--a\r\nContent-Disposition: form-data; name="%d"\r\n\r\n\r\n' % n for n in range(99))
        + b"--a--\r\n",
    ),
    "zeer veel bestanden": (
        "multipart/form-data; boundary=a",
        b'--a\r\nContent-Disposition: form-data; name="foto"; filename="a"\r\n\r\nx\r\n' * 99 + b"--a--\r\n",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("kind", "body"), BROKEN_BODIES.values(), ids=BROKEN_BODIES.keys())
def test_a_body_that_is_no_form_is_refused_without_an_error_of_ours(
    door: TestClient, kind: str, body: bytes
) -> None:
    before = kept(door)
    assert door.post("/melden", content=body, headers={"Content-Type": kind}).status_code == 400
    assert kept(door) == before


def test_a_body_larger_than_three_photos_is_cut_off(door: TestClient) -> None:
    before = kept(door)
    photos = [("a.jpg", bytes(21_000_000), JPEG)] * 3
    assert posted(door, *photos).status_code == 413
    assert kept(door) == before
