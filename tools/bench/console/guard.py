"""Who may talk to the console: a browser on this computer, from a page of this computer; and whom
that page may talk to: nobody else.

Without it, a web page opened in the same browser could steer the bench: by a host name of its own
that it points to 127.0.0.1 (DNS rebinding), or over a websocket, which no same-origin rule holds
back. The HTTP API is asked with any Host (the guide's requests bear api.heclouds.com/) and has its
key instead.
"""

import re

API = ("/devices", "/nbiot", "/docs", "/openapi.json")
_HERE = r"(?:127\.0\.0\.1|localhost|\[::1\])(?::[0-9]{1,5})?"
_HOST = re.compile(_HERE, re.IGNORECASE)
_ORIGIN = re.compile("https?://" + _HERE, re.IGNORECASE)
REFUSAL = b"The console is for browsers on this computer: open it by 127.0.0.1 and its port.\n"


# Pages of NiceGUI bring their scripts and styles along inside, and compile templates.
_POLICY = (
    "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:;"
    " connect-src 'self' ws://%(host)s wss://%(host)s;"
    " frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'"
)


class Guard:
    """ASGI middleware that lets to the console only what allowed() says.

    What it lets to the console comes back with a policy that keeps the browser from asking any
    other server, and other pages from holding this one in a frame.
    """

    def __init__(self, app):
        self._app = app

    async def __call__(self, scope, receive, send):
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif allowed(scope):
            closed = scope["type"] == "http" and not is_api(scope["path"])
            await self._app(scope, receive, with_policy(scope, send) if closed else send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008})
        else:
            headers = [
                (b"content-type", b"text/plain; charset=utf-8"),
                (b"content-length", b"%d" % len(REFUSAL)),
                (b"connection", b"close"),
            ]
            await send({"type": "http.response.start", "status": 403, "headers": headers})
            await send({"type": "http.response.body", "body": REFUSAL})


def with_policy(scope, send):
    """Return send for an allowed() scope, which adds the policy to the response."""
    policy = _POLICY % {"host": _values(scope, b"host")[0].lower()}

    async def sending(message):
        if message["type"] == "http.response.start":
            message["headers"] = [
                *message.get("headers", ()),
                (b"content-security-policy", policy.encode()),
                (b"x-frame-options", b"DENY"),
                (b"x-content-type-options", b"nosniff"),
                (b"referrer-policy", b"no-referrer"),
            ]
        await send(message)

    return sending


def allowed(scope):
    """Return whether an ASGI http or websocket scope may pass.

    Needed are one Host of this computer and, where an Origin is given, one of this computer; a
    websocket has to give one, as every browser does.
    """
    websocket = scope["type"] == "websocket"
    if not websocket and is_api(scope["path"]):
        return True
    hosts = _values(scope, b"host")
    if len(hosts) != 1 or not _HOST.fullmatch(hosts[0]):
        return False
    origins = _values(scope, b"origin")
    if len(origins) > 1 or (websocket and not origins):
        return False
    return all(_ORIGIN.fullmatch(origin) for origin in origins)


def is_api(path):
    """Return whether path is of the HTTP API or its description."""
    return any(path == root or path.startswith(root + "/") for root in API)


def _values(scope, name):
    return [value.decode("latin-1") for key, value in scope["headers"] if key == name]
