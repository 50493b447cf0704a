"""A town of four square buurten for tests of the store, and meldingen at chosen points."""

from __future__ import annotations

from collections.abc import Iterable
from copy import deepcopy
from datetime import UTC, datetime
from functools import cache

import numpy as np
import pandas as pd
import shapely
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from data.models import Category, Melding, Municipality, Source
from data.sources import SourceCard, SourceKind, register_source
from geo.areas import Edition, area_frame

TOWN = "GM0622"
BUURTEN = ("BU06220001", "BU06220002", "BU06220101", "BU06220102")
MOMENT = datetime(2026, 7, 1, 10, 0, tzinfo=UTC)


def square(column: int, row: int, *, side_m: float = 1000.0) -> shapely.Polygon:
    """A square whose lower left corner stands `column`, `row` sides from (80 000, 436 000) in RD."""
    x, y = 80_000 + column * side_m, 436_000 + row * side_m
    return shapely.box(x, y, x + side_m, y + side_m)


def town(*, year: int = 2016, outlines: Iterable[shapely.Polygon] | None = None) -> Edition:
    """Two wijken of two square buurten each: the first wijk below, the second above."""
    return deepcopy(_town(year, tuple(outlines or (square(0, 0), square(1, 0), square(0, 1), square(1, 1)))))


# Made once for each outline, and copied: making takes thirty times as long.
@cache
def _town(year: int, outlines: tuple[shapely.Polygon, ...]) -> Edition:
    buurten = area_frame(
        code=BUURTEN,
        naam=["Een", "Twee", "Drie", "Vier"],
        parent=["WK062200", "WK062200", "WK062201", "WK062201"],
        gemeente=[TOWN] * 4,
        geometry=outlines,
    )
    return Edition.from_buurten(year, buurten, gemeente_names={TOWN: "Vlaardingen"})


def add_source(session: Session, *, slug: str = "proef", kind: SourceKind = SourceKind.MELDINGEN) -> int:
    """A source by this slug; its id."""
    return register_source(session, SourceCard(slug=slug, kind=kind, naam="Proef"))


def add_meldingen(session: Session, points: Iterable[tuple[float, float]]) -> None:
    """A melding at each point (RD metres), in the town that is stored already."""
    source = session.scalar(select(Source.id).where(Source.slug == "proef")) or add_source(session)
    category = Category(edition="proef", slug="s", naam="S", parent=None, main_group="afval", privacy="exact")
    session.add(category)
    session.flush()
    assert session.get(Municipality, TOWN) is not None
    rows = [
        {
            "public_id": f"m{number}",
            "municipality_code": TOWN,
            "source_id": source,
            "source_ref": str(number),
            "category_id": category.id,
            "created_at": MOMENT,
            "created_on": MOMENT.date(),
            "stored_at": MOMENT,
            "status": "gemeld",
            "channel": "import",
            "place_quality": "punt",
            "lon": 4.3,
            "lat": 51.9,
            "x": x,
            "y": y,
        }
        for number, (x, y) in enumerate(points)
    ]
    session.execute(insert(Melding), rows)


def figures(*values: float | None, name: str = "inwoners", year: int = 2024) -> pd.DataFrame:
    """One figure for each of the town's buurten; None is a secret one."""
    return pd.DataFrame(
        {
            "code": list(BUURTEN),
            "name": name,
            "year": year,
            "value": [float("nan") if value is None else value for value in values],
            "status": ["geheim" if value is None else "bekend" for value in values],
        }
    )


def addresses(numbers: list[int], *, gemeente: str = "Vlaardingen", code: str | None = None) -> pd.DataFrame:
    """Houses along one street, 10 m apart, as a BAG file gives them."""
    steps = np.arange(len(numbers), dtype=float)
    return pd.DataFrame(
        {
            "street": "Korte Hoogstraat",
            "number": numbers,
            "letter": ["A" if number % 2 else None for number in numbers],
            "addition": None,
            "postcode": "3131BK",
            "place": gemeente,
            "gemeente": gemeente,
            "gemeente_code": code,
            "lon": 4.34 + steps / 1e4,
            "lat": 51.9,
            "x": 80_500 + steps * 10,
            "y": 436_500.0,
        }
    )
