"""What was public and is hidden: gone from every page, feed, tile and photo, whatever somebody kept of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import photo_files as files
import pytest
from bad_files import town_database
from fastapi.testclient import TestClient
from httpx2 import Response
from photo_sending import report
from sqlalchemy import select
from stored_town import BUURTEN, TOWN

from data import handling
from data.database import Database
from data.intake import Reachable, take_in
from data.intake_models import Photo
from data.models import Melding
from data.owners import buurt_finders
from data.photo_store import Album
from data.photos import re_encode
from service.app import create_app
from service.photo_form import photo_store
from service.secret import read_secret
from service.settings import Settings

WORDS = "De afvalbak bij het kleine haventje is vol."
LONGEST_KEPT_S = 60


class Kept(NamedTuple):
    """A service with one melding, what a visitor got of it while all was public, and what comes now."""

    client: TestClient
    public_id: str
    digest: str
    before: dict[str, Response]
    after: dict[str, Response]


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    folder = tmp_path_factory.mktemp("weg")
    with town_database(folder):
        pass
    settings = Settings(database_url=f"sqlite:///{folder / 'x.db'}", var_folder=folder / "var")
    app = create_app(settings)
    with TestClient(app, follow_redirects=False) as client:
        database: Database = app.state.database
        encoded = re_encode(files.planted_jpeg())
        with database.read() as session:
            finders = buurt_finders(session)
        sent = report(text=WORDS, contact=Reachable(may_publish_text=True))
        album, secret = Album(photo_store(settings), (encoded,)), read_secret(settings.var_folder)
        public_id = take_in(database, sent, finders=finders, key="een", secret=secret, photos=album).public_id
        with database.write() as session:
            melding = session.scalars(select(Melding).where(Melding.public_id == public_id)).one()
            photos = frozenset(session.scalars(select(Photo.id)))
            handling.release(session, melding, actor="proef", text=True, photos=photos)
        before = {path: client.get(path) for path in doors(public_id, encoded.digest)}
        with database.write() as session:
            melding = session.scalars(select(Melding).where(Melding.public_id == public_id)).one()
            handling.hide(session, melding, actor="proef", reason="naam")
        after = {path: asked_again(client, path, answer) for path, answer in before.items()}
        yield Kept(client, public_id, encoded.digest, before, after)


def doors(public_id: str, digest: str) -> list[str]:
    """Every address that shows something of the melding."""
    return [
        f"/meldingen/{public_id}",
        f"/fotos/{digest}.jpg",
        f"/api/v1/meldingen/{public_id}",
        f"/open311/v2/requests/{public_id}.json",
        f"/meldingen?gemeente={TOWN}",
        f"/feeds/{BUURTEN[0]}.atom",
        f"/api/v1/meldingen?gemeente={TOWN}",
        "/open311/v2/requests.json",
        f"/analyse?gemeente={TOWN}",
        f"/tegels/warmte/12/2096/1354?gemeente={TOWN}",
    ]


def asked_again(client: TestClient, path: str, answer: Response) -> Response:
    """What somebody gets who kept the first answer and asks whether it still holds."""
    tags = {"If-None-Match": answer.headers.get("ETag", "*")}
    if date := answer.headers.get("Last-Modified"):
        tags["If-Modified-Since"] = date
    return client.get(path, headers=tags)


OF_ONE, OF_MORE = range(4), range(4, 10)


@pytest.mark.parametrize("place", OF_ONE, ids=lambda place: f"85-een-{place}")
def test_85_what_is_hidden_is_not_there_for_who_kept_its_tag_either(kept: Kept, place: int) -> None:
    path = doors(kept.public_id, kept.digest)[place]
    assert kept.before[path].status_code == 200
    assert kept.after[path].status_code == 404
    assert "ETag" not in kept.after[path].headers


@pytest.mark.parametrize("place", OF_MORE, ids=lambda place: f"85-lijst-{place}")
def test_85_a_list_is_sent_anew_without_what_is_hidden(kept: Kept, place: int) -> None:
    path = doors(kept.public_id, kept.digest)[place]
    before, after = kept.before[path], kept.after[path]
    assert (before.status_code, after.status_code) == (200, 200)
    assert after.content != before.content
    for word in (kept.public_id, kept.digest, WORDS):
        assert word not in after.text


def test_85_the_lists_did_show_it_before(kept: Kept) -> None:
    shown = [path for path, answer in kept.before.items() if kept.public_id in answer.text]
    assert len(shown) >= 6


def test_85_nobody_keeps_what_may_be_hidden_for_more_than_a_minute(kept: Kept) -> None:
    for path, answer in kept.before.items():
        rule = answer.headers["Cache-Control"]
        assert "public" not in rule, path
        ages = [int(part.partition("=")[2]) for part in rule.split(",") if "max-age" in part]
        assert ages or "no-store" in rule or "no-cache" in rule, path
        assert all(age <= LONGEST_KEPT_S for age in ages), path


GUESSED = (
    "fotos/{}",
    "fotos/{}.png",
    "fotos/{}-klein.jpg",
    "fotos/klein/{}.jpg",
    "static/fotos/{}.jpg",
    "fotos/{}.jpg?w=80",
)


@pytest.mark.parametrize("guessed", GUESSED, ids=lambda guessed: f"85-{guessed}")
def test_85_no_other_address_has_the_photo(kept: Kept, guessed: str) -> None:
    address = "/" + guessed.format(kept.digest)
    assert kept.client.get(address).status_code in {400, 404}
    tagged = {"If-None-Match": f'"{kept.digest}"'}
    assert kept.client.get(address, headers=tagged).status_code in {400, 404}


def test_85_a_hidden_melding_and_one_that_never_was_get_the_same_answer(kept: Kept) -> None:
    hidden = kept.client.get(f"/api/v1/meldingen/{kept.public_id}")
    never = kept.client.get(f"/api/v1/meldingen/{'0' * len(kept.public_id)}")
    assert (hidden.status_code, hidden.content) == (never.status_code, never.content)


@pytest.mark.parametrize("path", ["/sitemap.xml", "/sitemap.xml.gz", "/sitemaps/meldingen.xml"])
def test_85_there_is_no_list_for_search_engines_that_would_grow_old(kept: Kept, path: str) -> None:
    assert kept.client.get(path).status_code == 404
