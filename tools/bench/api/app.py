"""The application: routers, errors, and a description that needs no other host."""

import sqlite3

from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from fastapi_offline import FastAPIOffline

from bench.api import body, cached, commands, datapoints, devices, errors, listing
from bench.api.envelope import Problem

TITLE = "OneNET on the bench"
ABOUT = """The calls of OneNET for NB-IoT devices, on this computer and on simulated devices.

Every call needs the header `api-key` (or a token). A reply is HTTP 200 with `errno`; 0 is success.
Times are Beijing time."""
ROUTERS = (listing.router, devices.router, datapoints.router, commands.router, cached.router)
BODIES = (devices.CREATE, devices.UPDATE, commands.WRITE, commands.EXECUTE)


def make_app(bench):
    """Return the application for a bench (platform, key), reachable as app.state.bench.

    It takes /devices, /nbiot, /docs and /openapi.json and leaves all other paths.
    """
    app = FastAPIOffline(
        title=TITLE,
        description=ABOUT,
        version="1",
        redoc_url=None,
        static_url="/docs/assets",
        swagger_ui_parameters={"validatorUrl": None},
    )
    app.state.bench = bench
    routes = [route for router in ROUTERS for route in router.routes]
    app.router.routes += routes  # include_router() would build each of them anew
    app.router.routes.append(errors.Unknown(routes))
    app.add_exception_handler(Problem, errors.on_problem)
    app.add_exception_handler(RequestValidationError, errors.on_invalid)
    app.add_exception_handler(sqlite3.Error, errors.on_database)
    app.add_middleware(PlainTarget)
    app.openapi = lambda: _describe(app)
    return app


def _describe(app):
    if not app.openapi_schema:
        schema = get_openapi(
            title=app.title, version=app.version, description=app.description, routes=app.routes
        )
        schema["components"]["schemas"].update(body.schemas(*BODIES))
        for call in (call for calls in schema["paths"].values() for call in calls.values()):
            call["summary"] = call.pop("description").rstrip(".")
        app.openapi_schema = schema
    return app.openapi_schema


class PlainTarget:
    """Middleware: takes the host out of a target such as http://api.heclouds.com/nbiot.

    The guide prints requests in this form; servers leave it in the path, or not.
    """

    def __init__(self, app):
        self._app = app

    async def __call__(self, scope, receive, send):
        path = scope.get("path", "")
        if path.startswith(("http://", "https://")):
            rest = path.split("/", 3)[3:]
            path = "/" + "".join(rest)
            scope = {**scope, "path": path, "raw_path": path.encode("utf-8", "replace")}
        await self._app(scope, receive, send)
