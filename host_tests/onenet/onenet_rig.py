"""The command line in this process, and a server that answers as a test says."""

import json
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

from click.testing import CliRunner

from onenet.cli import cli

IMEI, IMSI = "867725030000018", "460040000000018"
SUCC = {"errno": 0, "error": "succ"}
ENTRY = {"id": "23444", "title": "node", "online": True, "auth_info": {IMEI: IMSI}}
CLEAN = dict.fromkeys(("ONENET_URL", "ONENET_KEY", "ONENET_KEY_FILE", "ONENET_IMEI"))


def onenet(*args, env=None, text=None):
    """Run `onenet args`; return click's result: exit_code, stdout, stderr."""
    runner = CliRunner(env={**CLEAN, **(env or {})})
    result = runner.invoke(cli, args, input=text, prog_name="onenet")
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def succ(data):
    return {**SUCC, "data": data}


@dataclass
class Request:
    method: str
    path: str
    query: dict
    body: bytes
    headers: dict


class RawServer:
    """Answers on 127.0.0.1; seen: the Requests.

    replies: {"GET /devices": what to answer}: JSON, text, bytes, a function of the Request, or a
    list of these, one for each call and the last for all others. Anything else is answered with
    success. status, headers: of every answer.
    """

    def __init__(self):
        self.replies, self.seen = {}, []
        self.status, self.headers = 200, {"Content-Type": "application/json"}
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = "http://127.0.0.1:%d" % self._http.server_port
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    def close(self):
        self._http.shutdown()
        self._http.server_close()
        self._thread.join(5)

    def onenet(self, *args, env=None, text=None):
        return onenet(*args, env={"ONENET_URL": self.url, **(env or {})}, text=text)

    def last(self):
        return self.seen[-1]

    def answer(self, request):
        """Return the bytes to answer with."""
        self.seen.append(request)
        reply = self.replies.get("%s %s" % (request.method, request.path), SUCC)
        if isinstance(reply, list):
            reply = reply.pop(0) if len(reply) > 1 else reply[0]
        if callable(reply):
            reply = reply(request)
        if isinstance(reply, dict):
            reply = json.dumps(reply)
        return reply.encode() if isinstance(reply, str) else reply

    def _handler(self):
        rig = self

        class Handler(BaseHTTPRequestHandler):
            def handle_one(self):
                parts = urlsplit(self.path)
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                query = dict(parse_qsl(parts.query, keep_blank_values=True))
                request = Request(self.command, parts.path, query, body, dict(self.headers))
                content = rig.answer(request)
                try:
                    self.send_response(rig.status)
                    for name, value in rig.headers.items():
                        self.send_header(name, value)
                    self.send_header("Content-Length", str(len(content)))
                    self.end_headers()
                    self.wfile.write(content)
                except OSError:
                    self.close_connection = True  # the client had enough

            do_GET = do_POST = do_PUT = do_DELETE = handle_one

            def log_message(self, *args):
                pass

        return Handler
