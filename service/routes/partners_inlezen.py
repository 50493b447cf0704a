"""Partners inlezen: a file with partners is looked over, shown, and taken in; the register as a file."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from fastapi.responses import RedirectResponse, Response

from data import audit, partner_file, partner_import, partners
from data.partner_file import LARGEST_BYTES, MOST_ROWS, PartnerFile
from data.partner_import import Choice, Look, Staging
from data.partners import Filters
from data.rights import Right
from data.themes import registry
from geo.errors import ImportRefused
from service.analysis.words import sentence
from service.dependencies import SettingsDep
from service.own_form import Reading, Sending, Visit
from service.own_towns import own_towns
from service.pages import render
from service.partner_files import COLUMNS, UploadDep, csv_of, rejects_of, table_of, xlsx_of
from service.routes.api.shapes import GemeenteCode
from service.routes.partners import PAGE, register
from service.settings import Settings

router = APIRouter(include_in_schema=False)
# So many rows stand on the page; of the rest the page says how many there are, and the file all of it.
MOST_SHOWN: Final = 100
MEDIA: Final = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@router.get(f"{PAGE}/inlezen")
def start(
    visit: Reading,
    settings: SettingsDep,
    gemeente: Annotated[GemeenteCode | None, Query()] = None,
    bestand: Annotated[str, Query(max_length=22)] = "",
) -> Response:
    """Show the form for a file with partners, or what would come of the file that was sent."""
    with visit.database.read() as session:
        town = own_towns(session, visit, Right.PARTNERS, gemeente).chosen.code
    return _page(visit, settings, town, name=bestand)


@router.post(f"{PAGE}/inlezen")
def send(upload: UploadDep, settings: SettingsDep) -> Response:
    """Look a file over and show what would come of it; nothing of it is in the register yet."""
    visit, town = upload.visit, upload.values.get("gemeente", "")
    with visit.database.read() as session:
        own_towns(session, visit, Right.PARTNERS, town)
    try:
        if upload.content is None:
            raise ImportRefused("kies eerst een bestand")
        with upload.path() as path:
            read = partner_file.read(path)
    except ImportRefused as refused:
        # The name on disk is ours, and begins the sentence.
        fault = str(refused).replace("bestand is ", "het bestand is ", 1)
        return _page(visit, settings, town, fault=sentence(fault), status=400)
    name = _staging(settings).keep(read, town, visit.actor)
    return RedirectResponse(f"{PAGE}/inlezen?{urlencode({'gemeente': town, 'bestand': name})}", 303)


async def _chosen(request: Request) -> dict[int, Choice]:
    """Return what was chosen by line; 0 is for all lines without a choice of their own."""
    form = await request.form()
    known = {key.removeprefix("rij-"): value for key, value in form.items() if isinstance(value, str)}
    return {
        int(line): Choice(value)
        for line, value in known.items()
        if line.isascii() and line.isdecimal() and len(line) < 9 and value in set(Choice)
    }


ChosenDep = Annotated[dict[int, Choice], Depends(_chosen)]


@router.post(f"{PAGE}/inlezen/{{naam}}")
def take_in(
    visit: Sending,
    settings: SettingsDep,
    naam: str,
    chosen: ChosenDep,
    gemeente: Annotated[GemeenteCode | None, Query()] = None,
) -> Response:
    """Take the file in by what was chosen for who may be in the register already."""
    staging = _staging(settings)
    with visit.database.write() as session:
        town = own_towns(session, visit, Right.PARTNERS, gemeente).chosen.code
        read = staging.find(naam, town, visit.actor)
        if read is None:
            raise HTTPException(404, "Dit bestand is er niet meer. Kies het nog een keer.")
        done = partner_import.take_in(register(session, visit, settings, town), visit.viewer, read, chosen)
    staging.drop(naam)
    told = {
        "gemeente": town,
        "klaar": "ingelezen",
        "erbij": done.added,
        "samen": done.joined,
        "zo": done.skipped,
        "niet": done.rejected,
    }
    return RedirectResponse(f"{PAGE}?{urlencode(told)}", 303)


@router.get(f"{PAGE}/inlezen/{{naam}}/afgekeurd.csv")
def rejects(
    visit: Reading,
    settings: SettingsDep,
    naam: str,
    gemeente: Annotated[GemeenteCode | None, Query()] = None,
) -> Response:
    """Return the rows that cannot be taken in, with what is wrong, to mend and send again."""
    with visit.database.read() as session:
        town = own_towns(session, visit, Right.PARTNERS, gemeente).chosen.code
        read = _staging(settings).find(naam, town, visit.actor)
        if read is None:
            raise HTTPException(404)
        found = partner_import.look(register(session, visit, settings, town), visit.viewer, read)
    return _file(csv_of(rejects_of(found.rejects, read.columns)), "afgekeurd", "csv")


@router.get(f"{PAGE}/export/{{vorm}}")
def export(
    visit: Reading,
    vorm: Literal["csv", "xlsx"],
    gemeente: Annotated[GemeenteCode | None, Query()] = None,
) -> Response:
    """Return the register of a gemeente as a file; that it was taken along is kept in the audit."""
    with visit.database.write() as session:
        town = own_towns(session, visit, Right.PARTNERS, gemeente).chosen
        slug = town.slug
        rows = partners.find(session, visit.viewer, town.code, Filters())
        names = partners.area_words(session, town.code)
        table = table_of(rows, registry(session, town.code), names)
        audit.record(
            session,
            actor=visit.actor,
            action="partners.export",
            object_kind="gemeente",
            object_id=town.code,
            detail={"vorm": vorm, "aantal": len(rows)},
        )
    made = csv_of(table) if vorm == "csv" else xlsx_of(table, "partners")
    return _file(made, f"partners-{slug}", vorm)


def _file(made: bytes, name: str, form: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}.{form}"'}
    return Response(made, media_type=MEDIA[form], headers=headers)


def _staging(settings: Settings) -> Staging:
    return Staging(settings.var_folder / partner_import.FOLDER)


def _page(
    visit: Visit, settings: Settings, gemeente: str, *, name: str = "", fault: str = "", status: int = 200
) -> Response:
    read = _staging(settings).find(name, gemeente, visit.actor) if name else None
    if name and read is None:
        raise HTTPException(404, "Dit bestand is er niet meer. Kies het nog een keer.")
    with visit.database.read() as session:
        own = own_towns(session, visit, Right.PARTNERS, gemeente)
        kept = register(session, visit, settings, gemeente)
        context: dict[str, Any] = {
            "gemeenten": own.towns,
            "gemeente": own.chosen,
            "fault": fault,
            "naam": name,
            "kolommen": COLUMNS[:12],
            "meest": {"mb": LARGEST_BYTES // 1024**2, "rijen": MOST_ROWS, "getoond": MOST_SHOWN},
            "keuzes": [one.value for one in Choice],
            "zien": _seen(partner_import.look(kept, visit.viewer, read), read) if read else None,
        }
    return render(visit.request, "partners_inlezen.html", context, status=status)


def _seen(found: Look, read: PartnerFile) -> dict[str, Any]:
    return {
        "nieuw": found.new,
        "dubbel": found.doubles,
        "bekend": found.same,
        "afgekeurd": found.rejects,
        "opmerkingen": read.notes,
        "kolommen": read.columns,
    }
