"""The cijfers as a viewer gets them: whose soorten count as delivered."""

from __future__ import annotations

from pathlib import Path

import pytest
from bad_files import LAT, LON, imported, town_database
from import_files import write_table
from sqlalchemy import update
from stored_town import TOWN

from data.audit import record
from data.choices import PrivacyClass
from data.meldingen import Filters
from data.models import Category
from data.rights import ALL_ROLES
from data.visibility import PUBLIC, Viewer
from geo.measures import Selection
from service.analysis.figures import evidence
from service.analysis.places import places
from service.analysis.workbench import Workbench

DUMPING = Selection.of("dumping", "grofvuil", "huisafval")
STAFF = Viewer("adviseur", ALL_ROLES)


def left_out(workbench: Workbench, viewer: Viewer) -> tuple[list[str], bool]:
    """What is left out of dumping for this viewer, and whether any source delivers it."""
    with workbench.session() as session:
        found = evidence(workbench, session, viewer, places(workbench, TOWN), Filters(TOWN)).meldingen
    assert found is not None
    return found.left_out(DUMPING), bool(found.supplying(DUMPING))


@pytest.mark.parametrize(
    ("viewer", "expected"), [(PUBLIC, ([], False)), (STAFF, ([], True))], ids=["public", "staff"]
)
def test_a_soort_that_was_moved_out_of_sight_is_not_delivered_to_the_public_and_never_zero(
    tmp_path: Path, viewer: Viewer, expected: tuple[list[str], bool]
) -> None:
    rows = [["1", "2026-04-01", "Dumping", LON, LAT], ["2", "2026-05-02", "Boom", LON, LAT]]
    with town_database(tmp_path) as database:
        names = ("nummer", "datum", "soort", "lon", "lat")
        imported(database, write_table(tmp_path / "in.csv", rows, names))
        workbench = Workbench(database)
        assert left_out(workbench, viewer) == ([], True)
        with database.write() as session:
            moved = update(Category).where(Category.slug == "dumping")
            session.execute(moved.values(privacy=PrivacyClass.GEBIED))
            record(session, actor="proef", action="klasse", object_kind="soort", object_id="dumping")
        assert left_out(workbench, viewer) == expected
