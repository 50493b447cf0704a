"""Coordinators: who residents of a wijk, buurt or gebied can turn to, from configuration."""

from __future__ import annotations

from geo.areas import Level
from service.analysis.places import Place, Places
from service.settings import GemeenteSettings, Wijkcoordinator


def coordinator_of(contact: GemeenteSettings, found: Places, place: Place) -> Wijkcoordinator | None:
    """Return the wijkcoördinator of a place: its own, else of its wijk, of a gebied around it, of the town.

    None where nothing was set.
    """
    around = [one.code for one in found.of(Level.GEBIED) if set(place.buurten) <= set(one.buurten)]
    for code in (place.code, place.parent or "", *around, found.gemeente.code):
        if code in contact.wijkcoordinatoren:
            return contact.wijkcoordinatoren[code]
    if contact.wijkcoordinator_email:
        return Wijkcoordinator(email=contact.wijkcoordinator_email)
    return None
