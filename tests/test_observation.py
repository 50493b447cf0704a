"""Observation per source, from the days that are kept to the cijfers of the service."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from fresh import database_at
from sqlalchemy import insert, select, update
from stored_town import BUURTEN, TOWN, add_source, figures, town

from data.areas import store_edition
from data.database import Database
from data.figures import store_figures
from data.intake import Report, take_in
from data.meldingen import Filters
from data.models import Category, Import, Melding, Source
from data.observation import DAYS, Watch, days_of_rows, watches
from data.owners import assign_areas, buurt_finders
from data.rights import ALL_ROLES
from data.sources import SourceKind, own_slug
from data.visibility import PUBLIC, Viewer
from geo.areas import Level
from geo.crs import RD, to_lnglat
from service.analysis import figures as town_values
from service.analysis import heat, places
from service.analysis.figures import PUBLIC_REMARK
from service.analysis.reports import Span
from service.analysis.words import period_text
from service.analysis.workbench import Workbench, today

MORNING = datetime(2024, 5, 1, 8, 0, tzinfo=UTC)
TODAY = date(2026, 7, 1)


def _meldingen(
    source: int, category: int, moments: list[datetime], *, intern: bool = False
) -> list[dict[str, object]]:
    return [
        {
            "public_id": f"{source}-{number}-{intern}",
            "municipality_code": TOWN,
            "source_id": source,
            "source_ref": f"{number}-{intern}",
            "category_id": category,
            "created_at": moment,
            "created_on": moment.date(),
            "stored_at": moment,
            "status": "gemeld",
            "channel": "import",
            "place_quality": "punt",
            "lon": 4.3,
            "lat": 51.9,
            "x": 80_500.0,
            "y": 436_500.0,
            "intern": intern,
        }
        for number, moment in enumerate(moments)
    ]


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """The town of `_town`, on each of the databases."""
    yield from _town(database_url)


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Database]:
    """The town of `_town`, where the kind of database makes no difference."""
    yield from _town(f"sqlite:///{tmp_path / 'wijkbeeld.db'}")


def _town(url: str) -> Iterator[Database]:
    """A town with a file of 2024 (20 meldingen) and its own meldpunt since 1 June 2026 (4 meldingen)."""
    database = database_at(url)
    with database.write() as session:
        store_edition(session, town())
        cbs = add_source(session, slug="cbs", kind=SourceKind.FIGURES)
        store_figures(session, figures(1000, 1000, 1000, 1000), edition=2016, source_id=cbs)
        category = Category(edition="p", slug="boom", naam="Boom", main_group="groen", privacy="exact")
        session.add(category)
        file, own = add_source(session, slug="bestand"), add_source(session, slug=own_slug(TOWN))
        session.flush()
        _days(session.get_one(Source, file), "Bestand", date(2024, 1, 1), date(2024, 12, 31))
        _days(session.get_one(Source, own), "Meldpunt van de gemeente", date(2026, 6, 1), None)
        june = datetime(2026, 6, 10, 8, 0, tzinfo=UTC)
        session.execute(insert(Melding), _meldingen(file, category.id, [MORNING] * 20))
        session.execute(insert(Melding), _meldingen(own, category.id, [june] * 4))
        assign_areas(session, 2016)
    yield database
    database.close()


def _days(source: Source, naam: str, first: date, last: date | None) -> None:
    source.naam, source.observed_from, source.observed_to = naam, first, last


def _spans(found: list[Watch]) -> list[tuple[str, date, date]]:
    return [(one.naam, one.first, one.last) for one in found]


def test_the_own_meldpunt_watches_from_its_first_day_until_the_day_that_is_asked(database: Database) -> None:
    with database.read() as session:
        now = watches(session, PUBLIC, TOWN, today=TODAY)
        noon = datetime(2026, 6, 20, 12, 0, tzinfo=UTC)
        then = watches(session, PUBLIC, TOWN, today=TODAY, known_at=noon)
    file = ("Bestand", date(2024, 1, 1), date(2024, 12, 31))
    assert _spans(now) == [file, ("Meldpunt van de gemeente", date(2026, 6, 1), TODAY)]
    assert _spans(then) == [file, ("Meldpunt van de gemeente", date(2026, 6, 1), date(2026, 6, 20))]


def test_days_without_meldingen_of_the_own_meldpunt_are_observed_too(database: Database) -> None:
    with database.write() as session:
        own = session.scalars(select(Source.id).where(Source.slug == own_slug(TOWN))).one()
        for melding in session.scalars(select(Melding).where(Melding.source_id == own)):
            melding.intern = True
    with database.read() as session:
        found = _spans(watches(session, PUBLIC, TOWN, today=TODAY))
    assert found[1:] == [("Meldpunt van de gemeente", date(2026, 6, 1), TODAY)]


def test_the_first_own_melding_begins_the_watch_and_a_later_one_leaves_it(database: Database) -> None:
    with database.write() as session:
        own = session.scalars(select(Source).where(Source.slug == own_slug(TOWN))).one()
        own.observed_from = None  # as it was kept before its days were
    _send(database, "een")
    with database.read() as session:
        first = session.scalar(select(Source.observed_from).where(Source.slug == own_slug(TOWN)))
    assert first == date(2026, 6, 10)
    _send(database, "twee")
    with database.read() as session:
        again = session.scalar(select(Source.observed_from).where(Source.slug == own_slug(TOWN)))
    assert again == first


def _send(database: Database, key: str) -> None:
    with database.read() as session:
        finders = buurt_finders(session)
    report = Report(
        gemeente=TOWN,
        category="overig",
        text="Proef",
        point=to_lnglat(RD(80_500.0, 436_500.0)),
        address=None,
        place_quality="punt",
    )
    take_in(database, report, finders=finders, key=key * 10, secret=b"geheim")


def test_a_cijfer_of_the_service_divides_by_the_days_of_both_sources_and_names_them(
    sqlite: Database,
) -> None:
    workbench = Workbench(sqlite)
    filters = Filters(TOWN, until=date(2026, 6, 30))
    found = town_values.level_values(
        workbench,
        PUBLIC,
        places.places(workbench, TOWN),
        filters,
        indicator="meldingen_inw",
        level=Level.BUURT,
    )
    row = found.rows.set_index("code").loc[BUURTEN[0]]
    assert row["n"] == 24
    assert row["value"] == pytest.approx(24 / (396 / 365.25))
    assert period_text(found.watches) == (
        "1 januari 2024 t/m 31 december 2024 (Bestand); "
        "1 juni 2026 t/m 30 juni 2026 (Meldpunt van de gemeente)"
    )
    assert row["source"].startswith(
        "Bestand (1 januari 2024 t/m 31 december 2024) en "
        "Meldpunt van de gemeente (1 juni 2026 t/m 30 juni 2026); CBS"
    )


def test_an_earlier_state_keeps_its_exposure_on_every_later_day(sqlite: Database) -> None:
    workbench = Workbench(sqlite)
    noon = datetime(2026, 6, 20, 12, 0, tzinfo=UTC)
    found = town_values.level_values(
        workbench,
        PUBLIC,
        places.places(workbench, TOWN),
        Filters(TOWN, known_at=noon),
        indicator="meldingen_inw",
        level=Level.BUURT,
    )
    row = found.rows.set_index("code").loc[BUURTEN[0]]
    # The file of 366 days; the own meldpunt, watched from 1 to 20 June, has no 28 days yet.
    assert row["exposure_years"] == pytest.approx(366 / 365.25)
    assert row["n"] == 20
    assert found.remarks[-2:] == (
        "Meldpunt van de gemeente (1 juni 2026 t/m 20 juni 2026): "
        "korter dan 28 dagen gevolgd, telt nog niet mee",
        PUBLIC_REMARK,
    )
    later = Filters(TOWN, known_at=datetime(2026, 6, 30, 12, 0, tzinfo=UTC))
    found = town_values.level_values(
        workbench,
        PUBLIC,
        places.places(workbench, TOWN),
        later,
        indicator="meldingen_inw",
        level=Level.BUURT,
    )
    # Nothing came in after the 10th, and 30 days were watched.
    assert found.rows.set_index("code").loc[BUURTEN[0]]["exposure_years"] == pytest.approx(396 / 365.25)


STAFF = Viewer("adviseur", ALL_ROLES)


def test_every_viewer_divides_by_the_days_that_were_kept_at_the_import(database: Database) -> None:
    """Hidden rows of an earlier and a later day stretch nobody's period, and tell nobody of themselves."""
    with database.write() as session:
        file = session.scalars(select(Source).where(Source.slug == "bestand")).one()
        file.observed_from = file.observed_to = None
        shielded = Category(edition="p", slug="buren", naam="Buren", main_group="overlast", privacy="gebied")
        session.add(shielded)
        session.flush()
        hidden = [datetime(2023 + 2 * n, 2, 1, 8, tzinfo=UTC) for n in range(2)]
        exact = session.scalars(select(Category.id).where(Category.slug == "boom")).one()
        later = [datetime(2024, 8, 1, 8, tzinfo=UTC), datetime(2025, 5, 1, 8, tzinfo=UTC)]
        made = _meldingen(file.id, shielded.id, hidden) + _meldingen(file.id, exact, later)
        made = [row | {"public_id": f"later-{n}", "source_ref": f"later-{n}"} for n, row in enumerate(made)]
        session.execute(insert(Melding), made[:3])
        kept = days_of_rows(session, file.id)
        assert kept == (date(2024, 5, 1), date(2024, 8, 1))
        session.add(_import(file.id, datetime(2025, 4, 1, tzinfo=UTC), kept))
        # What was set aside or came after the import changes nothing: the days are those of the import.
        session.execute(insert(Melding), made[3:])
        session.execute(update(Melding).where(Melding.public_id == "later-2").values(intern=True))
    with database.read() as session:
        for viewer in (PUBLIC, STAFF):
            first = watches(session, viewer, TOWN, today=TODAY)[0]
            assert (first.first, first.last, first.days) == (*kept, 93)


def _import(source: int, visible_at: datetime, days: tuple[date, date]) -> Import:
    return Import(
        source_id=source,
        file_name="x",
        file_hash="x",
        state="zichtbaar",
        started_at=visible_at,
        visible_at=visible_at,
        report={DAYS: [one.isoformat() for one in days]},
    )


def test_heat_leaves_out_what_no_source_watched(sqlite: Database) -> None:
    with sqlite.write() as session:
        file = session.scalars(select(Source.id).where(Source.slug == "bestand")).one()
        category = session.scalars(select(Category.id).where(Category.edition == "p")).one()
        late = datetime(2025, 5, 1, 8, 0, tzinfo=UTC)
        rows = _meldingen(file, category, [late] * 5)
        session.execute(
            insert(Melding),
            [row | {"public_id": f"laat-{i}", "source_ref": f"laat-{i}"} for i, row in enumerate(rows)],
        )
    found = heat.heat(Workbench(sqlite), PUBLIC, Filters(TOWN), bandwidth_m=200)
    assert found.count == 24
    assert found.span == Span(date(2024, 1, 1), today())
