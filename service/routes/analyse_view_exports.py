"""Taking along what staff see beside the map: the same question as the page, as a file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Path, Query
from fastapi.responses import Response

from data.database import Database
from data.meldingen import Filters
from data.rights import Right
from data.visibility import Viewer
from geo.errors import FigureError
from maps.formats import Format
from service.analysis import change_plots, hotspots, leefbaarheid, leefbaarometer, silence, spot_view, towns
from service.analysis.change import change
from service.analysis.change_export import change_export, picture_facts
from service.analysis.export import Export, Form
from service.analysis.export_files import TABLES, written
from service.analysis.export_pictures import about, map_drawn, notes
from service.analysis.places import Places
from service.analysis.spot_ground import Kind
from service.analysis.view_exports import Taken, index_export, silence_export, spots_export
from service.analysis.view_maps import index_choropleth, silence_choropleth
from service.analysis.workbench import Workbench
from service.dependencies import DatabaseDep, SettingsDep, ViewerDep, WorkbenchDep
from service.routes import leefbaarheid as index_page
from service.routes import opvallend, verandering, weinig
from service.routes.analyse_export import file_response, note_export
from service.routes.api.shapes import moment_text
from service.settings import Settings

router = APIRouter(include_in_schema=False)
Vorm = Annotated[Form, Path()]


@dataclass(frozen=True)
class Counter:
    """Where views are handed out: what is needed to work one out, and who asks."""

    settings: Settings
    workbench: Workbench
    database: Database
    viewer: Viewer
    made_at: datetime

    def town(self, gemeente: str, form: Form, forms: Sequence[Form]) -> Places:
        """Return the town that is asked about; 404 for a form that its page lacks and for who is no staff."""
        home = towns.home(self.viewer, default=self.settings.default_gemeente)
        town = towns.town(self.workbench, gemeente, default=home)
        if town is None or form not in forms or not self.viewer.may(Right.FIGURES_STAFF, town.gemeente.code):
            raise HTTPException(404)
        return town

    def taken(self, town: Places, filters: Filters, address: str) -> Taken:
        """Return what goes along with each view."""
        return Taken(
            town=town,
            filters=filters,
            made_by=self.viewer.account or "",
            made_at=self.made_at,
            address=f"{self.settings.public_url}{address}",
        )

    def file(self, export: Export, form: Form, kind: str, drawn: Callable[[], bytes]) -> Response:
        """Return the file, and keep in the audit that it was taken along."""
        content = written(export, form) if form in TABLES else drawn()
        note_export(self.database, export, form, kind=kind)
        return file_response(content, export.file_name(form), form)


def _counter(
    settings: SettingsDep, workbench: WorkbenchDep, database: DatabaseDep, viewer: ViewerDep
) -> Counter:
    return Counter(settings, workbench, database, viewer, datetime.now(UTC))


CounterDep = Annotated[Counter, Depends(_counter)]


@router.get(f"{verandering.ADDRESS}/export/{{vorm}}")
def changing(vorm: Vorm, question: verandering.Asking, counter: CounterDep) -> Response:
    """Return a cijfer over time as a file."""
    town = counter.town(question.gemeente, vorm, verandering.FORMS)
    question = question.model_copy(update={"gemeente": town.gemeente.code})
    view = change(counter.workbench, counter.viewer, town, question.asked())
    stand = moment_text(question.stand_van or counter.made_at)
    taken = counter.taken(town, question.filters(), f"{verandering.ADDRESS}?{question.query(standVan=stand)}")
    export = change_export(taken, view)

    def drawn() -> bytes:
        told = [*picture_facts(export), *notes(export)]
        plot = change_plots.trend_plot(view, kind=Format(vorm.value), title=export.title, notes=told)
        return about(plot, export, vorm)

    return counter.file(export, vorm, "verandering", drawn)


@router.get(f"{opvallend.ADDRESS}/export/{{vorm}}")
def remarkable(vorm: Vorm, question: opvallend.Asking, counter: CounterDep) -> Response:
    """Return the places from which remarkably many meldingen come as a file."""
    town = counter.town(question.gemeente, vorm, opvallend.FORMS)
    question = question.model_copy(update={"gemeente": town.gemeente.code})
    asked = question.asked(counter.settings)
    seen = hotspots.spots(counter.workbench, counter.viewer, town, asked)
    known_at = question.stand_van or counter.made_at
    taken = counter.taken(town, asked.filters, question.address(known_at))
    shown = spot_view.spot_map(town, asked, seen, known_at=known_at)
    export = spots_export(taken, asked, seen, shown.facts)
    names = asked.kind is Kind.BUURT
    return counter.file(
        export,
        vorm,
        "opvallend",
        lambda: map_drawn(counter.workbench, town, shown, export, vorm, names=names),
    )


@router.get(f"{index_page.ADDRESS}/export/{{vorm}}")
def livable(
    vorm: Vorm, question: Annotated[index_page.IndexQuestion, Query()], counter: CounterDep
) -> Response:
    """Return the index as a file: scores, what adds to them, and how sure the order is."""
    workbench, viewer = counter.workbench, counter.viewer
    town = counter.town(question.gemeente, vorm, index_page.FORMS)
    question = question.model_copy(update={"gemeente": town.gemeente.code})
    chosen, filters, level = question.chosen(), question.filters(), question.niveau
    try:
        found = leefbaarheid.leefbaarheid(workbench, viewer, town, filters, chosen)
    except FigureError as fault:
        raise HTTPException(404, str(fault)) from fault
    quoted = leefbaarometer.measured(workbench, town, level)
    known_at = question.stand_van or counter.made_at
    shown = index_choropleth(town, found, level, known_at=known_at)
    export = index_export(
        counter.taken(town, filters, question.address(known_at)),
        found,
        chosen,
        shown.facts,
        notes=silence.notes(workbench, viewer, town, filters, level=level),
        felt=leefbaarheid.felt(workbench, viewer, town, filters, level=level),
        quoted=quoted,
    )
    if question.kleur == "leefbaarometer" and quoted:
        shown = leefbaarometer.quoted_choropleth(town, quoted[0])
    return counter.file(export, vorm, "leefbaarheid", lambda: map_drawn(workbench, town, shown, export, vorm))


@router.get(f"{weinig.ADDRESS}/export/{{vorm}}")
def little(vorm: Vorm, question: Annotated[weinig.SilenceQuestion, Query()], counter: CounterDep) -> Response:
    """Return from which areas less comes in than expected as a file."""
    town = counter.town(question.gemeente, vorm, weinig.FORMS)
    question = question.model_copy(update={"gemeente": town.gemeente.code})
    filters = question.filters()
    found = silence.silence(counter.workbench, counter.viewer, town, filters, level=question.niveau)
    known_at = question.stand_van or counter.made_at
    shown = silence_choropleth(town, found, known_at=known_at)
    export = silence_export(counter.taken(town, filters, question.address(known_at)), found, shown.facts)
    return counter.file(
        export, vorm, "weinig", lambda: map_drawn(counter.workbench, town, shown, export, vorm)
    )
