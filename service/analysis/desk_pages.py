"""The pages of the desk: the queue with its choices, and one melding with its place and its acts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from data import colleagues, desk, incidents, parties, seeing_too, standard_answers
from data.choices import Channel, Status
from data.colleagues import Asked
from data.desk import DeskReport, Pile, QueueFilters, QueueRow
from data.handling import ALLOWED
from data.incidents import Together
from data.melding_words import OWN_EDITION
from data.models import Category
from data.party_models import Forwarding, Party, StandardAnswer
from data.rights import Right
from data.seeing_too import Numbers
from data.terms import add_working_days, working_days_between
from data.visibility import Viewer
from geo.areas import Level
from geo.main_groups import MainGroup
from service.analysis import live_map, places, towns
from service.analysis.live_map import LiveMap
from service.analysis.places import Place, Places, UnknownPlace
from service.analysis.workbench import Workbench, today

PAGE_SIZE = 20
# A working week to answer the coordinator.
ASK_DAYS = 5


@dataclass(frozen=True, slots=True)
class Choices:
    """What is chosen of the queue; None is all. `kind` is a soort or a main group, `place` a code."""

    pile: Pile = Pile.CHECK
    gemeente: str | None = None
    place: str | None = None
    kind: str | None = None
    status: Status | None = None
    channel: Channel | None = None
    late: bool = False
    waits: bool = False


@dataclass(frozen=True, slots=True)
class QueuePage:
    """One page of the queue; `town` and `place` are what was chosen, None for all."""

    rows: list[QueueRow]
    total: int
    page: int
    pages: int
    waiting: int
    towns: dict[str, str]
    town: Places | None
    place: Place | None
    kinds: list[tuple[MainGroup, list[Category]]]
    today: date

    @property
    def example(self) -> bool:
        """Whether anything on the page is made up."""
        return any(row.example for row in self.rows)

    def is_late(self, row: QueueRow) -> bool:
        """Whether the term of a melding is over while it is not done."""
        return row.due is not None and row.due < self.today


@dataclass(frozen=True, slots=True)
class ReportPage:
    """One melding with where it lies, what it can become and which soort it can be."""

    report: DeskReport
    town: Places | None
    buurt: Place | None
    wijk: Place | None
    map: dict[str, Any] | None
    steps: list[Status]
    kinds: list[tuple[MainGroup, list[Category]]]
    suggested: str | None
    together: Together
    seen_too: Numbers
    parties: list[Party]
    responsible: Party | None
    passed_on: tuple[Forwarding, ...]
    answers: Sequence[StandardAnswer]
    asked: Sequence[Asked]
    colleagues: Sequence[str]
    may: frozenset[Right]
    today: date

    @property
    def days_late(self) -> int:
        """How many working days its term is over; 0 when it is in time or done."""
        due = self.report.due
        return 0 if due is None or due >= self.today else max(1, working_days_between(due, self.today))

    @property
    def ask_by(self) -> date:
        """By when a colleague is asked to answer, when no other day is chosen."""
        return add_working_days(self.today, ASK_DAYS)

    @property
    def may_forward(self) -> bool:
        """Whether it can be passed on now."""
        return Status.FORWARDED in ALLOWED[Status(self.report.melding.status)] and not self.together.follows


def queue_page(workbench: Workbench, viewer: Viewer, chosen: Choices, *, page: int) -> QueuePage:
    """Return a page of the queue; a place of another gemeente than the chosen one counts as not chosen."""
    town = places.places(workbench, chosen.gemeente) if chosen.gemeente else None
    place = town.by_code.get(chosen.place or "") if town else None
    filters = _filters(chosen, place, town)
    with workbench.session() as session:
        total = desk.count(session, viewer, filters)
        pages = max(1, -(-total // PAGE_SIZE))
        rows = desk.queue(session, viewer, filters, limit=PAGE_SIZE, offset=(page - 1) * PAGE_SIZE)
        waiting = desk.count(session, viewer, QueueFilters(Pile.CHECK))
        kinds = _by_group(desk.kinds(session, OWN_EDITION))
    names = {place.code: place.naam for place in towns.towns(workbench)}
    return QueuePage(rows, total, page, pages, waiting, names, town, place, kinds, today())


def _filters(chosen: Choices, place: Place | None, town: Places | None) -> QueueFilters:
    is_group = chosen.kind in set(MainGroup)
    return QueueFilters(
        chosen.pile,
        chosen.gemeente,
        main_group=chosen.kind if is_group else None,
        kind=None if is_group else chosen.kind,
        status=chosen.status,
        channel=chosen.channel,
        late_on=today() if chosen.late else None,
        waits=chosen.waits,
        buurten=place.buurten if place else (),
        edition=town.edition if town else None,
    )


def report_page(
    workbench: Workbench,
    viewer: Viewer,
    public_id: str,
    *,
    address: Callable[[Place], str],
    account: Viewer,
) -> ReportPage | None:
    """Return a melding for the desk, None when there is none that this viewer may see.

    `address` gives the page of a place, for the areas on the map; `account` has all the roles of who looks,
    for what can be done besides.
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
        answers = standard_answers.fitting(session, report.melding.municipality_code, report.category)
        others_to_ask = colleagues.colleagues(session, report.melding.municipality_code)
        may = desk.rights_on(session, account, public_id)
        # As the notes: between who handles it and who was asked.
        asked = colleagues.asked_about(session, report.melding.id) if Right.DESK_HANDLE in may else ()
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
        answers,
        asked,
        others_to_ask,
        may,
        today(),
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


def _by_group(kinds: Sequence[Category]) -> list[tuple[MainGroup, list[Category]]]:
    """Return the soorten under their main groups, in the order of the groups."""
    groups = [(group, [one for one in kinds if one.main_group == group]) for group in MainGroup]
    return [(group, found) for group, found in groups if found]
