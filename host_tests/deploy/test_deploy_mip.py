"""Each library alone on a board, brought by mpremote's mip, and used there."""

import subprocess
import sys

import pytest
from deploy_rig import ROOT

USE = {
    "lwm2m": """
from lwm2m.registry import Registry
from lwm2m.temperature import Temperature
registry = Registry()
registry.add(Temperature(0))
print(registry.objects(), registry.discover_text(3303))
""",
    "m5310": """
import asyncio
from m5310.clock import Clock
from m5310.errors import AtError
from m5310.modem import Modem
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
SAYS = {"lwm2m": "[3303] 5700;5701;5601;5602;5603;5604;5605", "m5310": "in step"}


@pytest.mark.parametrize("name", ["lwm2m", "m5310"])
def test_a_library_is_installed_alone_and_used(board, name):
    one = board()

    def mpremote(*arguments):
        command = [sys.executable, "-m", "mpremote", "connect", one.port, *arguments]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    mpremote("mip", "install", f"lib/{name}/package.json")
    assert mpremote("fs", "ls", ":lib").split()[-1] == f"{name}/"
    assert SAYS[name] in mpremote("exec", USE[name])
