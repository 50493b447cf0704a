"""A question of a page for staff, with the address that gives the same numbers later."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar
from urllib.parse import urlencode

from service.routes.api.shapes import FromForm, GemeenteCode, Question, moment_text


class KeptQuestion(FromForm, Question):
    """The view that is asked; what a form leaves empty counts as not asked."""

    page: ClassVar[str]
    gemeente: GemeenteCode = ""

    def query(self, **changes: str) -> str:
        """Return the query of this question, with changes."""
        asked = self.model_dump(mode="json", by_alias=True, exclude_none=True, exclude_defaults=True)
        return urlencode(asked | changes, doseq=True)

    def address(self, known_at: datetime) -> str:
        """Return the address that gives the same numbers later."""
        return f"{self.page}?{self.query(standVan=moment_text(known_at))}"
