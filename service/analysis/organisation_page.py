"""The page of a bewonersorganisatie: what everybody sees of its areas, gathered for one reader."""

from __future__ import annotations

from dataclasses import dataclass

from data import meldingen
from data.meldingen import Filters, Listed
from data.organisations import Organisation
from data.visibility import PUBLIC
from service.analysis import places
from service.analysis.neighbourhood import Neighbourhood, neighbourhood
from service.analysis.places import Place, Places
from service.analysis.workbench import Workbench
from service.coordinators import coordinator_of
from service.settings import GemeenteSettings, Settings, Wijkcoordinator

MOST = 5


@dataclass(frozen=True, slots=True)
class OwnArea:
    """One area of an organisation: its public meldingen and ideas, what was done, and whom to ask."""

    place: Place
    meldingen: list[Listed]
    rond: Neighbourhood
    coordinator: Wijkcoordinator | None


def own_areas(workbench: Workbench, settings: Settings, organisation: Organisation) -> list[OwnArea]:
    """Return the areas of an organisation; codes that the town does not have any more are left out."""
    gemeente = organisation.account.municipality_code
    try:
        found = places.places(workbench, gemeente)
    except places.UnknownPlace:
        return []
    codes = organisation.gebieden or (gemeente,)
    reach = settings.gemeenten.get(gemeente, GemeenteSettings())
    return [_area(workbench, found, found.by_code[code], reach) for code in codes if code in found.by_code]


def _area(workbench: Workbench, found: Places, place: Place, reach: GemeenteSettings) -> OwnArea:
    filters = Filters(found.gemeente.code, buurten=place.buurten)
    with workbench.session() as session:
        rows = meldingen.page(session, PUBLIC, filters, edition=found.edition, limit=MOST)
    return OwnArea(
        place,
        rows,
        neighbourhood(workbench, PUBLIC, found, place),
        coordinator_of(reach, found, place),
    )
