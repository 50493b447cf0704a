"""Neighbourhood: what is strong about a place, and what was done there lately."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from data import organisations
from data.meldingen import Filters
from data.organisations import Organisation
from data.public_records import Done, recently_done
from data.visibility import Viewer
from data.work_along_models import OrganisationText
from service.analysis import public_list, search
from service.analysis.places import Place, Places
from service.analysis.public_list import Plan
from service.analysis.workbench import Workbench

MOST: Final = 5
RUNNING: Final = "loopt"
FINISHED: Final = "uitgevoerd"


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """What the page of a place tells beside its figures and lists."""

    organisations: list[OrganisationText]
    meeting_places: list[str]
    running: list[Plan]
    done: list[Done]
    finished: list[Plan]


def neighbourhood(workbench: Workbench, viewer: Viewer, found: Places, place: Place) -> Neighbourhood:
    """Return who is active in a place, where to meet, its initiatieven that run, and what was done lately."""
    asked = Filters(found.gemeente.code, buurten=place.buurten)
    plans = public_list.plans(workbench, viewer, found, asked)
    with workbench.session() as session:
        done = workbench.remember(
            session,
            ("done", asked, found.edition),
            lambda: recently_done(
                session, found.gemeente.code, place.buurten, edition=found.edition, limit=MOST
            ),
        )
        active = organisations.released_of(session, found.gemeente.code)
    hits = search.landmarks(workbench, found)
    finished = sorted(
        (plan for plan in plans if plan.status == FINISHED and plan.finished_on),
        key=lambda plan: (plan.finished_on, plan.title),
        reverse=True,
    )
    return Neighbourhood(
        [one.released for one in active if one.released is not None and _is_here(one, found, place)],
        # A school with several buildings is one place to meet.
        list(dict.fromkeys(hit.label for hit in hits if hit.buurt.code in place.buurten)),
        [plan for plan in plans if plan.status == RUNNING],
        done,
        finished[:MOST],
    )


def _is_here(one: Organisation, found: Places, place: Place) -> bool:
    """Return whether an organisation is active in a place; one without areas is in the whole gemeente."""
    if not one.gebieden:
        return True
    own = (found.by_code[code].buurten for code in one.gebieden if code in found.by_code)
    return any(not set(buurten).isdisjoint(place.buurten) for buurten in own)
