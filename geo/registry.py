"""The registry: every cijfer that Wijkbeeld works out, as data. Texts are for readers, so they are Dutch."""

from __future__ import annotations

from geo.areas import Level
from geo.errors import FigureError
from geo.indicators import Dimension, Direction, Indicator, Minimum, Part
from geo.main_groups import MainGroup
from geo.measures import (
    EVERYTHING,
    Average,
    EventRate,
    Events,
    Figure,
    FigureRate,
    Measure,
    MedianDuration,
    Quotient,
    Selection,
    StillOpen,
)

INWONERS = Figure("inwoners")
HUISHOUDENS = Figure("huishoudens")
KINDEREN = Figure("inwoners_0_15")
HECTARE = Figure("opp_land_ha")
MISDRIJVEN = Figure("misdrijven", years=(2023, 2024, 2025))

SERVICE = "Wijkbeeld"
CBS = "CBS Kerncijfers wijken en buurten"
POLITIE = "politie en CBS"

_PER_INWONER = "per 1.000 inwoners per jaar"
_PER_HUISHOUDEN = "per 1.000 huishoudens per jaar"
_PER_KIND = "per 1.000 kinderen van 0 t/m 14 jaar per jaar"
_PER_HECTARE = "per hectare per jaar"

_SILENCE = "Weinig meldingen betekent niet dat er weinig aan de hand is."
_NEUTRAL = "Veel meldingen kan betekenen dat er veel aan de hand is, of dat mensen erg betrokken zijn."
_SEASON = "Hoort bij een seizoen: vergelijk dezelfde maanden."
_CHANGE = "Andere ophaaldagen of een nieuwe app veranderen het aantal meldingen."
_CENTRE = "In het centrum, een haven of een park wonen weinig mensen: lees ook het cijfer per hectare."
_WHERE = "Een misdrijf telt waar het gebeurt: een winkelcentrum trekt het cijfer omhoog."
_NO_KIND = "Over de soort misdrijf zeggen deze cijfers niets."
_FEW = "Een paar mensen kunnen veel meldingen doen. Alleen per gebied, nooit per buurt."
_STARTED = "Alleen initiatieven die in Wijkbeeld staan, geteld bij hun start."
_STILL = "Meldingen die nog open zijn, tellen mee als nog niet klaar."
_OLD = "Van de meldingen van 30 dagen en ouder: het deel dat nu nog open staat."
_TRUNCATED = "Meldingen van voor het begin van de waarneming tellen niet mee."
_MIX = "De ene soort melding kost meer tijd dan de andere: let daarop als u gebieden vergelijkt."
_WHO = "Dit zegt wie er wonen, niet hoe het gaat."
_DIVIDED = "Voor een gebied: inwoners gedeeld door huishoudens."
_HOMES = "Dit zegt welke woningen er staan, niet hoe goed ze zijn."
_APPROXIMATE = (
    "Voor een gebied gewogen naar huishoudens: een benadering, want het aantal woningen is niet bekend."
)
_BY_ROAD = "Gemiddelde afstand over de weg. Eén winkel of praktijk die sluit, verandert het cijfer."
_SCHOOLS = "Bij het aantal scholen binnen 3 km is meer juist beter."

_LITTER = Selection.of(
    "veeg-en-zwerfvuil",
    "afvalbak",
    "container",
    "veeg-zwerfvuil",
    "prullenbak-is-vol",
    "prullenbak-is-kapot",
    "container-is-vol",
    "container-is-kapot",
    "container-voor-plastic-afval-is-vol",
    "container-voor-plastic-afval-is-kapot",
)
_DUMPING = Selection.of("dumping", "grofvuil", "huisafval")
_GREEN = Selection(groups=frozenset({MainGroup.GROEN}))
_PAVEMENT = Selection.of(
    "onderhoud-straat-fietspad-en-stoep",
    "paal",
    "bank",
    "onderhoud-stoep-straat-en-fietspad",
    "straatmeubilair",
)
_LIGHT = Selection.of("straatverlichting", "straatverlichting-openbare-klok")
_SEWER = Selection(groups=frozenset({MainGroup.RIOLERING}))
_TRAFFIC = Selection.of(
    "onveilige-verkeerssituatie", "parkeren", "verkeersoverlast-verkeerssituaties", "parkeeroverlast"
)
_PLAY = Selection.of("speelvoorziening", "speelplaats")
_ANIMALS = Selection(
    groups=frozenset({MainGroup.DIEREN}), without=frozenset({"dood-dier", "dode-dieren", "kinderboerderij"})
)
_NUISANCE = Selection(groups=frozenset({MainGroup.OVERLAST}))


def _one(
    number: int,
    name: str,
    naam: str,
    measure: Measure,
    *minimum: Minimum,
    dimensie: Dimension,
    direction: Direction,
    unit: str,
    source: tuple[str, ...],
    caveats: tuple[str, ...],
    levels: frozenset[Level] = frozenset(Level),
) -> Indicator:
    """A definition with a single value, under its own name."""
    parts = (Part(name, naam, unit, measure),)
    return Indicator(number, name, naam, dimensie, direction, parts, minimum, source, caveats, levels)


def _by_homes(name: str) -> Average:
    return Average(Figure(name), HUISHOUDENS, approximate=True)


def _by_people(name: str) -> Average:
    return Average(Figure(name), INWONERS)


def _per(per: Figure, scale: int, selection: Selection = EVERYTHING) -> EventRate:
    return EventRate(Events.MELDINGEN, per, scale, selection)


_FYSIEK, _OVERLAST, _DIENST = Dimension.FYSIEK, Dimension.OVERLAST, Dimension.DIENSTVERLENING
_BOTH = (SERVICE, CBS)
_FIVE = Minimum("n", 5)
_THIRTY = Minimum("noemer", 30)

# A table reads better as rows than with every cell on a line of its own.
# fmt: off
_MELDINGEN = (
    _one(1, "meldingen_inw", "Meldingen per 1.000 inwoners", _per(INWONERS, 1000), Minimum(INWONERS, 500),
        dimensie=_DIENST, direction="0", unit=_PER_INWONER, source=_BOTH, caveats=(_NEUTRAL, _CENTRE)),
    _one(2, "meldingen_ha", "Meldingen per hectare", _per(HECTARE, 1), _FIVE, dimensie=_DIENST,
        direction="0", unit=_PER_HECTARE, source=_BOTH, caveats=(_NEUTRAL,)),
    _one(3, "zwerfvuil_ha", "Zwerfvuil en volle bakken per hectare", _per(HECTARE, 1, _LITTER), _FIVE,
        dimensie=_FYSIEK, direction="-", unit=_PER_HECTARE, source=_BOTH, caveats=(_SILENCE, _CHANGE)),
    _one(4, "dumping_hh", "Bijgeplaatst en gedumpt afval per 1.000 huishoudens",
        _per(HUISHOUDENS, 1000, _DUMPING), Minimum(HUISHOUDENS, 200), dimensie=_FYSIEK, direction="-",
        unit=_PER_HUISHOUDEN, source=_BOTH, caveats=(_SILENCE, _CHANGE)),
    _one(5, "groen_ha", "Meldingen over groen per hectare", _per(HECTARE, 1, _GREEN), _FIVE,
        dimensie=_FYSIEK, direction="-", unit=_PER_HECTARE, source=_BOTH, caveats=(_SILENCE, _SEASON)),
    _one(6, "straat_ha", "Meldingen over straat en stoep per hectare", _per(HECTARE, 1, _PAVEMENT), _FIVE,
        dimensie=_FYSIEK, direction="-", unit=_PER_HECTARE, source=_BOTH, caveats=(_SILENCE,)),
    _one(7, "licht_ha", "Kapotte straatverlichting per hectare", _per(HECTARE, 1, _LIGHT), _FIVE,
        dimensie=_FYSIEK, direction="-", unit=_PER_HECTARE, source=_BOTH, caveats=(_SILENCE, _SEASON)),
    _one(8, "water_ha", "Wateroverlast en riool per hectare", _per(HECTARE, 1, _SEWER), _FIVE,
        dimensie=_FYSIEK, direction="-", unit=_PER_HECTARE, source=_BOTH, caveats=(_SILENCE, _SEASON)),
    _one(9, "verkeer_ha", "Onveilig verkeer en parkeren per hectare", _per(HECTARE, 1, _TRAFFIC), _FIVE,
        dimensie=_FYSIEK, direction="-", unit=_PER_HECTARE, source=_BOTH, caveats=(_SILENCE,)),
    _one(10, "spelen_kind", "Meldingen over speelplekken per 1.000 kinderen", _per(KINDEREN, 1000, _PLAY),
        Minimum(KINDEREN, 200), dimensie=_FYSIEK, direction="-", unit=_PER_KIND, source=_BOTH,
        caveats=(_SILENCE,)),
    _one(11, "dieren_inw", "Overlast door dieren per 1.000 inwoners", _per(INWONERS, 1000, _ANIMALS),
        Minimum(INWONERS, 500), dimensie=_OVERLAST, direction="-", unit=_PER_INWONER, source=_BOTH,
        caveats=(_SILENCE,)),
    _one(12, "overlast_inw", "Meldingen over overlast per 1.000 inwoners", _per(INWONERS, 1000, _NUISANCE),
        Minimum(INWONERS, 5000), Minimum("melders", 10), dimensie=_OVERLAST, direction="-",
        unit=_PER_INWONER, source=_BOTH, caveats=(_SILENCE, _FEW), levels=frozenset({Level.GEBIED})),
)

_MISDRIJVEN = (
    _one(13, "misdrijven_inw", "Geregistreerde misdrijven per 1.000 inwoners",
        FigureRate(MISDRIJVEN, INWONERS, 1000), Minimum(INWONERS, 500), dimensie=_OVERLAST, direction="-",
        unit=_PER_INWONER, source=(POLITIE, CBS), caveats=(_WHERE, _NO_KIND, _CENTRE)),
    _one(14, "misdrijven_ha", "Geregistreerde misdrijven per hectare", FigureRate(MISDRIJVEN, HECTARE, 1),
        Minimum(HECTARE, 10), dimensie=_OVERLAST, direction="-", unit=_PER_HECTARE, source=(POLITIE, CBS),
        caveats=(_WHERE, _NO_KIND)),
)

_SERVICE = (
    _one(18, "initiatieven_inw", "Bewonersinitiatieven per 1.000 inwoners",
        EventRate(Events.INITIATIEVEN, INWONERS, 1000), Minimum(INWONERS, 500), dimensie=Dimension.MEEDOEN,
        direction="+", unit=_PER_INWONER, source=_BOTH, caveats=(_STARTED,)),
    _one(29, "duur_mediaan", "Binnen zoveel dagen is de helft van de meldingen klaar", MedianDuration(),
        _THIRTY, dimensie=_DIENST, direction="-", unit="dagen", source=(SERVICE,),
        caveats=(_STILL, _TRUNCATED, _MIX)),
    _one(31, "open_30", "Nog open na 30 dagen", StillOpen(days=30), _THIRTY, dimensie=_DIENST,
        direction="-", unit="%", source=(SERVICE,), caveats=(_OLD, _TRUNCATED, _MIX)),
)

_SAMENSTELLING = (
    _one(35, "aandeel_65", "Inwoners van 65 jaar en ouder",
        Quotient(Figure("inwoners_65plus"), INWONERS, 100), Minimum(INWONERS, 200),
        dimensie=Dimension.SAMENSTELLING, direction="0", unit="%", source=(CBS,), caveats=(_WHO,)),
    _one(36, "aandeel_kind", "Kinderen van 0 t/m 14 jaar", Quotient(KINDEREN, INWONERS, 100),
        Minimum(INWONERS, 200), dimensie=Dimension.SAMENSTELLING, direction="0", unit="%", source=(CBS,),
        caveats=(_WHO,)),
    _one(37, "hh_grootte", "Personen per huishouden",
        Quotient(INWONERS, HUISHOUDENS, own=Figure("gem_huishoudensgrootte")), Minimum(HUISHOUDENS, 100),
        dimensie=Dimension.SAMENSTELLING, direction="0", unit="personen", source=(CBS,),
        caveats=(_WHO, _DIVIDED)),
)

_WONEN = (
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

INDICATORS: tuple[Indicator, ...] = (*_MELDINGEN, *_MISDRIJVEN, *_SERVICE, *_SAMENSTELLING, *_WONEN)


def indicator(name: str) -> Indicator:
    """The definition with this id; FigureError when there is none."""
    for one in INDICATORS:
        if one.id == name:
            return one
    raise FigureError(f"Er is geen cijfer {name!r}; wel: {', '.join(one.id for one in INDICATORS)}.")
