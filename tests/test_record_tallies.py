"""Records of a town: what was in time, opened again, phoned in and answered, counted from its own tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta

import pytest
from bad_files import town_database
from sqlalchemy import insert, select
from sqlalchemy.orm import Session
from stored_town import BUURTEN, TOWN

from data import handling_terms
from data.choices import Channel, Status
from data.database import Database
from data.following_models import Contentment
from data.meldingen import Filters
from data.models import Category, Initiatief, InitiatiefArea, Melding, MeldingArea, Source, StatusChange
from data.rights import ALL_ROLES
from data.sources import SourceCard, SourceKind, own_slug, register_source
from data.visibility import PUBLIC, Viewer
from geo.areas import Level
from service.analysis.figures import level_values
from service.analysis.places import places
from service.analysis.workbench import Workbench, today

STAFF = Viewer("adviseur", ALL_ROLES)
# A Monday without holidays in the two weeks after it.
MADE = datetime(2026, 6, 1, 10, tzinfo=UTC)
# 40 meldingen in the first buurt: how many days each took (None is open yet), and whether somebody phoned.
TOOK = [1] * 20 + [3] * 10 + [None] * 10


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    with town_database(tmp_path_factory.mktemp("town")) as database:
        with database.write() as session:
            card = SourceCard(
                slug=own_slug(TOWN), kind=SourceKind.MELDINGEN, naam="Meldpunt", municipality_code=TOWN
            )
            source = register_source(session, card)
            session.get_one(Source, source).observed_from = date(2026, 5, 1)
            kinds = [
                Category(edition="p", slug=slug, naam=slug, parent=None, main_group="afval", privacy=privacy)
                for slug, privacy in (("open", "exact"), ("dicht", "gebied"))
            ]
            session.add_all(kinds)
            session.flush()
            for number, days in enumerate(TOOK):
                # Each fourth melding is one that the public does not see.
                kind = kinds[1 if number % 4 == 0 else 0]
                _add(session, number, source, kind.id, days)
            handling_terms.store_terms(session, TOWN, {"afval": 2}, actor="proef")
            for number in range(32):
                answer = "ja" if number < 24 else "deels"
                session.add(
                    Contentment(
                        key_hash=f"{number:064}", municipality_code=TOWN, main_group="afval",
                        answer=answer, answered_on=date(2026, 6, 8),
                    )
                )  # fmt: skip
        yield database


def _add(session: Session, number: int, source: int, kind: int, days: int | None) -> None:
    closed = None if days is None else MADE + timedelta(days=days)
    row = Melding(
        public_id=f"m{number}", municipality_code=TOWN, source_id=source, source_ref=str(number),
        category_id=kind, created_at=MADE, created_on=MADE.date(), closed_at=closed, stored_at=MADE,
        status=Status.REPORTED if closed is None else Status.CLOSED,
        channel=Channel.PHONE if number < 10 else Channel.WEB, place_quality="punt",
        lon=4.3, lat=51.9, x=80_500, y=436_500,
    )  # fmt: skip
    session.add(row)
    session.flush()
    session.add(MeldingArea(melding_id=row.id, edition=2016, buurt=BUURTEN[0]))
    # The first three were closed before, opened again, and closed for good.
    steps = [(Status.REPORTED, Status.CLOSED)] if closed else []
    steps += [(Status.CLOSED, Status.REPORTED), (Status.REPORTED, Status.CLOSED)] if number < 3 else []
    for old, new in steps:
        session.add(StatusChange(melding_id=row.id, at=MADE, from_status=old, to_status=new, actor="a"))


def share(
    database: Database, name: str, viewer: Viewer = STAFF, level: Level = Level.GEMEENTE
) -> Mapping[str, object]:
    workbench = Workbench(database)
    found = level_values(
        workbench, viewer, places(workbench, TOWN), Filters(TOWN), indicator=name, level=level
    )
    return dict(found.rows.iloc[0])


def test_in_time_is_what_was_done_within_the_working_days_of_the_gemeente(town: Database) -> None:
    row = share(town, "binnen_termijn")
    assert (row["value"], row["n"], row["denominator"]) == (50.0, 20, 40)


def test_the_public_gets_the_share_of_what_it_may_see(town: Database) -> None:
    row = share(town, "binnen_termijn", PUBLIC)
    assert (row["n"], row["denominator"], row["status"]) == (15, 30, "bekend")


def test_opened_again_is_a_share_of_what_was_done(town: Database) -> None:
    row = share(town, "heropend")
    assert (row["value"], row["n"], row["denominator"]) == (10.0, 3, 30)


def test_phoned_in_is_a_share_of_all_and_also_known_per_buurt(town: Database) -> None:
    row = share(town, "kanaal_telefoon")
    assert (row["value"], row["n"], row["denominator"]) == (25.0, 10, 40)
    assert share(town, "kanaal_telefoon", level=Level.BUURT)["value"] == 25.0


def test_content_counts_yes_alone_and_the_response_is_of_what_was_done(town: Database) -> None:
    row = share(town, "tevreden")
    assert (row["value"], row["n"], row["denominator"]) == (75.0, 24, 32)


def test_initiatieven_of_less_than_a_year_ago_have_no_end_yet(town: Database) -> None:
    begun = today() - timedelta(days=400)
    fixed = {"municipality_code": TOWN, "place_quality": "punt", "stored_at": MADE, "category": ""}
    with town.write() as session:
        source = session.scalar(select(Source.id))
        rows = [
            {"public_id": f"i{n}", "source_ref": f"i{n}", "titel": "Plan", "source_id": source, **fixed,
             "status": "uitgevoerd" if n < 6 else "loopt",
             "started_on": begun if n < 12 else today()}
            for n in range(20)
        ]  # fmt: skip
        session.execute(insert(Initiatief), rows)
        session.add_all(
            InitiatiefArea(initiatief_id=one, edition=2016, buurt=BUURTEN[1])
            for one in session.scalars(select(Initiatief.id)).all()
        )
    row = share(town, "initiatieven_klaar")
    assert (row["value"], row["n"], row["denominator"]) == (50.0, 6, 12)
