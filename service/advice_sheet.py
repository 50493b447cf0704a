"""The advice of a day as a sheet: written out once, in its words of that day, and read back as it is.

A snapshot holds the advice as data and the sheet that readers saw. The page of years later shows the sheet
alone, so it needs nothing of the registry, the figures or the texts of its own time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final

from geo.themes import EvidenceKind, Registry
from service.analysis.places import Place
from service.analysis.words import day_text
from service.texts import catalogue

VERSION: Final = 1
Block = dict[str, Any]


def snapshot(advice: Mapping[str, Any], registry: Registry, gebied: Place, gemeente: str) -> dict[str, Any]:
    """Return everything of an advice that is kept: the data, the names of that day, and the sheet.

    `gemeente` is its name; `advice` is that of `TownAdvice.as_dict`.
    """
    return {
        "versie": VERSION,
        "gemeente": {"code": gebied.gemeente, "naam": gemeente},
        "gebied": {"code": gebied.code, "naam": gebied.naam},
        "dag": advice["dag"],
        "advies": dict(advice),
        "themas": {
            one.slug: {"naam": one.naam, "uitnodiging": one.invitation, "vraag": one.question}
            for one in registry.themes
        },
        "vormen": {one.slug: one.naam for one in registry.forms},
        "blad": list(_sheet(advice, gebied.naam, gemeente)),
        "openbaar": {one["slug"]: _public(one) for one in advice["themas"]},
    }


def top(advice: Mapping[str, Any], number: int = 3) -> list[Mapping[str, Any]]:
    """Return the themes that an advice puts first."""
    themes: Sequence[Mapping[str, Any]] = advice["themas"]
    return list(themes[:number])


def _public(theme: Mapping[str, Any]) -> list[str]:
    """Return the reasons that may leave the town hall: those of public figures.

    What was counted of meldingen is never among them: some are of a class of which nobody outside knows.
    """
    return [one["text"] for one in theme["reasons"] if one["evidence"] == EvidenceKind.FIGURES.value]


def _sheet(advice: Mapping[str, Any], naam: str, gemeente: str) -> Iterator[Block]:
    t = catalogue().text
    day = day_text(date.fromisoformat(advice["dag"]))
    yield _line(t("keuzes.blad_dag", naam=naam, gemeente=gemeente, dag=day, register=advice["register"]))
    yield _line(t("keuzes.blad_springt" if advice["springtEruit"] else "keuzes.blad_springt_niet"))
    if advice["voorbeeld"]:
        yield _line(t("keuzes.blad_voorbeeld"))
    for place, theme in enumerate(top(advice), start=1):
        yield from _theme(place, theme)
    if advice["sterk"]:
        yield _head(t("keuzes.blad_sterk"))
        yield _list(advice["sterk"])
    yield _head(t("keuzes.blad_alle"))
    yield _table(advice["themas"])
    if advice["overige"]:
        yield _head(t("keuzes.blad_overige"))
        yield _list(
            t("keuzes.blad_rust", thema=one["naam"]) if one["resting"] else one["naam"]
            for one in advice["overige"]
        )


def _theme(place: int, theme: Mapping[str, Any]) -> Iterator[Block]:
    t = catalogue().text
    yield _head(f"{place}. {theme['naam']}")
    percent = round(100 * theme["stability"])
    yield _line(t("keuzes.blad_stand", label=theme["label"], procent=percent))
    if theme["reasons"]:
        yield _line(t("keuzes.blad_redenen"))
        yield _list(_reason(one) for one in theme["reasons"])
    if theme["counter"]:
        yield _line(t("keuzes.blad_tegen"))
        yield _list(_reason(one) for one in theme["counter"])
    if theme["carriers"]:
        named = theme.get("carried") or theme["carriers"]
        yield _line(t("keuzes.blad_dragers", buurten="; ".join(named)))
    if theme["missing"]:
        yield _line(t("keuzes.blad_mist"))
        yield _list(theme["missing"])
    if theme["cautions"]:
        yield _line(t("keuzes.blad_let_op"))
        yield _list(theme["cautions"])


def _reason(one: Mapping[str, Any]) -> str:
    source = f" ({one['source']})" if one["source"] else ""
    unsure = "" if one.get("clear", True) else f" {catalogue().text('themas.onzeker')}"
    return f"{one['text']}{unsure}{source}"


def _table(themes: Sequence[Mapping[str, Any]]) -> Block:
    t = catalogue().text
    rows = [
        [str(at), one["naam"], one["label"], f"{round(100 * one['stability'])} %"]
        for at, one in enumerate(themes, start=1)
    ]
    head = ("keuzes.blad_plaats", "keuzes.blad_thema", "keuzes.blad_label", "keuzes.blad_zeker")
    return {"soort": "tabel", "titel": t("keuzes.blad_alle"), "kop": [t(key) for key in head], "rijen": rows}


def _head(text: str) -> Block:
    return {"soort": "kop", "tekst": text}


def _line(text: str) -> Block:
    return {"soort": "alinea", "tekst": text}


def _list(lines: Iterator[str] | Sequence[str]) -> Block:
    return {"soort": "lijst", "regels": list(lines)}
