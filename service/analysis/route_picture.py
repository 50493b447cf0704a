"""Route picture: the walk of a meeting as a drawing, beside the list of its places."""

from __future__ import annotations

import base64

import numpy as np

from data import meetings
from data.meeting_models import Meeting
from geo.areas import Level
from geo.crs import to_rd
from service.analysis import maps
from service.analysis.places import Places
from service.analysis.workbench import Workbench


def drawing(workbench: Workbench, found: Places, meeting: Meeting) -> str:
    """Return the walk of a meeting as SVG; empty when no place of it has a point."""
    placed = [
        (number, to_rd(stop.point))
        for number, stop in enumerate(meetings.stops(meeting), 1)
        if stop.point is not None
    ]
    if not placed:
        return ""
    # Here, since matplotlib is slow to import and most starts draw no picture.
    from maps.route_picture import RoutePicture, route_picture

    drawn = RoutePicture(
        x=np.array([point.x for _, point in placed]),
        y=np.array([point.y for _, point in placed]),
        numbers=tuple(number for number, _ in placed),
        buurten=found.areas(Level.BUURT),
        background=maps.background(workbench, found),
    )
    return route_picture(drawn).decode()


def as_data(workbench: Workbench, found: Places, meeting: Meeting) -> str:
    """Return the drawing as an address for a picture in a page; empty when there is none."""
    svg = drawing(workbench, found, meeting)
    return f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}" if svg else ""
