"""The words of an example season: invented partners as functions, and what was said, agreed and written."""

from __future__ import annotations

from typing import Final, NamedTuple

from data.partner_fields import Kind

SOURCE: Final = "voorbeeldgegevens (verzonnen)"
MARK: Final = "(voorbeeld)"


class Who(NamedTuple):
    """A partner of an example season; nobody of it is a person."""

    kind: Kind
    organisation: str
    role: str
    themes: tuple[str, ...]
    mailbox: str = ""


RESIDENTS: Final = "Bewonersorganisatie"
HALL: Final = "Gemeente (voorbeeld)"
PARTNERS: Final = (
    Who(
        Kind.ORGANISATIE,
        "Welzijnsorganisatie",
        "ouderenadviseur",
        ("eenzaamheid", "zorg-en-welzijn", "contact-met-buren"),
        "welzijn",
    ),
    Who(
        Kind.ORGANISATIE,
        "Vrijwilligerspunt",
        "vrijwilligersmakelaar",
        ("vrijwilligers-en-mantelzorg", "samen-organiseren", "ontmoeten-en-activiteiten"),
        "vrijwilligers",
    ),
    Who(Kind.ORGANISATIE, "Jongerenwerk", "jongerenwerker", ("opgroeien", "overlast"), "jongeren"),
    Who(
        Kind.PARTNER,
        "Zorgaanbieder",
        "wijkverpleegkundige",
        ("zorg-en-welzijn", "eenzaamheid", "gezond-en-bewegen"),
        "zorg",
    ),
    Who(
        Kind.PARTNER,
        "Woningcorporatie",
        "wijkconsulent",
        ("wonen", "contact-met-buren", "schoon", "energie-en-rondkomen"),
        "wonen",
    ),
    Who(Kind.PARTNER, "Politie", "wijkagent", ("veilig-en-preventie", "overlast"), "wijkagent"),
    Who(Kind.PARTNER, "Bibliotheek", "taalcoördinator", ("taal-en-meedoen", "digitaal-meedoen")),
    Who(Kind.AMBTENAAR, "Gemeente", "wijkcoördinator", (), "wijk"),
    Who(
        Kind.AMBTENAAR,
        "Gemeente",
        "beheerder openbare ruimte",
        ("schoon", "straat-en-stoep", "groen-en-klimaat"),
        "beheer",
    ),
    Who(
        Kind.AMBTENAAR,
        "Gemeente",
        "verkeerskundige",
        ("verkeer-en-parkeren", "voorzieningen", "werken-en-winkelen"),
        "verkeer",
    ),
)
# Nobody looked at this one for over a year.
STALE: Final = "Bibliotheek"
# What the coordinator chose instead of the advice: the first of these that it does not put first.
OTHERWISE: Final = ("groen-en-klimaat", "verkeer-en-parkeren", "schoon", "ontmoeten-en-activiteiten")

REACTION: Final = "Op onze avonden komt dit onderwerp vaak terug."
REACTION_OPINION: Final = "Een middag past voor veel mensen beter dan een avond."
REACTION_PARTNER: Final = "Wij zien dit onderwerp ook in ons werk in dit gebied."
REACTION_OTHER: Final = "Op onze avonden gaat het vooral over {thema}."
TOLD: Final = "Wij kozen dit thema samen met de bewonersorganisatie. Het staat boven in het advies."
TOLD_OTHER: Final = "Wij kozen dit thema omdat bewoners en partners erom vroegen."
FACTS_OTHER: Final = (
    "De bewonersorganisatie en twee partners noemen dit onderwerp. Volgend jaar wordt de straat vernieuwd."
)
OPINION_OTHER: Final = "Nu meepraten levert bewoners meer op dan later."
INTRO: Final = "{uitnodiging} Kom langs en praat mee. De koffie staat klaar."
ACCESSIBLE: Final = "Er is een lift en een toilet voor mensen met een rolstoel."
HOUR: Final = "Spreekuur van de wijkcoördinator"
HOUR_INTRO: Final = "Hebt u een vraag of een plan voor de buurt? Loop binnen."
WALK: Final = "Samen door {naam} lopen"
WALK_INTRO: Final = "Wij lopen langs plekken waar bewoners iets over meldden."
TALK: Final = "Overleg van partners in {naam}"
REPORT: Final = (
    "Dit verslag is een voorbeeld.\n\n"
    "Wij begonnen met de cijfers van het gebied. Daarna vertelden bewoners wat zij zelf merken."
    " Aan vier tafels spraken wij over wat er al is en wat er nog mist.\n\n"
    "Veel mensen kennen de activiteiten in de buurt niet. Zij willen één plek waar alles staat."
    " Ook zoeken groepen een ruimte die 's avonds open is.\n\n"
    "Aan het eind maakten wij afspraken. Die staan hieronder."
)
CAME: Final = {
    "bewoner": 34,
    "jongere": 5,
    "bewonersorganisatie": 3,
    "organisatie": 4,
    "ondernemer": 2,
    "ambtenaar": 3,
}
DONE: Final = "Een lijst maken van alles wat er in de buurt te doen is."
DONE_OUTCOME: Final = "De lijst staat online en hangt in het buurthuis."
LATE: Final = "Uitzoeken welke ruimte 's avonds open kan."
OPEN: Final = "Een vervolg plannen en iedereen vragen die er was."
EVALUATIONS: Final = (
    ("ja", "ja", "ja", "Fijn dat de gemeente kwam luisteren."),
    ("ja", "beetje", "ja", ""),
    ("ja", "ja", "ja", ""),
    ("beetje", "ja", "ja", "Graag iets meer tijd aan de tafels."),
    ("ja", "ja", "beetje", "Het geluid achter in de zaal was zacht."),
    ("nee", "beetje", "ja", ""),
    ("ja", "ja", "ja", ""),
    ("ja", "ja", "nee", "Er reed laat geen bus meer."),
    ("beetje", "beetje", "ja", ""),
)
NEEDS: Final = "Een plek voor een rolstoel"
LEFT_OUT: Final = "heeft die dag al een andere bijeenkomst"
ANSWERED: Final = "Wij nemen een kraam mee."
OFFERS: Final = (
    ("Bewoner een", "schoon", "Ik wil op zaterdag wel helpen met opruimen."),
    ("Bewoner twee", "ontmoeten-en-activiteiten", "Ik kan koken voor een groep."),
)
