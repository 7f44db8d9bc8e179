"""Who may call: the master key, or a token signed with it (facts platform.md 1.1)."""

import base64
import hmac
import re
from typing import Annotated
from urllib.parse import unquote

from fastapi import Depends, Request, Security
from fastapi.security import APIKeyHeader

from bench.api.envelope import Kind, Problem

VERSION = "2018-10-31"
METHODS = ("md5", "sha1", "sha256")
MAX_TOKEN = 1000  # characters
_RESOURCE = re.compile(r"products/[^/]+(/devices/[^/]+)?")
_KEY = APIKeyHeader(
    name="api-key", scheme_name="api-key", auto_error=False, description="The master key."
)
_TOKEN = APIKeyHeader(
    name="Authorization",
    scheme_name="token",
    auto_error=False,
    description="version=2018-10-31&res=products/ID&et=UNIX&method=sha1&sign=BASE64, values"
    " URL-encoded; access key = base64 of the master key.",
)


async def check_key(
    request: Request,
    key: Annotated[str | None, Security(_KEY)],
    token: Annotated[str | None, Security(_TOKEN)],
):
    """Raise Problem unless the call bears the master key or a token that is good now."""
    bench = request.app.state.bench
    if key is not None:
        # A header comes as latin-1, whatever it was, and with the blanks behind it.
        given = key.strip().encode("latin-1", "replace")
        good = hmac.compare_digest(given, bench.key.encode())
    elif token is not None:
        good = token_good(token.strip(), bench.key, bench.platform.wall_ms() / 1000)
    else:
        raise Problem(Kind.NO_KEY)
    if not good:
        raise Problem(Kind.AUTH)


CHECKED = Depends(check_key)  # of every route


def token_good(token, key, now_s):
    """Return whether a token is well formed, signed with key and not over at UNIX now_s."""
    if len(token) > MAX_TOKEN:
        return False
    fields = {}
    for part in token.split("&"):
        name, _, value = part.partition("=")
        fields[name] = unquote(value)
    end, method, resource, version, sign = (
        fields.get(name, "") for name in ("et", "method", "res", "version", "sign")
    )
    if version != VERSION or method not in METHODS or not _RESOURCE.fullmatch(resource):
        return False
    if not re.fullmatch("[0-9]{1,12}", end) or int(end) <= now_s:
        return False
    return hmac.compare_digest(sign_for(key, end, method, resource).encode(), sign.encode())


def sign_for(key, end, method, resource):
    """Return the sign of a token that ends at UNIX second end (a text)."""
    text = "\n".join((end, method, resource, VERSION))
    return base64.b64encode(hmac.digest(key.encode(), text.encode(), method)).decode()
