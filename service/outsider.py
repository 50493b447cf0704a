"""The outsider: an attacker who reads what everybody can ask over HTTP, and adds it all up.

It compares every count that it is told with what is listed one by one (`service.outsider_doors`), and works
out what the numbers of all batches say together, by the rules that are published with them.
"""

from __future__ import annotations

import csv
import io
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from typing import Any

import numpy as np

from geo.areas import Level
from geo.attacker import attack, know
from geo.disclosure import Cell, Layout, Rule
from geo.possible_counts import Contradiction
from service.outsider_doors import API, Ask, Find, from_doors, read_json


def attack_town(ask: Ask, gemeente: str, *, jurisdiction: str) -> list[Find]:
    """Return what follows about a gemeente from all public doors; `jurisdiction` is its name in Open311."""
    found = from_batches(_published(ask, gemeente))
    return [*found, *from_doors(ask, gemeente, jurisdiction=jurisdiction)]


def attack_drafts(ask: Ask, gemeente: str, drafts: Sequence[tuple[str, str]]) -> list[Find]:
    """Return what follows from drafts (JSON, CSV) and the batches of the same years that are out."""
    years = {json.loads(text)["jaar"] for text, _ in drafts}
    return from_batches([*_published(ask, gemeente, years), *drafts])


def _published(ask: Ask, gemeente: str, years: Set[str] | None = None) -> list[tuple[str, str]]:
    """Return the batches of a gemeente, each as JSON and as CSV; of these years alone when they are given."""
    numbers = [
        one["nummer"]
        for one in read_json(ask, f"{API}/publicaties?gemeente={gemeente}")["publicaties"]
        if years is None or one["jaar"] in years
    ]
    return [
        (ask(f"{API}/publicaties/{number}").decode(), ask(f"/publicaties/{number}.csv").decode())
        for number in numbers
    ]


def from_batches(batches: Iterable[tuple[str, str]]) -> list[Find]:
    """Return what follows from batches alone, each as JSON and as CSV."""
    found: list[Find] = []
    by_year: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for text, table in batches:
        one = json.loads(text)
        by_year[one["jaar"]].append(one)
        if _of_table(table) != {_key(cell): cell["tekst"] for cell in one["cellen"]}:
            found.append(Find(f"publicatie {one['nummer']}", "de CSV zegt iets anders dan de API"))
    for year, several in sorted(by_year.items()):
        found += _of_year(year, several)
    return found


def _of_year(year: str, batches: Sequence[Mapping[str, Any]]) -> list[Find]:
    layouts = {json.dumps([one["indeling"], one["gebieden"]], sort_keys=True) for one in batches}
    if len(layouts) > 1:
        return [Find(year, "hetzelfde jaar staat er in twee indelingen")]
    layout = _layout(batches)
    found: list[Find] = []
    for group in sorted({group for one in batches for group in one["hoofdgroepen"]}):
        values, twice = _values(layout, batches, group)
        found += [Find(year, f"{group}: {cell.area} in {cell.period} heeft twee getallen") for cell in twice]
        found += [] if twice else _of_group(layout, values, year, group, _rule(batches, values))
    return found


def _of_group(
    layout: Layout, values: np.ndarray[Any, np.dtype[np.int64]], year: str, group: str, rule: Rule
) -> list[Find]:
    shown = np.flatnonzero(values >= 0)
    try:
        findings = attack(know(layout, values, rule), shown)
    except Contradiction:
        return [Find(year, f"{group}: de cijfers spreken elkaar tegen, dus is er een regel geschonden")]
    told = []
    for place in findings.places:
        cell = layout.cells[place]
        what = (
            f"zijn er precies {findings.determined[place]}"
            if place in findings.determined
            else "zijn er 1 tot 4"
        )
        told.append(Find(year, f"{group}: in {cell.area} in {cell.period} {what}"))
    return told


def _layout(batches: Sequence[Mapping[str, Any]]) -> Layout:
    areas = {one["code"]: (Level(one["niveau"]), frozenset(one["buurten"])) for one in batches[0]["gebieden"]}
    return Layout(areas, tuple(sorted({quarter for one in batches for quarter in one["kwartalen"]})))


def _values(
    layout: Layout, batches: Sequence[Mapping[str, Any]], group: str
) -> tuple[np.ndarray[Any, np.dtype[np.int64]], list[Cell]]:
    """Return the number of each cell, -1 where there is none, and the cells with two different ones."""
    values = np.full(len(layout.cells), -1, dtype=np.int64)
    twice = []
    for one in batches:
        for told in one["cellen"]:
            cell = Cell(told["gebied"], told["periode"])
            if told["hoofdgroep"] != group or cell not in layout.index:
                continue
            place, value = layout.index[cell], int(told["aantal"] or 0)
            if values[place] not in {-1, value}:
                twice.append(cell)
            values[place] = value
    return values, twice


def _rule(batches: Sequence[Mapping[str, Any]], values: np.ndarray[Any, np.dtype[np.int64]]) -> Rule:
    """Return the rule as it was published; numbers that are no multiple show that nothing was rounded."""
    told = batches[0]["regel"]
    rule = Rule(int(told["ruis"]), int(told["veelvoud"]))
    return rule if not np.any(values[values >= 0] % rule.base) else Rule(rule.noise, 1)


def _of_table(table: str) -> dict[tuple[str, str, str], str]:
    rows = csv.DictReader(io.StringIO(table))
    return {(row["code"], row["hoofdgroep"], row["periode"]): row["aantal"] for row in rows}


def _key(cell: Mapping[str, Any]) -> tuple[str, str, str]:
    return cell["gebied"], cell["hoofdgroep"], cell["periode"]
