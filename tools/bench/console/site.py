"""The console as a part of the bench's server: its page, its trace to download, its looks."""

import time
from pathlib import Path

from fastapi.responses import PlainTextResponse
from nicegui import ui

from bench.console.page import MARK, Page
from bench.console.recorder import Recorder

RECONNECT_S = 15  # a page that was asleep so long keeps what is typed in it
STYLE = Path(__file__).with_name("style.css")
ICON = MARK.replace(
    "<svg ",
    '<svg xmlns="http://www.w3.org/2000/svg" fill="none" stroke="#2f7de1" stroke-width="2" ',
)


def serve(app, bench):
    """Add the console of bench to the FastAPI app."""
    recorder = Recorder(bench)

    @app.get("/console/trace.txt", include_in_schema=False)
    async def trace(module: int = 0):
        if not 0 <= module < len(bench.stations):
            return PlainTextResponse("There is no such module.\n", 404)
        station = bench.stations[module]
        name = "trace-%s-%s.txt" % (station.module.imei, time.strftime("%Y%m%d-%H%M%S"))
        headers = {
            "content-disposition": 'attachment; filename="%s"' % name,
            "cache-control": "no-store",
        }
        return PlainTextResponse(station.trace.export(), headers=headers)

    @ui.page("/", title="M5310 bench")
    def index():
        Page(bench, recorder)

    ui.add_css(STYLE.read_text(encoding="utf-8"), shared=True)
    ui.run_with(
        app,
        title="M5310 bench",
        favicon=ICON,
        dark=None,
        tailwind=False,
        reconnect_timeout=RECONNECT_S,
        message_history_length=200,
        show_welcome_message=False,
    )
