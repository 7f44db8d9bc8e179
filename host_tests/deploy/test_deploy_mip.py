"""Each library on a board, with what it stands on, brought by mpremote's mip, and used there."""

import subprocess
import sys

import pytest
from deploy_rig import ROOT

_UART = """
class Uart:
    said = b""
    def any(self):
        return len(self.said)
    def readinto(self, buf, n=None):
        n = min(len(buf), len(self.said))
        buf[:n], self.said = self.said[:n], self.said[n:]
        return n
    def write(self, data):
        if b"AT" in bytes(data):
            self.said += b"\\r\\nOK\\r\\n"
        return len(data)
"""
USE = {
    "at": _UART
    + """
import asyncio
from at import AtClient
async def main():
    at = AtClient(Uart())
    engine = asyncio.create_task(at.run())
    await at.sync(5000)
    print("answered", await at.command(b"AT+CFUN=1"))
    engine.cancel()
asyncio.run(main())
""",
    "lwm2m": """
from lwm2m.registry import Registry
from lwm2m.temperature import Temperature
registry = Registry()
registry.add(Temperature(0))
print(registry.objects(), registry.discover_text(3303))
""",
    "m5310": _UART
    + """
import asyncio
from at import Clock
from m5310.errors import AtError
from m5310.modem import Modem
async def main():
    modem = Modem(Uart(), Clock(), print, None)
    engine = asyncio.create_task(modem.at.run())
    await modem.at.sync(5000)
    modem.udp(2334)
    print("in step")
    engine.cancel()
asyncio.run(main())
""",
}
SAYS = {
    "at": "answered []",
    "lwm2m": "[3303] 5700;5701;5601;5602;5603;5604;5605",
    "m5310": "in step",
}


@pytest.mark.parametrize("name", ["at", "lwm2m", "m5310"])
def test_a_library_is_installed_alone_and_used(board, name):
    one = board()

    def mpremote(*arguments):
        command = [sys.executable, "-m", "mpremote", "connect", one.port, *arguments]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    packages = ["at", name] if name == "m5310" else [name]
    mpremote("mip", "install", *[f"lib/{package}/package.json" for package in packages])
    folders = [word for word in mpremote("fs", "ls", ":lib").split() if word.endswith("/")]
    assert folders == [f"{package}/" for package in packages]
    assert SAYS[name] in mpremote("exec", USE[name])
