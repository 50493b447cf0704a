"""Export colours: a file to keep has the colours that were asked, and the public only what it may see."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pandas as pd
import pytest
from fastapi.testclient import TestClient
from loaded_town import client, database_url, staff, workbench

from data.meldingen import Filters
from data.rights import ALL_ROLES
from data.visibility import PUBLIC, Viewer
from geo.areas import Level
from service.analysis import places
from service.analysis.export import VALUE_COLUMNS, Form, export_of
from service.analysis.view import Asked
from service.analysis.workbench import Workbench

__all__ = ["client", "database_url", "staff", "workbench"]

GEMEENTE = "GM0622"
MADE = datetime(2026, 7, 2, 10, 30, tzinfo=UTC)


def notes(workbench: Workbench, viewer: Viewer) -> pd.Series[Any]:
    asked = Asked(
        filters=Filters(GEMEENTE), indicator="meldingen_inw", part=None, level=Level.BUURT, known_at=MADE
    )
    town = places.places(workbench, GEMEENTE)
    taken = export_of(workbench, viewer, town, asked, made_at=MADE, address="https://wijkbeeld.example/")
    return taken.table[VALUE_COLUMNS["note"].naam]


@pytest.mark.parametrize(
    ("colour", "unit"),
    [
        ("bijgesteld", "bijgesteld, per 1.000 inwoners per jaar"),
        ("verhouding", "vergeleken met de rest van de gemeente"),
    ],
)
def test_a_page_to_keep_has_the_colours_that_were_asked(staff: TestClient, colour: str, unit: str) -> None:
    address = f"/analyse/export/html?gemeente={GEMEENTE}&niveau=wijk"
    assert unit not in staff.get(address).text
    assert unit in staff.get(f"{address}&kleur={colour}").text


@pytest.mark.parametrize("measure", ["inwoners", "gemeente"])
def test_a_page_to_keep_has_the_heat_that_was_asked(staff: TestClient, measure: str) -> None:
    address = f"/analyse/export/html?gemeente={GEMEENTE}&weergave=warmte"
    pages = [staff.get(one).text for one in (address, f"{address}&maat={measure}")]
    plain, asked = (set(re.findall(r"base64,([\w+/=]{2000,})", page)) for page in pages)
    assert plain - asked
    assert asked - plain


@pytest.mark.parametrize("form", [Form.CSV, Form.PNG, Form.HTML])
def test_the_public_takes_no_colours_along_that_it_does_not_see(client: TestClient, form: Form) -> None:
    address = f"/analyse/export/{form.value}?gemeente={GEMEENTE}&niveau=wijk&kleur=verhouding"
    assert client.get(address).status_code == 404


def test_the_public_is_not_told_that_shielded_soorten_were_not_delivered(workbench: Workbench) -> None:
    assert not notes(workbench, PUBLIC).str.contains("niet geleverd").any()
    assert notes(workbench, Viewer("adviseur", ALL_ROLES)).notna().all()
