"""Rejects: the rows of a file that were refused, with line and reason, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import json
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

from data.readers.tables import guard_formula


def write_rejects(
    path: Path, columns: Sequence[str], rejects: Iterable[tuple[int, str, str]], *, barred: Collection[str]
) -> None:
    """Write a CSV of (line, reason, the row's cells as a JSON list); barred columns are left out.

    A cell that a spreadsheet would run as a formula gets an apostrophe, which an import takes off again.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    kept = [place for place, name in enumerate(columns) if name not in barred]
    with path.open("w", encoding="utf-8-sig", newline="") as text:
        writer = csv.writer(text, delimiter=";")
        writer.writerow(["regel", "reden", *(guard_formula(columns[place]) for place in kept)])
        for line, reason, cells in rejects:
            values = json.loads(cells)
            row = [guard_formula(values[place]) for place in kept] if values else []
            writer.writerow([line, reason, *row])
