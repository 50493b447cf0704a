"""The cijfers of handling: how long meldingen take, and how content who made them are (29-34)."""

from __future__ import annotations

from geo.areas import Level
from geo.indicators import Dimension, Indicator, Part
from geo.measures import MedianDuration, Share, StillOpen
from geo.registry.terms import MIX, SERVICE, THIRTY, TRUNCATED, one
from geo.tallies import Tallied

_STILL = "Meldingen die nog open zijn, tellen mee als nog niet klaar."
_OLD = "Van de meldingen van 30 dagen en ouder: het deel dat nu nog open staat."
_TERMS = "De termijnen zijn die van de gemeente. Stelde zij er geen in, dan zijn het die van Wijkbeeld."
_DUE = "Alleen meldingen waarvan de termijn voorbij is."
_OWN_DESK = "Alleen meldingen die bij Wijkbeeld zelf zijn gedaan."
_YES = "Alleen het antwoord ja telt als tevreden; deels en nee niet."
_ASKED = "Niet iedereen antwoordt: lees de respons ernaast."
_WHO_CALLS = "Bellen of langskomen is niet slechter dan een melding op internet."
_DIENST = Dimension.DIENSTVERLENING

# A table reads better as rows than with every cell on a line of its own.
# fmt: off
DIENSTVERLENING = (
    one(29, "duur_mediaan", "Binnen zoveel dagen is de helft van de meldingen klaar", MedianDuration(),
        THIRTY, dimensie=_DIENST, direction="-", unit="dagen", source=(SERVICE,),
        caveats=(_STILL, TRUNCATED, MIX)),
    one(30, "binnen_termijn", "Afgehandeld binnen de afgesproken tijd", Share(Tallied.BINNEN_TERMIJN),
        THIRTY, dimensie=_DIENST, direction="+", unit="%", source=(SERVICE,),
        caveats=(_DUE, _TERMS, TRUNCATED)),
    one(31, "open_30", "Nog open na 30 dagen", StillOpen(days=30), THIRTY, dimensie=_DIENST,
        direction="-", unit="%", source=(SERVICE,), caveats=(_OLD, TRUNCATED, MIX)),
    one(32, "heropend", "Opnieuw geopende meldingen", Share(Tallied.HEROPEND), THIRTY, dimensie=_DIENST,
        direction="-", unit="%", source=(SERVICE,), caveats=(_OWN_DESK,), staff_only=True),
    Indicator(
        33, "tevreden", "Tevreden over de afhandeling", _DIENST, "+",
        (
            Part("tevreden", "Tevreden over de afhandeling", "%", Share(Tallied.TEVREDEN)),
            Part("respons", "Respons: gaf antwoord", "%", Share(Tallied.ANTWOORD)),
        ),
        (THIRTY,), (SERVICE,), (_YES, _ASKED, _OWN_DESK), frozenset({Level.GEMEENTE}), staff_only=True,
    ),
    one(34, "kanaal_telefoon", "Meldingen per telefoon of balie", Share(Tallied.TELEFOON), THIRTY,
        dimensie=_DIENST, direction="0", unit="%", source=(SERVICE,), caveats=(_OWN_DESK, _WHO_CALLS),
        staff_only=True),
)
# fmt: on
