"""The page of sources: what is late and what went wrong, and who is told which."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cheap_passwords import hashed
from fastapi.testclient import TestClient
from fresh import database_at
from served import ACCOUNT, PASSWORD

from data.sources import SourceCard, SourceKind, register_source
from data.watch import WatchedSource, Watcher
from service.app import create_app
from service.settings import Settings

NOW = datetime.now(UTC)
BAD = "kapot &lt;b&gt;.csv"


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    """A service with one source that is on time, one that is ten days late, and a bad file for that one."""
    url = f"sqlite:///{tmp_path / 'x.db'}"
    database = database_at(url)
    with database.write() as session:
        for slug, age in (("vlot", 1), ("traag", 17)):
            card = SourceCard(slug=slug, kind=SourceKind.MELDINGEN, naam=f"Bron {slug}", every_days=7)
            register_source(session, card, loaded_at=NOW - timedelta(days=age))
    (tmp_path / "in").mkdir()
    bad = tmp_path / "in" / "kapot <b>.csv"
    bad.write_text("a;b\n1;2\n", encoding="utf-8")
    os.utime(bad, (1e9, 1e9))
    watched = WatchedSource(folder=tmp_path / "in", gemeente="Assen", source="traag", every_days=7)
    watcher = Watcher(database, [watched], folder=tmp_path, mail_to="beheer@voorbeeld.nl")
    assert len(watcher.check(now=NOW).alarms) == 2
    database.close()
    settings = Settings(database_url=url, staff={ACCOUNT: hashed(PASSWORD)})
    with TestClient(create_app(settings)) as client:
        yield client


def test_everybody_reads_which_source_is_late_and_nobody_but_staff_what_went_wrong(
    client: TestClient,
) -> None:
    page = client.get("/bronnen").text
    warning = page.split("Niet alles is op tijd.")[1].split("</div>")[0]
    assert "Bron traag: verwacht op" in warning
    assert "Bron vlot" not in warning
    assert BAD not in page
    assert "geen nieuw bestand" not in page


def test_staff_read_the_alarms_with_their_files_and_reasons(client: TestClient) -> None:
    client.post("/inloggen", data={"naam": ACCOUNT, "wachtwoord": PASSWORD})
    page = client.get("/bronnen").text
    alarms = page.split("Bronnen die aandacht vragen")[1].split("</section>")[0]
    assert f"<strong>Bron traag</strong>, bestand {BAD}: " in alarms
    assert "al 17 dagen geen nieuw bestand; afgesproken is elke 7 dagen" in alarms
