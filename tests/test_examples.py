"""Example data: the same for the same seed, in the right buurt, labelled, and gone without a trace."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest
from fresh import database_at
from sqlalchemy import func, select
from stored_town import TOWN, add_source, figures, town

from data import example_assumptions as assumed
from data import owners, polls
from data.areas import store_edition
from data.bundled import load_bundled
from data.categories import category_edition
from data.database import Database
from data.example_assumptions import REPORTS_PER_1000_YEAR, SOORTEN
from data.example_meldingen import ExampleMelding, make_meldingen
from data.example_places import Town
from data.examples import NAAM, describe_town, load_examples, remove_examples
from data.figures import store_figures
from data.models import Category, Incident, Initiatief, Melding, MeldingArea
from data.sources import SourceKind, overview
from data.theme_models import PollAnswer, Signal
from geo.errors import ImportRefused
from geo.locator import Locator

UNTIL = date(2026, 6, 30)
COUNTS = (5_000.0, 0.0, None, 800.0)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A town of four buurten: 5,000 and 800 inhabitants, none, and a secret number."""
    database = database_at(database_url)
    _fill(database)
    yield database
    database.close()


@pytest.fixture(scope="module")
def small_town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    database = database_at(f"sqlite:///{tmp_path_factory.mktemp('town') / 'x.db'}")
    _fill(database)
    with database.read() as session:
        described = describe_town(session, TOWN)
    database.close()
    return described


@pytest.fixture(scope="module")
def made(small_town: Town) -> list[ExampleMelding]:
    return make_meldingen(small_town, until=UNTIL, seed=1)


def _fill(database: Database) -> None:
    with database.write() as session:
        store_edition(session, town())
        source = add_source(session, slug="cbs", kind=SourceKind.FIGURES)
        store_figures(session, figures(*COUNTS), edition=2016, source_id=source)


def test_the_same_seed_gives_the_same_meldingen_and_another_seed_others(
    small_town: Town, made: list[ExampleMelding]
) -> None:
    assert make_meldingen(small_town, until=UNTIL, seed=1) == made
    assert make_meldingen(small_town, until=UNTIL, seed=2) != made


def test_every_soort_of_the_edition_has_its_assumptions() -> None:
    assert {soort.slug for soort in SOORTEN} == set(category_edition("wijkbeeld").by_slug)


def test_the_page_lists_every_assumption_on_soorten_as_the_code_has_it(
    request: pytest.FixtureRequest,
) -> None:
    page = (request.config.rootpath / "docs/example-data.md").read_text(encoding="utf-8")
    rows = [line.split(" | ") for line in page.splitlines() if line.startswith("| `")]
    total = sum(soort.weight for soort in SOORTEN)
    names = category_edition("wijkbeeld").by_slug
    listed = [(row[0].strip("| `"), row[1], row[2], float(row[3].split()[0])) for row in rows]
    assert listed == [
        (soort.slug, names[soort.slug].naam, f"{soort.weight / total:.1%}", soort.days) for soort in SOORTEN
    ]


def test_the_page_lists_the_other_assumptions_as_the_code_has_them(request: pytest.FixtureRequest) -> None:
    page = (request.config.rootpath / "docs/example-data.md").read_text(encoding="utf-8")
    told = [
        f"{assumed.REPORTS_PER_1000_YEAR:g} per 1,000",
        f"over {assumed.MONTHS} months",
        f"{1 - assumed.SHARE_BY_LAND:.0%}".replace("%", " %"),
        f"at most {assumed.MOST_HECTARES:g} ha",
        f"variation {assumed.BUURT_VARIATION:.2f}",
        f"factor ({assumed.SOORT_VARIATION:g})",
        f"{assumed.AT_CORNER:.0%}".replace("%", " %"),
        f"some {assumed.CORNER_SPREAD_M:g} m",
        f"one per {assumed.CORNERS_PER}",
        f"{assumed.DUPLICATED:.0%}".replace("%", " %"),
        f"by {assumed.MORE_REPORTS:g} others",
        *(f"{name} {share:.0%}".replace("%", " %") for name, share in assumed.CHANNELS.items()),
        f"{assumed.WITH_TEXT:.0%}".replace("%", " %"),
        f"{assumed.PLANS_PER_1000:g} per 1,000 inhabitants and at least {assumed.FEWEST_PLANS}",
        f"list of {len(assumed.PLANS)}",
        *(f"{share:.0%} {status}".replace("%", " %") for status, share in assumed.PLAN_STATUSES.items()),
    ]
    assert [value for value in told if value not in page] == []


def test_the_number_of_meldingen_follows_the_population(made: list[ExampleMelding]) -> None:
    expected = 5_800 / 1000 * REPORTS_PER_1000_YEAR * 2
    # Reports of one thing come together, so the spread is some wider than Poisson's.
    assert abs(len(made) - expected) < 5 * np.sqrt(expected * 1.5)
    per_buurt = Counter(melding.buurt for melding in made)
    assert per_buurt["BU06220001"] > 2 * per_buurt["BU06220102"]


def test_each_melding_lies_in_the_buurt_it_was_meant_for(made: list[ExampleMelding]) -> None:
    buurten = town().buurten
    locator = Locator(list(buurten["code"]), buurten.geometry.to_numpy())
    found = locator.locate(np.array([m.x for m in made]), np.array([m.y for m in made]))
    assert [locator.codes[owner] for owner in found] == [melding.buurt for melding in made]


def test_examples_cover_twenty_four_months_and_end_on_their_day(made: list[ExampleMelding]) -> None:
    days = [melding.created_on for melding in made]
    assert min(days) >= date(2024, 6, 30)
    assert max(days) <= UNTIL
    assert len({(day.year, day.month) for day in days}) in {24, 25}
    assert all(melding.closed_at is None or melding.closed_at > melding.created_at for melding in made)


def test_reports_of_one_thing_share_their_soort_and_its_end(made: list[ExampleMelding]) -> None:
    shared: dict[int, list[ExampleMelding]] = {}
    for melding in made:
        if melding.incident is not None:
            shared.setdefault(melding.incident, []).append(melding)
    assert shared
    for reports in shared.values():
        assert len(reports) >= 2
        assert len({(one.category, one.closed_at, one.buurt) for one in reports}) == 1


def test_fireworks_come_around_new_year(small_town: Town) -> None:
    many = [m for seed in range(6) for m in make_meldingen(small_town, until=UNTIL, seed=seed)]
    months = Counter(melding.created_on.month for melding in many if melding.category == "vuurwerk")
    assert months.total() > 5
    assert months[12] + months[1] + months[11] > months.total() / 2


def test_examples_are_stored_labelled_and_counted_in_their_buurt(database: Database) -> None:
    done = load_examples(database, until=UNTIL)
    with database.read() as session:
        stored = session.scalar(select(func.count()).select_from(Melding).where(Melding.example))
        owned = session.scalar(
            select(func.count()).select_from(MeldingArea).where(MeldingArea.buurt.is_not(None))
        )
        invented = [source for source in overview(session) if source.example]
        plans = session.scalar(select(func.count()).select_from(Initiatief).where(Initiatief.example))
    assert [(one.gemeente, one.meldingen, one.initiatieven) for one in done.towns] == [
        ("Vlaardingen", stored, plans)
    ]
    assert stored == owned
    assert [source.naam for source in invented] == [NAAM, NAAM]


def test_text_is_released_for_soorten_that_the_public_may_see_only(database: Database) -> None:
    load_examples(database, until=UNTIL)
    query = select(Category.privacy).join(Melding).where(Melding.text_released).distinct()
    with database.read() as session:
        assert session.scalars(query).all() == ["exact"]


def test_loading_twice_adds_nothing(database: Database) -> None:
    load_examples(database, until=UNTIL)
    assert load_examples(database, until=UNTIL).towns == ()


def test_removing_meldingen_leaves_nothing_of_them_and_keeps_initiatieven(database: Database) -> None:
    load_examples(database, until=UNTIL)
    with database.write() as session:
        before = session.scalar(select(func.count()).select_from(Melding))
        assert remove_examples(session, TOWN, SourceKind.MELDINGEN) == before
    with database.read() as session:
        for table in (Melding, MeldingArea, Incident):
            assert session.scalar(select(func.count()).select_from(table)) == 0
        assert session.scalars(select(Initiatief.id)).all()
        assert [source.kind for source in overview(session) if source.example] == ["initiatieven"]


def test_a_town_with_real_meldingen_gets_no_invented_ones(tmp_path: Path) -> None:
    database = database_at(f"sqlite:///{tmp_path / 'x.db'}")
    _fill(database)
    load_examples(database, until=UNTIL)
    with database.write() as session:
        real = session.scalars(select(Melding).limit(1)).one()
        real.example, real.source_id = False, add_source(session)
        session.flush()
        remove_examples(session, TOWN, SourceKind.MELDINGEN)
    assert load_examples(database, until=UNTIL).towns == ()
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Melding)) == 1
    database.close()


def test_a_town_without_inhabitants_is_refused_by_name(tmp_path: Path) -> None:
    database = database_at(f"sqlite:///{tmp_path / 'x.db'}")
    with database.write() as session:
        store_edition(session, town())
    assert load_examples(database, until=UNTIL).towns == ()
    with pytest.raises(ImportRefused, match="GM0622"):
        load_examples(database, until=UNTIL, gemeenten=[TOWN])
    database.close()


@pytest.mark.slow
def test_the_three_bundled_towns_each_get_some_thousands_in_the_right_buurt(tmp_path: Path) -> None:
    database = database_at(f"sqlite:///{tmp_path / 'x.db'}")
    load_bundled(database)
    done = load_examples(database, until=UNTIL)
    with database.read() as session:
        outside = session.scalar(
            select(func.count()).select_from(MeldingArea).where(MeldingArea.buurt.is_(None))
        )
        with_address = select(func.count()).select_from(Melding).where(Melding.address.is_not(None))
        addressed = session.scalar(with_address.where(Melding.municipality_code == "GM0106"))
        assert owners.buurt_finders(session)[0].year == 2016
        latest = session.scalar(select(func.max(Melding.created_at)))
    database.close()
    numbers = {one.gemeente: one.meldingen for one in done.towns}
    assert set(numbers) == {"Assen", "Maassluis", "Vlaardingen"}
    assert all(2_500 < number < 6_700 for number in numbers.values())
    assert all(15 <= one.initiatieven <= 35 for one in done.towns)
    assert outside == 0
    assert addressed is not None
    assert addressed > 0.9 * numbers["Assen"]
    assert latest is not None
    assert latest < datetime(2026, 7, 1, tzinfo=UTC)


def test_invented_answers_to_the_poll_are_marked_and_go_with_the_meldingen(database: Database) -> None:
    loaded = load_examples(database, until=UNTIL, gemeenten=[TOWN])
    with database.write() as session:
        rows = session.scalars(select(PollAnswer)).all()
        assert len(rows) == loaded.towns[0].antwoorden > 0
        assert {(row.municipality_code, row.example, row.channel) for row in rows} == {
            (TOWN, True, "voorbeeld")
        }
        assert all(1 <= len(row.themes) <= 3 and row.words.keys() <= set(row.themes) for row in rows)
        assert all(row.day <= UNTIL for row in rows)
        assert all(one.example for one in polls.tally(session, TOWN).values())
        assert session.scalar(select(func.count()).select_from(Signal)) == 4
        remove_examples(session, TOWN, SourceKind.MELDINGEN)
        assert session.scalars(select(PollAnswer)).all() == []
        assert session.scalars(select(Signal)).all() == []
