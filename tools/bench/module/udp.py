"""UDP commands (guide 2, facts protocol.md 4)."""

import re

from bench.module.sockets import MAX_SOCKETS, announcement
from bench.module.syntax import cme

WRONG, NOT_ALLOWED, NO_NETWORK, NO_SOCKET = 50, 3, 30, 530
FLAGS = ("0", "0x0", "0x100", "0x200", "0x400")
COAP_PORT = 5683  # used by the module itself


def _nsocr(module, args):
    if not 3 <= len(args) <= 4 or args[0].text.upper() != "DGRAM":
        raise cme(WRONG)
    args[1].number(17, 17, cme(WRONG))
    port = args[2].number(1, 65535, cme(WRONG))
    report = args[3].number(0, 1, cme(WRONG)) if len(args) == 4 else 1
    if port == COAP_PORT:
        raise cme(WRONG)
    number = module.sockets.open(port, bool(report))
    if number is None:
        raise cme(NOT_ALLOWED)
    return ["%d" % number]


def _socket(module, field):
    number = field.number(0, module.profile.first_socket + MAX_SOCKETS - 1, cme(WRONG))
    if number not in module.sockets.table:
        raise cme(NO_SOCKET)
    return number


def _address(field):
    parts = field.text.split(".")
    good = len(parts) == 4 and all(
        re.fullmatch(r"0|[1-9][0-9]{0,2}", part) and int(part) <= 255 for part in parts
    )
    if not good:
        raise cme(WRONG)
    return field.text


def _send(module, args):
    if len(args) != 5:
        raise cme(WRONG)
    number = _socket(module, args[0])
    address = _address(args[1])
    port = args[2].number(1, 65535, cme(WRONG))
    length = args[3].number(1, module.profile.max_datagram, cme(WRONG))
    text = args[4].text
    if not re.fullmatch(r"[0-9A-Fa-f]*", text) or len(text) != 2 * length:
        raise cme(WRONG)
    if not module.radio.registered:
        raise cme(NO_NETWORK)
    module.sockets.send(number, address, port, bytes.fromhex(text))
    return ["%d,%d" % (number, length)]


def _nsostf(module, args):
    if len(args) != 6 or args[3].quoted or args[3].text.lower() not in FLAGS:
        raise cme(WRONG)
    sent = _send(module, args[:3] + args[4:])
    flag = int(args[3].text, 16)
    if flag == 0x200:
        module.after_ok(module.radio.release)
    module.radio.release_next = flag == 0x400
    return sent


def _nsorf(module, args):
    if len(args) != 2:
        raise cme(WRONG)
    number = _socket(module, args[0])
    wanted = args[1].number(1, 65535, cme(WRONG))
    socket = module.sockets.table[number]
    if not socket.datagrams:
        return []
    first = socket.datagrams[0]
    address, port, data = first
    first[2] = data[wanted:]
    line = "%d,%s,%d,%d,%s,%d" % (
        number,
        address,
        port,
        len(data[:wanted]),
        data[:wanted].hex().upper(),
        len(first[2]),
    )
    if first[2]:
        return [line]
    socket.datagrams.popleft()
    if not socket.datagrams:
        return [line]
    if module.options.nsonmi_inside:
        return [announcement(number, socket), line]
    module.after_ok(lambda: module.emit(announcement(number, socket)))
    return [line]


def _nsocl(module, args):
    if len(args) != 1:
        raise cme(WRONG)
    del module.sockets.table[_socket(module, args[0])]


COMMANDS = {
    ("+NSOCR", "set"): _nsocr,
    ("+NSOST", "set"): _send,
    ("+NSOSTF", "set"): _nsostf,
    ("+NSORF", "set"): _nsorf,
    ("+NSOCL", "set"): _nsocl,
}
