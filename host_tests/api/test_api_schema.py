"""/openapi.json and /docs: complete, true, and without any other host."""

import re
from datetime import timedelta
from types import SimpleNamespace
from urllib.parse import unquote, urlsplit

import httpx
import pytest
import requests
import schemathesis
from api_rig import ApiRig, LiveRig
from fastapi import FastAPI
from fastapi.responses import PlainTextResponse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench.api import make_app

CALLS = {
    "/devices": {"get", "post"},
    "/devices/status": {"get"},
    "/devices/getbyimei": {"get"},
    "/devices/datapoints": {"get"},
    "/devices/{device_id}": {"get", "put", "delete"},
    "/devices/{device_id}/datapoints": {"get"},
    "/nbiot": {"get", "post"},
    "/nbiot/execute": {"post"},
    "/nbiot/observe": {"get", "post"},
    "/nbiot/resources": {"get"},
    "/nbiot/discover": {"get"},
    "/nbiot/offline": {"get", "post"},
    "/nbiot/execute/offline": {"post"},
    "/nbiot/offline/history": {"get"},
    "/nbiot/offline/history/{uuid}": {"get"},
    "/nbiot/offline/cancel/all": {"put"},
    "/nbiot/offline/cancel/{uuid}": {"put"},
}
LABELS = ["%s %s" % (method.upper(), path) for path in CALLS for method in sorted(CALLS[path])]


@pytest.fixture(scope="module")
def rig():
    one = ApiRig()
    yield one
    one.close()


@pytest.fixture(scope="module")
def openapi(rig):
    return rig.app.openapi()


@pytest.fixture(scope="module")
def operations(openapi):
    schema = schemathesis.openapi.from_dict(openapi)
    return {found.ok().label: found.ok() for found in schema.get_all_operations()}


def test_the_description_has_every_call(openapi):
    assert {path: set(calls) for path, calls in openapi["paths"].items()} == CALLS


def test_the_description_says_what_a_call_needs(openapi):
    calls = [call for path in openapi["paths"].values() for call in path.values()]
    for call in calls:
        assert len(call["summary"]) > 10
        assert call["security"] == [{"api-key": []}, {"token": []}]
        assert "422" not in call["responses"]
        assert call["responses"]["200"]["content"]["application/json"]["schema"]["$ref"]
    read = {each["name"]: each for each in openapi["paths"]["/nbiot"]["get"]["parameters"]}
    assert {name for name, each in read.items() if each["required"]} == {"imei", "obj_id"}
    assert (read["timeout"]["schema"]["minimum"], read["timeout"]["schema"]["maximum"]) == (5, 40)
    assert openapi["paths"]["/nbiot"]["post"]["requestBody"]["required"] is True
    assert openapi["paths"]["/nbiot/execute"]["post"]["requestBody"]["required"] is False


def test_every_reference_of_the_description_leads_somewhere(openapi):
    found = set(re.findall(r"'\$ref': '([^']+)'", str(openapi)))
    schemas = openapi["components"]["schemas"]
    assert {ref.removeprefix("#/components/schemas/") for ref in found} <= set(schemas)
    assert "WriteBody" in schemas


@pytest.mark.parametrize("label", LABELS)
def test_schemathesis_finds_no_server_error(rig, operations, label):
    """Replies are those described as well, for the device's own ids and for any."""

    operation = operations[label]

    @settings(
        max_examples=15,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(), known=st.booleans())
    def run(case, known):
        if known and "imei" in (case.query or {}):
            case.query["imei"] = rig.imei
        if known and "device_id" in (case.path_parameters or {}) and case.method != "DELETE":
            case.path_parameters["device_id"] = rig.device.id
        arguments = case.as_transport_kwargs(base_url="http://x")
        names = ("method", "url", "params", "json", "data")
        made = requests.Request(**{name: arguments.get(name) for name in names}).prepare()
        url = urlsplit(made.url)
        body = made.body.encode() if isinstance(made.body, str) else made.body
        answer = rig.call(made.method, unquote(url.path), url.query, body)
        assert answer.status in (200, 404, 405), answer
        reply = httpx.Response(answer.status, headers=answer.headers, content=answer.body)
        reply.request = httpx.Request(made.method, made.url)
        reply.elapsed = timedelta()
        case.operation.validate_response(schemathesis.Response.from_httpx(reply, verify=False))

    run()


@pytest.fixture(scope="module")
def live():
    with LiveRig(register=False) as one:
        yield one


def test_the_page_needs_no_other_host(live, openapi):
    page = httpx.get(live.url + "/docs")
    assert page.status_code == 200
    links = re.findall(r"""(?:src|href|url)\s*[=:]\s*["']([^"']+)["']""", page.text)
    assert len(links) == 4
    for link in links:
        assert link.startswith("/")
        got = httpx.get(live.url + link)
        assert (got.status_code, len(got.content) > 1000) == (200, True)
    assert "://" not in page.text.replace("window.location.protocol + '//'", "")
    assert '"validatorUrl": null' in page.text
    assert httpx.get(live.url + "/openapi.json").json() == openapi


def test_other_paths_belong_to_the_console(rig, monkeypatch):
    bench = SimpleNamespace(platform=rig.platform, key="k")
    app = make_app(bench)
    console = FastAPI()

    @console.get("/page")
    async def page(number: int):
        return PlainTextResponse("page %d" % number)

    @console.exception_handler(404)
    async def gone(request, error):
        return PlainTextResponse("the console's own", 404)

    app.mount("/", console)
    monkeypatch.setattr(rig, "app", app)
    assert rig.call("GET", "/page", {"number": 5}).body == b"page 5"
    assert rig.call("GET", "/page", {"number": "x"}).status == 422
    assert "detail" in rig.call("GET", "/page").json
    for path in ("/", "/none", "/devicesx", "/nbiots"):
        assert rig.call("GET", path).body == b"the console's own"
    assert rig.call("GET", "/devices", key="k").errno == 0
    assert rig.call("GET", "/devices/x").errno == 8
    assert rig.call("GET", "/devices/\n").errno == 8
    assert rig.call("PATCH", "/nbiot").status == 405
