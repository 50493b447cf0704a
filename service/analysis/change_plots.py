"""Change plots: the lines of a view as a picture, and as data for the plot that follows the pointer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from maps import plots
from maps.formats import Format
from service.analysis.change_view import ChangeView, Line, Point
from service.analysis.words import MONTHS
from service.texts import catalogue

_MONTHS = ("jan", "feb", "mrt", "apr", "mei", "jun", "jul", "aug", "sep", "okt", "nov", "dec")


def trend_plot(view: ChangeView, *, kind: Format, title: str = "", notes: Sequence[str] = ()) -> bytes:
    """Return the chosen lines, with the band of the trend and lines where something changed.

    `title` stands above it, `notes` are sentences to write under it.
    """
    days = _days(view.lines)
    series = [one for line in view.lines for one in _series(line, days)]
    marks = [plots.Mark(_place(days, one.day), one.naam) for one in view.marks if days and one.day > days[0]]
    return plots.trend(
        _labels(view, days), series, unit=unit(view), marks=marks, title=title, notes=notes, kind=kind
    )


def multiples_plot(view: ChangeView, *, kind: Format) -> bytes:
    """Return all areas of the level beside each other, on one scale."""
    days = _days(view.rows)
    panels = [plots.Series(line.place.naam, _values(line, days)) for line in view.rows]
    return plots.small_multiples(_labels(view, days), panels, unit=unit(view), kind=kind)


def plot_data(view: ChangeView) -> dict[str, Any]:
    """Return the lines for the script of the page: moments in seconds, and None for a gap."""
    days = _days(view.lines)
    return {
        "momenten": [_seconds(day) for day in days],
        "labels": _labels(view, days),
        "eenheid": unit(view),
        "lijnen": [_line_data(line, days) for line in view.lines],
        "merken": [{"moment": _seconds(one.day), "naam": one.naam} for one in view.marks],
    }


def labels(view: ChangeView) -> dict[date, str]:
    """Return what each month or year is called in tables."""
    days = _days(view.lines)
    if view.years:
        return {day: str(day.year) for day in days}
    return {day: f"{MONTHS[day.month - 1]} {day.year}" for day in days}


def happened(view: ChangeView) -> dict[date, str]:
    """Return what changed within each month or year; empty where nothing did."""
    days = _days(view.lines)
    found: dict[date, list[str]] = {day: [] for day in days}
    for one in view.marks:
        within = [day for day in days if day <= one.day]
        if within:
            found[within[-1]].append(one.naam)
    return {day: "; ".join(names) for day, names in found.items()}


def _line_data(line: Line, days: Sequence[date]) -> dict[str, Any]:
    points = {point.day: point for point in line.points}
    found = [points.get(day) for day in days]
    return {
        "naam": line.place.naam,
        "waarden": [point and point.value for point in found],
        "deel": [bool(point and point.part) for point in found],
        "trend": [point and point.line for point in found],
        "onder": [point and point.lower for point in found],
        "boven": [point and point.upper for point in found],
    }


def _series(line: Line, days: Sequence[date]) -> list[plots.Series]:
    """Return the whole months of a line, and its trend with the band where there is one."""
    counted = plots.Series(line.place.naam, _values(line, days))
    if not any(point.line is not None for point in line.points):
        return [counted]
    found = {point.day: point for point in line.points}

    def parts(name: str) -> list[float | None]:
        return [getattr(found[day], name) if day in found else None for day in days]

    t = catalogue().text
    name = f"{line.place.naam}: {t('verandering.trend').lower()}"
    return [counted, plots.Series(name, parts("line"), parts("lower"), parts("upper"))]


def _values(line: Line, days: Sequence[date]) -> list[float | None]:
    """Return the value of each day; a month that was watched in part is a gap."""
    found: dict[date, Point] = {point.day: point for point in line.points if not point.part}
    return [found[day].value if day in found else None for day in days]


def _days(lines: Sequence[Line]) -> list[date]:
    return sorted({point.day for line in lines for point in line.points})


def _place(days: Sequence[date], day: date) -> int:
    """Return the place of the first label that begins after a day, or on it."""
    return sum(one < day for one in days)


def _labels(view: ChangeView, days: Sequence[date]) -> list[str]:
    if view.years:
        return [str(day.year) for day in days]
    return [f"{_MONTHS[day.month - 1]} {day.year}" for day in days]


def unit(view: ChangeView) -> str:
    """Return what the lines count."""
    t = catalogue().text
    if view.followed.beside:
        return t("verandering.verschil")
    return t("verandering.per_jaar") if view.years else t("verandering.per_maand")


def _seconds(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
