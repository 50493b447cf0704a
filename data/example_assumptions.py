"""Assumptions behind the example data: what is invented, in one place, and listed in docs/example-data.md.

None of it was measured in these towns. The shares give a town a mix that looks ordinary; the days say how
long work of that kind could take.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

REPORTS_PER_1000_YEAR: Final = 40.0
SHARE_BY_LAND: Final = 0.15
MOST_HECTARES: Final = 60.0
BUURT_VARIATION: Final = 0.30
SOORT_VARIATION: Final = 0.45
DUPLICATED: Final = 0.09
MORE_REPORTS: Final = 1.6
CORNERS_PER: Final = 30
AT_CORNER: Final = 0.35
CORNER_SPREAD_M: Final = 25.0
STREET_SPREAD_M: Final = 9.0
SAME_SPOT_M: Final = 6.0
WITH_TEXT: Final = 0.6
TEXT_RELEASED: Final = 0.5
MONTHS: Final = 24
CHANNELS: Final = {"web": 0.76, "telefoon": 0.19, "balie": 0.05}
WEEKDAYS: Final = (1.25, 1.15, 1.1, 1.05, 1.0, 0.75, 0.7)
HOURS: Final = (1, 1, 1, 1, 1, 2, 4, 9, 14, 16, 15, 13, 12, 12, 12, 12, 13, 12, 11, 10, 8, 6, 4, 2)

# Weight per month, January first; every other kind of report comes evenly over the year.
EVEN: Final = (1.0,) * 12
SUMMER: Final = (0.4, 0.4, 0.7, 1.1, 1.6, 1.8, 1.7, 1.5, 1.2, 0.8, 0.5, 0.3)
GROWING: Final = (0.2, 0.2, 0.5, 1.2, 2.0, 2.0, 1.7, 1.5, 1.3, 0.8, 0.4, 0.2)
DARK: Final = (1.7, 1.4, 1.1, 0.7, 0.5, 0.4, 0.4, 0.6, 0.9, 1.3, 1.6, 1.8)
LEAVES: Final = (0.2, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.3, 1.0, 3.6, 4.6, 1.7)
FROST: Final = (5.0, 4.0, 0.8, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.6, 2.2)
CATERPILLAR: Final = (0.0, 0.0, 0.0, 0.3, 2.8, 5.2, 3.2, 0.5, 0.0, 0.0, 0.0, 0.0)
NEW_YEAR: Final = (3.6, 0.2, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.2, 0.4, 1.6, 5.4)
SHOWERS: Final = (0.8, 0.8, 0.6, 0.5, 0.8, 1.5, 1.7, 1.5, 1.0, 1.1, 1.0, 0.8)


@dataclass(frozen=True, slots=True)
class Soort:
    """How often a soort comes beside the others, in how many days half is done, and what people write."""

    slug: str
    weight: float
    days: float
    spread: float
    season: tuple[float, ...]
    texts: tuple[str, ...]


SOORTEN: Final = (
    Soort("veeg-en-zwerfvuil", 95, 3, 0.8, EVEN, (
        "Er ligt veel zwerfvuil in de struiken.",
        "De stoep ligt vol met blikjes en papier.",
        "Na het weekend ligt hier altijd rommel.",
    )),
    Soort("afvalbak", 40, 3, 0.7, SUMMER, (
        "De afvalbak is vol. Er ligt afval naast.",
        "De bak is kapot en hangt open.",
    )),
    Soort("container", 85, 2, 0.7, EVEN, (
        "De container gaat niet open met mijn pas.",
        "De ondergrondse container zit vol.",
        "De klep van de container klemt.",
    )),
    Soort("dumping", 110, 3, 0.7, EVEN, (
        "Er staat een oude bank naast de container.",
        "Iemand heeft zakken met afval neergezet.",
        "Er liggen planken en een matras op de stoep.",
    )),
    Soort("bladeren", 15, 10, 0.8, LEAVES, (
        "Het fietspad is glad door natte bladeren.",
        "De bladbak is vol.",
    )),
    Soort("gevaarlijk-afval", 5, 1, 0.6, EVEN, ("Er staan potten met verf bij het water.",)),
    Soort("overig-afval", 25, 4, 0.8, EVEN, ("Het oud papier is niet opgehaald.",)),
    Soort("onderhoud-straat-fietspad-en-stoep", 115, 14, 1.0, EVEN, (
        "De stoeptegels liggen los. Mijn moeder is bijna gevallen.",
        "Er zit een gat in het fietspad.",
        "De stoep is verzakt. Met een rollator kom je er niet langs.",
        "Bij regen staat er een grote plas door de verzakking.",
    )),
    Soort("straatverlichting", 80, 7, 0.8, DARK, (
        "De lantaarn doet het niet.",
        "De lamp knippert de hele avond.",
        "Het pad achter de huizen is helemaal donker.",
    )),
    Soort("paal", 12, 9, 0.8, EVEN, ("Een paaltje is omgereden.",)),
    Soort("bank", 8, 21, 0.8, SUMMER, ("De bank is kapot. Er mist een plank.",)),
    Soort("speelvoorziening", 20, 12, 0.9, SUMMER, (
        "De schommel is kapot.",
        "Er ligt glas bij de glijbaan.",
    )),
    Soort("gladheidsbestrijding", 6, 1, 0.5, FROST, ("De brug is erg glad.",)),
    Soort("brug", 4, 25, 0.9, EVEN, ("Een plank van de brug ligt los.",)),
    Soort("onveilige-verkeerssituatie", 35, 30, 1.1, EVEN, (
        "Auto's rijden hier te hard. Er is een school vlakbij.",
        "Door de heg zie je het verkeer niet aankomen.",
    )),
    Soort("verkeersbord", 18, 9, 0.8, EVEN, ("Het bord is scheef gereden.", "Het bord is niet te lezen.")),
    Soort("verkeerslicht", 6, 2, 0.7, EVEN, ("Het voetgangerslicht wordt niet groen.",)),
    Soort("parkeren", 45, 6, 0.9, EVEN, ("Auto's staan op de stoep.",)),
    Soort("fiets", 15, 16, 0.7, EVEN, ("Er staat al weken een fiets zonder wielen.",)),
    Soort("boom", 45, 21, 1.0, SUMMER, (
        "Er hangt een losse tak boven het pad.",
        "De boom is dood, denk ik.",
        "Wortels duwen de stoep omhoog.",
    )),
    Soort("beplanting", 18, 18, 0.9, GROWING, ("De struiken groeien over de stoep.",)),
    Soort("maaien", 16, 9, 0.8, GROWING, ("Het gras is zo hoog dat je de bocht niet ziet.",)),
    Soort("onkruid", 24, 14, 0.8, GROWING, ("Er staat veel onkruid tussen de tegels.",)),
    Soort("snoeien", 30, 20, 0.9, GROWING, ("De heg hangt over het fietspad.",)),
    Soort("sloot", 12, 16, 0.9, SUMMER, ("De sloot ligt vol met plastic.", "Het water stinkt.")),
    Soort("overig-openbaar-groen-en-water", 12, 15, 0.9, GROWING, ("De oever is dichtgegroeid.",)),
    Soort("wateroverlast", 14, 4, 0.9, SHOWERS, ("Na een bui staat de straat onder water.",)),
    Soort("mankement-put", 14, 7, 0.8, SHOWERS, ("De put zit verstopt.", "De rand van de put steekt uit.")),
    Soort("riool", 8, 4, 0.8, SHOWERS, ("Het ruikt naar riool bij de hoek.",)),
    Soort("hond", 14, 6, 0.8, EVEN, ("Er ligt elke dag hondenpoep op het gras.",)),
    Soort("plaagdier", 16, 7, 0.8, SUMMER, ("Ik zie ratten bij de container.",)),
    Soort("eikenprocessierups", 7, 4, 0.7, CATERPILLAR, ("In de eik zit een nest met rupsen.",)),
    Soort("dood-dier", 4, 1, 0.5, EVEN, ("Er ligt een dode vogel in het water.",)),
    Soort("overig-overlast-dier", 6, 7, 0.8, SUMMER, ("Meeuwen trekken de zakken open.",)),
    Soort("geluid", 20, 10, 1.0, SUMMER, ("Er is vaak harde muziek in de avond.",)),
    Soort("horeca-en-evenement", 5, 10, 0.9, SUMMER, ("Na sluitingstijd is het lang onrustig.",)),
    Soort("persoon", 12, 8, 1.0, EVEN, ("Er wordt laat op de avond geschreeuwd.",)),
    Soort("vuurwerk", 7, 4, 0.8, NEW_YEAR, ("Er wordt al weken vuurwerk afgestoken.",)),
    Soort("graffiti", 9, 9, 0.8, EVEN, ("Er is op het elektriciteitshuisje gespoten.",)),
    Soort("bouw", 5, 9, 0.8, EVEN, ("De bouwplaats is niet goed afgezet.",)),
    Soort("overig-overlast-openbare-ruimte", 8, 9, 0.9, EVEN, ("Er staat een winkelwagen bij het water.",)),
    Soort("overig", 5, 8, 0.9, EVEN, ("Ik weet niet bij wie ik moet zijn.",)),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Plan:
    """An invented initiatief of residents."""

    titel: str
    category: str
    text: str


PLANS: Final = (
    Plan("Geveltuintjes in de straat", "groen", "Wij halen tegels uit de stoep en zetten er planten in."),
    Plan("Samen eten op donderdag", "ontmoeten", "Elke donderdag koken buren voor buren."),
    Plan("Opruimdag met de kinderen", "schoon", "Met grijpers en zakken ruimen we de buurt op."),
    Plan("Koffie op het plein", "ontmoeten", "Een keer in de maand staat er koffie klaar."),
    Plan("Een bijenhotel bij school", "groen", "De kinderen bouwen het zelf, met hulp van ouders."),
    Plan("Buurtmoestuin", "groen", "Op het lege veldje verbouwen we samen groente."),
    Plan("Wandelgroep voor iedereen", "bewegen", "Wij lopen elke week een uur door de wijk."),
    Plan("Speelstraat in de vakantie", "spelen", "De straat is een middag dicht voor auto's."),
    Plan("Ruilkast voor boeken", "ontmoeten", "U neemt een boek mee en zet er een terug."),
    Plan("Container met bloemen eromheen", "schoon", "Buren houden het daar samen netjes."),
    Plan("Burendag met muziek", "ontmoeten", "Bewoners maken zelf muziek en er is taart."),
    Plan("Repareren in het buurthuis", "ontmoeten", "Neem iets kapots mee. Wij maken het samen."),
    Plan("Meer groen bij de flat", "groen", "Wij vervangen tegels door struiken en een bank."),
    Plan("Jeu de boules in het park", "bewegen", "Een baan waar jong en oud kan spelen."),
    Plan("Muurschildering bij de tunnel", "kunst", "Jongeren maken een schildering over de wijk."),
    Plan("Tuingereedschap lenen", "groen", "Een schuurtje met gereedschap voor de hele straat."),
    Plan("Samen de sloot schoon", "schoon", "Met bootjes vissen we plastic uit het water."),
    Plan("Buurtfeest op het grasveld", "ontmoeten", "Een middag met spelletjes en eten uit de buurt."),
    Plan("Fietsles voor volwassenen", "bewegen", "Leren fietsen met een vaste begeleider."),
    Plan("Bankjes langs de wandelroute", "bewegen", "Zo kan iedereen onderweg even zitten."),
    Plan("Licht in het steegje", "veilig", "Wij hangen met de buren lampjes op zonne-energie op."),
    Plan("Buurtapp met huisregels", "veilig", "We spreken af wat we wel en niet melden."),
    Plan("Huiswerk maken met hulp", "opgroeien", "Vrijwilligers helpen kinderen na schooltijd."),
    Plan("Voetbaltoernooi tussen straten", "spelen", "Elke straat doet mee met een team."),
    Plan("Regentonnen voor de straat", "groen", "Wij kopen samen regentonnen en sluiten ze aan."),
    Plan("Kerststal van hergebruikt hout", "kunst", "Wij bouwen hem samen en zetten hem op het plein."),
    Plan("Naaicafé", "ontmoeten", "Samen naaien en kleren maken. Beginners zijn welkom."),
    Plan("Een lammetjesweide in de wijk", "groen", "Schapen houden het gras kort."),
    Plan("Spelletjesmiddag", "ontmoeten", "Op zondag spelen we kaart en bordspellen."),
    Plan("Plantjesmarkt", "groen", "Stekjes en zaden ruilen met de buren."),
)  # fmt: skip

# Status, share, and whether it was started and is finished.
PLAN_STATUSES: Final = {
    "idee": 0.2,
    "in voorbereiding": 0.2,
    "loopt": 0.25,
    "uitgevoerd": 0.27,
    "gestopt": 0.08,
}
PLANS_PER_1000: Final = 0.4
FEWEST_PLANS: Final = 20
