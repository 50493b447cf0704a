"""The columns of CBS key-figure files: which name each has had over the years, and which are never taken."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Final

# Our name, then its names in CBS's tables (kwb-20xx: `a_inw`), the older files and shapefiles (`AANT_INW`),
# PDOK's GeoPackages and services (`aantal_inwoners`, `aantalInwoners`) and StatLine (`AantalInwoners_5`).
# Names are compared without capitals, underscores and StatLine's column number.
FIGURES: Final[Mapping[str, tuple[str, ...]]] = {
    "inwoners": ("a_inw", "aant_inw", "aantal_inwoners", "population"),
    "inwoners_0_15": ("a_00_14", "k_0_tot_15_jaar", "aantal_personen_0_tot_15_jaar"),
    "inwoners_65plus": ("a_65_oo", "k_65_jaar_of_ouder", "aantal_personen_65_jaar_en_ouder"),
    "inwoners_0_15_pct": ("p_00_14_jr", "percentage_personen_0_tot_15_jaar", "pop_0_14"),
    "inwoners_65plus_pct": ("p_65_eo_jr", "percentage_personen_65_jaar_en_ouder", "pop_65plus"),
    "bev_dichtheid_km2": (
        "bev_dich",
        "bev_dichth",
        "bevolkingsdichtheid",
        "bevolkingsdichtheid_inwoners_per_km2",
    ),
    "gem_huishoudensgrootte": (
        "g_hhgro",
        "gem_hh_gr",
        "gemiddelde_huishoudensgrootte",
        "gemiddelde_huishoudsgrootte",
    ),
    "huishoudens": ("a_hh", "aantal_hh", "huishoudens_totaal", "aantal_huishoudens"),
    "eenpersoonshuishoudens_pct": ("p_eenp_hh", "percentage_eenpersoonshuishoudens"),
    "verweduwd_pct": ("p_verweduw", "percentage_verweduwd"),
    "autos_per_huishouden": ("auto_hh", "g_pau_hh", "personenautos_per_huishouden"),
    "woningen": ("a_woning", "woningen", "woningvoorraad", "dwelling_total"),
    "woz_waarde_x1000": (
        "g_woz",
        "g_wozbag",
        "woz",
        "gemiddelde_woz_waarde_van_woningen",
        "gemiddelde_woningwaarde",
        "dwelling_value",
    ),
    "koopwoningen_pct": (
        "p_koopw",
        "p_koopwon",
        "koopwoningen",
        "percentage_koopwoningen",
        "dwelling_ownership",
    ),
    "eengezinswoning_pct": ("p_1gezw", "percentage_eengezinswoning"),
    "stedelijkheid": ("ste_mvs", "sted", "mate_van_stedelijkheid", "stedelijkheid_adressen_per_km2"),
    "omgevingsadressendichtheid": ("ste_oad", "oad"),
    "opp_land_ha": ("a_lan_ha", "opp_land", "oppervlakte_land", "oppervlakte_land_in_ha"),
    "opp_water_ha": ("a_wat_ha", "opp_water", "oppervlakte_water", "oppervlakte_water_in_ha"),
    "afstand_huisarts_km": (
        "g_afs_hp",
        "af_artspr",
        "afstand_tot_huisartsenpraktijk",
        "huisartsenpraktijk_gemiddelde_afstand_in_km",
    ),
    "afstand_supermarkt_km": (
        "g_afs_gs",
        "af_superm",
        "afstand_tot_grote_supermarkt",
        "grote_supermarkt_gemiddelde_afstand_in_km",
    ),
    "afstand_school_km": (
        "g_afs_sc",
        "af_ondbas",
        "afstand_tot_school",
        "basisonderwijs_gemiddelde_afstand_in_km",
    ),
    "scholen_binnen_3km": (
        "g_3km_sc",
        "av3_ondbas",
        "scholen_binnen_3_km",
        "basisonderwijs_gemiddeld_aantal_binnen_3_km",
    ),
    "misdrijven": ("totaal_misdrijven",),
    "gezondheid_goed": ("ervaren_gezondheid_goed_of_zeer_goed",),
}

CODES: Final = (
    "gwb_code",
    "gwb_code_10",
    "wijken_en_buurten",
    "codering",
    "bu_code",
    "buurtcode",
    "wk_code",
    "wijkcode",
    "gm_code",
    "gemeentecode",
    "code",
)
"""Columns that may hold the area's code; the first that is there counts, so the smallest level first."""

DESCRIPTIVE: Final = frozenset(
    {
        "bunaam",
        "wknaam",
        "gmnaam",
        "buurtnaam",
        "wijknaam",
        "gemeentenaam",
        "naam",
        "regio",
        "recs",
        "indwbi",
        "indwbz",
        "indwi",
        "soortregio",
        "gemeentenaam1",
        "indelingswijzigingwijkenenbuurten",
        "opgehaaldop",
        "postcode4",
        "pstmvp",
        "pstdekp",
        "meestvoorkomendepostcode",
        "dekkingspercentage",
        "province",
        "urbanity",
        "area",
        "id",
        "jrstatcode",
        "jaar",
        "water",
        "wkcode",
        "gmcode",
        "wijkcode",
        "gemeentecode",
        "geometry",
        "geom",
    }
)
"""Columns that say what a row is; `opgehaald_op` is the day of the extract and no reference date."""

# Nothing here is built on income, benefits, origin, nationality, education, religion or language. Names as
# CBS has used them, compared in the same plain form; a hit anywhere in the name counts.
FORBIDDEN: Final = re.compile(
    r"inkomen|income|^[agp]ink|^p(?:li|hi|hh)?ink|hhlkk|hhli$|hhhi$|^phhl|minimum|armoede|vermogen|koopkracht"
    r"|uitkering|bijstand|^ao(?:uit|$)|^ww(?:uit|b|$)|asoz|benefit|arbeidsongeschikt|werkloos"
    r"|herkomst|migratie|westers|allocht|autocht|marok|antil|surin|turk|^[ap](?:w|nw)all$|^[ap]ovnw|^[ap]geb(?:nl|eu|bl)"
    r"|^[ap](?:nl|eur?|neu|ov)al$|^[ap](?:nl|eur?|neu)$|geboren(?:in|buiten)|nationalit|geboorteland|origin"
    r"|opleiding|onderwijs(?:niveau|soort)|^aopl|edu|geloof|relig|kerk|islam|taal|language"
)
"""Columns whose contents are never taken in, and are named in the report."""

_YEAR: Final = re.compile(r"(?P<name>.+)_(?P<year>(?:19|20)\d\d)")
_STATLINE_NUMBER: Final = re.compile(r"_\d{1,3}$")


def plain(column: str) -> str:
    """A column name without capitals, underscores and spaces."""
    return re.sub(r"[^a-z0-9]", "", column.strip().lower())


def figure_of(column: str) -> tuple[str, int | None] | None:
    """Our name for a figure column and the year in it, if it has one; None when it is no known figure.

    >>> figure_of("misdrijven_2023")
    ('misdrijven', 2023)
    >>> figure_of("AANT_INW")
    ('inwoners', None)
    """
    dated = _YEAR.fullmatch(column.strip())
    if dated is not None and (name := _known().get(plain(dated["name"]))):
        return name, int(dated["year"])
    known = _known()
    name = known.get(plain(column)) or known.get(plain(_STATLINE_NUMBER.sub("", column.strip())))
    return (name, None) if name else None


def forbidden(column: str) -> bool:
    """True for a column on income, benefits, origin, education, religion or language."""
    if figure_of(column) is not None:
        return False
    return FORBIDDEN.search(plain(_STATLINE_NUMBER.sub("", column.strip()))) is not None


@cache
def _known() -> dict[str, str]:
    return {plain(known): name for name, others in FIGURES.items() for known in (name, *others)}
