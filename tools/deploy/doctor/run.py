"""make doctor: one check after the other, those that depend on a failed one skipped."""

from dataclasses import dataclass

from deploy.doctor import devices, local, module, network, onenet, uart
from deploy.doctor.case import Case
from deploy.doctor.report import FAIL, SKIPPED, Report, fail, skipped
from deploy.errors import BoardError
from deploy.session import visit


@dataclass
class Check:
    """look(case) yields Findings; needs: names of the checks without which it is skipped."""

    name: str
    look: object
    needs: tuple = ()


_LOCAL = (
    Check("board", local.board),
    Check("MicroPython", local.micropython, ("board",)),
    Check("memory", local.memory),
    Check("files", local.files),
    Check("configuration", local.configuration, ("board",)),
)
_MODULE = (
    Check("UART", uart.port),
    Check("loopback", uart.loopback, ("UART",)),
    Check("module", uart.module, ("UART",)),
    Check("baud rate", uart.rate, ("module",)),
    Check("identity", module.identity, ("module",)),
    Check("SIM", module.sim, ("module",)),
    Check("registration", network.registration, ("module", "SIM")),
    Check("signal", network.quality, ("module", "SIM")),
    Check("address", network.address, ("registration",)),
    Check("OneNET", onenet.session, ("registration", "address")),
    Check("supply", uart.supply, ("module",)),
)


def doctor(order, screen):
    """Look at everything, print it; return whether nothing failed. Raises DeployError."""
    report = Report(screen)
    with visit(order.port, order.patience) as (link, found):
        case = Case(link, found, order, report)
        try:
            examine(case)
        except KeyboardInterrupt:
            case.settle()
            raise
        node = bool(found.deployed or found.node)
    report.sum()
    screen.say("the node starts again: make logs" if node else "the board is as it was")
    return not report.failed


def examine(case):
    """Go through all checks of case."""
    ended = {}
    _walk(case, _LOCAL, ended)
    if not case.plan:
        case.report.add("all others", skipped("wait for the right board and a configuration"))
        return
    _walk(case, _MODULE, ended)
    case.link.run("doctor_line.stop()")
    case.cargo.drop()
    config = case.plan.config
    parts = devices.sensors(config) + devices.actuators(config)
    _walk(case, [Check(name, look) for name, look in parts], ended)
    case.cargo.drop()


def _walk(case, checks, ended):
    """Do the checks; ended: {name: None where it went well, else why others are skipped}."""
    for check in checks:
        reasons = [ended[name] for name in check.needs if ended[name]]
        findings = [skipped(reasons[0])] if reasons else _findings(case, check)
        ended[check.name] = None
        for finding in findings:
            case.report.add(check.name, finding)
            if finding.state == FAIL:
                ended[check.name] = f"waits for {check.name}, which failed"
            elif finding.state == SKIPPED:
                ended[check.name] = finding.said


def _findings(case, check):
    try:
        yield from check.look(case)
    except BoardError as e:
        yield fail(f"{e.what}", None, e.step)
