"""FixMyStreet: which tables are its export, and what their columns mean."""

from __future__ import annotations

from data.readers.fixmystreet import recognise

HEADER = (
    "Report ID", "Title", "Detail", "User Name", "Category", "Subcategory", "Created", "Confirmed",
    "Acknowledged", "Fixed", "Closed", "Status", "Latitude", "Longitude", "Query", "Ward", "Easting",
    "Northing", "Report URL", "Device Type", "Site Used", "Reported As",
)  # fmt: skip


def test_the_export_of_the_dashboard_is_recognised() -> None:
    mapping = recognise(HEADER)
    assert mapping is not None
    assert mapping.columns["soort"] == ("Category", "Subcategory")
    assert mapping.columns["gemeld"] == ("Confirmed",)
    assert mapping.columns["afgehandeld"] == ("Closed", "Fixed")
    assert (mapping.columns["lengte"], mapping.columns["breedte"]) == (("Longitude",), ("Latitude",))


def test_british_metres_names_and_search_words_are_left_alone() -> None:
    mapping = recognise(HEADER)
    assert mapping is not None
    assert mapping.personal == ("User Name",)
    assert {"Easting", "Northing", "Query"} <= set(mapping.ignored)
    assert "x" not in mapping.columns


def test_another_table_is_no_fixmystreet() -> None:
    assert recognise(("id", "datum", "adres")) is None
