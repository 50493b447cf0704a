"""Stored figures: unknown stays unknown, and figures of another division are refused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from fresh import database_at
from sqlalchemy import func, select
from stored_town import BUURTEN, add_source, figures, town

from data.areas import NoEdition, store_edition
from data.database import Database
from data.figures import load_figures, store_figures
from data.models import Figure, Source
from data.readers.cbs import read_areas, read_figures
from data.sources import SourceKind
from geo.errors import EditionMismatch


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = database_at(database_url)
    yield database
    database.close()


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Database]:
    database = database_at(f"sqlite:///{tmp_path / 'x.db'}")
    yield database
    database.close()


def test_figures_come_back_with_unknown_kept_unknown(database: Database) -> None:
    with database.write() as session:
        store_edition(session, town())
        source = add_source(session, kind=SourceKind.FIGURES)
        store_figures(session, figures(100, 0, None, 5.5), edition=2016, source_id=source)
    with database.read() as session:
        found = load_figures(session, 2016)
    assert found["value"].isna().tolist() == [False, False, True, False]
    assert found["value"].dropna().tolist() == [100, 0, 5.5]
    assert found["status"].tolist() == ["bekend", "bekend", "geheim", "bekend"]
    assert found["value"].sum() == 105.5


def test_a_second_load_changes_nothing_and_a_new_value_replaces_one(database: Database) -> None:
    with database.write() as session:
        store_edition(session, town())
        source = add_source(session, kind=SourceKind.FIGURES)
        first = store_figures(session, figures(1, 2, None, 4), edition=2016, source_id=source)
        again = store_figures(session, figures(1, 2, None, 4), edition=2016, source_id=source)
        later = store_figures(session, figures(1, 2, 3, None), edition=2016, source_id=source)
    assert [(done.new, done.changed, done.same) for done in (first, again, later)] == [
        (4, 0, 0),
        (0, 0, 4),
        (0, 2, 2),
    ]
    with database.read() as session:
        found = load_figures(session, 2016)
    assert found["value"].fillna(-1).tolist() == [1, 2, 3, -1]
    assert found["status"].tolist() == ["bekend", "bekend", "bekend", "geheim"]


def test_years_stand_beside_each_other(sqlite: Database) -> None:
    with sqlite.write() as session:
        store_edition(session, town())
        source = add_source(session, kind=SourceKind.FIGURES)
        for year in (2023, 2024):
            store_figures(session, figures(1, 2, 3, 4, year=year), edition=2016, source_id=source)
        assert load_figures(session, 2016, codes=BUURTEN[:1])["year"].tolist() == [2023, 2024]
        assert load_figures(session, 2016, names=["huishoudens"]).empty


def test_figures_without_outlines_are_refused(sqlite: Database) -> None:
    with sqlite.write() as session, pytest.raises(NoEdition, match="2016"):
        store_figures(session, figures(1, 2, 3, 4), edition=2016, source_id=1)


def test_figures_of_gemeenten_without_outlines_are_left_out_and_named(sqlite: Database) -> None:
    other = figures(1, 2, 3, 4).assign(code=["BU05560000", "BU05560001", "BU05560100", "BU05560101"])
    both = pd.concat([figures(1, 2, 3, 4), other], ignore_index=True)
    with sqlite.write() as session:
        store_edition(session, town())
        done = store_figures(session, both, edition=2016, source_id=add_source(session))
        assert session.scalar(select(func.count()).select_from(Figure)) == 4
    assert (done.new, len(done.match.elsewhere)) == (4, 4)


def test_a_figure_names_the_source_it_came_from(sqlite: Database) -> None:
    with sqlite.write() as session:
        store_edition(session, town())
        source = add_source(session, slug="cbs", kind=SourceKind.FIGURES)
        store_figures(session, figures(1, 2, 3, 4), edition=2016, source_id=source)
        slugs = session.scalars(select(Source.slug).join(Figure, Figure.source_id == Source.id)).all()
    assert set(slugs) == {"cbs"}


@pytest.mark.shared
def test_schiedams_new_figures_are_refused_beside_its_old_outlines(sqlite: Database, shared: Path) -> None:
    outlines = read_areas(shared / "data/areas/wijkenbuurten_2016_pilot.gpkg", gemeenten=["GM0606"])
    all_figures = read_figures(shared / "data/figures/kerncijfers_2024_buurt.csv", year=2024)
    with sqlite.write() as session:
        store_edition(session, outlines)
        with pytest.raises(EditionMismatch, match=r"GM0606.*BU0606"):
            store_figures(session, all_figures, edition=2016, source_id=add_source(session))
        assert session.scalar(select(func.count()).select_from(Figure)) == 0


@pytest.mark.shared
def test_assens_three_unmatched_codes_are_accepted_and_listed(sqlite: Database, shared: Path) -> None:
    outlines = read_areas(shared / "data/areas/wijkenbuurten_2016_pilot.gpkg", gemeenten=["GM0106"])
    all_figures = read_figures(shared / "data/figures/kerncijfers_2024_buurt.csv", year=2024)
    with sqlite.write() as session:
        store_edition(session, outlines)
        done = store_figures(session, all_figures, edition=2016, source_id=add_source(session))
    assert len(done.match.matched) == 106
    assert len(done.match.only_outlines) == 3
