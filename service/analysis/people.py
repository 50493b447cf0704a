"""People: where the inhabitants of a town are taken to live, for what is shown beside their number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from sqlalchemy.orm import Session

from data import figures
from data.addresses import load_addresses
from geo import population
from geo.area_figures import PEOPLE, AreaFigures
from geo.areas import Level
from geo.crs import RDArrays, to_lnglat
from geo.heat import HeatPyramid
from geo.population import Population
from service.analysis.places import Places
from service.analysis.workbench import About, Workbench


@dataclass(frozen=True, slots=True)
class People:
    """The inhabitants of a town as a pyramid, with the sentence that says how they were placed."""

    pyramid: HeatPyramid
    said: str


class _Spread(NamedTuple):
    population: Population
    years: tuple[int, ...]


def people(workbench: Workbench, found: Places) -> People:
    """Return the inhabitants of the newest year over the addresses of their buurt, or else over its land."""
    with workbench.session() as session:
        key = ("people", found.gemeente.code, found.edition)
        return workbench.remember(session, key, lambda: _compute(workbench, found), about=About.REFERENCE)


def population_of(workbench: Workbench, found: Places) -> Population:
    """Return the inhabitants of the newest year as points in RD."""
    return _spread_of(workbench, found).population


def _spread_of(workbench: Workbench, found: Places) -> _Spread:
    with workbench.session() as session:
        key = ("population", found.gemeente.code, found.edition)
        return workbench.remember(session, key, lambda: _spread(session, found), about=About.REFERENCE)


def _spread(session: Session, found: Places) -> _Spread:
    members = found.membership(Level.BUURT)
    published = figures.load_figures(session, found.edition, codes=set(members.codes), names=[PEOPLE.name])
    known = AreaFigures(published)
    buurten = found.areas(Level.BUURT).set_index("code", drop=False).loc[list(members.codes)]
    inhabitants, _ = known.own(PEOPLE, members)
    rows = load_addresses(session, gemeenten=[found.gemeente.code])
    points = RDArrays(rows["x"].to_numpy(dtype=np.float64), rows["y"].to_numpy(dtype=np.float64))
    return _Spread(population.spread(buurten, inhabitants, points), known.years(PEOPLE))


def _compute(workbench: Workbench, found: Places) -> People:
    spread, years = _spread_of(workbench, found)
    placed = to_lnglat(RDArrays(spread.x, spread.y))
    pyramid = HeatPyramid.from_points(placed.lon, placed.lat, spread.inhabitants)
    return People(pyramid, _said(years, spread.by_address))


def _said(years: tuple[int, ...], by_address: float) -> str:
    year = f" van {max(years)}" if years else ""
    over = {0.0: "het land", 1.0: "de adressen"}.get(by_address, "de adressen of, zonder adressen, het land")
    return f"De inwoners{year} zijn gelijk verdeeld over {over} van hun buurt."
