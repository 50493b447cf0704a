"""The hard points of the real outlines, counted by each database: every point once, by the rule."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from fresh import database_at
from hard_points import hard_points, owner_by_rule, read_areas
from sqlalchemy import func, select
from stored_town import add_meldingen

from data.areas import load_edition, store_edition
from data.models import Melding, MeldingArea
from data.owners import assign_areas
from data.readers import cbs

pytestmark = pytest.mark.shared
PILOT = "data/areas/wijkenbuurten_2016_pilot.gpkg"
TOWNS = ["GM0106", "GM0622"]
POINTS = 400


def test_hard_points_on_real_outlines_are_counted_once_and_by_the_rule(
    database_url: str, shared: Path
) -> None:
    database = database_at(database_url)
    areas = read_areas(shared, "buurten", *TOWNS)
    x, y = hard_points(areas.outlines, POINTS, seed=7)
    with database.write() as session:
        store_edition(session, cbs.read_areas(shared / PILOT, gemeenten=TOWNS))
        add_meldingen(session, zip(x.tolist(), y.tolist(), strict=True))
        assign_areas(session, 2016)
    with database.read() as session:
        query = select(Melding.source_ref, MeldingArea.buurt).join(
            MeldingArea, MeldingArea.melding_id == Melding.id
        )
        stored = {int(number): buurt for number, buurt in session.execute(query)}
        once = session.scalar(select(func.count()).select_from(MeldingArea))
        parents = load_edition(session, 2016).parents
    database.close()
    expected = {at: owner_by_rule(x[at], y[at], areas) for at in range(POINTS)}
    assert once == POINTS
    assert {at: (stored[at], owner) for at, owner in expected.items() if stored[at] != owner} == {}
    buurten = Counter(owner for owner in stored.values() if owner)
    wijken = Counter(parents[owner] for owner in stored.values() if owner)
    assert sum(wijken.values()) == sum(buurten.values()) == POINTS - list(stored.values()).count(None)
