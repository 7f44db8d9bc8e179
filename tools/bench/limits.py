"""How many files and connections the bench has open, and how long a client may take."""

import time

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from bench.serve import AddressError

MAX_HTTP = 200  # connections of the HTTP server, web sockets included
HEAD_S = 10  # for a request's head, from the connection or its first byte on
OF_MODULE = 4  # files: AT port, board link, and a client of each
OTHERS = 64  # files: database, event loop, streams, libraries
TELL_S = 60  # between two sentences about too many files


def allow_files(modules):
    """Raise this process's limit of open files to what so many modules need.

    Raises AddressError if that is not allowed.
    """
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return
    needed = modules * OF_MODULE + MAX_HTTP + OTHERS
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= needed:
        return
    try:
        if hard != resource.RLIM_INFINITY and hard < needed:
            raise ValueError
        resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))
    except (ValueError, OSError):
        raise AddressError(
            "%d modules need %d open files, and %d are allowed here: run `ulimit -n %d` as a user"
            " who may, or serve fewer --modules" % (modules, needed, max(soft, hard), needed)
        ) from None


def tell_exhaustion(loop, say):
    """Have say(sentence) called at most each TELL_S when accept() finds no free file."""
    told = [float("-inf")]

    def handle(loop, context):
        if "out of system resource" not in context.get("message", ""):
            loop.default_exception_handler(context)
        elif time.monotonic() - told[0] >= TELL_S:
            told[0] = time.monotonic()
            say("too many files are open: new connections wait until others are closed")

    loop.set_exception_handler(handle)


class BoundedHttp(HttpToolsProtocol):
    """uvicorn's protocol with bounds: MAX_HTTP connections, HEAD_S for the head of a request.

    When there are too many, the one that has waited longest for a request is cut.
    """

    _waiting = {}  # BoundedHttp -> TimerHandle, oldest first

    def connection_made(self, transport):
        super().connection_made(transport)
        self._wait()
        if len(self.connections) > MAX_HTTP:
            next(iter(self._waiting)).cut()

    def connection_lost(self, exc):
        self._got_head()
        super().connection_lost(exc)

    def data_received(self, data):
        super().data_received(data)
        between = self.cycle is None or self.cycle.response_complete
        if between and self in self.connections and not self.transport.is_closing():
            self._wait()

    def on_headers_complete(self):
        self._got_head()
        super().on_headers_complete()

    def _wait(self):
        if self not in self._waiting:
            self._waiting[self] = self.loop.call_later(HEAD_S, self.transport.abort)

    def cut(self):
        self._got_head()
        self.connections.discard(self)  # connection_lost() comes only later
        self.transport.abort()

    def _got_head(self):
        timer = self._waiting.pop(self, None)
        if timer:
            timer.cancel()
