"""Jurisdictions of Open311: the gemeenten of this service, each by its web domain, and who may send there."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from data import api_keys
from data.municipalities import slug_of
from service.analysis import places
from service.analysis.workbench import Workbench
from service.open311_answers import Fault
from service.settings import GemeenteSettings, Settings


@dataclass(frozen=True, slots=True)
class Jurisdiction:
    """A gemeente as Open311 names it."""

    gemeente: str
    naam: str
    domain: str
    settings: GemeenteSettings
    keys: Mapping[str, str]

    def client(self, api_key: str) -> str:
        """Return the name of who has this api_key; a Fault with 403 when nobody has."""
        given = hashlib.sha256(api_key.encode()).hexdigest()
        right = [name for name, digest in self.keys.items() if hmac.compare_digest(digest, given)]
        if not right:
            raise Fault(HTTPStatus.FORBIDDEN, "deze api_key mag hier geen meldingen doen")
        return right[0]


def jurisdictions(workbench: Workbench, settings: Settings) -> list[Jurisdiction]:
    """Return the jurisdictions of this service, by name."""
    found = []
    with workbench.session() as session:
        keys = api_keys.live(session)
    for place in places.gemeenten(workbench):
        own = settings.gemeenten.get(place.code, GemeenteSettings())
        domain = own.jurisdictie or f"{slug_of(place.naam)}.nl"
        known = {**own.open311_sleutels, **keys.get(place.code, {})}
        found.append(Jurisdiction(place.code, place.naam, domain, own, known))
    return found


def jurisdiction(workbench: Workbench, settings: Settings, asked: str) -> Jurisdiction:
    """Return the jurisdiction that is asked for; with one gemeente nobody needs to name it.

    A Fault with 400 when it has to be named and is not, with 404 when there is none of this name.
    """
    known = jurisdictions(workbench, settings)
    if not asked and len(known) == 1:
        return known[0]
    if not asked:
        names = ", ".join(one.domain for one in known)
        raise Fault(HTTPStatus.BAD_REQUEST, f"jurisdiction_id ontbreekt; kies uit: {names}")
    for one in known:
        if one.domain == asked.lower():
            return one
    raise Fault(HTTPStatus.NOT_FOUND, "deze jurisdiction_id kennen wij niet")
