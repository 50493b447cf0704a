"""The cijfers of surveys and of perceived health: what people say themselves (15-17)."""

from __future__ import annotations

from geo.areas import Level
from geo.indicators import Dimension, Indicator, Minimum, Part
from geo.measures import Difference, Figure, Survey
from geo.registry.terms import INWONERS, one

ENQUETE = "enquête van de gemeente"
RIVM = "RIVM en GGD (modelschatting)"

_SAMPLE = "Een steekproef: de marge is die van de makers. Het aantal is het aantal mensen dat antwoordde."
_NOT_ADDED = "Heeft de enquête geen uitkomst voor een gebied, dan is die niet bekend."
_FEELING = "Dit is een gevoel. Lees het naast de misdrijven, nooit opgeteld."
_MODEL = "Een schatting met een rekenmodel, geen meting in de buurt."
_BREAK = "Vergelijk niet met andere jaren: de manier van meten veranderde."
_FIFTY = Minimum("n", 50)
_NOT_GEMEENTE = frozenset(Level) - {Level.GEMEENTE}

# A table reads better as rows than with every cell on a line of its own.
# fmt: off
SOCIAAL = (
    one(15, "veiligheidsgevoel", "Voelt zich wel eens onveilig in de buurt", Survey("veiligheidsgevoel"),
        _FIFTY, dimensie=Dimension.OVERLAST, direction="-", unit="%", source=(ENQUETE,),
        caveats=(_FEELING, _SAMPLE, _NOT_ADDED), staff_only=True),
    Indicator(
        16, "samenhang", "Mensen in de buurt gaan prettig met elkaar om", Dimension.SOCIAAL, "+",
        (
            Part("eens", "Vindt dat mensen prettig met elkaar omgaan", "%", Survey("samenhang_eens")),
            Part("score", "Score voor samenhang", "op een schaal tot 10", Survey("samenhang_score")),
        ),
        (_FIFTY,), (ENQUETE,), (_SAMPLE, _NOT_ADDED), staff_only=True,
    ),
    one(17, "gezondheid", "Ervaren gezondheid (zeer) goed",
        Difference(Figure("gezondheid_goed"), Figure("inwoners", minus="inwoners_0_15")),
        Minimum(INWONERS, 500), dimensie=Dimension.SOCIAAL, direction="+",
        unit="procentpunten verschil met de gemeente", source=(RIVM,), caveats=(_MODEL, _BREAK),
        levels=_NOT_GEMEENTE),
)
# fmt: on
