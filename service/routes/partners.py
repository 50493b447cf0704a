"""Partners: the register of who can be invited, for the coordinators of a gemeente."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, HTTPException, Query
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session

from data import accounts, partners
from data.account_models import Account
from data.partner_fields import LONGEST, RESIDENTS, GivenPartner, Kind, WrongPartner
from data.partner_models import Partner
from data.partners import AlreadyKnown, Filters, Register
from data.reach import Reach, area_names
from data.rights import Right, Role
from data.themes import registry
from service.analysis.workbench import today
from service.dependencies import SettingsDep
from service.melding_form import YES
from service.own_form import Reading, Sending, Visit
from service.own_towns import own_towns
from service.pages import render
from service.routes.api.shapes import GemeenteCode
from service.searched import note_search
from service.secret import read_secret
from service.settings import Settings
from service.staff_text import Line, day_of

router = APIRouter(include_in_schema=False)
PAGE: Final = "/partners"
PER_PAGE: Final = 50
MOST_CHOSEN: Final = 200
# Whose account can be that of a partner.
LINKABLE: Final = (Role.BEWONERSORGANISATIE, Role.PARTNER)
DONE: Final = {
    name: f"partners.klaar_{name}" for name in ("toegevoegd", "gewijzigd", "klopt", "weg", "ingelezen")
}
Name = Annotated[str, Query(max_length=60)]
Number = Annotated[int, Query(ge=0, le=100_000)]
Chosen = Annotated[list[str], Form(max_length=MOST_CHOSEN)]


@dataclass(frozen=True)
class Typed:
    """A form of a partner as it was sent; the day of consent may be none."""

    given: GivenPartner
    wrong_day: bool
    account: str


def _typed(
    soort: Annotated[Line, Form()] = "",
    organisatie: Annotated[Line, Form()] = "",
    functie: Annotated[Line, Form()] = "",
    naam: Annotated[Line, Form()] = "",
    email: Annotated[Line, Form()] = "",
    telefoon: Annotated[Line, Form()] = "",
    adres: Annotated[Line, Form()] = "",
    themas: Chosen = [],  # noqa: B006 (FastAPI makes a new list for each form)
    gebieden: Chosen = [],  # noqa: B006
    toestemming: Annotated[str, Form(max_length=20)] = "",
    toestemming_hoe: Annotated[Line, Form()] = "",
    bron: Annotated[Line, Form()] = "",
    account: Annotated[Line, Form()] = "",
) -> Typed:
    day = day_of(toestemming)
    given = GivenPartner(
        soort=soort,
        organisatie=organisatie,
        functie=functie,
        naam=naam,
        email=email,
        telefoon=telefoon,
        adres=adres,
        themas=tuple(dict.fromkeys(themas)),
        gebieden=tuple(dict.fromkeys(gebieden)),
        toestemming=day,
        toestemming_hoe=toestemming_hoe,
        bron=bron,
    )
    return Typed(given, bool(toestemming) and day is None, account)


TypedForm = Annotated[Typed, Depends(_typed)]


def _outcome(erbij: Number = 0, samen: Number = 0, zo: Number = 0, niet: Number = 0) -> dict[str, int] | None:
    """Return what came of a file that was taken in."""
    return {"erbij": erbij, "samen": samen, "zo": zo, "niet": niet}


OutcomeDep = Annotated[dict[str, int] | None, Depends(_outcome)]


@router.get(PAGE)
def overview(
    visit: Reading,
    gemeente: Annotated[GemeenteCode | None, Query()] = None,
    zoek: Annotated[str, Query(max_length=100)] = "",
    soort: Name = "",
    thema: Name = "",
    gebied: Name = "",
    nakijken: Annotated[str, Query(max_length=2)] = "",
    pagina: Annotated[int, Query(ge=1, le=10_000)] = 1,
    klaar: str = "",
    uitkomst: OutcomeDep = None,
) -> Response:
    """Show the register: who can be invited, by what they do and where."""
    asked = Filters(zoek.strip(), soort, thema, gebied, bool(nakijken))
    with visit.database.read() as session:
        own = own_towns(session, visit, Right.PARTNERS, gemeente)
        town = own.chosen.code
        found = partners.find(session, visit.viewer, town, asked)
        start = (pagina - 1) * PER_PAGE
        reach = Reach(session)
        shown = found[start : start + PER_PAGE]
        where = {one.id: [reach.name(code) for code in one.gebieden] for one in shown}
        choices = choices_of(session, town)
    if asked.text:
        note_search(visit, town, page="partners", hits=len(found))
    query = {"gemeente": town, "zoek": zoek, "soort": soort, "thema": thema, "gebied": gebied}
    context = {
        "gemeenten": own.towns,
        "gemeente": own.chosen,
        "rijen": shown,
        "waar": where,
        "aantal": len(found),
        "oud": {one.id for one in shown if partners.is_stale(one, today())},
        "zonder_naam": _without_name(shown, choices),
        "asked": asked,
        "query": urlencode({**query, "nakijken": nakijken}),
        "pagina": pagina,
        "paginas": max(1, -(-len(found) // PER_PAGE)),
        "done": DONE.get(klaar, ""),
        "uitkomst": uitkomst if klaar == "ingelezen" else None,
        **choices,
    }
    return render(visit.request, "partners.html", context, example=any(one.example for one in shown))


@router.get(f"{PAGE}/nieuw")
def empty(
    visit: Reading,
    gemeente: Annotated[GemeenteCode | None, Query()] = None,
    functie: Annotated[str, Query(max_length=120)] = "",
) -> Response:
    """Show the form for a new partner, with the kind of people that was looked for filled in."""
    with visit.database.read() as session:
        town = own_towns(session, visit, Right.PARTNERS, gemeente).chosen.code
    return _form(visit, town, GivenPartner(soort=Kind.ORGANISATIE, organisatie="", functie=functie), "")


@router.post(PAGE)
def add(
    visit: Sending,
    settings: SettingsDep,
    typed: TypedForm,
    gemeente: Annotated[GemeenteCode, Form()],
    apart: Annotated[str, Form(max_length=2)] = "",
) -> Response:
    """Keep a new partner; what is wrong is asked again, and who may be there already is shown first."""
    try:
        with visit.database.write() as session:
            own_towns(session, visit, Right.PARTNERS, gemeente)
            _need_area(session, visit, gemeente, typed.given.gebieden)
            account = _account(session, gemeente, typed)
            row = register(session, visit, settings, gemeente).add(
                typed.given, account=account, apart=apart == YES
            )
            name = row.public_id
    except AlreadyKnown as known:
        # The very same form was sent before: a second click brings nobody twice.
        name = known.public_id
        if known.given != typed.given:
            return _form(visit, gemeente, typed.given, typed.account, alike=known)
    except WrongPartner as wrong:
        return _form(visit, gemeente, typed.given, typed.account, faults=wrong.faults)
    return RedirectResponse(f"{PAGE}/{name}?klaar=toegevoegd", 303)


@router.get(f"{PAGE}/{{public_id}}")
def one(visit: Reading, public_id: str, klaar: str = "") -> Response:
    """Show one partner with everything that is kept, and what was done with it."""
    with visit.database.read() as session:
        row = found_partner(session, visit, public_id)
        account = session.get(Account, row.account_id) if row.account_id else None
        given, name = partners.given_of(row), account.name if account else ""
    return _form(visit, row.municipality_code, given, name, row=row, done=DONE.get(klaar, ""))


@router.post(f"{PAGE}/{{public_id}}")
def change(visit: Sending, settings: SettingsDep, public_id: str, typed: TypedForm) -> Response:
    """Keep a partner anew; what is wrong is asked again, nothing typed is lost."""
    with visit.database.read() as session:
        row = found_partner(session, visit, public_id, to_change=True)
    town = row.municipality_code
    try:
        with visit.database.write() as session:
            kept = found_partner(session, visit, public_id, to_change=True)
            _need_area(session, visit, town, typed.given.gebieden)
            account = _account(session, town, typed)
            register(session, visit, settings, town).change(kept, typed.given, account=account)
    except WrongPartner as wrong:
        return _form(visit, town, typed.given, typed.account, row=row, faults=wrong.faults)
    return RedirectResponse(f"{PAGE}/{public_id}?klaar=gewijzigd", 303)


@router.post(f"{PAGE}/{{public_id}}/klopt")
def confirm(visit: Sending, public_id: str) -> Response:
    """Note that everything of a partner is still right."""
    with visit.database.write() as session:
        row = found_partner(session, visit, public_id, to_change=True)
        partners.confirm(session, row, today=today(), actor=visit.actor)
    return RedirectResponse(f"{PAGE}/{public_id}?klaar=klopt", 303)


@router.post(f"{PAGE}/{{public_id}}/weg")
def remove(visit: Sending, public_id: str) -> Response:
    """Take a partner out of the register, with the invitations."""
    with visit.database.write() as session:
        row = found_partner(session, visit, public_id)
        if not partners.may_remove(session, visit.viewer, row):
            raise HTTPException(403)
        town = row.municipality_code
        partners.remove(session, row, actor=visit.actor)
    return RedirectResponse(f"{PAGE}?{urlencode({'gemeente': town, 'klaar': 'weg'})}", 303)


def register(session: Session, visit: Visit, settings: Settings, gemeente: str) -> Register:
    """Return the register of a gemeente as this visitor keeps it."""
    return Register(
        session,
        gemeente,
        registry(session, gemeente),
        partners.area_words(session, gemeente),
        read_secret(settings.var_folder),
        visit.actor,
        today(),
    )


def found_partner(session: Session, visit: Visit, public_id: str, *, to_change: bool = False) -> Partner:
    """Return a partner; 404 when there is none to read, 403 when it works in areas of a colleague alone."""
    row = partners.partner_for(session, visit.viewer, public_id)
    if row is None:
        raise HTTPException(404)
    if to_change and not partners.may_change(session, visit.viewer, row):
        raise HTTPException(403)
    return row


def choices_of(session: Session, gemeente: str) -> dict[str, Any]:
    """Return what a partner of a gemeente can be: kinds, themes, kinds of people, areas."""
    themes = registry(session, gemeente).themes
    names = area_names(session, gemeente)
    return {
        "soorten": list(Kind),
        "themas": themes,
        "gevoelig": {one.slug for one in themes if one.sensitive},
        "functies": sorted({kind for one in themes for kind in one.invitees}, key=str.casefold),
        "gebieden": {level: names.get(level, {}) for level in ("gebied", "wijk")},
    }


def _need_area(session: Session, visit: Visit, gemeente: str, gebieden: tuple[str, ...]) -> None:
    """Refuse a partner of areas in which this viewer does not act."""
    if not Reach(session).covers(visit.viewer, Right.PARTNERS, gemeente, gebieden):
        raise WrongPartner({"gebieden": "Kies een gebied waarvoor u werkt."})


def _account(session: Session, gemeente: str, typed: Typed) -> int | None:
    """Return the account that a partner is linked to; WrongPartner for a name or a day that is none."""
    if typed.wrong_day:
        raise WrongPartner({"toestemming": "Dit is geen dag."})
    if not typed.account:
        return None
    found = next(
        (one for one in accounts.with_role(session, gemeente, LINKABLE) if one.name == typed.account), None
    )
    if found is None:
        raise WrongPartner({"account": "Dit account kennen wij niet."})
    return found.id


def _without_name(rows: list[Partner], choices: dict[str, Any]) -> set[int]:
    """Return the partners whose name has to go, as a theme became sensitive since."""
    return {one.id for one in rows if one.naam and choices["gevoelig"].intersection(one.themes)}


def _form(
    visit: Visit,
    gemeente: str,
    given: GivenPartner,
    account: str,
    *,
    row: Partner | None = None,
    faults: dict[str, str] | None = None,
    alike: AlreadyKnown | None = None,
    done: str = "",
) -> Response:
    with visit.database.read() as session:
        own = own_towns(session, visit, Right.PARTNERS, gemeente)
        context = {
            "gemeenten": own.towns,
            "gemeente": own.chosen,
            "given": given,
            "account": account,
            "accounts": accounts.with_role(session, gemeente, LINKABLE),
            "rij": row,
            "faults": faults or {},
            "lijkt_op": alike,
            "done": done,
            "langst": LONGEST,
            "bewoner": given.soort in RESIDENTS,
            "mag": row is None or partners.may_change(session, visit.viewer, row),
            "mag_weg": row is not None and partners.may_remove(session, visit.viewer, row),
            "oud": row is not None and partners.is_stale(row, today()),
            "geschiedenis": partners.history(session, row) if row else [],
            **choices_of(session, gemeente),
        }
    example = row is not None and row.example
    return render(
        visit.request, "partner.html", context, status=400 if faults or alike else 200, example=example
    )
