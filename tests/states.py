"""The table of pages: every route that answers with a page, and the states that it can be in.

A page that is not in the table fails (tests/test_states.py), and so does one without a state of a kind that
it has. The browser goes through all of them (tests/test_pages_of_residents.py, tests/test_pages_of_staff.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from account_states import ACCOUNT_STATES
from adviser_states import ADVISER_STATES
from choosing_states import CHOOSING_STATES, REACTION_STATES
from coordinator_states import COORDINATOR_STATES
from desk_states import DESK_STATES
from letter_states import LETTER_STATES
from meeting_states import MEETING_STATES, PLANNING_STATES
from page_state import NO_ROUTE, Kind, State
from partner_states import INVITED_STATES, PARTNER_STATES
from poll_states import POLL_DESK_STATES, POLL_STATES
from privacy_states import PRIVACY_STATES
from public_states import PUBLIC_STATES
from report_states import EVALUATION_STATES, REPORT_STATES
from resident_states import RESIDENT_STATES
from role_states import ROLE_STATES

RESIDENT_PAGES = (
    PUBLIC_STATES
    + RESIDENT_STATES
    + LETTER_STATES
    + REACTION_STATES
    + MEETING_STATES
    + POLL_STATES
    + INVITED_STATES
    + EVALUATION_STATES
)
STAFF_PAGES = (
    CHOOSING_STATES
    + POLL_DESK_STATES
    + DESK_STATES
    + ACCOUNT_STATES
    + ROLE_STATES
    + PRIVACY_STATES
    + ADVISER_STATES
    + COORDINATOR_STATES
    + PLANNING_STATES
    + PARTNER_STATES
    + REPORT_STATES
)
STATES = RESIDENT_PAGES + STAFF_PAGES


def _kinds(text: str) -> dict[str, frozenset[Kind]]:
    rows = (line.split("|") for line in text.strip().split("\n"))
    return {page.strip(): frozenset(Kind(kind) for kind in kinds.split()) for page, kinds in rows}


# Offline has to do with pages that hold what was typed when the connection goes; quarantined with what waits
# until a person has looked. A page that asks for one thing by its name has no many.
PAGES: Mapping[str, frozenset[Kind]] = _kinds(f"""
{NO_ROUTE}                              | error
GET /                                   | empty many
GET /zoeken                             | empty many error
GET /meldingen                          | empty many error
GET /meldingen/{{public_id}}            | one many error success
GET /wijken/{{code}}                    | empty many error
GET /gebieden/{{code}}                  | many error
GET /gebieden/{{code}}/blad             | empty many error
GET /analyse                            | empty many error
GET /analyse/leefbaarheid               | empty many error
GET /analyse/hier-horen-we-weinig      | empty many error
GET /analyse/opvallend                  | empty many error
GET /analyse/plek                       | empty one many error
GET /analyse/verandering               | empty one many error
GET /analyse/eigen-cijfers             | empty one error success
POST /analyse/eigen-cijfers            | one error
GET /analyse/weergaven                  | empty many error success
POST /analyse/weergaven                 | error
POST /analyse/weergaven/{{nummer}}/naam | error
GET /analyse/gebeurtenissen            | empty many error success
POST /analyse/gebeurtenissen           | error
GET /themas                             | many error
GET /themas/register                    | many
GET /themas/register/{{thema}}          | one error success
POST /themas/register/{{thema}}         | error
GET /themas/register/vormen/{{vorm}}    | one error success
POST /themas/register/vormen/{{vorm}}   | error
GET /themas/{{code}}                    | empty many error
GET /bijeenkomsten                      | empty many error
GET /bijeenkomsten/{{public_id}}        | one many error
GET /bijeenkomsten/{{public_id}}/aanmelden | empty error
POST /bijeenkomsten/{{public_id}}/aanmelden | error
GET /aanmelding/{{token}}               | one error success
GET /bijeenkomsten/{{public_id}}/affiche | one error
GET /bijeenkomsten/plannen              | empty one error
POST /bijeenkomsten/plannen             | one error
GET /bijeenkomsten/{{public_id}}/beheer | empty many error success
POST /bijeenkomsten/{{public_id}}/aankondigen | error
POST /bijeenkomsten/{{public_id}}/afgelasten | error
GET /bijeenkomsten/{{public_id}}/wijzigen | one error
POST /bijeenkomsten/{{public_id}}/wijzigen | one error
GET /bijeenkomsten/{{public_id}}/telblad | one error
GET /kaarten                            | empty many
GET /kaarten/{{gemeente}}/{{soort}}     | one error
GET /kaarten/{{gemeente}}/{{soort}}/kaart | one
GET /cijfers                            | many
GET /cijfers/{{cijfer}}                 | one error
GET /woorden                            | many
GET /publicaties                        | empty many
GET /publicaties/{{nummer}}             | many error
GET /bronnen                            | empty many
GET /privacy                            | empty one
GET /toegankelijkheid                   | empty one
GET /zo-werkt-het                       | empty one
GET /zo-komt-het-advies-tot-stand       | empty one
GET /melden                             | empty one offline
POST /melden/controle                   | one many error offline
POST /melden/straten                    | one many
POST /melden                            | error
GET /volg/{{token}}                     | one many error success quarantined
GET /status                             | empty
POST /status                            | error success
GET /volgen                             | empty success
POST /volgen                            | error
GET /bevestig/{{token}}                 | one error
POST /bevestig/{{token}}                | error success
GET /abonnement/{{token}}               | one error success
GET /uitschrijven/{{token}}             | one error
POST /uitschrijven/{{token}}            | success
GET /vraag                              | empty
POST /vraag/controle                    | one error
POST /vraag                             | error
GET /vraag/{{token}}                    | one error success quarantined
GET /idee                               | empty
POST /idee/controle                     | one many error
POST /idee                              | error
GET /idee/{{token}}                     | one error success quarantined
GET /inloggen                           | empty
POST /inloggen                          | error
GET /inloggen/code                      | empty
POST /inloggen/code                     | error
GET /inloggen/oidc                      | error
GET /inloggen/oidc/terug                | error
GET /mijn                               | empty one success
POST /mijn/wachtwoord                   | error
POST /mijn/vervanger                    | error
GET /mijn/code                          | one
POST /mijn/code                         | error success
GET /beheer/accounts                    | one many error success
POST /beheer/accounts                   | error success
POST /beheer/accounts/{{naam}}/koppel   | error
POST /beheer/accounts/{{naam}}/mail     | error
POST /beheer/accounts/{{naam}}/rollen   | error
GET /privacy/verzoek                    | empty
POST /privacy/verzoek                   | error
GET /privacy/verzoek/{{token}}          | one error success quarantined
GET /beheer/verzoeken                   | empty many
GET /beheer/verzoeken/{{public_id}}     | one error success quarantined
POST /beheer/verzoeken/{{public_id}}/contact | error success
POST /beheer/verzoeken/{{public_id}}/antwoord | error
GET /beheer/wissen                      | empty one success
POST /beheer/wissen                     | error
POST /beheer/wissen/zoek                | one many error
POST /beheer/wissen/inzage              | error
GET /beheer/antwoorden                  | empty many error success
POST /beheer/antwoorden                 | error
POST /beheer/antwoorden/{{nummer}}      | error
GET /beheer/termijnen                   | many error success
POST /beheer/termijnen                  | error
GET /vragen                             | empty many
GET /vragen/{{public_id}}               | one error success quarantined
POST /vragen/{{public_id}}/antwoord     | error
GET /ideeen                             | empty many
GET /ideeen/{{public_id}}               | one error success quarantined
POST /ideeen/{{public_id}}/antwoord     | error
POST /ideeen/{{public_id}}/zichtbaar    | error
GET /tevredenheid                       | empty many
GET /werkbak                            | empty one many error quarantined
GET /werkbak/nieuw                      | empty
POST /werkbak/nieuw                     | error
GET /werkbak/{{public_id}}/bewijs       | error success
GET /werkbak/{{public_id}}              | one many error success quarantined
POST /werkbak/{{public_id}}/zichtbaar   | error
POST /werkbak/{{public_id}}/status      | one error
POST /werkbak/{{public_id}}/contact     | error success
GET /werkbak/{{public_id}}/fotos/{{nummer}} | one error success
POST /werkbak/{{public_id}}/fotos/{{nummer}} | error
GET /taken                              | empty many
GET /taken/{{nummer}}                   | one error success
POST /taken/{{nummer}}/antwoord         | error
GET /opdrachten                         | empty one
GET /opdrachten/{{nummer}}              | one error success
POST /opdrachten/{{nummer}}/stand       | error
GET /organisatie                        | empty one success
POST /organisatie                       | error
GET /organisaties                       | empty one success
POST /organisaties/{{nummer}}/zichtbaar | error
GET /keuzes                             | empty many error
GET /keuzes/nieuw/{{gebied}}            | empty one error
POST /keuzes/nieuw/{{gebied}}           | error
GET /keuzes/{{public_id}}               | one many error success
GET /keuzes/{{public_id}}/advies-van-toen | one error
POST /keuzes/{{public_id}}/kies         | error
POST /keuzes/{{public_id}}/intrekken    | error
GET /reactie/{{token}}                  | one error success
POST /reactie/{{token}}                 | error
GET /peiling                            | empty many error
GET /peiling/{{code}}                   | empty error
POST /peiling/{{code}}                  | error
GET /peiling/{{code}}/uitkomst          | empty many error success quarantined
GET /peilingen                          | many error
GET /peilingen/{{code}}                 | empty many error success quarantined
GET /peilingen/{{code}}/invoeren        | empty error success
POST /peilingen/{{code}}/invoeren       | error
GET /peilingen/{{code}}/scherm          | one error
GET /partners                           | empty many error
GET /partners/nieuw                     | empty error
POST /partners                          | error
GET /partners/{{public_id}}             | one error success
POST /partners/{{public_id}}            | error
GET /partners/inlezen                   | empty many error
POST /partners/inlezen                  | error
GET /bijeenkomsten/{{public_id}}/uitnodigen | empty many error success
POST /bijeenkomsten/{{public_id}}/uitnodigen/versturen | error
GET /uitnodiging/{{token}}              | one error success
POST /uitnodiging/{{token}}             | error
POST /uitnodiging/{{token}}/nooit-meer  | success
GET /ik-help-mee                        | empty success
POST /ik-help-mee                       | error
GET /ik-help-mee/{{token}}              | one error success
GET /kennismaken/{{token}}              | one error success
GET /wie-helpt-mee                      | empty many error
POST /wie-helpt-mee/kennismaking        | error
GET /signalen                           | empty many error success
POST /signalen                          | error
GET /bijeenkomsten/{{public_id}}/verslag | empty one many error success
POST /bijeenkomsten/{{public_id}}/verslag | error
POST /bijeenkomsten/{{public_id}}/afspraken | error
POST /bijeenkomsten/{{public_id}}/afspraken/{{afspraak}} | error
GET /bijeenkomsten/{{public_id}}/evaluatie | empty many error success
POST /bijeenkomsten/{{public_id}}/evaluatie | error
GET /bijeenkomsten/{{public_id}}/evaluatie/scherm | one error
POST /bijeenkomsten/{{public_id}}/evaluatie/wachtend | error
GET /acties                             | empty many success
POST /acties/{{public_id}}/klaar        | error
GET /acties/{{public_id}}/wijzigen      | one error
POST /acties/{{public_id}}/wijzigen     | error
GET /evaluatie/{{public_id}}            | empty one many error success
POST /evaluatie/{{public_id}}           | error
GET /evaluatie/jaar/{{token}}           | one error success
POST /evaluatie/jaar/{{token}}          | error
GET /evaluaties/{{gebied}}              | empty many error success
GET /overdracht                         | empty many error
GET /overdracht/{{gebied}}              | empty many error
GET /jaarplan                           | empty many error
GET /jaarplan/dagen                     | many success
POST /jaarplan/dagen                    | error
POST /jaarplan/dagen/avonden            | error
POST /jaarplan/dagen/schoolvakanties    | error
""")

# What these answer is no page: data, pictures, files.
FILES = frozenset(
    {
        "GET /.well-known/security.txt",
        "GET /analyse/beeld.png",
        "GET /analyse/opvallend/beeld.{form}",
        "GET /analyse/export/{vorm}",
        "GET /analyse/hier-horen-we-weinig/export/{vorm}",
        "GET /analyse/leefbaarheid/export/{vorm}",
        "GET /analyse/opvallend/export/{vorm}",
        "GET /analyse/verandering/export/{vorm}",
        "GET /analyse/verandering/beeld.svg",
        "GET /analyse/verandering/reeksen.svg",
        "GET /bijeenkomsten/{public_id}.ics",
        "GET /bijeenkomsten/{public_id}/affiche.pdf",
        "GET /bijeenkomsten/{public_id}/telblad.pdf",
        "GET /bijeenkomsten/{public_id}/evaluatie/formulier.pdf",
        "GET /feeds/{code}.atom",
        "GET /feeds/{code}.ics",
        "GET /fotos/{digest}.jpg",
        "GET /gebieden/{code}/blad.pdf",
        "GET /health",
        "GET /jaarplan.ics",
        "GET /mijn/code/beeld.svg",
        "GET /partners/export/{vorm}",
        "GET /partners/inlezen/{naam}/afgekeurd.csv",
        "GET /bijeenkomsten/{public_id}/uitnodigen/brieven.pdf",
        "GET /overdracht/{code}/map.pdf",
        "GET /peilingen/{code}/formulier.pdf",
        "GET /publicaties/{nummer}.csv",
        "GET /static/{path}",
        "GET /tegels/warmte/{z}/{x}/{y}",
        "GET /uitnodiging/{token}/agenda.ics",
        "GET /volg/{token}/fotos/{digest}.jpg",
    }
)
# These lead on to a page of the table, and refuse with the page that NO_ROUTE shows too.
LEAD_ON = frozenset(
    {
        "GET /begin",
        "GET /e/{kort}",
        "POST /aanmelding/{token}/afmelden",
        "POST /abonnement/{token}/langer",
        "POST /abonnement/{token}/stop",
        "POST /analyse/eigen-cijfers/intrekken",
        "POST /analyse/gebeurtenissen/{nummer}/weg",
        "POST /analyse/weergaven/{nummer}/weg",
        "POST /beheer/accounts/{naam}/code-weg",
        "POST /beheer/accounts/{naam}/ontkoppel",
        "POST /beheer/accounts/{naam}/partij",
        "POST /beheer/accounts/{naam}/uit",
        "POST /beheer/antwoorden/{nummer}/weg",
        "POST /evaluaties/{gebied}/versturen",
        "POST /jaarplan/dagen/{nummer}/weg",
        "POST /bijeenkomsten/{public_id}/aanmeldingen/{nummer}/weg",
        "POST /meldingen/{public_id}/ook",
        "POST /mijn/code/nieuw",
        "POST /mijn/sessies",
        "POST /mijn/vervanger/weg",
        "POST /organisaties/{nummer}/weg",
        "POST /ik-help-mee/{token}/bevestig",
        "POST /ik-help-mee/{token}/stop",
        "POST /kennismaken/{token}",
        "POST /partners/inlezen/{naam}",
        "POST /partners/{public_id}/klopt",
        "POST /partners/{public_id}/weg",
        "POST /wie-helpt-mee/{naam}/weg",
        "POST /peilingen/{code}/terug",
        "POST /peilingen/{code}/wachtend",
        "POST /signalen/{nummer}/weg",
        "POST /uitloggen",
        "POST /volg/{token}/heropenen",
        "POST /volg/{token}/mail",
        "POST /volg/{token}/tevreden",
    }
)
# A form that is refused here comes back on the page of its melding, just as `zichtbaar` shows it, or on that
# of its request, just as `antwoord` does.
AS_ZICHTBAAR = frozenset(
    f"POST /werkbak/{{public_id}}/{act}"
    for act in ("nagekeken", "apart", "notitie", "soort", "samen", "los", "doorsturen", "collega")
) | frozenset(
    f"POST /beheer/verzoeken/{{public_id}}/{act}" for act in ("identiteit", "langer", "notitie", "sluiten")
)
# A form that is refused here comes back on the list of its meeting, just as `versturen` shows it.
AS_ZICHTBAAR |= frozenset(
    f"POST /bijeenkomsten/{{public_id}}/uitnodigen/{act}"
    for act in (
        "voorstel",
        "erbij",
        "herinneren",
        "{naam}/weg",
        "{naam}/terug",
        "{naam}/antwoord",
        "{naam}/gemeld",
    )
)
# Programs ask here, and get no page.
FOR_PROGRAMS = ("/api/", "/open311/")


def faults(lines: Iterable[str], states: Iterable[State] = STATES) -> list[str]:
    """What the table lacks for these routes: pages that it does not have, and kinds without a state."""
    shown: dict[str, set[Kind]] = {}
    for state in states:
        shown.setdefault(state.page, set()).add(state.kind)
    found = [f"{line}: not in the table" for line in lines if _is_page(line) and line not in PAGES]
    for page in sorted({*PAGES, *shown}):
        differing = PAGES.get(page, frozenset()) ^ shown.get(page, set())
        found += [f"{page}: {kind} is in the table or has a state, not both" for kind in sorted(differing)]
    return found


def _is_page(line: str) -> bool:
    return line not in FILES | LEAD_ON | AS_ZICHTBAAR and not line.partition(" ")[2].startswith(FOR_PROGRAMS)
