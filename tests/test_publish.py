"""Publishing: batches that never change, late arrivals, refusals, and what everybody can read of it."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from fresh import sqlite_url
from publishing_town import LISTED, SHIELDED, Publishing
from sqlalchemy import delete, func, select, text
from sqlalchemy.exc import DBAPIError
from starlette.testclient import TestClient
from stored_town import BUURTEN, TOWN, square, town
from typer.testing import CliRunner

from data import publications
from data.areas import store_edition
from data.models import Audit, Melding, core_table
from data.owners import assign_areas
from data.publication_models import Publication, PublishedRecord
from geo.errors import DisclosureError
from service.analysis.publications import csv_text, document
from service.analysis.publishing import NothingToPublish, OtherEdition
from service.app import create_app
from service.cli import app as commands
from service.outsider import attack_town, from_batches
from service.publishing import TellsTooMuch, public_doors, publish_key, run


@pytest.fixture
def publishing(database_url: str, tmp_path: Path) -> Iterator[Publishing]:
    """A town without shielded meldingen, on SQLite and on PostgreSQL."""
    made = Publishing(database_url, tmp_path)
    yield made
    made.database.close()


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Publishing]:
    """A town with two batches of one year and one of the next."""
    folder = tmp_path_factory.mktemp("gepubliceerd")
    made = Publishing(sqlite_url(folder), folder)
    made.fill((2025, 1), (2025, 4))
    made.publish(date(2025, 6, 30))
    made.fill((2025, 7), (2025, 10), (2026, 1))
    made.publish(date(2026, 3, 31))
    yield made
    made.database.close()


@pytest.fixture(scope="module")
def site(published: Publishing) -> Iterator[TestClient]:
    """The service of that town, for somebody without a login."""
    app = create_app(published.settings)
    yield TestClient(app)
    app.state.database.close()


def test_batches_count_each_melding_once_and_late_ones_in_the_next(publishing: Publishing) -> None:
    publishing.fill((2025, 1), (2025, 4))
    (first,) = publishing.publish(date(2025, 6, 30))
    assert (first["nummer"], first["perioden"], first["meldingen"]) == (1, ["2025-K1", "2025-K2"], 66)
    before = publishing.value(BUURTEN[3], "2025-K1")
    assert before == 0
    publishing.fill((2025, 7), (2025, 10))
    # Thirty of the first quarter come in when its number is out.
    publishing.report(SHIELDED, BUURTEN[3], date(2025, 2, 1), times=30)
    (second,) = publishing.publish(date(2025, 12, 31))
    assert second["perioden"] == ["2025-K3", "2025-K4", "2025"]
    assert (second["meldingen"], second["nagekomen"]) == (96, 30)
    assert publishing.value(BUURTEN[3], "2025-K1") == before
    assert abs(publishing.value(BUURTEN[3], "2025-K3") - 30) <= 4
    assert abs(publishing.value(TOWN, "2025") - 162) <= 4
    with publishing.database.read() as session:
        counted = session.scalar(select(func.count()).select_from(PublishedRecord))
        acts = session.scalars(select(Audit).where(Audit.action == "publish run")).all()
    assert counted == 162
    assert [act.object_id for act in acts] == ["1", "2"]
    with pytest.raises(NothingToPublish):
        publishing.publish(date(2025, 12, 31))


def test_the_database_refuses_to_change_what_was_published(publishing: Publishing) -> None:
    publishing.fill((2025, 1))
    publishing.publish(date(2025, 3, 31))
    for statement in (
        "UPDATE published_cell SET value = 5",
        "DELETE FROM published_cell",
        "UPDATE publication SET year = '2020'",
        "DELETE FROM publication",
    ):
        with pytest.raises(DBAPIError, match="does not change"), publishing.database.write() as session:
            session.execute(text(statement))
    assert publishing.value(TOWN, "2025-K1") >= 25


def test_of_a_melding_that_is_erased_a_count_of_one_is_left(publishing: Publishing) -> None:
    publishing.fill((2025, 1))
    publishing.publish(date(2025, 3, 31))
    with publishing.database.write() as session:
        gone = session.scalars(select(PublishedRecord.melding_id).limit(1)).one()
        session.execute(delete(Melding).where(Melding.id == gone))
    with publishing.database.read() as session:
        ids = session.scalars(select(PublishedRecord.melding_id)).all()
        assert (len(ids), ids.count(None)) == (33, 1)
    publishing.fill((2025, 4), (2025, 7), (2025, 10))
    (made,) = publishing.publish(date(2025, 12, 31))
    assert "2025" in made["perioden"]  # type: ignore[operator]
    assert abs(publishing.value(TOWN, "2025") - 4 * 33) <= 4


def test_a_year_keeps_its_division_and_the_next_may_have_another(publishing: Publishing) -> None:
    publishing.fill((2025, 1), (2025, 4), (2025, 7), (2025, 10), (2026, 1))
    publishing.publish(date(2025, 3, 31))
    moved = (square(0, 0, side_m=900), square(1, 0), square(0, 1), square(1, 1))
    with publishing.database.write() as session:
        store_edition(session, town(year=2017, outlines=moved))
        assign_areas(session, 2017)
    with pytest.raises(OtherEdition, match="tweede indeling"):
        publishing.publish(date(2025, 6, 30), edition=2017)
    made = publishing.publish(date(2026, 3, 31))
    assert [(one["jaar"], one["indeling"]) for one in made] == [("2025", 2016), ("2026", 2017)]


def test_only_shielded_meldingen_that_nobody_set_aside_count(publishing: Publishing) -> None:
    publishing.fill((2025, 1))
    publishing.report(LISTED, BUURTEN[0], date(2025, 1, 9), times=40)
    publishing.report(SHIELDED, BUURTEN[0], date(2025, 1, 9), times=40, intern=True)
    publishing.report(SHIELDED, BUURTEN[0], date(2024, 12, 9), times=40)
    (made,) = publishing.publish(date(2025, 3, 31))
    assert made["meldingen"] == 33
    # Set aside, and released later: it comes late.
    with publishing.database.write() as session:
        session.execute(core_table(Melding).update().values(intern=False))
    publishing.fill((2025, 4))
    (later,) = publishing.publish(date(2025, 6, 30))
    assert (later["meldingen"], later["nagekomen"]) == (73, 40)


def test_the_same_records_give_the_same_numbers_and_another_key_does_not_read_marks(
    published: Publishing,
) -> None:
    assert publish_key(published.settings.var_folder) == publish_key(published.settings.var_folder)
    with published.database.read() as session:
        marks = session.scalars(select(PublishedRecord.mark)).all()
        ids = set(session.scalars(select(Melding.public_id)))
    assert len(set(marks)) == len(marks) == 5 * 33
    assert not ids & set(marks)


def test_a_dry_run_keeps_nothing(published: Publishing) -> None:
    published.fill((2026, 4))
    done = run(published.database, published.settings, TOWN, until=date(2026, 6, 30), dry=True)
    assert done["publicaties"][0]["perioden"] == ["2026-K2"]
    with published.database.read() as session:
        assert publications.next_number(session) == 4


Tamper = Callable[[publications.Batch], publications.Batch]


def _unrounded(batch: publications.Batch) -> publications.Batch:
    return replace(batch, cells={key: value + 1 for key, value in batch.cells.items()})


def _republished(batch: publications.Batch) -> publications.Batch:
    return replace(batch, cells={key: value + 5 for key, value in batch.cells.items()})


def _cut_anew(batch: publications.Batch) -> publications.Batch:
    return replace(batch, edition=2017)


@pytest.mark.parametrize(
    ("tamper", "told"),
    [(_unrounded, "twee getallen"), (_republished, "twee getallen"), (_cut_anew, "twee indelingen")],
)
def test_publishing_is_refused_when_what_is_out_tells_something(
    tmp_path: Path, tamper: Tamper, told: str
) -> None:
    publishing = Publishing(sqlite_url(tmp_path), tmp_path)
    publishing.fill((2025, 1), (2025, 4))
    publishing.publish(date(2025, 3, 31))
    with publishing.database.write() as session:
        store_edition(session, town(year=2017))
        assign_areas(session, 2017)
        (first,) = publications.batches(session)
        publications.store(session, replace(tamper(first), number=2), records=(), turns={}, actor="proef")
    with pytest.raises(TellsTooMuch, match=told):
        publishing.publish(date(2025, 6, 30))
    with publishing.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Publication)) == 2
    publishing.database.close()


def _batches(published: Publishing) -> list[publications.Batch]:
    with published.database.read() as session:
        return publications.batches(session, year="2025")


def _texts(batch: publications.Batch) -> tuple[str, str]:
    return json.dumps(document(batch)), csv_text(batch)


def test_the_outsider_finds_nothing_in_what_was_published(published: Publishing) -> None:
    with public_doors(published.settings) as ask:
        assert attack_town(ask, TOWN, jurisdiction="vlaardingen.nl") == []


def test_the_outsider_finds_numbers_that_were_not_rounded(published: Publishing) -> None:
    first, second = _batches(published)
    found = from_batches([_texts(_unrounded(first)), _texts(_unrounded(second))])
    assert found


def test_the_outsider_finds_a_file_that_says_something_else(published: Publishing) -> None:
    first, _ = _batches(published)
    answer, _ = _texts(first)
    _, table = _texts(_republished(first))
    assert [one.what for one in from_batches([(answer, table)])] == ["de CSV zegt iets anders dan de API"]


def test_a_door_that_does_not_answer_is_no_proof_of_safety(published: Publishing) -> None:
    with public_doors(published.settings) as ask, pytest.raises(DisclosureError, match="404"):
        ask("/bestaat-niet")


def test_the_api_and_the_file_say_the_same_and_hide_what_is_few(site: TestClient) -> None:
    listed = site.get(f"/api/v1/publicaties?gemeente={TOWN}").json()["publicaties"]
    assert [(one["nummer"], one["jaar"]) for one in listed] == [(3, "2026"), (2, "2025"), (1, "2025")]
    answer = site.get("/api/v1/publicaties/1").json()
    few = [one for one in answer["cellen"] if one["aantal"] is None]
    assert few
    assert {one["tekst"] for one in few} == {"minder dan 5"}
    assert all(one["aantal"] % 5 == 0 and one["aantal"] > 0 for one in answer["cellen"] if one not in few)
    rows = list(csv.DictReader(io.StringIO(site.get("/publicaties/1.csv").text)))
    told = {(row["code"], row["hoofdgroep"], row["periode"]): row["aantal"] for row in rows}
    assert told == {
        (one["gebied"], one["hoofdgroep"], one["periode"]): one["tekst"] for one in answer["cellen"]
    }


def test_a_part_can_be_asked_for(site: TestClient) -> None:
    asked = "niveau=wijk&hoofdgroep=overlast&periode=2025"
    answer = site.get(f"/api/v1/publicaties/2?{asked}").json()
    assert [(one["gebied"], one["periode"]) for one in answer["cellen"]] == [
        ("WK062200", "2025"),
        ("WK062201", "2025"),
    ]
    rows = list(csv.DictReader(io.StringIO(site.get(f"/publicaties/2.csv?{asked}").text)))
    assert [row["code"] for row in rows] == ["WK062200", "WK062201"]
    assert site.get("/api/v1/publicaties/2?niveau=straat").status_code == 400
    assert site.get("/api/v1/publicaties/99").status_code == 404


def test_a_name_that_a_spreadsheet_would_run_is_made_harmless(published: Publishing) -> None:
    first, _ = _batches(published)
    areas = tuple(one._replace(naam='=HYPERLINK("x")') for one in first.areas)
    rows = list(csv.DictReader(io.StringIO(_texts(replace(first, areas=areas))[1])))
    assert {row["naam"] for row in rows} == {'\'=HYPERLINK("x")'}


def test_pages_show_what_was_published(site: TestClient) -> None:
    assert "Publicatie 3" in site.get("/publicaties").text
    page = site.get("/publicaties/2?niveau=buurt&hoofdgroep=overlast").text
    assert "minder dan 5" in page
    assert "4e kwartaal 2025" in page
    assert site.get("/publicaties/99").status_code == 404
    here = site.get("/wijken/WK062200").text
    assert "Afgeschermde meldingen in" in here


def test_a_draft_reads_as_it_will_be_served(site: TestClient, published: Publishing) -> None:
    first, _ = _batches(published)
    answer, table = _texts(first)
    assert json.loads(answer) == site.get("/api/v1/publicaties/1").json()
    assert table == site.get("/publicaties/1.csv").text


def test_the_command_publishes_and_says_what_it_did(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    publishing = Publishing(sqlite_url(tmp_path), tmp_path)
    publishing.fill((2025, 1))
    publishing.database.close()
    monkeypatch.setenv("WIJKBEELD_DATABASE_URL", sqlite_url(tmp_path))
    monkeypatch.setenv("WIJKBEELD_VAR_FOLDER", str(tmp_path / "var"))
    asked = ["publish", "--gemeente", "Vlaardingen", "--until", "2025-K1"]
    done = CliRunner().invoke(commands, asked)
    assert done.exit_code == 0, done.output
    assert "publicatie 1: 2025-K1" in done.output
    assert "de aanvaller vond niets" in done.output
    again = CliRunner().invoke(commands, asked)
    assert again.exit_code == 1
    assert "Niet gepubliceerd" in again.output
