"""A town of three buurten for indicators: its figures, its meldingen, and the values that they give."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import pandas as pd

from geo.answers import Evidence
from geo.area_figures import AreaFigures
from geo.areas import Level
from geo.event_counts import count_meldingen
from geo.exposure import Observation, Period
from geo.indicator_values import indicator_values
from geo.membership import Membership
from geo.registry import indicator

# Per buurt its inhabitants, households and hectares; the port has no inhabitants on record.
STAD = {"BU00010001": (1000, 400, 10), "BU00010002": (600, 200, 20), "BU00010003": (None, None, 2)}
A, B, PORT = STAD
HALF_YEAR = Period(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 7, 2, 15, tzinfo=UTC))
SEEN = Observation("proefstad", HALF_YEAR)


def figure_frame(rows: Sequence[tuple[str, str, int, float | None]], **status: str) -> pd.DataFrame:
    """A long frame of figures; `status` is that of figures without a value, by name."""
    frame = pd.DataFrame(rows, columns=["code", "name", "year", "value"])
    frame["value"] = frame["value"].astype("float64")
    missing = frame["name"].map(lambda name: status.get(name, "onbekend"))
    return frame.assign(status=missing.where(frame["value"].isna(), "bekend"))


def town_figures(**status: str) -> AreaFigures:
    names = ("inwoners", "huishoudens", "opp_land_ha")
    rows = [
        (code, name, 2024, value)
        for code, row in STAD.items()
        for name, value in zip(names, row, strict=True)
    ]
    return AreaFigures(figure_frame(rows, **status))


def meldingen(*rows: tuple[str | None, str, str | None]) -> pd.DataFrame:
    """Meldingen from buurt, category and incident, made on 2 February 2026 and closed two days later."""
    made, closed = pd.Timestamp("2026-02-02T10:00Z"), pd.Timestamp("2026-02-04T10:00Z")
    frame = pd.DataFrame(list(rows), columns=["buurt", "category", "incident_id"])
    return frame.assign(main_group="afval", created_at=made, closed_at=closed, example=False)


def members(level: Level = Level.BUURT, **areas: Sequence[str]) -> Membership:
    return Membership.of(level, areas or {code: [code] for code in STAD})


def values(
    name: str,
    rows: pd.DataFrame | None,
    *,
    within: Membership | None = None,
    observation: Observation = SEEN,
    figures: AreaFigures | None = None,
    asked: Sequence[str] = (),
) -> pd.DataFrame:
    """Values of one indicator by code."""
    counts = (
        None
        if rows is None
        else count_meldingen(rows, period=HALF_YEAR, observation=observation, asked=asked)
    )
    evidence = Evidence(figures or town_figures(), counts)
    return indicator_values(indicator(name), evidence=evidence, members=within or members()).set_index("code")
