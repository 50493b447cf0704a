"""The cijfers of taking part: initiatieven, deals, money, meetings, organisations, wishes (18-28)."""

from __future__ import annotations

from geo.areas import Level
from geo.indicators import Dimension, Minimum
from geo.measures import ActiveCount, Awaited, EventRate, Events, PollCount, Share, Visits
from geo.poll_counts import Polled
from geo.registry.terms import BOTH, INWONERS, PER_INWONER, SERVICE, one
from geo.tallies import Tallied

_STARTED = "Alleen initiatieven die in Wijkbeeld staan, geteld bij hun start."
_A_YEAR = "Alleen initiatieven die meer dan een jaar geleden zijn gestart."
_CONFIRMED = "Een organisatie telt mee als zij haar tekst in de laatste 2 jaar schreef of bijwerkte."
_OWN_TOWN = "Een organisatie voor de hele gemeente telt alleen daar."
_COUNT = "Wie antwoordt, kiest dat zelf: lees het als aantal mensen, nooit als deel van het gebied."
_WHO = "Het zijn mensen die de peiling invulden, op internet, op een bijeenkomst of op papier."
_IDEAS = "Ook wie bij een idee om hulp vroeg, telt mee."
_ROUND = "U ziet de laatste ronde die klaar is. Gebieden en wijken tellen wij niet bij elkaar op."
_RUNNING = "Wijkdeals die nu gelden."
_GRANTED = "Naar wie betaalt: gemeente of woningcorporatie."
_ATTENDED = "Een telling zonder namen. Een bijeenkomst met minder dan 5 mensen telt niet mee."
_VISITS = "Wie op twee bijeenkomsten was, telt twee keer. Het gaat om het laatste jaar."
_IN_TIME = "Afspraken waarvan de dag in het laatste jaar viel, en die toen klaar waren."
_OF_GEBIED = "Een bijeenkomst is van een gebied: van een buurt weten wij dit niet."
_FIVE, _TEN = Minimum("n", 5), Minimum("noemer", 10)
_MEEDOEN = Dimension.MEEDOEN
# The poll is about one of these, and an answer counts in one of them alone.
_ASKED = frozenset({Level.WIJK, Level.GEBIED})

# A table reads better as rows than with every cell on a line of its own.
# fmt: off
MEEDOEN = (
    one(18, "initiatieven_inw", "Bewonersinitiatieven per 1.000 inwoners",
        EventRate(Events.INITIATIEVEN, INWONERS, 1000), Minimum(INWONERS, 500), dimensie=_MEEDOEN,
        direction="+", unit=PER_INWONER, source=BOTH, caveats=(_STARTED,)),
    one(19, "initiatieven_klaar", "Aandeel initiatieven dat is uitgevoerd", Share(Tallied.UITGEVOERD), _TEN,
        dimensie=_MEEDOEN, direction="+", unit="%", source=(SERVICE,), caveats=(_A_YEAR,)),
    one(20, "deals_lopend", "Lopende wijkdeals per 10.000 inwoners", Awaited("wijkdeals"),
        Minimum(INWONERS, 2000), dimensie=_MEEDOEN, direction="+", unit="per 10.000 inwoners", source=BOTH,
        caveats=(_RUNNING,)),
    one(21, "budget_inw", "Toegekend wijkbudget per inwoner (euro)", Awaited("wijkbudgetten"),
        Minimum(INWONERS, 500), dimensie=_MEEDOEN, direction="0", unit="euro per inwoner", source=BOTH,
        caveats=(_GRANTED,)),
    one(22, "budget_benut", "Benut deel van het wijkbudget", Awaited("wijkbudgetten"), dimensie=_MEEDOEN,
        direction="0", unit="%", source=(SERVICE,), caveats=()),
    one(23, "deelnemers_inw", "Deelnemers aan bijeenkomsten per 1.000 inwoners", Visits(INWONERS, 1000),
        Minimum(INWONERS, 2000), dimensie=_MEEDOEN, direction="+", unit="per 1.000 inwoners per jaar",
        source=BOTH, caveats=(_ATTENDED, _VISITS, _OF_GEBIED), version=3),
    one(24, "organisaties", "Actieve bewonersorganisaties", ActiveCount(), dimensie=_MEEDOEN, direction="+",
        unit="organisaties", source=(SERVICE,), caveats=(_CONFIRMED, _OWN_TOWN)),
    one(25, "wil_helpen", "Bewoners die willen helpen", PollCount(Polled.WIL_HELPEN), _FIVE,
        dimensie=_MEEDOEN, direction="+", unit="mensen", source=(SERVICE,), levels=_ASKED, version=2,
        caveats=(_WHO, _COUNT, _ROUND)),
    one(26, "wens_activiteit", "Wens voor activiteiten", PollCount(Polled.WENS_ACTIVITEIT), _FIVE,
        dimensie=_MEEDOEN, direction="0", unit="mensen", source=(SERVICE,), levels=_ASKED, version=2,
        caveats=(_WHO, _COUNT, _ROUND)),
    one(27, "hulp_organiseren", "Hulp nodig bij organiseren", PollCount(Polled.HULP_ORGANISEREN), _FIVE,
        dimensie=_MEEDOEN, direction="0", unit="mensen", source=(SERVICE,), levels=_ASKED, version=2,
        caveats=(_WHO, _IDEAS, _COUNT, _ROUND)),
    one(28, "afspraken", "Nagekomen afspraken", Share(Tallied.AFSPRAKEN), _TEN,
        dimensie=_MEEDOEN, direction="+", unit="%", source=(SERVICE,), caveats=(_IN_TIME, _OF_GEBIED),
        version=2),
)
# fmt: on
