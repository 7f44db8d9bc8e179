"""Answers whose data has any shape at all."""

import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from onenet_rig import SUCC

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)
NAMES = ("devices", "item", "items", "datastreams", "datapoints", "id", "instances", "resources")
NAMES += ("obj_inst_id", "res", "res_id", "val", "at", "value", "total_count", "cursor", "succ")
NAMES += ("auth_info", "feedback_msg", "cmd_result", "send_status", "obj_id", "uuid", "device_id")
ODD = st.recursive(
    JSON,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4)
    ),
    max_leaves=12,
)
LINES = [
    "devices",
    "status --device 7",
    "device --device 7",
    "device",
    "resources --imei 1",
    "discover 3303 --imei 1",
    "read 3303 --imei 1",
    "read 3303",
    "read 3303 --cached --imei 1",
    "create --imei 1 --imsi 1",
    "datapoints --device 7",
    "datapoints 3303 --device 7 --since 1h",
    "datapoints --device 7 --plot",
    "datapoints --device 7 --csv",
    "history --imei 1",
    "history 42742677-adc3 --imei 1",
    "cancel-cached --all --imei 1",
]


@settings(
    max_examples=120,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=ODD, line=st.sampled_from(LINES))
def test_no_data_of_any_shape_breaks_a_command(server, data, line):
    server.answer = lambda request: json.dumps({**SUCC, "data": data}).encode()
    result = server.onenet(*line.split())
    assert result.exit_code in (0, 1, 2)
    assert not any(mark in result.output for mark in "\x1b\x07\x00\u202e")
