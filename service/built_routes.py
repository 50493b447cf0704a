"""Built routes: every route complete before there are threads.

FastAPI builds a route, and the fields of the models that it takes, when they are first asked for, and
silences warnings of pydantic meanwhile. That silence is one for the whole process: a thread that comes out
of a silence of its own at that moment ends it, and the warnings are printed after all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fastapi._compat import ModelField, get_cached_model_fields
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts
from pydantic import BaseModel
from starlette.routing import BaseRoute, Mount


def build(routes: Sequence[BaseRoute]) -> None:
    """Build these routes, those of applications below them, and what they take."""
    for context in iter_route_contexts(routes):
        if isinstance(context.original_route, Mount):
            build(context.original_route.routes)
        dependant = getattr(context, "dependant", None)
        for field in () if dependant is None else _fields(dependant):
            taken = field.field_info.annotation
            if isinstance(taken, type) and issubclass(taken, BaseModel):
                get_cached_model_fields(taken)


def _fields(dependant: Dependant) -> Iterator[ModelField]:
    """Give what a route takes from its address and its form, and what it depends on takes."""
    yield from (*dependant.query_params, *dependant.body_params)
    for below in dependant.dependencies:
        yield from _fields(below)
