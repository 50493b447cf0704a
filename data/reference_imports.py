"""Imports of reference data: outlines, figures and addresses from a file, whole or not at all."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import reduce
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from data import owners
from data.addresses import store_addresses
from data.areas import EditionStored, newest_edition, store_edition
from data.audit import record
from data.database import Database
from data.figures import store_figures
from data.loads import record_load
from data.municipalities import municipalities, need_municipality, slug_of
from data.readers.bag import BagAddresses, read_bag
from data.readers.cbs import read_areas, read_figure_file
from data.readers.tables import file_hash
from data.sources import SourceCard, SourceKind, register_source
from geo.areas import Edition
from geo.coverage import CoverageReport, coverage_report, refuse_wrong, repair
from geo.errors import ImportRefused

SHOWN = 5


@dataclass(frozen=True, kw_only=True)
class LoadReport:
    """What an import did: numbers for a script, sentences for a person."""

    kind: str
    file: str
    new: int = 0
    changed: int = 0
    gone: int = 0
    same: int = 0
    rejected: int = 0
    sentences: list[str] = field(default_factory=list)
    detail: dict[str, Any] = field(default_factory=dict)

    @property
    def nothing_changed(self) -> bool:
        """Whether everything was there already, as it is."""
        return self.new == self.changed == self.gone == 0

    def as_dict(self) -> dict[str, Any]:
        """The report as plain values, for JSON."""
        counts = {name: getattr(self, name) for name in ("new", "changed", "gone", "same", "rejected")}
        told = {"kind": self.kind, "file": self.file, **counts, "sentences": self.sentences}
        return {**told, "nothing_changed": self.nothing_changed, "detail": self.detail}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> LoadReport:
        """The report that `as_dict` gave."""
        return cls(**{name: values[name] for name in cls.__dataclass_fields__})

    def lines(self) -> list[str]:
        """The report in Dutch, a fact a line."""
        counts = f"nieuw {self.new}, gewijzigd {self.changed}, weg {self.gone}, ongewijzigd {self.same}"
        first = "er verandert niets: alles was al geladen" if self.nothing_changed else counts
        rejected = [f"geweigerd: {self.rejected}"] if self.rejected else []
        return [f"{self.file} ({self.kind})", first, *rejected, *self.sentences]


def import_areas(
    database: Database,
    path: Path,
    *,
    year: int | None = None,
    gemeenten: Collection[str] = (),
    mend: bool = False,
    accept: bool = False,
    actor: str = "opdrachtregel",
) -> LoadReport:
    """Take in an edition from a "wijken en buurten" file; nothing is stored when it is refused.

    `gemeenten` (names or GM codes) keeps only these. `mend` makes invalid outlines valid; `accept` takes
    gaps and overlaps that would show. A new edition opens to readers once every stored point has its buurt.
    """
    _need_file(path)
    edition = _only(read_areas(path, year=year), gemeenten, path)
    edition = repair(edition) if mend else edition
    coverage = coverage_report(edition)
    refuse_wrong(coverage)
    if coverage.needs_acceptance and not accept:
        raise ImportRefused(_to_accept(path, coverage))
    card = SourceCard(
        slug=f"grenzen-{edition.year}",
        kind=SourceKind.AREAS,
        naam=f"Grenzen van wijken en buurten {edition.year}",
        attribution="CBS en Kadaster, Wijk- en Buurtkaart",
        licence="CC BY",
        reference=f"indeling {edition.year}",
        every_days=366,
    )
    with database.write() as session:
        done = store_edition(session, edition)
        if done.buurten_moved and not done.new_edition:
            owners.assign_areas(session, edition.year)
        report = _areas_report(path, done, coverage.sentences(), coverage.to_dict())
        record_report(session, card, path, report, actor=actor)
    placed = owners.derive_owners(database, edition.year)
    if placed:
        report.sentences.append(f"{placed} meldingen en initiatieven zijn in deze indeling geplaatst")
    return report


def import_figures(
    database: Database,
    path: Path,
    *,
    year: int | None = None,
    edition: int | None = None,
    actor: str = "opdrachtregel",
) -> LoadReport:
    """Take in a table of key figures beside an edition (the newest); nothing is stored when it is refused."""
    _need_file(path)
    read = read_figure_file(path, year=year)
    card = SourceCard(
        slug=f"cijfers-{slug_of(path.stem)}",
        kind=SourceKind.FIGURES,
        naam=f"Cijfers uit {path.name}",
        reference=f"cijfers {read.report.year}",
        every_days=366,
    )
    with database.write() as session:
        wanted = edition if edition is not None else newest_edition(session)
        source_id = register_source(session, card)
        done = store_figures(session, read.figures, edition=wanted, source_id=source_id)
        report = LoadReport(
            kind="cijfers",
            file=path.name,
            new=done.new,
            changed=done.changed,
            same=done.same,
            sentences=[
                f"indeling {wanted}, cijfers {read.report.year}",
                *read.report.sentences(),
                *done.match.sentences(),
                *_elsewhere(done.match.elsewhere),
            ],
            detail={
                "edition": wanted,
                "year": read.report.year,
                "only_figures": list(done.match.only_figures),
                "only_outlines": list(done.match.only_outlines),
            },
        )
        record_report(session, card, path, report, actor=actor)
    return report


def import_addresses(
    database: Database, path: Path, *, gemeente: str | None = None, actor: str = "opdrachtregel"
) -> LoadReport:
    """Take in the addresses of a BAG file for the loaded gemeenten or one; nothing when it is refused."""
    _need_file(path)
    with database.read() as session:
        names = {row.code: row.naam for row in municipalities(session)}
        wanted = None if gemeente is None else need_municipality(session, gemeente)
    if not names:
        raise ImportRefused("er is nog geen gemeente geladen; laad eerst de grenzen (import areas)")
    read = read_bag(path, gemeente=wanted.naam if wanted else None, gemeenten=names)
    if read.addresses.empty:
        raise ImportRefused(f"{path.name}: geen enkel adres{f' in {wanted.naam}' if wanted else ''}")
    card = SourceCard(
        slug=f"bag-{wanted.slug}" if wanted else f"bag-{slug_of(path.name.split('.')[0])}",
        kind=SourceKind.ADDRESSES,
        naam=f"Adressen van {wanted.naam}" if wanted else f"Adressen uit {path.name}",
        municipality_code=wanted.code if wanted else None,
        licence="publiek domein",
        attribution="Kadaster, Basisregistratie Adressen en Gebouwen",
        url="https://www.kadaster.nl/zakelijk/registraties/basisregistraties/bag",
        every_days=92,
    )
    with database.write() as session:
        source_id = register_source(session, card)
        done = store_addresses(session, read.addresses, source_id=source_id)
        report = LoadReport(
            kind="adressen",
            file=path.name,
            new=done.new,
            gone=done.gone,
            same=done.same,
            rejected=len(read.rejected),
            sentences=[
                f"gemeenten: {', '.join(names[code] for code in done.gemeenten)}",
                *_left_out(done.elsewhere),
                *_reasons(read),
            ],
            detail={"gemeenten": list(done.gemeenten), "elsewhere": dict(done.elsewhere)},
        )
        record_report(session, card, path, report, actor=actor)
    return report


def _need_file(path: Path) -> None:
    if not path.exists():
        raise ImportRefused(f"{path.name}: dit bestand is er niet")


def _only(edition: Edition, gemeenten: Collection[str], path: Path) -> Edition:
    """The part of the edition in these gemeenten, given by name or code; all of it without any."""
    if not gemeenten:
        return edition
    known = {str(row.naam).casefold(): str(row.code) for row in edition.gemeenten.itertuples()}
    known |= {code.casefold(): code for code in known.values()}
    absent = [word for word in gemeenten if word.casefold() not in known]
    if absent:
        raise ImportRefused(f"{path.name}: gemeente {', '.join(absent)} staat er niet in")
    codes = sorted({known[word.casefold()] for word in gemeenten})
    return reduce(Edition.merge, (edition.for_gemeente(code) for code in codes))


def _to_accept(path: Path, coverage: CoverageReport) -> str:
    overlaps = f"{len(coverage.overlaps)} keer overlap (samen {coverage.overlap_m2:.0f} m2)"
    gaps = f"{len(coverage.gaps)} gaten (samen {coverage.gap_m2:.0f} m2)"
    tiling = f"{len(coverage.not_tiling)} keer vullen delen het geheel niet"
    return f"{path.name}: {overlaps}, {gaps}, {tiling}; wie dat goed vindt, zegt het met --accept"


def _areas_report(
    path: Path, done: EditionStored, sentences: list[str], coverage: dict[str, Any]
) -> LoadReport:
    return LoadReport(
        kind="gebieden",
        file=path.name,
        new=done.new,
        changed=done.changed,
        gone=done.gone,
        same=done.same,
        sentences=list(sentences),
        detail={"edition": done.year, "coverage": coverage},
    )


def record_report(session: Session, card: SourceCard, path: Path, report: LoadReport, *, actor: str) -> None:
    """Keep the source, the load and the act of an import, in the transaction that stored its rows."""
    now = datetime.now(UTC)
    source_id = register_source(session, card, loaded_at=now)
    counts = {name: getattr(report, name) for name in ("new", "changed", "gone", "same", "rejected")}
    digest = file_hash(path) if path.is_file() else ""
    record_load(
        session,
        source_id=source_id,
        file_name=path.name,
        file_hash=digest,
        rows=report.new + report.changed,
        report=counts,
    )
    detail = {"bestand": path.name, **counts}
    record(session, actor=actor, action="import", object_kind="bron", object_id=card.slug, detail=detail)


def _elsewhere(codes: Collection[str]) -> list[str]:
    gemeenten = sorted({code[2:6] for code in codes})
    if not gemeenten:
        return []
    return [f"niet opgenomen, geen grenzen geladen: GM{', GM'.join(gemeenten)} ({len(codes)} codes)"]


def _left_out(elsewhere: Any) -> list[str]:
    if not elsewhere:
        return []
    total = sum(elsewhere.values())
    names = ", ".join(list(elsewhere)[:SHOWN])
    more = " en andere" if len(elsewhere) > SHOWN else ""
    return [f"niet opgenomen, gemeente niet geladen: {total} adressen ({names}{more})"]


def _reasons(read: BagAddresses) -> list[str]:
    counts = read.rejected["reason"].value_counts()
    found = [f"geweigerd: {reason} ({count})" for reason, count in counts.items()]
    lines = ", ".join(str(line) for line in read.rejected["line"].head(SHOWN))
    return [*found, f"eerste regels: {lines}"] if found else []
