"""Sources of the bundled open data: what each is, from whom, under which licence."""

from __future__ import annotations

from data.sources import SourceCard, SourceKind

OUTLINES = SourceCard(
    slug="cbs-grenzen-2016",
    kind=SourceKind.AREAS,
    naam="Grenzen van wijken en buurten 2016",
    licence="CC BY",
    attribution="CBS en Kadaster, Wijk- en Buurtkaart 2016",
    url="https://www.cbs.nl/nl-nl/dossier/nederland-regionaal/geografische-data",
    reference="indeling 2016",
)

GEBIEDEN = SourceCard(
    slug="gebieden-voorstel",
    kind=SourceKind.AREAS,
    naam="Gebieden en bijzondere plekken (voorstel)",
    licence="EUPL-1.2",
    attribution="Voorstel van Wijkbeeld, door de gemeente te bevestigen",
    reference="indeling 2016",
)

KEY_FIGURES = SourceCard(
    slug="cbs-kerncijfers-2024",
    kind=SourceKind.FIGURES,
    naam="Kerncijfers wijken en buurten 2024",
    licence="CC BY",
    attribution="CBS, Kerncijfers wijken en buurten 2024",
    url="https://www.cbs.nl/nl-nl/reeksen/publicatie/kerncijfers-wijken-en-buurten",
    reference="cijfers 2024",
    every_days=366,
)

CRIMES = SourceCard(
    slug="politie-misdrijven",
    kind=SourceKind.FIGURES,
    naam="Geregistreerde misdrijven per buurt",
    licence="CC BY",
    attribution="Politie en CBS, tabel 47022NED",
    url="https://data.politie.nl",
    reference="jaren 2021 tot en met 2025",
    every_days=366,
)

HEALTH = SourceCard(
    slug="rivm-gezondheid",
    kind=SourceKind.FIGURES,
    naam="Ervaren gezondheid (modelschatting)",
    licence="CC BY",
    attribution="Gezondheidsmonitor van GGD'en, CBS en RIVM; modelschatting van het RIVM",
    url="https://www.rivm.nl/media/smap",
    reference="jaren 2012 tot en met 2024",
    every_days=4 * 366,
)

CATEGORIES = SourceCard(
    slug="soorten-melding",
    kind=SourceKind.MELDINGEN,
    naam="Soorten melding",
    licence="EUPL-1.2",
    attribution="Wijkbeeld; namen en opbouw van Signalen en de gemeente Assen",
    reference="",
)

ASSEN_ADDRESSES = SourceCard(
    slug="bag-assen",
    kind=SourceKind.ADDRESSES,
    naam="Adressen van gemeente Assen",
    municipality_code="GM0106",
    licence="publiek domein",
    attribution="Kadaster, Basisregistratie Adressen en Gebouwen",
    url="https://www.kadaster.nl/zakelijk/registraties/basisregistraties/bag",
    reference="stand juni 2026",
    every_days=92,
)

PLACES = SourceCard(
    slug="bekende-plekken",
    kind=SourceKind.PLACES,
    naam="Scholen en postcodegebieden",
    licence="open data (DUO), publiek domein (BAG), MIT (4pp)",
    attribution="Scholenregister van DUO met de BAG; postcodes van project 4pp",
    reference="",
)

BACKGROUND = SourceCard(
    slug="achtergrond",
    kind=SourceKind.BACKGROUND,
    naam="Rustige achtergrond: land, water en spoor",
    licence="CC BY",
    attribution="CBS en Kadaster; spoorwegen TOP10NL (Kadaster) via TNO",
    reference="indeling 2016",
)
