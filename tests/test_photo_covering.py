"""Photos covered at the desk: black where it was asked in all that is served, and the old photo nowhere."""

from __future__ import annotations

import io
import os
import random
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import photo_files as files
import pytest
from account_town import OTHER, OWN, account, csrf, key_of, log_in, service
from bad_files import town_database
from fastapi.testclient import TestClient
from httpx2 import Response
from intake_door import database_of, two_towns
from photo_sending import names, rows, sent
from PIL import Image, ImageChops
from sqlalchemy import select, update
from test_photo_store import DAY, Steps, broken, ended, set_age

from data import handling
from data.areas import store_edition
from data.database import Database
from data.intake import Report, take_in, tracking_token
from data.intake_models import Photo
from data.models import Audit, Category, Melding
from data.owners import buurt_finders
from data.photo_covering import COLUMNS, MOST_ROWS, Grid, NoSuchCell, exchange, grid, replace
from data.photo_store import Album, PhotoStore
from data.photos import Encoded, is_plain, re_encode
from data.rights import Role
from geo.crs import RD, to_lnglat
from service.photo_form import photo_store

WIDE, HIGH = 400, 240
# The third row, squares 4 to 6: from (120, 80) to (240, 120).
CELLS, BOX = ["3-4", "3-5", "3-6"], (120, 80, 240, 120)
# JPEG writes squares of 16 pixels at once: this far from an edge nothing of it is left.
EDGE = 16
SESSIONS: dict[str, dict[str, str]] = {}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with service(tmp_path_factory.mktemp("afdekken")) as client:
        with database_of(client).write() as session:
            store_edition(session, two_towns())
        for name, role, gemeente in (
            ("moderator", Role.MODERATOR, OWN),
            ("coordinator", Role.WIJKCOORDINATOR, OWN),
            ("adviseur", Role.BELEIDSADVISEUR, OWN),
            ("ander", Role.MODERATOR, OTHER),
        ):
            account(client, name, role, gemeente=gemeente)
        yield client


def act_as(client: TestClient, name: str) -> None:
    """Go on as somebody, in the session that they have: logging in takes long."""
    client.cookies.clear()
    if name not in SESSIONS:
        SESSIONS[name] = dict(log_in(client, name).cookies)
    client.cookies.update(SESSIONS[name])


def store_of(client: TestClient) -> PhotoStore:
    return photo_store(client.app.state.settings)  # type: ignore[attr-defined]


def made(seed: int) -> Encoded:
    """A photo of soft colours, another for each seed."""
    few = Image.new("RGB", (8, 5))
    colours = random.Random(seed)
    few.putdata([tuple(colours.randrange(60, 256) for _ in range(3)) for _ in range(40)])
    return re_encode(files.saved(few.resize((WIDE, HIGH), Image.Resampling.BICUBIC), "JPEG", quality=95))


def take(client: TestClient, *photos: Encoded, key: str) -> tuple[str, list[int]]:
    """Store a melding with photos that are older than a minute; its public id, and their numbers."""
    database = database_of(client)
    with database.read() as session:
        finders = buurt_finders(session)
    report = Report(
        gemeente=OWN,
        category="afvalbak",
        text="De afvalbak is vol.",
        point=to_lnglat(RD(80_500, 436_500)),
        address=None,
        place_quality="punt",
        quarantine="zonder controle",
    )
    store = store_of(client)
    receipt = take_in(
        database, report, finders=finders, key=key, secret=key_of(client), photos=Album(store, photos)
    )
    for photo in photos:
        os.utime(store.path(photo.digest), (0, 0))
    with database.read() as session:
        mine = select(Photo.id).join(Melding).where(Melding.public_id == receipt.public_id)
        return receipt.public_id, list(session.scalars(mine.order_by(Photo.id)))


def cover(client: TestClient, name: str, number: int, cells: list[str], page: str = "") -> Response:
    """Send the form of a photo, as its page is now or as it was."""
    address = f"/werkbak/{name}/fotos/{number}"
    html = page or client.get(address).text
    hidden = {field: re.findall(rf'name="{field}" value="([^"]+)"', html)[-1] for field in ("csrf", "versie")}
    answer: Response = client.post(address, data={**hidden, "vak": cells})
    return answer


def digests(client: TestClient, name: str) -> list[str]:
    with database_of(client).read() as session:
        query = select(Photo.digest).join(Melding).where(Melding.public_id == name).order_by(Photo.id)
        return list(session.scalars(query))


def release(client: TestClient, name: str) -> None:
    """Let everybody see a melding with its photos."""
    with database_of(client).write() as session:
        melding = session.scalars(select(Melding).where(Melding.public_id == name)).one()
        session.execute(update(Category).where(Category.id == melding.category_id).values(privacy="exact"))
        ids = frozenset(session.scalars(select(Photo.id).where(Photo.melding_id == melding.id)))
        handling.release(session, melding, actor="proef", text=False, photos=ids)


def picture(jpeg: bytes) -> Image.Image:
    with Image.open(io.BytesIO(jpeg)) as found:
        return found.convert("RGB")


def darkest_to_lightest(found: Image.Image, box: tuple[int, int, int, int]) -> tuple[int, int]:
    values = [value for part in found.crop(box).split() for value in part.tobytes()]
    return min(values), max(values)


# Pixels


def test_what_is_under_the_squares_is_black_and_the_rest_is_as_it_was() -> None:
    before = made(1)
    after = re_encode(before.content, black=Grid(6).boxes(CELLS))
    covered, plain = picture(after.content), picture(before.content)
    assert (after.width, after.height, is_plain(after.content)) == (WIDE, HIGH, True)
    left, upper, right, lower = BOX
    # A sign of the neighbours of a square may show at its edge; within it is black.
    assert darkest_to_lightest(covered, (left + 8, upper + 8, right - 8, lower - 8))[1] <= 12
    assert darkest_to_lightest(covered, BOX)[1] <= 96
    assert darkest_to_lightest(plain, BOX)[0] >= 40
    apart = ImageChops.difference(covered, plain)
    apart.paste((0, 0, 0), (left - EDGE, upper - EDGE, right + EDGE, lower + EDGE))
    assert darkest_to_lightest(apart, (0, 0, WIDE, HIGH))[1] <= 24


def test_what_was_under_the_black_makes_no_difference_to_the_file() -> None:
    plain = picture(made(2).content)
    other = plain.copy()
    other.paste((255, 255, 255), BOX)
    one, two = (re_encode(files.saved(it, "PNG"), black=Grid(6).boxes(CELLS)) for it in (plain, other))
    assert one.content == two.content


@pytest.mark.parametrize(
    ("size", "rows"), [((2560, 1920), 8), ((1440, 1920), 13), ((2560, 200), 1), ((300, 3000), MOST_ROWS)]
)
def test_squares_are_about_square_and_cover_the_whole_photo(size: tuple[int, int], rows: int) -> None:
    found = grid(Photo(width=size[0], height=size[1]))
    boxes = found.boxes([f"{row}-{column}" for row in range(1, rows + 1) for column in range(1, COLUMNS + 1)])
    assert (found.rows, len(boxes)) == (rows, rows * COLUMNS)
    assert sum((right - left) * (lower - upper) for left, upper, right, lower in boxes) == pytest.approx(1)
    assert (
        re_encode(made(3).content, black=boxes).content
        == re_encode(files.saved(Image.new("RGB", (WIDE, HIGH)), "PNG")).content
    )


@pytest.mark.parametrize("cell", ["0-1", "7-1", "1-11", "1", "", "a-1", "-1-1", "1-1-1", "1-1\n"])
def test_a_square_beside_the_photo_is_refused(cell: str) -> None:
    with pytest.raises(NoSuchCell):
        Grid(6).boxes(["1-1", cell])


# At the desk


@pytest.mark.parametrize("released", [False, True], ids=["afgeschermd", "openbaar"])
def test_a_covered_photo_is_the_only_one_that_anybody_gets(client: TestClient, released: bool) -> None:
    before = made(10 + released)
    name, (number,) = take(client, before, key=f"enig {released}")
    if released:
        release(client, name)
    act_as(client, "coordinator" if released else "moderator")
    answer = cover(client, name, number, CELLS)
    assert answer.headers["Location"] == f"/werkbak/{name}/fotos/{number}?klaar=ja"
    (digest,) = digests(client, name)
    page = client.get(answer.headers["Location"]).text
    assert "De foto is afgedekt." in page
    assert before.digest not in page + client.get(f"/werkbak/{name}").text
    token = tracking_token(name, key_of(client))
    served = [client.get(f"/fotos/{digest}.jpg")]
    client.cookies.clear()
    served += [client.get(f"/volg/{token}/fotos/{digest}.jpg")]
    assert client.get(f"/fotos/{digest}.jpg").status_code == (200 if released else 404)
    assert [one.status_code for one in served] == [200, 200]
    for one in served:
        assert darkest_to_lightest(picture(one.content), (128, 88, 232, 112))[1] <= 12
    kept = {"If-None-Match": f'"{before.digest}"'}
    for who in (None, "moderator", "coordinator"):
        if who:
            act_as(client, who)
        for address in (f"/fotos/{before.digest}.jpg", f"/volg/{token}/fotos/{before.digest}.jpg"):
            gone = client.get(address, headers=kept)
            assert (gone.status_code, gone.headers["Cache-Control"]) == (404, "no-store")


def test_of_the_old_photo_no_byte_is_left_in_the_folder_of_the_service(client: TestClient) -> None:
    before = made(20)
    name, (number,) = take(client, before, key="bytes")
    act_as(client, "moderator")
    assert cover(client, name, number, CELLS).status_code == 303
    folder: Path = client.app.state.settings.var_folder  # type: ignore[attr-defined]
    # What the picture itself is made of; the head of a JPEG is the same for all.
    middle = before.content[len(before.content) // 2 :][:64]
    written = [path for path in folder.rglob("*") if path.is_file()]
    assert f"{digests(client, name)[0]}.jpg" in {path.name for path in written}
    assert [path.name for path in written if path.stem == before.digest or middle in path.read_bytes()] == []


def test_covering_is_in_the_audit_without_what_was_covered(client: TestClient) -> None:
    name, (number,) = take(client, made(30), key="audit")
    act_as(client, "moderator")
    cover(client, name, number, CELLS)
    with database_of(client).read() as session:
        query = select(Audit).where(Audit.object_id == name).order_by(Audit.id.desc())
        found = session.scalars(query).first()
    assert found is not None
    assert (found.action, found.actor, found.detail) == ("foto.afgedekt", "moderator", {"foto": number})


def test_an_old_page_covers_and_releases_nothing(client: TestClient) -> None:
    name, (number,) = take(client, made(40), key="oud")
    act_as(client, "coordinator")
    address = f"/werkbak/{name}/fotos/{number}"
    page, melding = client.get(address).text, client.get(f"/werkbak/{name}").text
    assert cover(client, name, number, ["1-1"]).status_code == 303
    before, stored = digests(client, name), names(store_of(client))
    assert cover(client, name, number, ["2-2"], page).status_code == 412
    version = re.findall(r'name="versie" value="([^"]+)"', melding)[0]
    act_as(client, "moderator")
    form = {"csrf": csrf(client), "versie": version, "foto": [str(number)]}
    assert client.post(f"/werkbak/{name}/zichtbaar", data=form).status_code == 412
    assert (digests(client, name), names(store_of(client))) == (before, stored)


@pytest.mark.parametrize(("cells", "status"), [([], 400), (["99-1"], 400), (["1-1"] * 201, 400)])
def test_without_a_square_of_the_photo_nothing_is_covered(
    client: TestClient, cells: list[str], status: int
) -> None:
    photo = made(50)
    name, (number,) = take(client, photo, key=f"geen vak {len(cells)}{cells[:1]}")
    act_as(client, "moderator")
    assert cover(client, name, number, cells).status_code == status
    assert digests(client, name) == [photo.digest]


def test_only_who_may_release_covers_and_only_photos_of_this_melding(client: TestClient) -> None:
    photo = made(60)
    name, (number,) = take(client, photo, key="rechten")
    _, (other,) = take(client, made(61), key="een andere")
    act_as(client, "moderator")
    page = client.get(f"/werkbak/{name}/fotos/{number}").text
    assert [client.get(f"/werkbak/{name}/fotos/{one}").status_code for one in (other, 10**9)] == [404, 404]
    assert cover(client, name, other, CELLS, page).status_code == 404
    address = f"/werkbak/{name}/fotos/{number}"
    for who, status in (("adviseur", 403), ("ander", 404)):
        act_as(client, who)
        form = {"csrf": csrf(client), "versie": re.findall(r'name="versie" value="([^"]+)"', page)[0]}
        assert (client.get(address).status_code, cover_with(client, address, form)) == (status, status)
    client.cookies.clear()
    assert (client.get(address).status_code, cover_with(client, address, {})) == (303, 303)
    act_as(client, "moderator")
    assert cover_with(client, address, {**form, "csrf": "verkeerd"}) == 403
    assert digests(client, name) == [photo.digest]


def cover_with(client: TestClient, address: str, form: dict[str, str]) -> int:
    return client.post(address, data={**form, "vak": CELLS}).status_code


def test_two_photos_that_are_the_same_once_covered_become_one(client: TestClient) -> None:
    photos = made(70), made(71)
    name, numbers = take(client, *photos, key="tweeling")
    act_as(client, "moderator")
    everything = [f"{row}-{column}" for row in range(1, 7) for column in range(1, COLUMNS + 1)]
    last = [cover(client, name, number, everything) for number in numbers][-1]
    assert last.headers["Location"] == f"/werkbak/{name}/fotos/{numbers[0]}?klaar=ja"
    (digest,) = digests(client, name)
    assert store_of(client).path(digest).is_file()
    assert not any(store_of(client).path(one.digest).exists() for one in photos)


def test_a_photo_that_came_with_another_melding_too_stays_there(client: TestClient) -> None:
    photo = made(80)
    name, (number,) = take(client, photo, key="deze")
    other, _ = take(client, photo, key="en die")
    act_as(client, "moderator")
    cover(client, name, number, CELLS)
    assert photo.digest not in digests(client, name)
    assert digests(client, other) == [photo.digest]
    assert store_of(client).path(photo.digest).is_file()


# Ends at every step

Exchange = Callable[[Database, PhotoStore, str, Encoded, Callable[[], bool]], None]


def covering(
    tmp_path: Path, old: Encoded, covered: Encoded, exchange: Exchange, *, after: bool
) -> tuple[list[list[str]], int]:
    """Cover a photo and kill at each step in turn; the photo that each end left, and how many were lost."""
    left, lost = [], 0
    for end_at in range(1, 200):
        folder = tmp_path / f"{end_at}"
        folder.mkdir()
        store = PhotoStore(folder / "fotos")
        with town_database(folder) as database:
            sent(database, Album(store, (old,)))
        set_age(store, timedelta(hours=1))

        def work(database: Database, store: PhotoStore = store) -> None:
            def change() -> bool:
                with database.write() as session:
                    melding, photo = (
                        session.scalars(select(Melding)).one(),
                        session.scalars(select(Photo)).one(),
                    )
                    replace(session, melding, photo, covered, actor="proef")
                return True

            exchange(database, store, old.digest, covered, change)

        done = ended(folder, Steps(end_at, after), work)
        lost += len(broken(folder, store))
        with town_rows(folder) as (database, found):
            left.append(found)
            store.reconcile(database, now=datetime.now(UTC) + DAY)
        lost += names(store) != {f"{one}.jpg" for one in found}
        if done:
            return left, lost
    raise AssertionError("it never came to its end")


@contextmanager
def town_rows(folder: Path) -> Iterator[tuple[Database, list[str]]]:
    """The database of a folder as it was left, and the photos in it."""
    database = Database(f"sqlite:///{folder / 'x.db'}")
    yield database, rows(database)
    database.close()


@pytest.mark.faults
@pytest.mark.parametrize("after", [False, True], ids=["voor", "na"])
def test_covering_killed_at_any_step_leaves_the_old_photo_or_the_new_and_no_other_file(
    tmp_path: Path, after: bool
) -> None:
    encoded, other = made(90), made(91)
    left, lost = covering(tmp_path, encoded, other, exchange, after=after)
    assert len(left) > 8
    assert lost == 0
    turn = left.index([other.digest])
    assert left == [[encoded.digest]] * turn + [[other.digest]] * (len(left) - turn)
    assert 0 < turn < len(left) - 1


@pytest.mark.faults
def test_covering_that_stores_its_file_after_the_row_is_found_by_the_same_sweep(
    tmp_path: Path,
) -> None:
    def late(
        database: Database, store: PhotoStore, old: str, covered: Encoded, change: Callable[[], bool]
    ) -> None:
        change()
        store.keep(covered)
        store.remove(database, [old])

    assert covering(tmp_path, made(90), made(91), late, after=False)[1] > 0
