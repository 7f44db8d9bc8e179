"""A bench of its own, and Debian's Chromium on its console."""

import contextlib
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
QUIET = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync"
)
DESK, PHONE = {"width": 1280, "height": 1200}, {"width": 360, "height": 780}
START_S = 40
needs_chromium = pytest.mark.skipif(
    not Path(CHROMIUM).exists(), reason="no Chromium: apt install chromium"
)
expect.set_options(timeout=20_000)


@contextlib.contextmanager
def bench(folder, *command):
    """Run a bench program; yield (address of its console, its Log). Ends it and all it started."""
    log = Log(folder / "bench.log")
    with log.path.open("wb") as out:
        child = subprocess.Popen(
            [sys.executable, "-m", *command],
            stdout=out,
            stderr=subprocess.STDOUT,
            cwd=ROOT,
            start_new_session=True,
        )
    try:
        yield log.wait_for(r"http://127\.0\.0\.1:\d+/"), log
    finally:
        child.terminate()
        try:
            child.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, 9)
            raise
    assert "Traceback" not in log.text, log.text


class Log:
    """What the bench has said."""

    def __init__(self, path):
        self.path = path

    @property
    def text(self):
        return self.path.read_text(errors="replace")

    def wait_for(self, pattern, seconds=START_S):
        """Return what pattern matches first; wait for it."""
        end = time.monotonic() + seconds
        while not (found := re.search(pattern, self.text)):
            assert time.monotonic() < end, f"no {pattern!r} in:\n{self.text}"
            time.sleep(0.05)
        return found.group(found.re.groups)


class Tab:
    """A page of the browser; part() finds by data-testid. Notes what it asks others for."""

    def __init__(self, page, address):
        self.page = page
        self.strangers = []
        self.errors = []
        page.on("request", lambda request: self._asked(request.url, address))
        page.on("websocket", lambda socket: self._asked(socket.url, address))
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", self._said)
        page.goto(address)
        expect(self.part("module-state")).to_be_visible(timeout=START_S * 1000)

    def _asked(self, url, address):
        own = (address, address.replace("http:", "ws:"), "data:", "blob:")
        if not url.startswith(own):
            self.strangers.append(url)

    def _said(self, message):
        if message.type == "error":
            self.errors.append(message.text)

    def part(self, name):
        return self.page.locator("[data-testid='%s']" % name)

    def field(self, name, text):
        """Type text into a field, in place of what is there."""
        self.part(name).fill(text)

    def turn(self, name, share):
        """Press a slider at this share of its length."""
        slider = self.part(name)
        slider.scroll_into_view_if_needed()
        box = slider.bounding_box()
        slider.click(position={"x": box["width"] * share, "y": box["height"] / 2})

    def series(self, name):
        """Return the data of a series as ECharts draws it."""
        return self.page.evaluate(
            """name => getElement(document.querySelector('.nicegui-echart').id.slice(1))
                 .chart.getOption().series.find(each => each.id === name)""",
            name,
        )

    def until(self, condition, what):
        """Wait until condition() is true."""
        end = time.monotonic() + 10
        while not condition():
            assert time.monotonic() < end, what
            self.page.wait_for_timeout(50)

    def overflow(self):
        """Return how many pixels the page is wider than its window."""
        return self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")


@contextlib.contextmanager
def browser():
    """Start Chromium; yield a function that opens a Tab: open(address, size)."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET.split())

        def open_tab(address, size=DESK, **options):
            return Tab(chromium.new_context(viewport=size, **options).new_page(), address)

        yield open_tab
        chromium.close()
