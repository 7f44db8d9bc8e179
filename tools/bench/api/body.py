"""Bodies: read within bounds, parsed strictly, checked against a model."""

import asyncio
import json
import math
import re

from fastapi import Request
from pydantic import ValidationError
from pydantic.json_schema import models_json_schema
from starlette.requests import ClientDisconnect

from bench.api.envelope import Kind, Problem
from bench.api.errors import problem_of

MAX_COMMAND = 2048  # bytes, of a write or an execute (facts platform.md 1.4)
MAX_DEVICE = 65536
MAX_DEPTH = 32
WAIT_S = 10  # for all of a body to come
REFS = "#/components/schemas/{model}"
_SURROGATE = re.compile("[\ud800-\udfff]")


class JsonBody:
    """A dependency that gives the body as a model; default: what an empty body amounts to."""

    def __init__(self, model, limit, default=None):
        self.model = model
        self._limit = limit
        self._default = default

    async def __call__(self, request: Request):
        raw = await take(request, self._limit)
        if not raw.strip():
            if self._default is None:
                raise Problem(Kind.NO_BODY, "body")
            return self._default
        try:
            return self.model.model_validate(parse(raw))
        except ValidationError as error:
            raise problem_of(error.errors(include_url=False, include_input=False)) from None

    @property
    def openapi(self):
        """What the operation says of its body."""
        schema = {"$ref": REFS.format(model=self.model.__name__)}
        content = {"application/json": {"schema": schema}}
        return {"requestBody": {"required": self._default is None, "content": content}}


def schemas(*bodies):
    """Return the components that the openapi of JsonBodies refers to."""
    models = [(body.model, "validation") for body in bodies]
    return models_json_schema(models, ref_template=REFS)[1]["$defs"]


async def take(request, limit):
    """Return the body, of which never more than limit bytes are held. Raises Problem."""
    too_large = Problem(Kind.TOO_LARGE, "body over %d bytes" % limit)
    length = request.headers.get("content-length", "0")
    if length.isascii() and length.isdigit() and (len(length) > 9 or int(length) > limit):
        raise too_large
    raw = bytearray()
    try:
        async with asyncio.timeout(WAIT_S):
            async for chunk in request.stream():
                if len(raw) + len(chunk) > limit:
                    raise too_large
                raw += chunk
    except (TimeoutError, ClientDisconnect):
        raise Problem(Kind.NO_BODY, "body ended early") from None
    return bytes(raw)


def parse(raw):
    """Return the value of strict JSON in UTF-8. Raises Problem."""
    try:
        value = json.loads(raw.decode(), parse_constant=_no_number, parse_float=_finite)
        _check(value)
    except (ValueError, RecursionError):
        raise Problem(Kind.BAD_JSON, "body is not JSON") from None
    return value


def _no_number(text):
    raise ValueError("%s is no JSON" % text)


def _finite(text):
    number = float(text)
    if math.isinf(number):
        raise ValueError("too large a number")
    return number


def _check(value):
    """Raise ValueError for nesting beyond MAX_DEPTH and text that is not Unicode."""
    level = [value]
    for _ in range(MAX_DEPTH):
        below = []
        for each in level:
            if isinstance(each, str) and _SURROGATE.search(each):
                raise ValueError("half a character")
            if isinstance(each, dict):
                below += [*each.keys(), *each.values()]
            elif isinstance(each, list):
                below += each
        level = below
    if level:
        raise ValueError("nested too deep")
