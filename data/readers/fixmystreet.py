"""FixMyStreet: the CSV that its dashboard exports."""

from __future__ import annotations

from collections.abc import Sequence

from data.readers.mapping import (
    CATEGORY,
    CLOSED,
    CREATED,
    LAT,
    LON,
    NUMBER,
    STATUS,
    TEXT,
    Mapping,
    finish,
)

FORMAT = "fixmystreet"
SIGNS = {"Report ID", "Category", "Confirmed", "Latitude", "Longitude", "Status"}


def recognise(columns: Sequence[str]) -> Mapping | None:
    """The mapping of a FixMyStreet export, None for another table.

    Easting and Northing are British grid metres there, so the degrees decide. `Confirmed` is the moment that
    a report counts from. A report that is fixed without being closed ends when it was fixed. `Query` is what
    somebody typed to find the place, so it is left alone.
    """
    if not set(columns) >= SIGNS:
        return None
    closed = tuple(name for name in ("Closed", "Fixed") if name in columns)
    wanted = {
        NUMBER: ("Report ID",),
        CREATED: ("Confirmed",),
        CLOSED: closed,
        CATEGORY: tuple(name for name in ("Category", "Subcategory") if name in columns),
        STATUS: ("Status",),
        TEXT: tuple(name for name in ("Title", "Detail") if name in columns),
        LON: ("Longitude",),
        LAT: ("Latitude",),
    }
    found = {name: names for name, names in wanted.items() if names}
    return finish(Mapping(columns=found, format=FORMAT), columns)
