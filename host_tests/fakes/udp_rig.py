"""A module with UDP sockets: the start of the tests of sockets."""

import rig
from rig import Peer

from m5310.udp import Udp

SERVER = ("183.230.40.150", 36000)
CREATE = b'AT+NSOCR="DGRAM",17,2334,1'


def module(answers=None, **options):
    """A module whose first socket is 0."""
    out = {CREATE: [b"0", b"OK"]}
    out.update(answers or {})
    return Peer(out, **options)


def with_socket(scene, peer=None, chunk=0, **options):
    """Run scene(rig, udp, socket) with socket 0 open on port 2334."""

    async def wrapped(r):
        udp = Udp(r.at, r.clock)
        return await scene(r, udp, await udp.socket(2334))

    return rig.run(wrapped, peer or module(), chunk, **options)
