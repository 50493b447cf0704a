"""Built routes: every route complete before there are threads.

FastAPI builds a route, and the fields of the models that it takes, when they are first asked for, and
silences warnings of pydantic meanwhile. That silence is one for the whole process: a thread that comes out
of a silence of its own at that moment ends it, and the warnings are printed after all.

No route depends on settings, so that all applications of a process share what was built once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache

from fastapi import APIRouter
from fastapi._compat import ModelField, get_cached_model_fields
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts
from pydantic import BaseModel
from starlette.routing import BaseRoute

from service.routes import API, PAGES


@cache
def page_routes() -> tuple[BaseRoute, ...]:
    """Return the routes of the pages, complete."""
    return _built(PAGES)


@cache
def api_routes() -> tuple[BaseRoute, ...]:
    """Return the routes of the API, complete."""
    return _built(API)


def _built(routers: Sequence[APIRouter]) -> tuple[BaseRoute, ...]:
    together = APIRouter()
    for router in routers:
        together.include_router(router)
    for context in iter_route_contexts(together.routes):
        dependant = getattr(context, "dependant", None)
        for field in () if dependant is None else _fields(dependant):
            taken = field.field_info.annotation
            if isinstance(taken, type) and issubclass(taken, BaseModel):
                get_cached_model_fields(taken)
    return tuple(together.routes)


def _fields(dependant: Dependant) -> Iterator[ModelField]:
    """Give what a route takes from its address and its form, and what it depends on takes."""
    yield from (*dependant.query_params, *dependant.body_params)
    for below in dependant.dependencies:
        yield from _fields(below)
