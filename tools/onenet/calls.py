"""The documented calls of the OneNET HTTP API (facts: platform.md 1.2 to 1.5), one method each.

A path is a paths.Path; times are texts as the platform takes them. Every method returns the whole
answer, a dict, and raises what client.Client.call raises.
"""

from onenet.paths import parameters

DEVICE_S = 25  # what the platform gives a device when no timeout is named
MARGIN_S = 10  # what the answer itself may take on top


class OneNet:
    """timeout_s: how long the platform waits for the device, 5 to 40; None = the platform's 25."""

    def __init__(self, client, timeout_s=None):
        self.client = client
        self.timeout_s = timeout_s

    # Devices

    def create(self, profile):
        return self.client.call("POST", "/devices", body=profile)

    def detail(self, device_id):
        return self.client.call("GET", "/devices/" + device_id)

    def update(self, device_id, profile):
        return self.client.call("PUT", "/devices/" + device_id, body=profile)

    def delete(self, device_id):
        return self.client.call("DELETE", "/devices/" + device_id)

    def devices(self, **query):
        """query: page, per_page, key_words, tag, online, private."""
        return self.client.call("GET", "/devices", query)

    def status(self, device_id, imei=None):
        return self.client.call("GET", "/devices/status", {"devIds": device_id, "imei": imei})

    def by_imei(self, imei):
        return self.client.call("GET", "/devices/getbyimei", {"imei": imei})

    def datapoints(self, device_id, **query):
        """query: datastream_id, start, end, limit, cursor."""
        return self.client.call("GET", "/devices/%s/datapoints" % device_id, query, wait_s=30)

    # Commands the device answers while the call waits

    def resources(self, imei, path=None):
        return self.client.call("GET", "/nbiot/resources", {"imei": imei, **parameters(path)})

    def discover(self, imei, path):
        return self._ask("GET", "/nbiot/discover", imei, path)

    def read(self, imei, path):
        return self._ask("GET", "/nbiot", imei, path)

    def write(self, imei, path, data, mode):
        """data: [{"res_id", "val"[, "type"]}]; mode 1 = replace the instance, 2 = change it."""
        return self._ask("POST", "/nbiot", imei, path, {"data": data}, mode=mode)

    def execute(self, imei, path, arguments=None):
        return self._ask("POST", "/nbiot/execute", imei, path, _arguments(arguments))

    def observe(self, imei, path, method="POST", cancel=False, **attributes):
        """attributes: pmin, pmax, gt, lt, st. The guide sends GET, the API pages POST."""
        body = {} if method == "POST" else None
        return self._ask(method, "/nbiot/observe", imei, path, body, cancel=cancel, **attributes)

    def _ask(self, method, url, imei, path, body=None, **more):
        query = {"imei": imei, **parameters(path), "timeout": self.timeout_s, **more}
        wait_s = (self.timeout_s or DEVICE_S) + MARGIN_S
        return self.client.call(method, url, query, body, wait_s)

    # Commands the platform keeps until the device is heard of

    def keep_read(self, imei, path, **keeping):
        """keeping: valid_time, expired_time, retry, trigger_msg."""
        return self._keep("GET", "/nbiot/offline", imei, path, None, keeping)

    def keep_write(self, imei, path, data, mode, **keeping):
        keeping["mode"] = mode
        return self._keep("POST", "/nbiot/offline", imei, path, {"data": data}, keeping)

    def keep_execute(self, imei, path, arguments=None, **keeping):
        body = _arguments(arguments)
        return self._keep("POST", "/nbiot/execute/offline", imei, path, body, keeping)

    def _keep(self, method, url, imei, path, body, keeping):
        query = {"imei": imei, **parameters(path), "timeout": self.timeout_s, **keeping}
        return self.client.call(method, url, query, body)

    def history(self, imei, start, **query):
        """query: end, page, per_page."""
        query = {"imei": imei, "start": start, **query}
        return self.client.call("GET", "/nbiot/offline/history", query)

    def kept(self, imei, uuid):
        return self.client.call("GET", "/nbiot/offline/history/" + uuid, {"imei": imei})

    def cancel_kept(self, imei, uuid):
        """uuid "all" cancels whatever still waits."""
        return self.client.call("PUT", "/nbiot/offline/cancel/" + uuid, {"imei": imei})


def _arguments(text):
    return None if text is None else {"args": text}
