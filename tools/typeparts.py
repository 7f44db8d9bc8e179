"""What make types knows beyond the source: which part of the node goes by which name.

Device code has no annotations, as importing what they name would take heap. But a parameter that
is called `modem` is a Modem everywhere, and so is an attribute that starts as None; so the checker
reads a copy in which that is written down, and in which borrow("m5310.x") is that module.
"""

import ast
import re

PARTS = {
    "adc": "machine.ADC",
    "at": "at.client.AtClient",
    "clock": "at.port.Clock",
    "cmd": "at.command.Command",
    "courier": "node.outbox.courier.Courier",
    "dispatcher": "lwm2m.client.Dispatcher",
    "i2c": "machine.I2C",
    "instance": "lwm2m.registry.Instance",
    "lines": "at.lines.Lines",
    "mipl": "m5310.session.Mipl",
    "modem": "m5310.modem.Modem",
    "network": "m5310.network.Network",
    "node": "node.app.Node",
    "notifier": "lwm2m.client.Notifier",
    "observations": "lwm2m.observe.Observations",
    "op": "m5310.operations.Operation",
    "outbox": "node.outbox.store.Outbox",
    "power_pin": "machine.Pin",
    "registry": "lwm2m.registry.Registry",
    "reply": "m5310.operations.Operation",
    "requests": "m5310.requests.Requests",
    "reset_pin": "machine.Pin",
    "sampler": "node.sampler.Sampler",
    "supervisor": "node.supervisor.Supervisor",
    "trace": "node.trace.Trace",
    "uart": "machine.UART",
    "udp": "m5310.udp.Udp",
    "wire": "onewire.OneWire",
}
_BORROW = re.compile(r'borrow\("([a-z0-9_.]+)"\)')
_ANY = "typing.Any"


def _alias(module):
    """Return the name by which a copy imports module; nothing else is called so."""
    return "_part_" + module.replace(".", "_")


def _later(node):
    """Return the attribute or global name that the statement node sets to None or (), or None."""
    if not isinstance(node, ast.Assign) or len(node.targets) != 1:
        return None
    if ast.unparse(node.value) not in ("None", "()"):
        return None
    target = node.targets[0]
    return target.attr if isinstance(target, ast.Attribute) else getattr(target, "id", None)


def _spots(tree):
    """Yield (line, column in bytes, type) of every place in tree where a type is known."""
    starts = [node for node in tree.body if _later(node)]
    for function in ast.walk(tree):
        if isinstance(function, ast.ClassDef):
            starts += [node for node in function.body if _later(node) in PARTS]
        if not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
            continue
        for arg in function.args.args + function.args.kwonlyargs:
            if arg.arg in PARTS and not arg.annotation:
                yield arg.end_lineno, arg.end_col_offset, PARTS[arg.arg]
        if function.name == "__init__":
            starts += [node for node in function.body if _later(node)]
    for node in starts:
        target = node.targets[0]
        yield target.end_lineno, target.end_col_offset, PARTS.get(_later(node), _ANY)


def typed(source):
    """Return the copy of source: every line in its place, imports behind the last."""
    try:
        spots = sorted(_spots(ast.parse(source)), reverse=True)
    except SyntaxError:
        return source  # the checker says where
    lines = source.split("\n")
    modules = set()
    for row, column, part in spots:
        module, name = part.rsplit(".", 1)
        modules.add(module)
        line = lines[row - 1].encode()
        note = f': "{_alias(module)}.{name}"'.encode()
        lines[row - 1] = (line[:column] + note + line[column:]).decode()
    for row, line in enumerate(lines):
        modules.update(_BORROW.findall(line))
        lines[row] = _BORROW.sub(lambda found: _alias(found[1]), line)
    lines += [f"import {module} as {_alias(module)}" for module in sorted(modules)]
    return "\n".join(lines) + "\n"
