"""Rejects: the rows of a file that were refused, with line and reason, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from data.readers.tables import guard_formula


def write_rejects(path: Path, columns: Sequence[str], rejects: Iterable[tuple[int, str, str]]) -> None:
    """Write a CSV of (line, reason, the cells of these columns as a JSON list; an empty list when unknown).

    A cell that a spreadsheet would run as a formula gets an apostrophe, which an import takes off again.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8-sig", newline="") as text:
        writer = csv.writer(text, delimiter=";")
        writer.writerow(["regel", "reden", *map(guard_formula, columns)])
        for line, reason, cells in rejects:
            writer.writerow([line, reason, *map(guard_formula, json.loads(cells))])
