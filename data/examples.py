"""Example data in the store: put in for a town without its own records, marked as invented, and taken out."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import delete, exists, func, insert, select
from sqlalchemy.orm import Session

from data import example_polls, example_season, owners
from data.addresses import load_addresses
from data.areas import load_edition, newest_edition
from data.audit import record
from data.categories import category_edition
from data.category_store import category_ids
from data.category_store import store_edition as store_categories
from data.choices import PrivacyClass
from data.database import Database
from data.example_initiatieven import ExampleInitiatief, make_initiatieven
from data.example_meldingen import ExampleMelding, first_day, make_meldingen
from data.example_places import Town
from data.figures import load_figures
from data.models import AreaEdition, Incident, Initiatief, Melding, Municipality, Source
from data.municipalities import municipalities
from data.sources import SourceCard, SourceKind, register_source
from geo.areas import Level
from geo.crs import RDArrays, to_lnglat
from geo.errors import ImportRefused
from geo.exposure import AMSTERDAM

NAAM = "voorbeeldgegevens (verzonnen)"
SEED = 2016
CATEGORY_EDITION = "wijkbeeld"
PLACE_QUALITY = "punt"
RECORDS: dict[SourceKind, type[Melding | Initiatief]] = {
    SourceKind.MELDINGEN: Melding,
    SourceKind.INITIATIEVEN: Initiatief,
}


@dataclass(frozen=True, kw_only=True)
class TownExamples:
    """How many example records of a town were put in."""

    gemeente: str
    meldingen: int
    initiatieven: int
    antwoorden: int


@dataclass(frozen=True)
class ExamplesLoaded:
    """What was put in, per town; a town that has records of a kind already gets none of that kind."""

    towns: tuple[TownExamples, ...]

    def lines(self) -> list[str]:
        """What was put in, in Dutch, a line per town."""
        return [
            f"{town.gemeente}, {NAAM}: {town.meldingen} meldingen, {town.initiatieven} initiatieven,"
            f" {town.antwoorden} antwoorden op de peiling"
            for town in self.towns
        ]


def load_examples(
    database: Database,
    *,
    until: date | None = None,
    seed: int = SEED,
    gemeenten: Collection[str] | None = None,
) -> ExamplesLoaded:
    """Put in example records of the 24 months up to `until` (today) for towns without records.

    `gemeenten` are GM codes; None means each one with figures on inhabitants. The same data, day and seed
    give the same records. ImportRefused when a named town has no outlines or inhabitants.
    """
    day = until or datetime.now(AMSTERDAM).date()
    with database.read() as session:
        wanted = _towns_to_fill(session, gemeenten)
    loaded = []
    for code in wanted:
        with database.write() as session:
            loaded.append(_load_town(session, code, day, seed))
    return ExamplesLoaded(tuple(loaded))


def remove_examples(session: Session, municipality_code: str, kind: SourceKind) -> int:
    """Take out the example records of one kind of a municipality; returns how many there were.

    Call it in the transaction that makes real records visible. With the meldingen go the answers to the poll
    and the season.
    """
    records = RECORDS[kind]
    invented = (records.municipality_code == municipality_code) & records.example
    count = session.scalar(select(func.count()).select_from(records).where(invented)) or 0
    incidents: list[int | None] = []
    if kind is SourceKind.MELDINGEN:
        example_polls.remove(session, municipality_code)
        example_season.remove(session, municipality_code)
        joined = select(Melding.incident_id).where(invented, Melding.incident_id.is_not(None)).distinct()
        incidents = list(session.scalars(joined))
    session.execute(delete(records).where(invented))
    _delete_incidents(session, incidents)
    session.execute(delete(Source).where(Source.slug == source_slug(session, municipality_code, kind)))
    return count


def source_slug(session: Session, municipality_code: str, kind: SourceKind) -> str:
    """The slug of the source of example records of this kind."""
    municipality = session.get(Municipality, municipality_code)
    return f"voorbeeld-{kind.value}-{municipality.slug if municipality else municipality_code.lower()}"


def describe_town(session: Session, code: str) -> Town:
    """What the generator needs to know of a stored town; ImportRefused without inhabitants."""
    year = newest_edition(session, gemeente=code)
    edition = load_edition(session, year, gemeente=code)
    buurten = edition.buurten[~edition.buurten["water"]].reset_index(drop=True)
    codes = list(buurten["code"])
    figures = load_figures(session, year, codes=codes, names=["inwoners", "opp_land_ha"])
    newest = figures.sort_values("year").drop_duplicates(["code", "name"], keep="last")
    table = newest.pivot_table(index="code", columns="name", values="value", dropna=False).reindex(codes)
    if "inwoners" not in table or not table["inwoners"].sum() > 0:
        raise ImportRefused(f"van {code} zijn geen inwoners per buurt geladen: daar rusten voorbeelden op")
    outline_ha = buurten.geometry.area.to_numpy() / 10_000
    given = table["opp_land_ha"].to_numpy() if "opp_land_ha" in table else np.full(len(codes), np.nan)
    finder = owners.buurt_finder(session, year)
    addresses = load_addresses(session, gemeenten=[code])
    return Town(
        code=code,
        buurten=buurten,
        inwoners=table["inwoners"].to_numpy(dtype=np.float64),
        hectares=np.where(np.isnan(given), outline_ha, given),
        addresses=addresses.assign(
            buurt=pd.Series(finder.find(addresses["x"], addresses["y"]), dtype=object)
        ),
        finder=finder,
    )


def _towns_to_fill(session: Session, gemeenten: Collection[str] | None) -> list[str]:
    codes = gemeenten if gemeenten is not None else _with_inhabitants(session)
    return [code for code in codes if any(_is_empty(session, code, records) for records in RECORDS.values())]


def _with_inhabitants(session: Session) -> list[str]:
    found = []
    for municipality in municipalities(session):
        year = newest_edition(session, gemeente=municipality.code)
        codes = load_edition(session, year, gemeente=municipality.code).codes(Level.BUURT)
        if load_figures(session, year, codes=codes, names=["inwoners"])["value"].sum() > 0:
            found.append(municipality.code)
    return found


def _is_empty(session: Session, code: str, records: type[Melding | Initiatief]) -> bool:
    return not session.scalar(select(exists().where(records.municipality_code == code)))


def _load_town(session: Session, code: str, until: date, seed: int) -> TownExamples:
    town = describe_town(session, code)
    meldingen = _load_meldingen(session, town, until, seed) if _is_empty(session, code, Melding) else 0
    initiatieven = (
        _load_initiatieven(session, town, until, seed) if _is_empty(session, code, Initiatief) else 0
    )
    # Beside invented meldingen alone: a town with its own gets no answers that nobody gave.
    antwoorden = example_polls.load(session, town, until=until, seed=seed) if meldingen else 0
    for year in session.scalars(select(AreaEdition.year)).all():
        owners.assign_areas(session, year)
    record(
        session,
        actor="wijkbeeld",
        action="voorbeelden.geladen",
        object_kind="gemeente",
        object_id=code,
        detail={
            "meldingen": meldingen,
            "initiatieven": initiatieven,
            "antwoorden": antwoorden,
            "tot": until.isoformat(),
            "seed": seed,
        },
    )
    municipality = session.get_one(Municipality, code)
    return TownExamples(
        gemeente=municipality.naam, meldingen=meldingen, initiatieven=initiatieven, antwoorden=antwoorden
    )


def _register(session: Session, code: str, kind: SourceKind, until: date) -> int:
    card = SourceCard(
        slug=source_slug(session, code, kind),
        kind=kind,
        naam=NAAM,
        municipality_code=code,
        licence="EUPL-1.2",
        attribution="Verzonnen door Wijkbeeld, op de echte aantallen inwoners per buurt",
        category_edition=CATEGORY_EDITION if kind is SourceKind.MELDINGEN else None,
        observed_from=first_day(until),
        observed_to=until,
        reference="verzonnen",
        example=True,
    )
    return register_source(session, card, loaded_at=datetime.now(UTC))


def _load_meldingen(session: Session, town: Town, until: date, seed: int) -> int:
    made = make_meldingen(town, until=until, seed=seed)
    edition = category_edition(CATEGORY_EDITION)
    store_categories(session, edition)
    exact = {one.slug for one in edition.categories if one.privacy is PrivacyClass.EXACT}
    source = _register(session, town.code, SourceKind.MELDINGEN, until)
    categories = category_ids(session, CATEGORY_EDITION)
    incidents = _store_incidents(session, town.code, made)
    places = _degrees(made)
    now = datetime.now(UTC)
    rows = [
        {
            **_shared(melding, town.code, source, place),
            "incident_id": incidents.get(melding.incident),
            "category_id": categories[melding.category],
            "created_at": melding.created_at,
            "created_on": melding.created_on,
            "closed_at": melding.closed_at,
            "stored_at": now,
            "channel": melding.channel.value,
            "case_number": f"VB-{melding.created_on.year}-{melding.number:05d}",
            "text_released": melding.text_wanted and melding.category in exact,
        }
        for melding, place in zip(made, places, strict=True)
    ]
    session.execute(insert(Melding), rows)
    return len(rows)


def _load_initiatieven(session: Session, town: Town, until: date, seed: int) -> int:
    made = make_initiatieven(town, until=until, seed=seed)
    source = _register(session, town.code, SourceKind.INITIATIEVEN, until)
    now = datetime.now(UTC)
    rows = [
        {
            **_shared(plan, town.code, source, place),
            "titel": plan.titel,
            "category": plan.category,
            "started_on": plan.started_on,
            "finished_on": plan.finished_on,
            "stored_at": now,
            "released": True,
        }
        for plan, place in zip(made, _degrees(made), strict=True)
    ]
    session.execute(insert(Initiatief), rows)
    return len(rows)


def _shared(
    made: ExampleMelding | ExampleInitiatief, code: str, source: int, place: tuple[float, float]
) -> dict[str, Any]:
    """The columns that meldingen and initiatieven have in common."""
    return {
        "public_id": made.public_id,
        "municipality_code": code,
        "source_id": source,
        "source_ref": f"voorbeeld-{made.number:05d}",
        "status": str(made.status),
        "text": made.text,
        "address": made.address,
        "place_quality": PLACE_QUALITY,
        "lon": place[0],
        "lat": place[1],
        "x": made.x,
        "y": made.y,
        "example": True,
    }


def _degrees(made: Iterable[ExampleMelding | ExampleInitiatief]) -> list[tuple[float, float]]:
    points = list(made)
    x, y = np.array([one.x for one in points]), np.array([one.y for one in points])
    lon, lat = to_lnglat(RDArrays(x, y))
    return list(zip(lon.tolist(), lat.tolist(), strict=True))


def _store_incidents(session: Session, code: str, made: list[ExampleMelding]) -> dict[int | None, int]:
    """The id of the stored incident for each number that meldingen share."""
    first: dict[int, datetime] = {}
    for melding in made:
        if melding.incident is not None:
            first.setdefault(melding.incident, melding.created_at)
    rows = [{"municipality_code": code, "created_at": moment} for moment in first.values()]
    if not rows:
        return {}
    statement = insert(Incident).returning(Incident.id, sort_by_parameter_order=True)
    return dict(zip(first, session.scalars(statement, rows), strict=True))


def _delete_incidents(session: Session, ids: list[int | None]) -> None:
    for start in range(0, len(ids), 500):
        part = ids[start : start + 500]
        unused = ~exists().where(Melding.incident_id == Incident.id)
        session.execute(delete(Incident).where(Incident.id.in_(part), unused))
