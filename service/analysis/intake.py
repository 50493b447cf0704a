"""Intake: one way in for every melding of a resident, whatever door it comes through."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn

from data.intake import NotOurs, Receipt, Report, take_in
from data.owners import BuurtFinder, buurt_finders
from data.photo_store import Album
from data.photos import Encoded
from geo.crs import to_rd
from geo.errors import WijkbeeldError
from service.analysis import places
from service.analysis.workbench import About, Workbench
from service.photo_form import photo_store
from service.secret import read_secret
from service.settings import Meldpunt, Settings


class TakenElsewhere(WijkbeeldError):
    """The gemeente takes meldingen at a place of its own, and not here."""


def receive(
    workbench: Workbench, settings: Settings, report: Report, *, key: str, photos: Sequence[Encoded] = ()
) -> Receipt:
    """Store a melding and return its receipt; once it returns, the melding is durable.

    `key` is the sender's own, so that a retry gives the first receipt again; KeyReused when it came with
    another content. NotOurs for a place outside the gemeente of the report: the message names the gemeente
    that the place does lie in. TakenElsewhere when the gemeente has its own meldpunt only: the message
    says where. `photos` were made anew by `data.photos.re_encode`.
    """
    told = settings.gemeenten.get(report.gemeente)
    if told is not None and told.meldpunt is Meldpunt.LINK:
        raise TakenElsewhere(f"deze gemeente neemt meldingen zelf aan, op {told.meldpunt_url}")
    finders = loaded_finders(workbench)
    secret = read_secret(settings.var_folder)
    album = Album(photo_store(settings), photos) if photos else None
    try:
        return take_in(workbench.database, report, finders=finders, key=key, secret=secret, photos=album)
    except NotOurs:
        _refuse(workbench, report, finders)


def loaded_finders(workbench: Workbench) -> Sequence[BuurtFinder]:
    """Return the finder of every edition, for records that come one by one."""
    with workbench.session() as session:
        return workbench.remember(session, ("finders",), lambda: buurt_finders(session), about=About.OUTLINES)


def _refuse(workbench: Workbench, report: Report, finders: Sequence[BuurtFinder]) -> NoReturn:
    """Say which gemeente the place lies in, or that it lies in none of ours."""
    rd = to_rd(report.point)
    owners = [finder.find([rd.x], [rd.y])[0] for finder in finders]
    codes = {f"GM{owner[2:6]}" for owner in owners if owner}
    names = [place.naam for place in places.gemeenten(workbench) if place.code in codes]
    if not names:
        raise NotOurs("deze plek ligt niet in een van onze wijken")
    raise NotOurs(f"deze plek ligt in de gemeente {' of '.join(names)}; meld het daar")
