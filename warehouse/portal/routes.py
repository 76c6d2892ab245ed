"""How a page is added: with its path and the right it asks for, never without.

Belongs here: adding and listing routes. Does not: the pages (`pages`), or asking for the right (`guard`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from fastapi import APIRouter, Depends, FastAPI
from fastapi.routing import APIRoute
from starlette.routing import Mount

from warehouse.portal.guard import May, MayCall
from warehouse.portal.rights import Right

Endpoint = Callable[..., Any]
API = "/api/v1"
REFUSALS = (400, 401, 403, 404, 409, 422, 429, 503)
PROBLEM: dict[str, Any] = {
    "description": "Refused (RFC 9457)",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}


class Pages:
    """A group of routes."""

    def __init__(self) -> None:
        self.router = APIRouter()

    def get(self, path: str, right: Right) -> Callable[[Endpoint], Endpoint]:
        """Add a page; HEAD is answered as well, download managers ask first."""
        return self._add(path, right, ["GET", "HEAD"])

    def post(self, path: str, right: Right) -> Callable[[Endpoint], Endpoint]:
        """Add what a form asks for."""
        return self._add(path, right, ["POST"])

    def _add(self, path: str, right: Right, methods: list[str]) -> Callable[[Endpoint], Endpoint]:
        def add(endpoint: Endpoint) -> Endpoint:
            self.router.add_api_route(
                path, endpoint, methods=methods, dependencies=[Depends(May(right))], response_model=None
            )
            return endpoint

        return add


class Calls:
    """A group of routes of the API, under `/api/v1`. What an answer looks like is declared, and so is every refusal."""

    def __init__(self) -> None:
        self.router = APIRouter(prefix=API)

    def get(self, path: str, right: Right, answer: Any, **more: Any) -> Callable[[Endpoint], Endpoint]:
        """Add what can be read; HEAD is answered as well."""

        def add(endpoint: Endpoint) -> Endpoint:
            self._add(endpoint, path, right, answer, ["GET"], **more)
            return self._add(endpoint, path, right, answer, ["HEAD"], include_in_schema=False)

        return add

    def post(self, path: str, right: Right, answer: Any) -> Callable[[Endpoint], Endpoint]:
        """Add what changes something, or asks with what must not stand in an address."""
        return lambda endpoint: self._add(endpoint, path, right, answer, ["POST"])

    def _add(
        self, endpoint: Endpoint, path: str, right: Right, answer: Any, methods: list[str], **more: Any
    ) -> Endpoint:
        refusals = {status: PROBLEM for status in REFUSALS if right is not Right.open}
        more = {"responses": refusals, **more}
        self.router.add_api_route(
            path, endpoint, methods=methods, dependencies=[Depends(MayCall(right))], response_model=answer, **more
        )
        return endpoint


class Route(NamedTuple):
    """One route of the table: method, path with its parameters in braces, the right it asks for."""

    method: str
    path: str
    right: Right


def route_table(app: FastAPI) -> Iterator[Route]:
    """Every route of an app with its right, HEAD left out where GET is there.

    Raises:
        TypeError: a route asks for no right.
    """
    for route in routes_of(app):
        rights = [d.dependency.right for d in route.dependencies if isinstance(d.dependency, May)]
        if len(rights) != 1:
            raise TypeError(f"route {route.path} asks for {len(rights)} rights; one is wanted")
        for method in sorted(set(route.methods or ()) - {"HEAD"}):
            yield Route(method, route.path, rights[0])


def routes_of(app: FastAPI) -> Iterator[APIRoute]:
    """The routes that are pages; the shipped style and script files need no right."""
    for route in app.router.routes:
        if isinstance(route, Mount) and route.path == "/static":
            continue
        if not isinstance(route, APIRoute):
            raise TypeError(f"{type(route).__name__} is no page")
        yield route
