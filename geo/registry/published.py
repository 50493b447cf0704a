"""The cijfers of CBS and the police: crime (13, 14), who live here, homes and distances (35-40)."""

from __future__ import annotations

from geo.indicators import Dimension, Indicator, Minimum, Part
from geo.measures import Average, Figure, FigureRate, Quotient
from geo.registry.terms import (
    CBS,
    HECTARE,
    HUISHOUDENS,
    INWONERS,
    KINDEREN,
    PER_HECTARE,
    PER_INWONER,
    POLITIE,
    one,
)
from geo.registry.terms import (
    MISDRIJVEN as CRIMES,
)

_CENTRE = "In het centrum, een haven of een park wonen weinig mensen: lees ook het cijfer per hectare."
_WHERE = "Een misdrijf telt waar het gebeurt: een winkelcentrum trekt het cijfer omhoog."
_NO_KIND = "Over de soort misdrijf zeggen deze cijfers niets."
_WHO = "Dit zegt wie er wonen, niet hoe het gaat."
_DIVIDED = "Voor een gebied: inwoners gedeeld door huishoudens."
_HOMES = "Dit zegt welke woningen er staan, niet hoe goed ze zijn."
_APPROXIMATE = (
    "Voor een gebied gewogen naar huishoudens: een benadering, want het aantal woningen is niet bekend."
)
_BY_ROAD = "Gemiddelde afstand over de weg. Eén winkel of praktijk die sluit, verandert het cijfer."
_SCHOOLS = "Bij het aantal scholen binnen 3 km is meer juist beter."


def _by_homes(name: str) -> Average:
    return Average(Figure(name), HUISHOUDENS, approximate=True)


def _by_people(name: str) -> Average:
    return Average(Figure(name), INWONERS)


_OVERLAST = Dimension.OVERLAST

# A table reads better as rows than with every cell on a line of its own.
# fmt: off
MISDRIJVEN = (
    one(13, "misdrijven_inw", "Geregistreerde misdrijven per 1.000 inwoners",
        FigureRate(CRIMES, INWONERS, 1000), Minimum(INWONERS, 500), dimensie=_OVERLAST, direction="-",
        unit=PER_INWONER, source=(POLITIE, CBS), caveats=(_WHERE, _NO_KIND, _CENTRE)),
    one(14, "misdrijven_ha", "Geregistreerde misdrijven per hectare", FigureRate(CRIMES, HECTARE, 1),
        Minimum(HECTARE, 10), dimensie=_OVERLAST, direction="-", unit=PER_HECTARE, source=(POLITIE, CBS),
        caveats=(_WHERE, _NO_KIND)),
)

SAMENSTELLING = (
    one(35, "aandeel_65", "Inwoners van 65 jaar en ouder",
        Quotient(Figure("inwoners_65plus"), INWONERS, 100), Minimum(INWONERS, 200),
        dimensie=Dimension.SAMENSTELLING, direction="0", unit="%", source=(CBS,), caveats=(_WHO,)),
    one(36, "aandeel_kind", "Kinderen van 0 t/m 14 jaar", Quotient(KINDEREN, INWONERS, 100),
        Minimum(INWONERS, 200), dimensie=Dimension.SAMENSTELLING, direction="0", unit="%", source=(CBS,),
        caveats=(_WHO,)),
    one(37, "hh_grootte", "Personen per huishouden",
        Quotient(INWONERS, HUISHOUDENS, own=Figure("gem_huishoudensgrootte")), Minimum(HUISHOUDENS, 100),
        dimensie=Dimension.SAMENSTELLING, direction="0", unit="personen", source=(CBS,),
        caveats=(_WHO, _DIVIDED)),
)

WONEN = (
    Indicator(
        38, "woning", "Woningen: koop, eengezins en WOZ", Dimension.WONINGVOORRAAD, "0",
        (
            Part("koop", "Koopwoningen", "%", _by_homes("koopwoningen_pct")),
            Part("eengezins", "Eengezinswoningen", "%", _by_homes("eengezinswoning_pct")),
            Part("woz", "Gemiddelde WOZ-waarde", "x 1.000 euro", _by_homes("woz_waarde_x1000")),
        ),
        (Minimum(HUISHOUDENS, 100),), (CBS,), (_HOMES, _APPROXIMATE),
    ),
    Indicator(
        39, "afstand_dagelijks", "Afstand tot huisarts en supermarkt (km)", Dimension.VOORZIENINGEN, "-",
        (
            Part("huisarts", "Afstand tot de huisarts", "km", _by_people("afstand_huisarts_km")),
            Part("supermarkt", "Afstand tot de supermarkt", "km", _by_people("afstand_supermarkt_km")),
        ),
        (Minimum(INWONERS, 200),), (CBS,), (_BY_ROAD,),
    ),
    Indicator(
        40, "afstand_school", "Afstand tot de basisschool (km)", Dimension.VOORZIENINGEN, "-",
        (
            Part("school", "Afstand tot de basisschool", "km", _by_people("afstand_school_km")),
            Part("scholen_3km", "Basisscholen binnen 3 km", "scholen", _by_people("scholen_binnen_3km")),
        ),
        (Minimum(KINDEREN, 100),), (CBS,), (_BY_ROAD, _SCHOOLS),
    ),
)
# fmt: on
