"""From an exception to the reply that names it; nothing here touches pages outside the API."""

import logging

from fastapi.exception_handlers import request_validation_exception_handler
from starlette.routing import BaseRoute, Match

from bench.api.envelope import Kind, Problem, failure, owned
from bench.platform.store import Unwritable

PLACES = {"query", "path"}
TYPES = {"int", "float", "bool", "str"}  # which of several types a value was tried as
LIMITS = {"greater_than_equal", "less_than_equal", "greater_than", "less_than", "too_long"}
log = logging.getLogger(__name__)


def problem_of(errors):
    """Return the Problem that the errors of a pydantic validation amount to."""
    error = next((each for each in errors if each["type"] == "missing"), errors[0])
    name = ".".join(str(part) for part in error["loc"] if part not in PLACES | TYPES)
    if error["type"] == "missing":
        return Problem(Kind.MISSING, name)
    text = error["msg"].removeprefix("Value error, ")
    kind = Kind.LIMIT if error["type"] in LIMITS else Kind.INVALID
    return Problem(kind, "%s: %s" % (name or "body", text[:1].lower() + text[1:]))


async def on_problem(request, problem):
    """Reply to a Problem."""
    return failure(request.scope["path"], problem)


async def on_invalid(request, error):
    """Reply to parameters FastAPI refused."""
    if not owned(request.scope["path"]):
        return await request_validation_exception_handler(request, error)
    return failure(request.scope["path"], problem_of(error.errors()))


async def on_database(request, error):
    """Reply when the database failed: nothing has changed.

    That it cannot be written is told by whoever runs the bench, once; other errors are logged.
    """
    if isinstance(error, Unwritable):
        problem = Problem(Kind.INTERNAL, "%s; nothing has changed" % error)
    else:
        log.error("%s %s: database: %s", request.method, request.scope["path"], error)
        problem = Problem(Kind.INTERNAL, "database: %s" % error)
    return failure(request.scope["path"], problem)


class Unknown(BaseRoute):
    """Takes what no route takes: 405 if another method would do, else 404.

    A route of its own: starlette's {rest:path} does not match a line feed.
    """

    def __init__(self, routes):
        self._routes = routes

    def matches(self, scope):
        mine = scope["type"] == "http" and owned(scope["path"])
        return (Match.FULL if mine else Match.NONE), {}

    async def handle(self, scope, receive, send):
        path = scope["path"]
        methods = [route.methods for route in self._routes if route.path_regex.match(path)]
        if methods:
            problem = Problem(Kind.INVALID, "method %s" % scope["method"])
            allow = {"Allow": ", ".join(sorted(set().union(*methods)))}
            reply = failure(path, problem, 405, allow)
        else:
            reply = failure(path, Problem(Kind.NOT_FOUND, "no such URL"), 404)
        await reply(scope, receive, send)
