"""Already reported: public meldingen near the place that somebody is about to report."""

from __future__ import annotations

from data.classifier import SOMETHING_ELSE
from data.nearby import Near, nearby
from geo.crs import LngLat
from service.analysis.melding_places import Choices
from service.analysis.places import Places
from service.analysis.workbench import Workbench, today
from service.melding_form import Sent


def already(workbench: Workbench, found: Places, offered: Choices, sent: Sent, soort: str) -> list[Near]:
    """Return the public meldingen that may be about the same; none while the place is not clear.

    Of a soort that we could not tell, every public soort may be the same.
    """
    point = _point(offered, sent)
    if point is None:
        return []
    kind = None if soort == SOMETHING_ELSE else soort
    with workbench.session() as session:
        return nearby(session, point, kind, today(), gemeente=found.gemeente.code)


def _point(offered: Choices, sent: Sent) -> LngLat | None:
    """Return the chosen place, else the address that was surely meant; a whole buurt is near to nothing."""
    chosen = offered.find(sent.place) if sent.place else None
    if chosen is None and offered.sure and offered.addresses:
        chosen = offered.addresses[0]
    return None if chosen is None or chosen in offered.buurten else chosen.point
