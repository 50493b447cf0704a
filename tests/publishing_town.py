"""A town with shielded meldingen by day, and what publishes it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path

from sqlalchemy import insert, select
from stored_town import BUURTEN, TOWN, town

from data import category_store, publications
from data.areas import store_edition
from data.database import Database
from data.models import Category, Melding
from data.owners import assign_areas
from data.publications import Key
from data.sources import SourceCard, SourceKind, register_source
from service.publishing import run
from service.settings import Settings

SHIELDED, LISTED = "geluid", "boom"
PLACES = {
    buurt: (80_500.0 + 1_000 * (n % 2), 436_500.0 + 1_000 * (n // 2)) for n, buurt in enumerate(BUURTEN)
}
NUMBERS = count()


class Publishing:
    """A town with meldingen by day, and what publishes it."""

    def __init__(self, url: str, folder: Path) -> None:
        self.database = Database(url)
        self.database.claim_writer()
        self.settings = Settings(database_url=url, var_folder=folder / "var")
        with self.database.write() as session:
            store_edition(session, town())
            category_store.store_bundled(session)
            self.source = register_source(
                session,
                SourceCard(
                    slug="proef",
                    kind=SourceKind.MELDINGEN,
                    naam="Proef",
                    municipality_code=TOWN,
                    category_edition="wijkbeeld",
                    observed_from=date(2025, 1, 1),
                    observed_to=date(2026, 9, 30),
                ),
            )
        self.report(LISTED, "BU06220001", date(2025, 1, 2))

    def report(self, kind: str, buurt: str, day: date, *, times: int = 1, intern: bool = False) -> None:
        """Store meldingen of a soort in a buurt, all of one day."""
        x, y = PLACES[buurt]
        moment = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
        with self.database.write() as session:
            category = session.scalar(
                select(Category.id).where(Category.edition == "wijkbeeld", Category.slug == kind)
            )
            rows = [
                {
                    "public_id": f"m{next(NUMBERS)}",
                    "municipality_code": TOWN,
                    "source_id": self.source,
                    "source_ref": str(next(NUMBERS)),
                    "category_id": category,
                    "created_at": moment,
                    "created_on": day,
                    "stored_at": moment,
                    "closed_at": moment,
                    "status": "afgehandeld",
                    "channel": "import",
                    "place_quality": "punt",
                    "lon": 4.3,
                    "lat": 51.9,
                    "x": x,
                    "y": y,
                    "intern": intern,
                }
                for _ in range(times)
            ]
            session.execute(insert(Melding), rows)
            assign_areas(session, 2016)

    def fill(self, *quarters: tuple[int, int]) -> None:
        """Report noise in each quarter (year, first month): 23, 8, 2 and none, by buurt."""
        for year, month in quarters:
            for buurt, times in zip(BUURTEN, (23, 8, 2), strict=False):
                self.report(SHIELDED, buurt, date(year, month, 3), times=times)

    def publish(self, until: date, *, edition: int | None = None) -> list[dict[str, object]]:
        """Publish everything up to a day."""
        done = run(self.database, self.settings, TOWN, until=until, edition=edition)
        made: list[dict[str, object]] = done["publicaties"]
        return made

    def value(self, area: str, period: str) -> int:
        """A published number of noise."""
        with self.database.read() as session:
            return publications.of_area(session, area, TOWN)[Key(area, "overlast", period)]
