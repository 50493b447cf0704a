"""The catalogue of texts: complete, used, and with the same glossary as the documentation."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from geo.areas import Level
from geo.indicators import Dimension
from service.texts import UnknownText, catalogue

ROOT = Path(__file__).parent.parent
SERVICE = ROOT / "service"
KEY = re.compile(r"""(?:\bt|\btext|texts\.text)\(\s*f?['"]([a-z_]+\.[a-z_0-9]*[a-z0-9])['"]""")
# Sections whose keys are put together from data.
BY_DATA = {
    "menu",
    "woord",
    "niveau",
    "niveaus",
    "dimensie",
    "grootheid",
    "formule_telling",
    "peiling_tellen",
    "bronsoort",
    "script",
    "glossary",
    "werkkanaal",
    "rol",
    "vraag",
    "idee",
    "privacy",
    "toegankelijkheid",
    "zo_werkt_het",
    "zo_komt_het_advies",
}
BY_DATA_KEYS = (
    "themas.stem_",
    "thema_advies.stem_",
    "thema_advies.verschil_",
    "thema_advies.kracht_",
    "opvallend.plek_",
    "opvallend.per_",
    "opvallend.manier_",
    "opvallend.merk_",
    "opvallend.kaarttitel_",
    "opvallend.eenheid_",
    "opvallend.verdeeld_",
    "opvallend.buiten_",
    "cijfers.minimum_",
    "cijfers.richting_",
    "eigen_cijfers.soort_",
    "analyse.volgorde_",
    "leefbaarheid.niet_",
    "leefbaarheid.naast_",
    "analyse.vlakken",
    "analyse.warmte",
    "meenemen.vorm_",
    "meenemen.over_",
    "blad_kop.",
    "raadsbrief_kop.",
    "raadsbrief.verschil_",
    "blad.misdrijven_",
    "blad.meldingen_",
    "blad.oordeel_",
    "analyse.maat_",
    "analyse.kleur_",
    "tijd.langzaam",
    "tijd.gewoon",
    "tijd.snel",
    "vergelijking.oordeel_",
    "uitnodigen.te_melden_",
    "uitnodigen.melden_",
    "verslag.stand_",
    "verslag.klaar_",
    "evaluatie.vraag_",
    "evaluatie.fout_",
    "evaluatie.keus_",
    "evaluatie.bericht_",
    "evaluatie.klaar_",
    "overdracht.soort_",
    "overdracht.keuze_",
    "keuzes.soort_",
    "keuzes.stand_",
    "jaarplan.per_",
    "jaarplan.kop_",
    "jaarplan.kolom_",
    "jaarplan.maand_",
    "jaarplan.dag_",
    "jaarplan.ritme_",
    "jaarplan.soort_",
    "verandering.oordeel_",
    "verandering.twee_",
    "verandering.breuk_",
    "verandering.alle_gebied",
    "verandering.alle_wijk",
    "verandering.alle_buurt",
    "opdrachten.kies_",
    "werkbak.stapel_",
    "werkbak.contact_",
    "werkbak.naar_",
    "melden.spoed_",
    "melden.verwijs_",
    "melden.gegeven_",
    "invoer.nieuw_telefoon",
    "invoer.nieuw_balie",
    "brief.fout_",
    "oidc.fout_",
    "wissen.gevonden_",
    "inzage.veld_",
    "verzoek.wens_",
    "verzoek.uitleg_",
    "verzoeken.soort_",
    "verzoeken.stapel_",
    "verzoeken.leeg_",
    "verzoeken.uitkomst_",
    "wissen.deel_",
    "post.titel_",
    "post.terug_",
    "volg.alleen_",
    "lijst.stand_",
    "lijst.wat_",
    "volg.bericht_",
    "volg.tevreden_",
    "volgblad.",
    "volgen.ritme_",
    "peiling.klaar_",
    "peiling.activiteit",
    "peiling.hoe",
    "peiling.helpen",
    "signalen.soort_",
    "partners.soort_",
    "partners.niveau_",
    "partners.daad_",
    "partners.klaar_",
    "inlezen.keuze_",
    "helpmee.bericht_",
    "helpmee.fout_",
    "uitnodigen.klaar_",
    "uitnodigen.stand_",
    "uitnodigen.manier_",
    "uitnodiging.antwoord_",
    "uitnodiging.bedankt_",
    "bijeenkomst.stand_",
    "bijeenkomst.veld_",
    "bijeenkomst_print.soort_",
    "ook.geteld",
    "ook.bewaard",
    "ook.al",
    "status.reported",
    "status.in_progress",
    "status.forwarded",
    "status.closed",
)


def keys(table: Mapping[str, Any], before: str = "") -> Iterator[str]:
    for name, value in table.items():
        if isinstance(value, Mapping):
            yield from keys(value, f"{before}{name}.")
        else:
            yield before + name


def sources() -> str:
    pages = [*SERVICE.glob("templates/*.html"), *SERVICE.rglob("*.py")]
    return "\n".join(path.read_text(encoding="utf-8") for path in pages)


def test_every_text_that_a_page_asks_for_is_there() -> None:
    asked = set(KEY.findall(sources()))
    assert len(asked) > 100
    assert asked - set(keys(catalogue().tables)) == set()


def test_every_text_is_used() -> None:
    text = sources()
    unused = [
        key
        for key in keys(catalogue().tables)
        if key.split(".")[0] not in BY_DATA
        and not key.startswith(BY_DATA_KEYS)
        and f"'{key}'" not in text
        and f'"{key}"' not in text
    ]
    assert unused == []


def test_every_text_that_a_script_asks_for_is_there_and_used() -> None:
    scripts = "\n".join(path.read_text(encoding="utf-8") for path in (SERVICE / "web" / "src").glob("*.ts"))
    assert set(re.findall(r'\btext\("([a-z_]+)"', scripts)) == set(catalogue().section("script"))


def test_every_level_and_dimension_has_a_name() -> None:
    assert set(catalogue().section("niveau")) == {level.value for level in Level}
    assert set(catalogue().section("dimensie")) == {dimension.value for dimension in Dimension}


def test_the_glossary_is_that_of_the_documentation() -> None:
    page = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8").split("## Words in the code")[0]
    rows = [row for row in re.findall(r"^\| (.+?) \| (.+?) \|$", page, re.MULTILINE) if row[0] != "term"]
    assert [(one["woord"], one["uitleg"]) for one in catalogue().entries("glossary")] == rows
    assert len(rows) == 26


def test_an_unknown_text_is_an_error() -> None:
    for key in ("home.bestaat_niet", "home", "geen.sectie"):
        with pytest.raises(UnknownText):
            catalogue().text(key)


@pytest.mark.parametrize(("n", "words"), [(0, "0 meldingen"), (1, "1 melding"), (1204, "1.204 meldingen")])
def test_a_number_comes_with_its_word(n: int, words: str) -> None:
    assert catalogue().counted(n, "melding") == words
