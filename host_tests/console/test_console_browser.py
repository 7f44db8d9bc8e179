"""The console in a browser, with make run's program behind it and a node that really runs.

The pictures of docs/ are made anew by
    SCREENSHOTS=1 .venv/bin/python -m pytest -n 0 host_tests/console -k documents
"""

import json
import os
import socket
import sys

import pytest
from browser_rig import DESK, PHONE, ROOT, bench, browser, expect, needs_chromium

SCREENSHOTS = os.environ.get("SCREENSHOTS") == "1"
EXAMPLE = ROOT / "firmware" / "config.example.json"
FAST = "57600"
HOSTILE = "<img src=x onerror=\"document.title='owned'\"><b>AT+FAT</b>"


def quick_config(folder):
    """Return a configuration whose sensors are sampled every second."""
    config = json.loads(EXAMPLE.read_text())
    for sensor in config["sensors"]:
        sensor["period"] = 1
    file = folder / "config.json"
    file.write_text(json.dumps(config))
    return str(file)


@needs_chromium
def test_the_console_shows_a_node_at_work_and_takes_orders(tmp_path):
    config = quick_config(tmp_path)
    run = ["bench.run", "--http", "127.0.0.1:0", "--memory", "--config", config]
    run += ["--baud", FAST, "--", sys.executable, "-m", "pcnode"]
    with bench(tmp_path, *run, "--config", config) as (address, log), browser() as open_tab:
        tab = open_tab(address)
        expect(tab.part("platform-state")).to_have_attribute("data-tone", "good", timeout=20_000)
        expect(tab.part("module-state")).to_have_text("registered")
        a_slider_moved_is_notified_and_plotted(tab)
        log.wait_for("you took over in the console|every operation performed")
        a_press_switches_the_relay(tab)
        the_form_asks_and_shows_the_answer(tab)
        the_trace_is_filtered_paused_and_exported(tab)
        faults_are_seen(tab)
        a_second_tab_on_a_phone(tab, open_tab(address, PHONE, has_touch=True))
        assert not tab.strangers and not tab.errors


def a_slider_moved_is_notified_and_plotted(tab):
    tab.turn("sensor-1", 0.7)
    expect(tab.part("sensor-1-value")).to_contain_text("°C")
    celsius = lambda: float(tab.part("sensor-1-value").inner_text().split(" °C")[0])  # noqa: E731
    tab.until(lambda: 40 < celsius() < 55, "the slider does not set the temperature")
    moved = celsius()
    newest = lambda name: (tab.series(name)["data"] or [[0, None]])[-1][1]  # noqa: E731
    tab.until(lambda: newest("read-1") == moved, "no line of the board's sensor")
    tab.until(lambda: abs((newest("notified-1") or 0) - moved) < 0.1, "no mark")
    tab.part("sensor-1-disconnected").click()
    expect(tab.part("sensor-1-value")).to_have_text("disconnected")
    tab.until(lambda: newest("read-1") is None, "no gap")
    tab.part("sensor-1-disconnected").click()
    expect(tab.part("sensor-1-value")).to_have_text("%.2f °C" % moved)


def a_press_switches_the_relay(tab):
    tab.part("quick-off").click()
    expect(tab.part("relay")).to_have_attribute("data-state", "off")
    tab.part("quick-on").click()
    expect(tab.part("relay")).to_have_attribute("data-state", "on")
    expect(tab.part("answer-0")).to_contain_text("write 3306/0 5850=true")
    expect(tab.part("answer-0")).to_contain_text("2.04 Changed")
    tab.part("quick-dim").click()
    expect(tab.part("dimmer")).to_have_attribute("data-state", "22 %")
    tab.part("quick-state-2").click()
    expect(tab.part("multistate")).to_have_attribute("data-state", "high")


def the_form_asks_and_shows_the_answer(tab):
    kinds = tab.part("kind")
    kinds.get_by_text("Write", exact=True).click()
    tab.field("value-0", "0")
    tab.part("add-pair").click()
    tab.field("rid-1", "5851")
    tab.field("value-1", "80")
    tab.part("send").click()
    expect(tab.part("answer-0")).to_contain_text("write 3306/0 5850=0 5851=80")
    expect(tab.part("relay")).to_have_attribute("data-state", "off")
    expect(tab.part("dimmer")).to_have_attribute("data-state", "80 %")
    kinds.get_by_text("Observe", exact=True).click()
    for name, text in (("pmin", "1"), ("pmax", "60"), ("gt", "44"), ("lt", "10"), ("st", "1")):
        tab.field(name, text)
    tab.part("send").click()
    expect(tab.part("answer-0")).to_contain_text("2.05 Content")
    named = lambda: [each["name"] for each in tab.series("read-0")["markLine"]["data"]]  # noqa: E731
    tab.until(lambda: named() == ["gt 44", "lt 10"], "no thresholds in the plot")
    kinds.get_by_text("Read", exact=True).click()
    tab.field("path", "3303/0")
    tab.part("send").click()
    expect(tab.part("answer-0")).to_contain_text("3303/0/5701 = Cel")
    expect(tab.part("answer-0")).to_contain_text(" ms")
    tab.field("path", "3303/0/9998")
    tab.part("send").click()
    expect(tab.part("answer-0")).to_have_attribute("data-tone", "bad")
    expect(tab.part("answer-0")).to_contain_text("4.04 Not Found")
    tab.field("path", "<b>3303</b>")
    tab.part("send").click()
    expect(tab.page.get_by_text("numbers of 0 to 65535")).to_be_visible()
    # Not the newest row for long: the bench goes on reading, but never this one.
    latencies = tab.part("latencies").locator(".feed-row")
    expect(latencies.filter(has_text="read 3303/0/9998")).to_have_count(1)


def the_trace_is_filtered_paused_and_exported(tab):
    lines = tab.part("trace").locator(".feed-row")
    tab.field("trace-filter", "miplwrite:")
    expect(lines.filter(has_not_text="+MIPLWRITE:")).to_have_count(0)
    assert lines.count() >= 4
    tab.field("trace-hide", "5850")
    expect(lines.filter(has_text="5850")).to_have_count(0)
    tab.field("trace-filter", "")
    tab.field("trace-hide", "")
    tab.part("trace-way-0").click()
    expect(lines.filter(has_text="AT+MIPLREADRSP")).to_have_count(0)
    tab.part("trace-way-0").click()
    tab.field("trace-filter", "3303,-1,-1")
    tab.part("trace-pause").click()
    tab.page.wait_for_timeout(500)
    before = lines.count()
    tab.part("quick-read-object").click()
    expect(tab.part("trace-note")).to_contain_text("lines since")
    assert lines.count() == before
    tab.part("trace-pause").click()
    tab.until(lambda: lines.count() > before, "the read is not in the trace")
    tab.field("trace-filter", "")
    with tab.page.expect_download() as download:
        tab.part("trace-export").click()
    text = open(download.value.path()).read()
    assert download.value.suggested_filename.startswith("trace-867725030000018-")
    assert " > AT+MIPLCREATE" in text and " < +MIPLWRITE:0," in text


def faults_are_seen(tab):
    expect(tab.part("fault-banner")).to_be_hidden()
    tab.turn("fault-delay_ms", 0.02)
    expect(tab.part("fault-banner")).to_contain_text("ms each way")
    tab.turn("fault-garbage", 0.5)
    expect(tab.part("fault-banner")).to_contain_text("bursts of noise")
    expect(tab.part("count-noise-bursts")).not_to_have_text("0")
    expect(tab.part("trace").locator(".fault").last).to_contain_text("noise")
    tab.part("banner-off").click()
    expect(tab.part("fault-banner")).to_be_hidden()
    expect(tab.part("fault-delay_ms-value")).to_have_text("off")


def a_second_tab_on_a_phone(desk, phone):
    assert phone.overflow() <= 0
    expect(phone.part("platform-state")).to_have_text("online")
    phone.part("quick-on").click()
    for tab in (phone, desk):
        expect(tab.part("relay")).to_have_attribute("data-state", "on")
    phone.part("kind").get_by_text("Observe", exact=True).click()
    phone.part("kind").get_by_text("Write", exact=True).click()
    assert phone.overflow() <= 0
    assert not phone.strangers and not phone.errors
    phone.page.context.close()


@pytest.mark.skipif(not SCREENSHOTS, reason="makes the pictures of docs/: SCREENSHOTS=1")
@needs_chromium
def test_pictures_are_made_for_the_documents(tmp_path):
    """At the guide's own rate, with the example's configuration: what `make run` looks like."""
    run = ["bench.run", "--http", "127.0.0.1:0", "--memory", "--", sys.executable, "-m", "pcnode"]
    with bench(tmp_path, *run) as (address, log), browser() as open_tab:
        tab = open_tab(address)
        log.wait_for("every operation performed", 90)
        tab.part("quick-full").click()
        for share in (0.5, 0.56, 0.62, 0.55):
            tab.turn("sensor-0", share)
            tab.turn("sensor-1", 1.03 - share)
            tab.page.wait_for_timeout(9000)
        for name in ("quick-on", "quick-state-2", "quick-dim", "quick-read-instance"):
            tab.part(name).click()
            tab.page.wait_for_timeout(1500)
        tab.page.mouse.move(0, 0)
        tab.page.evaluate("document.activeElement.blur(); window.scrollTo(0, 0)")
        tab.page.wait_for_timeout(1000)
        tab.page.screenshot(path=ROOT / "docs" / "console.png")
        phone = open_tab(address, PHONE, has_touch=True, device_scale_factor=2)
        phone.page.wait_for_timeout(1500)
        phone.page.screenshot(path=ROOT / "docs" / "console-phone.png")


@needs_chromium
def test_modules_are_chosen_and_hostile_lines_stay_text(tmp_path):
    command = ["bench.cli", "--memory", "--modules", "2", "--baud", "0"]
    command += [part for name in ("--http", "--at", "--board") for part in (name, "127.0.0.1:0")]
    with bench(tmp_path, *command) as (address, _), browser() as open_tab:
        tab = open_tab(address, DESK)
        expect(tab.part("platform-state")).to_have_text("unknown")
        expect(tab.part("board-link")).to_be_visible()
        host, port = tab.part("module-AT-port").inner_text().split(":")
        with socket.create_connection((host, int(port)), 5) as line:
            line.sendall(HOSTILE.encode() + b"\r\n")
            expect(tab.part("trace")).to_contain_text(HOSTILE)
        assert tab.page.title() == "M5310 bench"
        assert tab.part("trace").locator("img, b").count() == 0
        tab.part("quick-on").click()
        expect(tab.part("answer-0")).to_contain_text("no such device")
        tab.part("module").click()
        tab.page.get_by_role("option").nth(1).click()
        expect(tab.part("module-IMEI")).to_have_text("867725030000019")
        expect(tab.part("trace")).not_to_contain_text("AT+FAT")
        tab.part("theme").click()
        expect(tab.page.locator("body")).to_have_class("desktop no-touch body--dark")
        assert not tab.strangers and not tab.errors
