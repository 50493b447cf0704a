"""The cijfers of meldingen: how often something is reported, by soort (1-12)."""

from __future__ import annotations

from geo.areas import Level
from geo.indicators import Dimension, Minimum
from geo.main_groups import MainGroup
from geo.measures import EVERYTHING, EventRate, Events, Figure, Selection
from geo.registry.terms import (
    BOTH,
    HECTARE,
    HUISHOUDENS,
    INWONERS,
    KINDEREN,
    PER_HECTARE,
    PER_HUISHOUDEN,
    PER_INWONER,
    PER_KIND,
    one,
)

_SILENCE = "Weinig meldingen betekent niet dat er weinig aan de hand is."
_NEUTRAL = "Veel meldingen kan betekenen dat er veel aan de hand is, of dat mensen erg betrokken zijn."
_SEASON = "Hoort bij een seizoen: vergelijk dezelfde maanden."
_CHANGE = "Andere ophaaldagen of een nieuwe app veranderen het aantal meldingen."
_CENTRE = "In het centrum, een haven of een park wonen weinig mensen: lees ook het cijfer per hectare."
_FEW = "Een paar mensen kunnen veel meldingen doen. Alleen per gebied, nooit per buurt."

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


def _per(per: Figure, scale: int, selection: Selection = EVERYTHING) -> EventRate:
    return EventRate(Events.MELDINGEN, per, scale, selection)


_FYSIEK, _OVERLAST, _DIENST = Dimension.FYSIEK, Dimension.OVERLAST, Dimension.DIENSTVERLENING
_FIVE = Minimum("n", 5)

# A table reads better as rows than with every cell on a line of its own.
# fmt: off
MELDINGEN = (
    one(1, "meldingen_inw", "Meldingen per 1.000 inwoners", _per(INWONERS, 1000), Minimum(INWONERS, 500),
        dimensie=_DIENST, direction="0", unit=PER_INWONER, source=BOTH, caveats=(_NEUTRAL, _CENTRE)),
    one(2, "meldingen_ha", "Meldingen per hectare", _per(HECTARE, 1), _FIVE, dimensie=_DIENST,
        direction="0", unit=PER_HECTARE, source=BOTH, caveats=(_NEUTRAL,)),
    one(3, "zwerfvuil_ha", "Zwerfvuil en volle bakken per hectare", _per(HECTARE, 1, _LITTER), _FIVE,
        dimensie=_FYSIEK, direction="-", unit=PER_HECTARE, source=BOTH, caveats=(_SILENCE, _CHANGE)),
    one(4, "dumping_hh", "Bijgeplaatst en gedumpt afval per 1.000 huishoudens",
        _per(HUISHOUDENS, 1000, _DUMPING), Minimum(HUISHOUDENS, 200), dimensie=_FYSIEK, direction="-",
        unit=PER_HUISHOUDEN, source=BOTH, caveats=(_SILENCE, _CHANGE)),
    one(5, "groen_ha", "Meldingen over groen per hectare", _per(HECTARE, 1, _GREEN), _FIVE,
        dimensie=_FYSIEK, direction="-", unit=PER_HECTARE, source=BOTH, caveats=(_SILENCE, _SEASON)),
    one(6, "straat_ha", "Meldingen over straat en stoep per hectare", _per(HECTARE, 1, _PAVEMENT), _FIVE,
        dimensie=_FYSIEK, direction="-", unit=PER_HECTARE, source=BOTH, caveats=(_SILENCE,)),
    one(7, "licht_ha", "Kapotte straatverlichting per hectare", _per(HECTARE, 1, _LIGHT), _FIVE,
        dimensie=_FYSIEK, direction="-", unit=PER_HECTARE, source=BOTH, caveats=(_SILENCE, _SEASON)),
    one(8, "water_ha", "Wateroverlast en riool per hectare", _per(HECTARE, 1, _SEWER), _FIVE,
        dimensie=_FYSIEK, direction="-", unit=PER_HECTARE, source=BOTH, caveats=(_SILENCE, _SEASON)),
    one(9, "verkeer_ha", "Onveilig verkeer en parkeren per hectare", _per(HECTARE, 1, _TRAFFIC), _FIVE,
        dimensie=_FYSIEK, direction="-", unit=PER_HECTARE, source=BOTH, caveats=(_SILENCE,)),
    one(10, "spelen_kind", "Meldingen over speelplekken per 1.000 kinderen", _per(KINDEREN, 1000, _PLAY),
        Minimum(KINDEREN, 200), dimensie=_FYSIEK, direction="-", unit=PER_KIND, source=BOTH,
        caveats=(_SILENCE,)),
    one(11, "dieren_inw", "Overlast door dieren per 1.000 inwoners", _per(INWONERS, 1000, _ANIMALS),
        Minimum(INWONERS, 500), dimensie=_OVERLAST, direction="-", unit=PER_INWONER, source=BOTH,
        caveats=(_SILENCE,)),
    one(12, "overlast_inw", "Meldingen over overlast per 1.000 inwoners", _per(INWONERS, 1000, _NUISANCE),
        Minimum(INWONERS, 5000), Minimum("melders", 10), dimensie=_OVERLAST, direction="-",
        unit=PER_INWONER, source=BOTH, caveats=(_SILENCE, _FEW), levels=frozenset({Level.GEBIED})),
)
# fmt: on
