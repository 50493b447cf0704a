"""Imports of gebieden: the gebieden and bijzondere plekken that a gemeente decided on, from a TOML file."""

from __future__ import annotations

from pathlib import Path

from data.areas import load_edition
from data.database import Database
from data.gebieden import GebiedenStored, store_gebieden
from data.municipalities import need_municipality
from data.readers.bundled import read_gebieden_file
from data.reference_imports import LoadReport, record_report
from data.sources import SourceCard, SourceKind
from geo.errors import ImportRefused
from geo.gebieden import Gebiedsindeling, check_buurten


def import_gebieden(database: Database, path: Path, *, actor: str = "opdrachtregel") -> LoadReport:
    """Make the gebieden and bijzondere plekken of a gemeente those of the file, or refuse it as a whole.

    The file has all of them, over all dates: one that it leaves out goes. The gemeente and the edition that
    the file names must be loaded, and have each of its buurten. A second time changes nothing.
    """
    indeling = read_gebieden_file(path)
    if not indeling.gebieden:
        raise ImportRefused(f"{path.name}: er staat geen enkel gebied in")
    with database.write() as session:
        municipality = need_municipality(session, indeling.gemeente)
        check_buurten(indeling, load_edition(session, indeling.year, gemeente=municipality.code))
        done = store_gebieden(session, indeling)
        report = _report(path, indeling, done)
        record_report(session, _card(indeling, slug=municipality.slug), path, report, actor=actor)
    return report


def _card(indeling: Gebiedsindeling, *, slug: str) -> SourceCard:
    return SourceCard(
        slug=f"gebieden-{slug}",
        kind=SourceKind.AREAS,
        naam=f"Gebieden en bijzondere plekken van {indeling.naam}",
        municipality_code=indeling.gemeente,
        attribution=indeling.source,
        reference=f"indeling {indeling.year}",
    )


def _report(path: Path, indeling: Gebiedsindeling, done: GebiedenStored) -> LoadReport:
    buurten = {buurt for gebied in indeling.gebieden for buurt in gebied.buurten}
    note = [indeling.note] if indeling.note else []
    return LoadReport(
        kind="gebieden van een gemeente",
        file=path.name,
        new=done.new,
        changed=done.changed,
        gone=done.gone,
        same=done.same,
        sentences=[
            f"{indeling.naam}, indeling {indeling.year}, {indeling.status}",
            f"{len(indeling.gebieden)} gebieden met {len(buurten)} buurten",
            f"{len(indeling.places)} bijzondere plekken",
            *note,
        ],
        detail={"gemeente": indeling.gemeente, "edition": indeling.year, "status": str(indeling.status)},
    )
