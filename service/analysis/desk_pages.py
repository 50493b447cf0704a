"""The pages of the desk: the queue with its choices, and one melding with its place and its acts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from data import desk, incidents, parties, seeing_too
from data.choices import Status
from data.desk import DeskReport, Pile, QueueFilters, QueueRow
from data.handling import ALLOWED
from data.incidents import Together
from data.models import Category
from data.party_models import Forwarding, Party
from data.seeing_too import Numbers
from data.visibility import Viewer
from geo.areas import Level
from geo.main_groups import MainGroup
from service.analysis import live_map, places, towns
from service.analysis.live_map import LiveMap
from service.analysis.places import Place, Places, UnknownPlace
from service.analysis.workbench import Workbench

PAGE_SIZE = 20


@dataclass(frozen=True, slots=True)
class QueuePage:
    """One page of the queue; `town` and `wijk` are what was chosen, None for all."""

    rows: list[QueueRow]
    total: int
    page: int
    pages: int
    waiting: int
    towns: dict[str, str]
    town: Places | None
    wijk: Place | None

    @property
    def example(self) -> bool:
        """Whether anything on the page is made up."""
        return any(row.example for row in self.rows)


@dataclass(frozen=True, slots=True)
class ReportPage:
    """One melding with where it lies, what it can become and which soort it can be."""

    report: DeskReport
    town: Places | None
    buurt: Place | None
    wijk: Place | None
    map: dict[str, Any] | None
    steps: list[Status]
    kinds: list[tuple[str, list[Category]]]
    suggested: str | None
    together: Together
    seen_too: Numbers
    parties: list[Party]
    responsible: Party | None
    passed_on: tuple[Forwarding, ...]

    @property
    def may_forward(self) -> bool:
        """Whether it can be passed on now."""
        return Status.FORWARDED in ALLOWED[Status(self.report.melding.status)] and not self.together.follows


def queue_page(
    workbench: Workbench,
    viewer: Viewer,
    *,
    pile: Pile,
    gemeente: str | None,
    wijk: str | None,
    main_group: MainGroup | None,
    page: int,
) -> QueuePage:
    """Return a page of the queue; a wijk of another gemeente than the chosen one counts as not chosen."""
    town = places.places(workbench, gemeente) if gemeente else None
    chosen = town.by_code.get(wijk or "") if town else None
    filters = QueueFilters(
        pile,
        gemeente,
        main_group.value if main_group else None,
        chosen.buurten if chosen else (),
        town.edition if town else None,
    )
    with workbench.session() as session:
        total = desk.count(session, viewer, filters)
        pages = max(1, -(-total // PAGE_SIZE))
        rows = desk.queue(session, viewer, filters, limit=PAGE_SIZE, offset=(page - 1) * PAGE_SIZE)
        waiting = desk.count(session, viewer, QueueFilters(Pile.CHECK))
    names = {place.code: place.naam for place in towns.towns(workbench)}
    return QueuePage(rows, total, page, pages, waiting, names, town, chosen)


def report_page(
    workbench: Workbench, viewer: Viewer, public_id: str, *, address: Callable[[Place], str]
) -> ReportPage | None:
    """Return a melding for the desk, None when there is none that this viewer may see.

    `address` gives the page of a place, for the areas on the map.
    """
    with workbench.session() as session:
        report = desk.report(session, viewer, public_id)
        if report is None:
            return None
        kinds = desk.kinds(session, report.category.edition)
        together = incidents.together(session, viewer, report.melding)
        also = seeing_too.numbers(session, report.melding.id)
        others = [one for one in parties.parties_of(session, report.melding.municipality_code) if one.email]
        responsible = parties.responsible(session, report.melding)
        passed_on = tuple(parties.forwardings(session, report.melding.id))
    town = _town(workbench, report)
    buurt = town.by_code.get(report.buurt or "") if town else None
    return ReportPage(
        report,
        town,
        buurt,
        town.by_code.get(buurt.parent or "") if town and buurt else None,
        _map(workbench, report, town, buurt, address),
        sorted(ALLOWED[Status(report.melding.status)] - {Status.FORWARDED}, key=list(Status).index),
        _by_group(kinds),
        _suggested(report, kinds),
        together,
        also,
        others,
        responsible,
        passed_on,
    )


def _suggested(report: DeskReport, kinds: Sequence[Category]) -> str | None:
    """Return the name of the soort that was suggested at intake, None when there was none."""
    slug = report.intake.suggested if report.intake else None
    return next((one.naam for one in kinds if one.slug == slug), slug)


def _town(workbench: Workbench, report: DeskReport) -> Places | None:
    """Return the gemeente of a melding, None when its outlines are not loaded."""
    try:
        return places.places(workbench, report.melding.municipality_code)
    except UnknownPlace:
        return None


def _map(
    workbench: Workbench,
    report: DeskReport,
    town: Places | None,
    buurt: Place | None,
    address: Callable[[Place], str],
) -> dict[str, Any] | None:
    melding = report.melding
    if town is None or melding.lon is None or melding.lat is None:
        return None
    shown = town.of(Level.BUURT)
    drawn = LiveMap(
        level=Level.BUURT,
        areas=live_map.plain_areas(shown, {one.code: address(one) for one in shown}),
        chosen=buurt.code if buurt else None,
        spot=(melding.lon, melding.lat),
    )
    return live_map.as_data(workbench, town, drawn)


def _by_group(kinds: Sequence[Category]) -> list[tuple[str, list[Category]]]:
    """Return the soorten under the names of their main groups, in the order of the groups."""
    groups = [(group.naam, [one for one in kinds if one.main_group == group]) for group in MainGroup]
    return [(naam, found) for naam, found in groups if found]
