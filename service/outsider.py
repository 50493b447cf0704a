"""The outsider: an attacker who reads what everybody can ask over HTTP, and adds it all up.

It subtracts what is listed one by one from every count that it is told, and works out what the numbers of
all batches say together, by the rules that are published with them.
"""

from __future__ import annotations

import csv
import io
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from typing import Any, Final, NamedTuple
from urllib.parse import quote

import numpy as np

from geo.areas import Level
from geo.attacker import attack, know
from geo.disclosure import Cell, Layout, Rule
from geo.possible_counts import Contradiction

API: Final = "/api/v1"
PAGE: Final = 1_000
OWN: Final = "Wijkbeeld"
NO_MELDINGEN: Final = ("initiatieven", "organisaties")
Ask = Callable[[str], bytes]


class Find(NamedTuple):
    """Something that the public can know and ought not to, and where it follows from."""

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


class Listed(NamedTuple):
    """A melding as everybody finds it in the list."""

    id: str
    main_group: str
    day: str
    buurt: str | None


def attack_town(ask: Ask, gemeente: str, *, jurisdiction: str) -> list[Find]:
    """Return what follows about a gemeente from all public doors; `jurisdiction` is its name in Open311."""
    found = from_batches(_published(ask, gemeente))
    return [*found, *from_doors(ask, gemeente, jurisdiction)]


def attack_drafts(ask: Ask, gemeente: str, drafts: Sequence[tuple[str, str]]) -> list[Find]:
    """Return what follows from drafts (JSON, CSV) and the batches of the same years that are out."""
    years = {json.loads(text)["jaar"] for text, _ in drafts}
    return from_batches([*_published(ask, gemeente, years), *drafts])


def _published(ask: Ask, gemeente: str, years: Set[str] | None = None) -> list[tuple[str, str]]:
    """Return the batches of a gemeente, each as JSON and as CSV; of these years alone when they are given."""
    numbers = [
        one["nummer"]
        for one in _json(ask, f"{API}/publicaties?gemeente={gemeente}")["publicaties"]
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


def from_doors(ask: Ask, gemeente: str, jurisdiction: str) -> list[Find]:
    """Return where a public count, list or point holds more than the list of meldingen does."""
    listed = _listed(ask, gemeente)
    return [
        *_counts_of_lists(ask, gemeente, listed),
        *_heat(ask, gemeente, listed),
        *_figures(ask, gemeente, listed),
        *_other_lists(ask, gemeente, jurisdiction, listed),
    ]


def _listed(ask: Ask, gemeente: str) -> list[Listed]:
    found: list[Listed] = []
    page = 1
    while True:
        answer = _json(ask, f"{API}/meldingen?gemeente={gemeente}&pagina={page}&paginaGrootte={PAGE}")
        rows = [one["properties"] for one in answer["features"]]
        found += [Listed(one["id"], one["hoofdgroep"], one["gemeldOp"], one["buurt"]) for one in rows]
        if len(rows) < PAGE:
            return found
        page += 1


def _counts_of_lists(ask: Ask, gemeente: str, listed: Sequence[Listed]) -> Iterable[Find]:
    """Compare the count of each list, by area and by main group, with what the list holds."""
    for group, known in Counter(one.main_group for one in listed).items():
        answer = _json(ask, f"{API}/meldingen?gemeente={gemeente}&soort={group}&paginaGrootte=1")
        yield from _more(f"lijst van {group}", answer["aantal"], known)
    for code, buurten in _areas(ask, gemeente).items():
        known = sum(one.buurt in buurten for one in listed)
        answer = _json(ask, f"{API}/meldingen?gemeente={gemeente}&gebied={quote(code)}&paginaGrootte=1")
        yield from _more(f"lijst van {code}", answer["aantal"], known)


def _heat(ask: Ask, gemeente: str, listed: Sequence[Listed]) -> Iterable[Find]:
    answer = _json(ask, f"{API}/warmte?gemeente={gemeente}")
    yield from _more("warmte", answer["aantal"], _between(listed, answer))


def _figures(ask: Ask, gemeente: str, listed: Sequence[Listed]) -> Iterable[Find]:
    """Compare what each cijfer was counted from, area by area, with the list."""
    of_area = _areas(ask, gemeente)
    for one in _json(ask, f"{API}/cijfers")["cijfers"]:
        if not _counts_meldingen(one):
            continue
        for level in one["niveaus"]:
            path = f"{API}/cijfers/{one['id']}/waarden?gemeente={gemeente}&niveau={level}"
            answer = _json(ask, path)
            seen = [row for row in listed if _in_span(row, answer)]
            for code, row in answer["waarden"].items():
                known = sum(two.buurt in of_area.get(code, ()) for two in seen)
                told = int(row["n"] or 0)
                # It counts incidents, and of some soorten alone: no more than the list has.
                yield from _more(f"{one['id']} van {code}", told, min(known, told))


def _counts_meldingen(one: Mapping[str, Any]) -> bool:
    return OWN in one["bron"] and not one["id"].startswith(NO_MELDINGEN)


def _other_lists(ask: Ask, gemeente: str, jurisdiction: str, listed: Sequence[Listed]) -> Iterable[Find]:
    """Look for meldingen in feeds and Open311 that the list does not have."""
    known = {one.id for one in listed}
    for path in (
        f"/feeds/{gemeente}.atom",
        f"/open311/v2/requests.json?jurisdiction_id={quote(jurisdiction)}",
    ):
        told = set(_ids(ask(path).decode()))
        if strange := told - known:
            yield Find(path, f"toont {len(strange)} meldingen die de lijst niet heeft")


def _ids(text: str) -> Iterable[str]:
    if text.lstrip().startswith("["):
        return [str(one["service_request_id"]) for one in json.loads(text) if "service_request_id" in one]
    return [part.split("<")[0].split('"')[0] for part in text.split("/meldingen/")[1:]]


def _areas(ask: Ask, gemeente: str) -> dict[str, frozenset[str]]:
    """Return the buurten of each area, as the API tells them."""
    codes = {
        level: _json(ask, f"{API}/gebieden?gemeente={gemeente}&niveau={level.value}")["gebieden"]
        for level in Level
    }
    found = {one["code"]: frozenset({one["code"]}) for one in codes.pop(Level.BUURT)}
    for several in codes.values():
        for one in several:
            told = _json(ask, f"{API}/gebieden/{quote(one['code'])}")
            found[one["code"]] = frozenset(told["buurten"])
    return found


def _between(listed: Sequence[Listed], answer: Mapping[str, Any]) -> int:
    return sum(_in_span(one, answer) for one in listed)


def _in_span(one: Listed, answer: Mapping[str, Any]) -> bool:
    return (answer["van"] or "") <= one.day <= (answer["tot"] or "")


def _more(where: str, told: int, known: int) -> Iterable[Find]:
    if told != known:
        yield Find(where, f"telt {told}, en de lijst heeft er {known}")


def _json(ask: Ask, path: str) -> Any:
    return json.loads(ask(path))
